"""Writes to a ledger until it is stopped, and says what is durable; see test_crash."""

from __future__ import annotations

import datetime as dt
import resource
import signal
import sys

from demarche.errors import DemarcheError
from demarche.ledger.store import open_ledger
from tests.ledger import made


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def main() -> int:
    """Arguments: place, name of the writer, number of entries (0: no end), limit of a file."""
    place, name, count, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if sys.argv[5:] == ["ctrl-c"]:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with open_ledger(place, clock=clock, new_id="0a" * 16, run=name, wait=60) as ledger:
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            print("go", flush=True)
            n = 0
            while not count or n < count:
                n += 1
                content = made.source_forecast(id=f"{name}-{n}", note="x" * (n % 700))
                entry = ledger.append("source", content)
                print(entry.seq, entry.hash, content.id, flush=True)
    except DemarcheError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
