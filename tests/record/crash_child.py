"""Child of the crash tests: one ingest of the tiny format, to be killed, filled or interrupted."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from demarche.errors import DataError
from demarche.record.ingest import ingest
from tests.record.small_events import read_small

if __name__ == "__main__":
    root, limit, *files = sys.argv[1:]
    if int(limit):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    sys.stdout.write("go\n")
    sys.stdout.flush()
    try:
        done = ingest(
            Path(root),
            [Path(file) for file in files],
            source="small",
            reader=read_small,
            batch_bytes=2000,
            threads=1,
        )
    except DataError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stdout.write(f"{done.files} {done.known}\n")
