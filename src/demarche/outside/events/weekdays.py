"""Acts of the same weekday: visits, sittings and briefings keep to days of the week.

Of use for the next day only. Counts of earlier weeks fade by a fixed share per week.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche.outside.events.panel import Panel
from demarche.outside.events.series import Index, Rows, Scheme, entries, find_sorted

__all__ = ["NAMES", "WEEKLY", "same_weekday"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKLY = 0.8
"""What an act counts for a week later, chosen on earlier periods."""
NAMES = ("X to Z, this act, same weekday", "X to anyone, this act, same weekday")


def same_weekday(panel: Panel, *, index: Index, scheme: Scheme, rows: Rows) -> Floats:
    r"""Acts on the weekday of each row's day, in the weeks before it, shape (rows, 2).

    .. math:: \sum_{k \ge 1} 0.8^{k - 1} n(t - 7 k)

    with :math:`n(d)` the acts of day *d* known before day *t*: of X towards Z, and of X towards
    anyone, in the class of the row.

    Parameters
    ----------
    panel : Panel
    index : Index
    scheme : Scheme
    rows : Rows
        Sorted by day.
    """
    from demarche.outside.events._kernels import weekly

    if len(rows) == 0:
        return np.zeros((0, len(NAMES)))
    targets = len(scheme.targets)
    enter = entries(panel)
    out = np.zeros((len(rows), len(NAMES)))
    pairs = [np.nonzero(scheme.member[panel.code, c])[0] for c in range(targets)]
    event = np.concatenate(pairs).astype(np.int64)
    cls = np.repeat(np.arange(targets), [len(p) for p in pairs])
    for column, (of_row, of_event) in enumerate(
        (
            (rows.dyad, index.event_dyad[event]),
            (index.actor[rows.dyad], index.actor[index.event_dyad[event]]),
        )
    ):
        wanted, at = np.unique(of_row * targets + rows.cls, return_inverse=True)
        place, found = find_sorted(wanted, of_event * targets + cls)
        held = np.flatnonzero(found)
        some = event[held]
        order = np.lexsort((panel.day[some], enter[some]))
        held, some = held[order], some[order]
        weekly(
            enter[some],
            panel.day[some].astype(np.int64),
            place[held].astype(np.int64),
            panel.count[some],
            len(wanted),
            WEEKLY,
            rows.day,
            at.astype(np.int64),
            out[:, column],
        )
    return out
