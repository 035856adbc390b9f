"""Yesterday's acts by the role of those who did them: what explicit triggers would add."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche.outside.events.panel import Panel
from demarche.outside.events.series import Index, Rows, entries

__all__ = ["ROLES", "role_columns"]

Ints = NDArray[np.int64]

ROLES: tuple[str, ...] = ("Z to X", "X to Z", "others to X", "others to Z")
"""Who acted on the day before: the recipient, the actor itself, third parties."""


def _sums(key: Ints, *, count: NDArray[np.float64], want: Ints) -> NDArray[np.float64]:
    """Sum of counts of each wanted key, in the shape of what is wanted."""
    if not len(key):
        return np.zeros(want.shape)
    names, where = np.unique(key, return_inverse=True)
    total = np.bincount(where, weights=count)
    place = np.clip(np.searchsorted(names, want), 0, len(names) - 1)
    return np.where(names[place] == want, total[place], 0.0)


def role_columns(panel: Panel, *, index: Index, rows: Rows) -> NDArray[np.float32]:
    """log(1 + acts known the day before each row), by role and quad class, shape (rows, 16).

    Parameters
    ----------
    panel : Panel
    index : Index
    rows : Rows

    Returns
    -------
    float32 array
        The four quad classes of each role in `ROLES`.
    """
    day = entries(panel)
    span = int(max(day.max(initial=0), rows.day.max(initial=0))) + 2
    quad = panel.quad[panel.code].astype(np.int64) - 1
    by_dyad = (index.event_dyad * 4 + quad) * span + day
    by_recipient = (panel.recipient.astype(np.int64) * 4 + quad) * span + day

    def yesterday(key: Ints, entity: Ints) -> NDArray[np.float64]:
        want = (entity[:, None] * 4 + np.arange(4)) * span + rows.day[:, None] - 1
        return _sums(key, count=panel.count, want=want)

    back = index.reads[rows.dyad, 1]
    reverse = np.where(back[:, None] >= 0, yesterday(by_dyad, back), 0.0)
    own = yesterday(by_dyad, rows.dyad)
    on_x = yesterday(by_recipient, index.actor[rows.dyad])
    on_z = yesterday(by_recipient, index.recipient[rows.dyad])
    parts = [reverse, own, np.maximum(on_x - reverse, 0), np.maximum(on_z - own, 0)]
    return np.asarray(np.log1p(np.stack(parts, axis=1).reshape(len(rows), 16)), dtype=np.float32)
