"""Lists of names of a benchmark of numbers, kept by the store for files that come without them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from demarche.record.manifest import Part, flush, sha256_of

__all__ = ["keep_names", "kept_names"]


def kept_names(root: Path, parts: Sequence[Part]) -> Path:
    """Folder of the kept lists, under the names they came with; it goes with the work in hand."""
    folder = root / "tmp" / "names"
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        path = root / part.path
        shutil.copyfile(path, folder / f"{path.stem.partition('-')[0]}{path.suffix}")
    return folder


def keep_names(root: Path, files: Sequence[Path], *, source: str) -> tuple[Part, ...]:
    """Take lists into the store as they are, flushed to disk and named by their content."""
    kept = []
    for path in files:
        sha = sha256_of(path)
        target = root / f"names/source={source}" / f"{path.stem}-{sha[:32]}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = root / "tmp" / "names.part"
        shutil.copyfile(path, aside)
        os.replace(aside, target)
        flush(target)
        size = target.stat().st_size
        kept.append(Part(path=str(target.relative_to(root)), sha256=sha, rows=0, bytes=size))
    return tuple(kept)
