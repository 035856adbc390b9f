"""Daily counts as arrays: what the event half of the outside view is given."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError

__all__ = ["Panel", "panel_from_columns", "record_hash"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Daily counts of coded events, who to whom, as arrays sorted by day, actor, recipient, class.

    Attributes
    ----------
    start : date
        Day 0.
    days : int
        Number of days of record; days run from 0 to ``days - 1``.
    day, known : int array, shape (N,)
        Day of the events, and day on which they were known (at least ``day`` in most sources).
    actor, recipient : int array, shape (N,)
        Index into `actors`.
    code : int array, shape (N,)
        Index into `classes`: the exact type (CAMEO root, or PLOVER type where there is no root).
    count : float array, shape (N,)
        Events (stories) of that key on that day; at least 1.
    actors : tuple of str
        Names, sorted.
    group : int array, shape (A,)
        Index into `groups` of each actor's country or bloc; -1 where there is none.
    groups, classes : tuple of str
    quad : int array, shape (C,)
        Quad class of each exact type, 1 to 4.
    source : str
        Which source; counts of several sources are never pooled.
    gaps : tuple of (int, int)
        Where days of the calendar are left out because the source reported nothing on them: the
        number of the day that comes after them, and how many they are. Whole weeks, so that
        weekdays go on; day numbers go on as if they had not been.
    """

    start: dt.date
    days: int
    day: Ints
    known: Ints
    actor: Ints
    recipient: Ints
    code: Ints
    count: Floats
    actors: tuple[str, ...]
    group: Ints
    groups: tuple[str, ...]
    classes: tuple[str, ...]
    quad: Ints
    source: str
    gaps: tuple[tuple[int, int], ...] = ()

    def date_of(self, day: int) -> dt.date:
        """Date of a day number."""
        left_out = sum(many for at, many in self.gaps if at <= day)
        return self.start + dt.timedelta(days=day + left_out)

    def unbroken(self, day: NDArray[np.int64], *, horizon: int) -> NDArray[np.bool_]:
        """Whether no gap lies between a last day known and the end of the `horizon` days after."""
        out = np.ones(len(day), dtype=np.bool_)
        for at, _ in self.gaps:
            out &= (at <= day) | (at > day + horizon)
        return out


def record_hash(panel: Panel) -> str:
    """SHA-256 of a panel: its names and its arrays.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    named = (panel.start, panel.days, panel.actors, panel.classes, panel.groups)
    found.update(repr((*named, panel.gaps) if panel.gaps else named).encode())
    for values in (panel.day, panel.known, panel.actor, panel.recipient, panel.code, panel.count,
                   panel.group, panel.quad):  # fmt: skip
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def panel_from_columns(
    columns: Mapping[str, Sequence[object]],
    *,
    source: str,
    start: dt.date,
    days: int,
    quad_of: Mapping[str, int],
) -> Panel:
    """Panel from columns of daily counts.

    Parameters
    ----------
    columns : mapping of str to sequence
        ``day`` and ``known`` (day numbers from `start`), ``actor``, ``recipient``, ``code`` (text),
        ``count``, and ``actor_group`` and ``recipient_group`` (text, empty for none).
    source : str
    start : date
    days : int
    quad_of : mapping of str to int
        Quad class of each code.

    Returns
    -------
    Panel
        Rows of the same key and day are added up; order of the input does not matter.

    Raises
    ------
    DataError
        If columns differ in length, a day lies outside the record, or a code has no quad class.

    Examples
    --------
    >>> panel = panel_from_columns(
    ...     {"day": [1, 0], "known": [1, 0], "actor": ["B", "A"], "recipient": ["A", "B"],
    ...      "code": ["19", "04"], "count": [2.0, 1.0], "actor_group": ["", ""],
    ...      "recipient_group": ["", ""]},
    ...     source="made-up", start=dt.date(2020, 1, 1), days=2, quad_of={"04": 1, "19": 4})
    >>> panel.actors, panel.classes, panel.day.tolist(), panel.count.tolist()
    (('A', 'B'), ('04', '19'), [0, 1], [1.0, 2.0])
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns of a panel differ in length: {lengths}.")
    day = np.asarray(columns["day"], dtype=np.int32)
    known = np.asarray(columns["known"], dtype=np.int32)
    if day.size and (day.min() < 0 or day.max() >= days):
        raise DataError(
            f"day {int(day.min())} to {int(day.max())} lies outside a record of {days} days."
        )
    sent = np.asarray(columns["actor"], dtype=np.str_)
    got = np.asarray(columns["recipient"], dtype=np.str_)
    actors, ids = np.unique(np.concatenate([sent, got]), return_inverse=True)
    classes, code = np.unique(np.asarray(columns["code"], dtype=np.str_), return_inverse=True)
    missing = [c for c in classes.tolist() if c not in quad_of]
    if missing:
        raise DataError(f"no quad class is stated for {missing}; give one for each code.")
    labels = np.concatenate(
        [
            np.asarray(columns["actor_group"], dtype=np.str_),
            np.asarray(columns["recipient_group"], dtype=np.str_),
        ]
    )
    group_of = np.full(len(actors), "", dtype=labels.dtype if labels.size else np.str_)
    order = np.argsort(labels, kind="stable")
    group_of[ids[order]] = labels[order]
    groups = tuple(g for g in np.unique(group_of).tolist() if g)
    at = {name: index for index, name in enumerate(groups)}
    half = len(sent)
    key = np.lexsort((known, code, ids[half:], ids[:half], day))
    stacked = np.stack([day, ids[:half], ids[half:], code, known])[:, key]
    count = np.asarray(columns["count"], dtype=np.float64)[key]
    if stacked.shape[1]:
        first = np.r_[True, np.any(np.diff(stacked, axis=1) != 0, axis=0)]
        starts = np.flatnonzero(first)
        count = np.add.reduceat(count, starts)
        stacked = stacked[:, starts]
    stacked = stacked.astype(np.int32)
    return Panel(
        start=start,
        days=days,
        day=stacked[0],
        known=stacked[4],
        actor=stacked[1],
        recipient=stacked[2],
        code=stacked[3],
        count=count,
        actors=tuple(actors.tolist()),
        group=np.array([at.get(g, -1) for g in group_of.tolist()], dtype=np.int32),
        groups=groups,
        classes=tuple(classes.tolist()),
        quad=np.array([quad_of[c] for c in classes.tolist()], dtype=np.int32),
        source=source,
    )
