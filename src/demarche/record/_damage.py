"""Files of a store that are gone, or are not what was written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from demarche.errors import DataError
from demarche.record._faults import needed_duckdb
from demarche.record.manifest import Manifest, Part, read_manifest, sha256_of

__all__ = ["damaged", "intact_size", "reading", "said"]


def intact_size(root: Path, part: Part) -> bool:
    """Whether a file is there with its size."""
    with contextlib.suppress(OSError):
        return (root / part.path).stat().st_size == part.bytes
    return False


def damaged(root: Path, manifest: Manifest, *, naming: str | None = None) -> list[Part]:
    """Parts that are gone or of another size, or else those of another hash.

    With `naming` only the hashes of parts are looked at of which that text names the path.
    """
    parts = [*manifest.parts(), *(part for _, part in manifest.count_parts())]
    lost = [part for part in parts if not intact_size(root, part)]
    some = parts if naming is None else [part for part in parts if part.path in naming]
    return lost or [part for part in some if sha256_of(root / part.path) != part.sha256]


def said(root: Path, lost: list[Part]) -> str:
    """What is damaged, and what to do."""
    path = lost[0].path
    gone = "gone" if not (root / path).exists() else "not what was written"
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    if path.startswith("counts/"):
        cure = f"Delete {root / 'counts'} and sync any file again: daily counts are made anew."
    else:
        source = path.split("source=")[-1].split("/")[0]
        cure = (
            "Bring it back from a copy, or drop the source (demarche record drop --source "
            f"{source} --yes) and sync its files again."
        )
    return f"the store {root} is damaged: {path} is {gone}{more}. {cure}"


@contextlib.contextmanager
def reading(root: Path) -> Iterator[None]:
    """Say which file of a store is damaged, or that it was changed; other faults pass.

    Raises
    ------
    DataError
    """
    duckdb = needed_duckdb()
    serial = read_manifest(root).serial
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except (OSError, duckdb.Error) as error:
        disk = isinstance(error, OSError | duckdb.IOException)  # full or shut, as a rule
        manifest = read_manifest(root)
        lost = damaged(root, manifest, naming=str(error) if disk else None)
        if lost:
            raise DataError(said(root, lost)) from None
        if manifest.serial != serial:
            raise DataError(
                f"the store {root} was changed by another process while it was read; run the "
                "command again."
            ) from None
        raise
