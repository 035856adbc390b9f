"""Read a benchmark folder of quadruples (train, valid, test) into Quads."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking.quads import Quads, quads_from_columns

QUAD = [1] * 5 + [2] * 3 + [3] * 5 + [4] * 7


def names(path: Path) -> list[str]:
    """Names in the order of their ids."""
    pairs = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line]
    listed = [""] * len(pairs)
    for name, number in pairs:
        listed[int(number)] = name.replace("_", " ")
    return listed


def read(
    folder: Path, cameo: Path, *, splits: Sequence[str] = ("train", "valid", "test")
) -> tuple[Quads, dict[str, NDArray[np.int64]], dict[str, str]]:
    """Quads, the rows of each split in the order of its file, and the hash of each file.

    No other file than those of `splits` is opened.
    """
    with cameo.open(encoding="utf-8", newline="") as handle:
        codes = {
            row["relation_name"].casefold(): row["cameo_code"] for row in csv.DictReader(handle)
        }
    relations = []
    for name in names(folder / "relation2id.txt"):
        code = codes[name.casefold()]
        root = int(code[:2])
        relations.append((name, code, root, QUAD[root - 1]))
    files, hashes = {}, {}
    for split in splits:
        path = folder / f"{split}.txt"
        hashes[split] = hashlib.sha256(path.read_bytes()).hexdigest()
        rows = np.loadtxt(path, dtype=np.int64, usecols=(0, 1, 2, 3))
        rows[:, 3] //= 24
        files[split] = rows
    rows = np.concatenate(list(files.values()))
    quads = quads_from_columns(
        dict(zip(("subject", "relation", "object", "day"), rows.T, strict=True)),
        entities=names(folder / "entity2id.txt"),
        relations=relations,
        start=dt.date(2014, 1, 1),
        days=int(rows[:, 3].max()) + 1,
        source="icews14",
    )
    return quads, files, hashes
