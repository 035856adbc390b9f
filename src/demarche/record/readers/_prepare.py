"""What a read needs no database for, done while that opens."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from demarche.errors import DataError
from demarche.record.readers._load import MANY
from demarche.record.readers._plan import Options
from demarche.record.readers._read import READERS
from demarche.record.readers._text import look
from demarche.record.readers.benchmark import BENCHMARKS
from demarche.record.unpack import is_archive

__all__ = ["LOOKED", "prepare"]


LOOKED = 64
"""Files that are looked at beforehand; more are looked at by several threads as they are read."""


def prepare(paths: Sequence[Path], *, source: str) -> None:
    """Look at a few files, load the codebooks of their source, and what splits many lines.

    A fault is left to the read.
    """
    reader = READERS.get(source)
    if reader is None or reader in BENCHMARKS:
        return
    for path in paths if len(paths) <= LOOKED else ():
        with contextlib.suppress(DataError, OSError):
            if not is_archive(path):
                look(path, name=path.name)
    for lookup in reader.plan(Options(source=source)).lookups:
        lookup.resolve(["?"] * len(lookup.keys))
    with contextlib.suppress(OSError):
        if not reader.layout.quoted and sum(path.stat().st_size for path in paths) >= MANY:
            import pyarrow.csv  # noqa: F401
