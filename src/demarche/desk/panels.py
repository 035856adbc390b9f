"""From the record's numbered counts to what the outside view reads: panels of daily counts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError
from demarche.outside.events.panel import Panel
from demarche.record.count_reads import sort_order
from demarche.record.encoded import EncodedCounts
from demarche.record.gaps import Gap, Silences, find_silences
from demarche.terms import Codes

__all__ = [
    "KnownNames",
    "all_known",
    "among",
    "class_of",
    "close_actors",
    "codes_of",
    "events_known",
    "in_use",
    "known_names",
    "known_rows",
    "known_span",
    "last_day",
    "panel_of",
    "silences_of",
    "since_when",
]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
LATE = dt.timedelta(days=31)
"""Time after a record's end up to which rows that become known move its last day."""


def class_of(counts: EncodedCounts) -> tuple[str, ...]:
    """Exact type of each code of the record: its CAMEO root, or its PLOVER type.

    Examples
    --------
    A CAMEO code belongs to its root; a PLOVER type stands for itself.

    >>> from types import SimpleNamespace
    >>> class_of(SimpleNamespace(codes=("0231", "19", "ASSAULT")))
    ('02', '19', 'ASSAULT')
    """
    return tuple(code[:2] if code[:2].isdigit() else code for code in counts.codes)


def codes_of(counts: EncodedCounts, *, codes: Codes) -> tuple[int, ...]:
    """Places of a record's codes that count for a course or a trigger.

    A CAMEO code counts if it is one of ``codes.cameo`` or begins with one; in a source without
    CAMEO codes, a PLOVER type counts if it is one of ``codes.plover``.
    """
    found = []
    for place, code in enumerate(counts.codes):
        if code[:2].isdigit():
            hit = any(code.startswith(wanted) for wanted in codes.cameo)
        else:
            hit = code in codes.plover
        if hit:
            found.append(place)
    return tuple(found)


