"""Wider classes of one day, added up once: what a series is drawn to, without the other series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from demarche.outside.events.base import EDGE, BaseFit, class_rate, drawn
from demarche.outside.events.series import Scheme, find_sorted

__all__ = ["CELLS", "CellKeys", "Cells", "Moved", "cell_keys", "cells_of", "read_cells"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CELLS = ("class", "bloc", "actor", "pair", "quad", "recipient")
"""Levels of the ladder above the exact type, and what the recipient gets of a class."""
_COUNT, _SHARE, _OBSERVED, _EXPECTED = range(4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Sums over the series of a day in every cell of a level.

    Attributes
    ----------
    key : int array, shape (N,)
        Sorted.
    sums : array, shape (N, 4)
        Series; their shares of windows; windows that held the act and windows in which the level
        above expects it, both divided by the horizon.
    """

    key: Ints
    sums: Floats

    def at(self, wanted: Ints) -> Floats:
        """Sums of some cells, shape (wanted, 4); 0 for a cell without a series."""
        out = np.zeros((len(wanted), 4))
        place, found = find_sorted(self.key, wanted)
        out[found] = self.sums[place[found]]
        return out


CellKeys = tuple[Ints, ...]
Moved = Mapping[tuple[int, int], Floats]
"""What supposed events add to the sums of a cell, by level and key."""


def cell_keys(
    *, actor: Ints, recipient: Ints, dyad: Ints, cls: Ints, group: NDArray[np.int32], groups: int,
    scheme: Scheme,
) -> CellKeys:  # fmt: skip
    """Keys of each row's cells, one array per level of `CELLS`."""
    size = len(group)
    gx, gz = group[actor].astype(np.int64), group[recipient].astype(np.int64)
    # An actor without a bloc is a bloc of its own, after all others.
    gx, gz = np.where(gx >= 0, gx, groups + actor), np.where(gz >= 0, gz, groups + recipient)
    blocs = groups + size
    return (
        cls,
        (cls * blocs + gx) * blocs + gz,
        cls * size + actor,
        dyad,
        dyad * len(scheme.names) + scheme.parent[cls],
        cls * size + recipient,
    )


def cells_of(
    keys: CellKeys, *, held: Floats, total: Floats, horizon: int, base: BaseFit
) -> tuple[Cells, ...]:
    """Sums of every cell of one day's series.

    Parameters
    ----------
    keys : tuple of int array
        As from `cell_keys`, of the series of the day.
    held : array, shape (series, forgettings)
    total : array, shape (forgettings,)
        Weight of completed windows: the same for all series of a day.
    horizon : int
    base : BaseFit
    """
    share = held[:, 1] / total[1]
    seen = held[:, base.forgetting] / horizon
    windows = total[base.forgetting] / horizon
    out: list[Cells] = []
    rate = np.full(len(share), 1.0)
    for level, key in enumerate(keys):
        unique, cell = np.unique(key, return_inverse=True)
        ladder = level <= len(base.strengths) - 1
        sums = np.zeros((len(unique), 4))
        for column, values in ((_COUNT, None), (_SHARE, share), (_OBSERVED, seen)):
            sums[:, column] = np.bincount(cell, weights=values, minlength=len(unique))
        if ladder:
            expected = windows * rate
            sums[:, _EXPECTED] = np.bincount(cell, weights=expected, minlength=len(unique))
            rate = _rate(level, before=rate, sums=sums[cell], base=base)
        out.append(Cells(key=unique, sums=sums))
    return tuple(out)


def _rate(level: int, *, before: Floats, sums: Floats, base: BaseFit) -> Floats:
    """Rate of each row at a level, from that of the level above and the sums of its cell."""
    if level == 0:
        return class_rate(observed=sums[:, _OBSERVED], windows=sums[:, _EXPECTED])
    return drawn(
        before, observed=sums[:, _OBSERVED], expected=sums[:, _EXPECTED],
        strength=base.strengths[level - 1],
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadCells:
    """What wider classes say of some rows.

    Attributes
    ----------
    means : array, shape (rows, 5)
        As from `base.cell_means`.
    rates : array, shape (rows, 6)
        Of the ladder, wide to narrow; the last recalibrated.
    weights : array, shape (rows, 6)
        As from `base.ladder_weights`.
    """

    means: Floats
    rates: Floats
    weights: Floats


def read_cells(
    cells: Sequence[Cells],
    *,
    keys: CellKeys,
    held: Floats,
    total: Floats,
    counted: Floats,
    horizon: int,
    base: BaseFit,
    moved: Moved | None = None,
) -> ReadCells:
    """Means of the wider classes, base rate and its weights for some rows.

    Parameters
    ----------
    cells : sequence of Cells
        Of the day.
    keys : tuple of int array
        Of the rows.
    held : array, shape (rows, forgettings)
    total : array, shape (forgettings,)
    counted : array, shape (rows,)
        1 for rows that are in the cells, else 0: such a row reads them and is no part of them.
    horizon : int
    base : BaseFit
    moved : mapping, optional
        What supposed events add to the sums.
    """
    sums = [level.at(key) for level, key in zip(cells, keys, strict=True)]
    for (level, key), more in (moved or {}).items():
        sums[level][keys[level] == key] += more
    share = held[:, 1] / total[1]
    mean = np.where(
        sums[0][:, _COUNT] > 0, sums[0][:, _SHARE] / np.maximum(sums[0][:, _COUNT], 1), share
    )
    means = [mean]
    for level in (1, 2, 5, 3):
        there = sums[level]
        rest = there[:, _SHARE] - share * counted + 3 * mean
        means.append(rest / (there[:, _COUNT] - counted + 3))
    seen, windows = held[:, base.forgetting] / horizon, total[base.forgetting] / horizon
    rates = [np.full(len(share), 1.0)]
    for level in range(len(base.strengths)):
        rates.append(_rate(level, before=rates[-1], sums=sums[level], base=base))
    own = rates[-1] * windows
    rates.append(drawn(rates[-1], observed=seen, expected=own, strength=base.strengths[-1]))
    rates = rates[1:]
    weights = np.zeros((len(share), len(rates)))
    left = np.ones(len(share))
    for level in range(len(base.strengths) - 1, -1, -1):
        last = level + 1 == len(base.strengths)
        expected = own if last else sums[level + 1][:, _EXPECTED]
        part = expected / (expected + base.strengths[level])
        weights[:, level + 1], left = left * part, left * (1 - part)
    weights[:, 0] = left
    rates[-1] = np.asarray(expit(base.intercept + base.slope * logit(rates[-1])))
    return ReadCells(
        means=np.asarray(logit(np.clip(np.stack(means, axis=1), EDGE, 1 - EDGE))),
        rates=np.stack(rates, axis=1),
        weights=weights,
    )
