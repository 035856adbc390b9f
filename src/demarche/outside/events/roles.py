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
    """Sum of counts of each wanted key."""
    if not len(key):
        return np.zeros(len(want))
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
    back = index.reads[rows.dyad, 1]
    x, z = index.actor[rows.dyad], index.recipient[rows.dyad]
    by_dyad = (index.event_dyad * 4 + quad) * span + day
    by_recipient = (panel.recipient.astype(np.int64) * 4 + quad) * span + day
    yesterday = rows.day - 1
    columns = []
    for q in range(4):
        reverse = _sums(by_dyad, count=panel.count, want=(back * 4 + q) * span + yesterday)
        reverse = np.where(back >= 0, reverse, 0.0)
        own = _sums(by_dyad, count=panel.count, want=(rows.dyad * 4 + q) * span + yesterday)
        on_x = _sums(by_recipient, count=panel.count, want=(x * 4 + q) * span + yesterday)
        on_z = _sums(by_recipient, count=panel.count, want=(z * 4 + q) * span + yesterday)
        columns.append([reverse, own, np.maximum(on_x - reverse, 0), np.maximum(on_z - own, 0)])
    stacked = np.array(columns).transpose(2, 1, 0).reshape(len(rows), 16)
    return np.log1p(stacked).astype(np.float32)
