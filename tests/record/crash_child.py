"""Child of the crash tests: one ingest of the tiny format, to be killed, filled or interrupted."""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

from demarche.errors import DataError
from demarche.record import _raw_files
from demarche.record import ingest as module
from demarche.record.ingest import ingest
from tests.record.small_events import read_small

if __name__ == "__main__":
    module.SMALL = _raw_files.ALONE = 0  # two workers even for so little
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
            threads=2,
        )
    except DataError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        os._exit(130)  # at once: threads of libraries may abort an interpreter that is ending
    # the ingest is over: what comes while the interpreter ends is no longer its to answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.write(f"{done.files} {done.known}\n")