def panel_of(
    counts: EncodedCounts,
    *,
    as_of: dt.date,
    apart: Sequence[tuple[str, Collection[int]]] = (),
    actors: Collection[str] | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    rows: NDArray[np.int64] | None = None,
    gaps: Sequence[Gap] = (),
) -> Panel:
    """Panel of a record as it was known on a day.

    Parameters
    ----------
    counts : EncodedCounts
    as_of : date
        Only rows known by then.
    actors : collection of str, optional
        Only acts among these; others are no actors of the panel.
    since, until : date, optional
        First and last day of the panel; by default those of the rows known by then.
    rows : int array, optional
        Places of the only rows that are looked at; with them, a panel may be empty.
    apart : sequence of (label, places of codes)
        Codes that become a type of their own instead of belonging to their root, so that a course
        can be asked about exactly. A code may belong to one of them only; the first is taken.
    gaps : sequence of Gap
        As from `silences_of`: whole weeks of them are no days of the panel, and their rows are left
        out; a panel that would begin in one begins after it.

    Returns
    -------
    Panel

    Raises
    ------
    DataError
        If no row was known by then.
    """
    if since is None or until is None:
        span = known_span(counts, as_of=as_of)
        since, until = since or span.first, until or span.last
    last, start = until, max(since, counts.start)
    for gap in gaps:
        start = gap.last + dt.timedelta(days=1) if gap.first <= start <= gap.last else start
    days, first = (last - counts.start).days + 1, (start - counts.start).days
    weeks = [((g.first - start).days, g.days // 7 * 7) for g in gaps if start < g.first]
    part: NDArray[np.int64] | slice = slice(None) if rows is None else rows
    kept = (counts.known[part] <= (as_of - counts.start).days) & (counts.day[part] < days)
    kept &= counts.day[part] >= first
    for begin, many in weeks:
        begin += first
        kept &= (counts.day[part] < begin) | (counts.day[part] >= begin + many)
    if actors is not None:
        wanted = np.isin(np.array(counts.actors), np.array(sorted(actors)))
        kept &= wanted[counts.actor[part]] & wanted[counts.recipient[part]]
    if rows is None and not kept.any():
        among_them = "" if actors is None else " between two of the actors that are learned from"
        raise DataError(f"no row of {counts.source}{among_them} was known by {as_of}.")
    take = np.flatnonzero(kept) if rows is None else rows[kept]
    names = list(class_of(counts))
    for label, places in reversed(apart):
        for place in places:
            names[place] = label
    labels = sorted(set(names))
    at = {label: index for index, label in enumerate(labels)}
    to = np.array([at[name] for name in names], dtype=np.int32)
    quad = np.zeros(len(labels), dtype=np.int32)
    for place, name in enumerate(names):
        quad[at[name]] = counts.quad[place]
    day, actor = np.asarray(counts.day[take]), np.asarray(counts.actor[take])
    recipient, known = np.asarray(counts.recipient[take]), np.asarray(counts.known[take])
    code, count = to[counts.code[take]], np.asarray(counts.count[take])
    day, actor, recipient, code, known, count = _summed(day, actor, recipient, code, known, count)
    panel = Panel(
        start=start,
        days=days - first - sum(many for _, many in weeks),
        day=_without(day - np.int32(first), weeks=weeks),
        known=_without(known - np.int32(first), weeks=weeks),
        actor=actor,
        recipient=recipient,
        code=code,
        count=count,
        actors=counts.actors,
        group=np.asarray(counts.group),
        groups=counts.groups,
        classes=tuple(labels),
        quad=quad,
        source=counts.source,
        gaps=tuple(
            (begin - sum(before for _, before in weeks[:place]), many)
            for place, (begin, many) in enumerate(weeks)
        ),
    )
    return panel if actors is None else among(panel, actors=actors)


def _without(day: Ints, *, weeks: Sequence[tuple[int, int]]) -> Ints:
    """Numbers of days as if some had not been; those among them get that of the next one."""
    out = day.copy()
    for at, many in weeks:
        out -= np.clip(day - np.int32(at), 0, many).astype(np.int32)
    return out


def silences_of(counts: EncodedCounts, *, as_of: dt.date) -> Silences:
    """Gaps and thin end of a record as it was known on a day; all rows are read."""
    span = known_span(counts, as_of=as_of)
    day, count = counts.day, counts.count
    if not all_known(counts, as_of=as_of):
        kept = _known(counts, as_of=as_of)
        day, count = day[kept], count[kept]
    first, last = ((end - counts.start).days for end in (span.first, span.last))
    rows = np.bincount(day, weights=count, minlength=last + 1)
    return find_silences(rows[first : last + 1], start=span.first)


def last_day(counts: EncodedCounts, *, as_of: dt.date) -> dt.date:
    """Day whose state answers a question: that asked about, or the last one that is known.

    Rows of a record's last days become known after its end where its rows come late. That is the
    last day then, unless it lies more than `LATE` after the end, as where old files were released
    at once: the state is that of the end. Rows that become known later change nothing.
    """
    span = known_span(counts, as_of=as_of)
    known = span.known if span.known - span.last <= LATE else span.last
    return min(as_of, max(span.last, known))


def since_when(
    counts: EncodedCounts, *, as_of: dt.date, actors: Collection[str], most: int, days: int
) -> dt.date:
    """First day from which rows among some actors are at most `most`, but at least `days` ago.

    Parameters
    ----------
    counts : EncodedCounts
    as_of : date
    actors : collection of str
    most : int
        Rows of daily counts.
    days : int
        Days before `as_of` that are kept however many rows they hold.

    Returns
    -------
    date
        The first day of the rows known by `as_of`, of whatever actors, where all of it fits.
    """
    wanted = np.isin(np.array(counts.actors), np.array(sorted(actors)))
    last = (last_day(counts, as_of=as_of) - counts.start).days
    known = _known(counts, as_of=as_of)
    # rows known later may be dated back to before all others
    begun = (known_span(counts, as_of=as_of).first - counts.start).days
    kept = wanted[counts.actor] & wanted[counts.recipient] & known
    by_day = np.bincount(np.asarray(counts.day[kept]), minlength=last + 1)
    back = np.cumsum(by_day[::-1])
    fits = int(np.searchsorted(back, most, side="right"))
    first = max(begun, last + 1 - max(fits, days))
    return counts.start + dt.timedelta(days=first)


def close_actors(
    counts: EncodedCounts,
    *,
    as_of: dt.date,
    actors: Collection[str],
    named: Collection[str],
    most: int,
) -> frozenset[str]:
    """The busiest of some actors, so many that dyads among them that met are at most `most`.

    Parameters
    ----------
    counts : EncodedCounts
    as_of : date
        Only rows known by then.
    actors : collection of str
    named : collection of str
        Those of them that are kept in any case.
    most : int
        Dyads.

    Returns
    -------
    frozenset of str
        All of them where their dyads are few enough.
    """
    names = np.array(counts.actors)
    wanted = np.isin(names, np.array(sorted(actors)))
    by, to = np.asarray(counts.actor), np.asarray(counts.recipient)
    if not all_known(counts, as_of=as_of):
        known = _known(counts, as_of=as_of)
        by, to = by[known], to[known]
    new = np.ones(len(by), dtype=bool)  # rows of a dyad lie together
    new[1:] = (by[1:] != by[:-1]) | (to[1:] != to[:-1])
    start = np.flatnonzero(new)
    by, to, rows = by[start], to[start], np.diff(np.r_[start, len(new)])
    kept = wanted[by] & wanted[to]
    by, to, rows = by[kept], to[kept], rows[kept]
    size = len(names)
    busy = np.zeros(size)  # counts of no dyad at all would be whole numbers
    busy += np.bincount(by, weights=rows, minlength=size)
    busy += np.bincount(to, weights=rows, minlength=size)
    busy[np.isin(names, np.array(sorted(named)))] = np.inf
    rank = np.empty(size, dtype=np.int64)
    rank[np.argsort(-busy, kind="stable")] = np.arange(size)
    dyads = np.cumsum(np.bincount(np.maximum(rank[by], rank[to]), minlength=size))
    many = max(int(np.searchsorted(dyads, most, side="right")), int(np.isinf(busy).sum()))
    return frozenset(names[wanted & (rank < many)].tolist())


def known_rows(
    counts: EncodedCounts, *, as_of: dt.date
) -> tuple[Ints, Ints, Ints, Ints, Ints, Floats]:
    """Day, actor, recipient, code, day known and count of every key as it was known on a day.

    Events withdrawn by then are taken off; a key with nothing left is left out.
    """
    kept = _known(counts, as_of=as_of)
    columns = (counts.day, counts.actor, counts.recipient, counts.code, counts.known)
    if not kept.any():
        empty = np.zeros(0, dtype=np.int32)
        return empty, empty, empty, empty, empty, np.zeros(0)
    day, actor, recipient, code, known = (np.asarray(column[kept]) for column in columns)
    return _summed(day, actor, recipient, code, known, np.asarray(counts.count[kept]))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSpan:
    """Days of the rows known on a day: the first and the last of them, and the last known day."""

    first: dt.date
    last: dt.date
    known: dt.date


def known_span(counts: EncodedCounts, *, as_of: dt.date) -> KnownSpan:
    """Between which days the rows lie that were known on a day; later rows change nothing.

    Raises
    ------
    DataError
        If none was.
    """
    if all_known(counts, as_of=as_of):
        return KnownSpan(first=counts.start, last=counts.end, known=counts.last_known)
    kept = _known(counts, as_of=as_of)
    if not kept.any():
        first = np.maximum(counts.known, counts.day).min(initial=np.iinfo(np.int32).max)
        since = f"; its first row became known on {counts.start + dt.timedelta(days=int(first))}"
        raise DataError(
            f"the record of {counts.source} begins on {counts.start}; nothing of it was known by "
            f"{as_of}{since if len(counts.known) else ''}."
        )
    day, known = counts.day[kept], counts.known[kept]
    first, last, latest = (
        counts.start + dt.timedelta(days=int(n)) for n in (day.min(), day.max(), known.max())
    )
    return KnownSpan(first=first, last=last, known=latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """What the rows known on a day name; later rows bring other names and days.

    Attributes
    ----------
    actors, codes : frozenset of str
    first, last : date
        Days of the earliest and of the latest of them.
    """

    actors: frozenset[str]
    codes: frozenset[str]
    first: dt.date
    last: dt.date

    def to_json(self) -> str:
        """The same as text."""
        return json.dumps(
            [sorted(self.actors), sorted(self.codes), f"{self.first}", f"{self.last}"]
        )

    @classmethod
    def from_json(cls, text: str) -> KnownNames:
        """What `to_json` wrote."""
        actors, codes, first, last = json.loads(text)
        return cls(
            actors=frozenset(actors),
            codes=frozenset(codes),
            first=dt.date.fromisoformat(first),
            last=dt.date.fromisoformat(last),
        )


def all_known(counts: EncodedCounts, *, as_of: dt.date) -> bool:
    """Whether every row of a record had happened and was known on a day."""
    return as_of >= max(counts.end, counts.last_known)


def known_names(counts: EncodedCounts, *, as_of: dt.date) -> KnownNames:
    """Actors, codes, first and last day of the rows that were known on a day.

    All rows are read, unless all of them were known.

    Raises
    ------
    DataError
        If none was.
    """
    span = known_span(counts, as_of=as_of)
    names, types = frozenset(counts.actors), frozenset(counts.codes)
    if not all_known(counts, as_of=as_of):
        kept = _known(counts, as_of=as_of)
        acts = np.zeros(len(counts.actors), dtype=bool)
        acts[counts.actor[kept]] = acts[counts.recipient[kept]] = True
        codes = np.bincount(counts.code[kept], minlength=len(counts.codes)) > 0
        names = frozenset(counts.actors[place] for place in np.flatnonzero(acts).tolist())
        types = frozenset(counts.codes[place] for place in np.flatnonzero(codes).tolist())
    return KnownNames(actors=names, codes=types, first=span.first, last=span.last)


def events_known(counts: EncodedCounts, *, as_of: dt.date) -> int:
    """Events that had happened and were known on a day."""
    return int(counts.count[_known(counts, as_of=as_of)].sum())


def _known(counts: EncodedCounts, *, as_of: dt.date) -> NDArray[np.bool_]:
    """Rows that had happened and were known on a day."""
    last = (as_of - counts.start).days
    return np.asarray((counts.known <= last) & (counts.day <= last))


def among(panel: Panel, *, actors: Collection[str]) -> Panel:
    """The panel of acts among some actors only; all others and their acts are left out.

    Types keep their places, so that one that no longer occurs is a type without events.
    """
    wanted = np.isin(np.array(panel.actors), np.array(sorted(actors)))
    kept = wanted[panel.actor] & wanted[panel.recipient]
    to = np.cumsum(wanted, dtype=np.int32) - 1
    return replace(
        panel,
        day=panel.day[kept],
        known=panel.known[kept],
        actor=to[panel.actor[kept]].astype(np.int32),
        recipient=to[panel.recipient[kept]].astype(np.int32),
        code=panel.code[kept],
        count=panel.count[kept],
        actors=tuple(name for name, yes in zip(panel.actors, wanted.tolist(), strict=True) if yes),
        group=panel.group[wanted],
    )


def in_use(panel: Panel) -> Panel:
    """The panel without actors, groups and types that none of its rows names.

    A name that became known later would move the numbers of all after it.
    """
    held = np.zeros(len(panel.actors), dtype=bool)
    held[panel.actor] = held[panel.recipient] = True
    panel = among(panel, actors=[panel.actors[place] for place in np.flatnonzero(held).tolist()])
    groups, group = np.unique(panel.group[panel.group >= 0], return_inverse=True)
    codes, code = np.unique(panel.code, return_inverse=True)
    numbered = panel.group.copy()
    numbered[numbered >= 0] = group
    return replace(
        panel,
        group=numbered,
        groups=tuple(panel.groups[place] for place in groups.tolist()),
        code=code.astype(np.int32),
        classes=tuple(panel.classes[place] for place in codes.tolist()),
        quad=panel.quad[codes],
    )


def _summed(
    day: Ints, actor: Ints, recipient: Ints, code: Ints, known: Ints, count: Floats
) -> tuple[Ints, Ints, Ints, Ints, Ints, Floats]:
    """Rows of one key added up, and keys whose events were all withdrawn left out.

    A withdrawal is a negative count, known later; a key with one is added up over all its days of
    knowledge, so that what is left of it is never negative.
    """
    if not len(day):
        return day, actor, recipient, code, known, count
    order = sort_order([day, actor, recipient, code, known - day])
    day, actor, recipient, code, known = (
        column[order] for column in (day, actor, recipient, code, known)
    )
    count = count[order]
    same = np.zeros(len(order), dtype=bool)
    same[1:] = True
    for column in (day, actor, recipient, code):
        same[1:] &= column[1:] == column[:-1]
    key = np.cumsum(~same) - 1
    taken_back = np.bincount(key, weights=count < 0) > 0
    same[1:] &= (known[1:] == known[:-1]) | taken_back[key[1:]]
    starts = np.flatnonzero(~same)
    count = np.add.reduceat(count, starts)
    starts, count = starts[count > 0], count[count > 0]
    return day[starts], actor[starts], recipient[starts], code[starts], known[starts], count
