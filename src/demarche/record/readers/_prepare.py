"""What a read of a few files needs no database for, done while that opens."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from demarche.errors import DataError
from demarche.record.readers._plan import Options
from demarche.record.readers._read import READERS
from demarche.record.readers._text import look
from demarche.record.readers.benchmark import BENCHMARKS
from demarche.record.unpack import is_archive

__all__ = ["prepare"]


def prepare(paths: Sequence[Path], *, source: str) -> None:
    """Look at the files and load the codebooks of their source; a fault is left to the read."""
    reader = READERS.get(source)
    if reader is None or source in {one.source for one in BENCHMARKS}:
        return
    for path in paths:
        with contextlib.suppress(DataError, OSError):
            if not is_archive(path):
                look(path, name=path.name)
    for lookup in reader.plan(Options(source=source)).lookups:
        lookup.resolve(["?"] * len(lookup.keys))
