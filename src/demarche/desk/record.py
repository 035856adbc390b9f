"""The record at the desk: from a store to panels, quadruples, series and coverage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demarche.desk.event_names import name_in, place_in
from demarche.desk.event_view import SectorRow
from demarche.desk.panels import class_of, in_use, known_rows, known_span, panel_of, silences_of
from demarche.errors import DataError, QuestionError, near_miss
from demarche.outside.events.panel import Panel
from demarche.outside.ranking.quads import Quads, quads_from_columns
from demarche.record._damage import reading
from demarche.record.encoded import EncodedCounts, Unit, encode_counts, organ_counts
from demarche.record.gaps import Silences
from demarche.record.store import counted, coverage_rows

__all__ = [
    "BENCHMARKS",
    "DayCounts",
    "coverage",
    "day_counts",
    "load_panel",
    "load_quads",
    "load_silences",
    "months_of",
    "named_counts",
    "open_counts",
    "organs_of",
    "sector_rows",
    "unused",
    "usual_unit",
]

BENCHMARKS = ("icews14", "icews18", "quadruples")
"""Sources whose dyads join names, as their published protocols do; all others join actors."""
YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounts:
    """Events of one actor towards others, by day and quad class."""

    source: str
    dates: tuple[dt.date, ...]
    quads: tuple[tuple[int, int, int, int], ...]


def usual_unit(source: str) -> Unit:
    """What a dyad of a source joins unless it is said otherwise."""
    return "name" if source in BENCHMARKS else "actor"


def open_counts(
    store: Path, *, source: str | None = None, unit: Unit | None = None
) -> EncodedCounts:
    """Numbered daily counts of one source of a store; the fullest source if none is named.

    Raises
    ------
    QuestionError
        If the store holds no counts, or none of that source.
    """
    held = counted(store)
    if not held:
        raise QuestionError(
            f"the record at {store} holds no daily counts; fill it with demarche record sync."
        )
    if source is None:
        source = max(held, key=lambda name: (held[name].rows, name))
    if source not in held:
        raise QuestionError(
            f"the record at {store} holds nothing of {source!r}; it holds "
            f"{', '.join(sorted(held))}. {near_miss(source, held)}".rstrip()
        )
    unit = usual_unit(source) if unit is None else unit
    with reading(store):
        return encode_counts(
            held[source].paths(unit),
            source=source,
            unit=unit,
            cache=store / "models",
            key=held[source].key,
        )


def unused(counts: EncodedCounts) -> tuple[str, ...]:
    """Rows of the whole record that no count holds, by reason, in words."""
    return tuple(f"{n:,} {'row' if n == 1 else 'rows'} {why}" for why, n in counts.left_out)


def load_panel(
    store: Path | EncodedCounts,
    *,
    as_of: dt.date | None = None,
    source: str | None = None,
    unit: Unit | None = None,
    silences: Silences | None = None,
) -> Panel:
    """Panel of a store as it was known on a day; at the end of the record by default.

    Gaps of the record are no days of it.

    Parameters
    ----------
    store : Path or EncodedCounts
        Folder of the store, or what `open_counts` opened of it, whose source and unit stand.
    as_of : date, optional
    source, unit : str, optional
        As in `open_counts`.
    silences : Silences, optional
        Found by `load_silences`; then the days of a thin end are no days of the panel either.
    """
    counts = open_counts(store, source=source, unit=unit) if isinstance(store, Path) else store
    as_of = _end(counts) if as_of is None else as_of
    thin = None if silences is None else silences.thin_end
    found = silences_of(counts, as_of=as_of) if silences is None else silences
    until = None if thin is None else thin.before
    return in_use(panel_of(counts, as_of=as_of, until=until, gaps=found.gaps))


def load_silences(counts: EncodedCounts, *, as_of: dt.date | None = None) -> Silences:
    """Gaps and thin end of a record as it was known on a day; at its end by default."""
    return silences_of(counts, as_of=_end(counts) if as_of is None else as_of)


def _end(counts: EncodedCounts) -> dt.date:
    """Day by which everything in the record was known."""
    last = int(counts.known.max()) if len(counts.known) else counts.days - 1
    return counts.start + dt.timedelta(days=max(last, counts.days - 1))


def load_quads(
    store: Path | EncodedCounts,
    *,
    as_of: dt.date | None = None,
    source: str | None = None,
    unit: Unit | None = None,
) -> Quads:
    """Quadruples of a store as they were known on a day: who did what (exact code) to whom.

    Parameters
    ----------
    store, as_of, source, unit
        As in `load_panel`.

    Raises
    ------
    QuestionError
        If nothing was known by then.
    """
    counts = open_counts(store, source=source, unit=unit) if isinstance(store, Path) else store
    as_of = _end(counts) if as_of is None else as_of
    try:
        span = known_span(counts, as_of=as_of)
    except DataError as error:
        raise QuestionError(str(error)) from None
    day, actor, recipient, code, _, _ = known_rows(counts, as_of=as_of)
    if not len(day):
        raise QuestionError(f"no row of {counts.source} was known by {as_of}.")
    roots = class_of(counts)
    relations = [
        (_label(code), code, int(root) if root.isdigit() else 0, quad)
        for code, root, quad in zip(counts.codes, roots, counts.quad, strict=True)
    ]
    countries = {
        name: (counts.groups[at] if at >= 0 else "", name.partition("/")[2] or _bracket(name))
        for name, at in zip(counts.actors, counts.group.tolist(), strict=True)
    }
    return quads_from_columns(
        {
            "subject": actor,
            "relation": code,
            "object": recipient,
            "day": day - np.int32((span.first - counts.start).days),
        },
        entities=counts.actors,
        relations=relations,
        start=span.first,
        days=(span.last - span.first).days + 1,
        source=counts.source,
        places=countries,
    )


def _bracket(name: str) -> str:
    """Sector of a name such as ``Police (Ruritania)``; empty where there is none."""
    head, _, rest = name.replace("_", " ").partition(" (")
    return head if rest.endswith(")") else ""


def _label(code: str) -> str:
    from demarche.terms.codebooks import CAMEO

    return CAMEO[code].label if code in CAMEO else code


def named_counts(
    held: EncodedCounts, *, names: Sequence[str], by_code: Callable[[], EncodedCounts]
) -> EncodedCounts:
    """The counts in which some names are found: as they are held, else by code.

    Benchmarks are counted by their own names; cases and dated occasions name their actors by codes
    such as `CHN`. Where neither has them all, the counts stay as they are.

    Parameters
    ----------
    held : EncodedCounts
    names : sequence of str
        Empty ones are anyone.
    by_code : callable
        Opens the same counts by code.
    """
    wanted = [name for name in names if name]
    if usual_unit(held.source) != "name" or _holds(held, wanted):
        return held
    codes = by_code()
    return codes if _holds(codes, wanted) else held


def _holds(counts: EncodedCounts, names: Sequence[str]) -> bool:
    return all(name_in(counts.actors, name) is not None for name in names)


def _known(counts: EncodedCounts, *, name: str, what: str) -> int:
    return place_in(
        counts.actors, name, what=what, source=counts.source,
        ends=(counts.actor, counts.recipient), countries=counts.groups, country=counts.group,
    )  # fmt: skip


def day_counts(
    counts: EncodedCounts,
    *,
    actor: str,
    recipients: Sequence[str] = (),
    as_of: dt.date | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> DayCounts:
    """Events of an actor towards some recipients (none: anyone), by day and quad class.

    All that became known, unless `as_of` says by when. Days run from `since` to `until`; by default
    those of the rows known by then, all of which are read to find out.

    Raises
    ------
    QuestionError
        If a name is not in the record, or there is no day to show.
    """
    x = _known(counts, name=actor, what="actor")
    to = [_known(counts, name=name, what="recipient") for name in recipients]
    as_of = _end(counts) if as_of is None else as_of
    asked = " to ".join(f"{day}" for day in (since, until) if day is not None)
    begun, ended = counts.start, counts.end
    if since is None or until is None:
        try:
            span = known_span(counts, as_of=as_of)
        except DataError as error:
            raise QuestionError(f"there is no day to show: {error}") from None
        begun, ended = span.first, span.last
    since, until = max(since or begun, begun), min(until or ended, counts.end)
    if since > until:
        raise QuestionError(
            f"there is no day to show, asked for {asked}: the record of {counts.source} runs from "
            f"{begun} to {ended}, as of {as_of}."
        )
    first, last = ((day - counts.start).days for day in (since, until))
    ends: list[int | None] = [*dict.fromkeys(to)] if to else [None]
    rows = np.concatenate([counts.rows_of(actor=x, recipient=z) for z in ends])
    day = counts.day[rows]
    rows = rows[
        (day >= first) & (day <= last) & (counts.known[rows] <= (as_of - counts.start).days)
    ]
    table = np.zeros((last - first + 1, 4), dtype=np.int64)
    quad = np.asarray(counts.quad)[counts.code[rows]] - 1
    np.add.at(table, (counts.day[rows] - first, quad), counts.count[rows].astype(np.int64))
    start = counts.start + dt.timedelta(days=first)
    return DayCounts(
        source=counts.source,
        dates=tuple(start + dt.timedelta(days=i) for i in range(len(table))),
        quads=tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in table.tolist()),
    )


def months_of(days: DayCounts) -> tuple[tuple[dt.date, tuple[int, int, int, int]], ...]:
    """The same by month; the first and the last month may be cut."""
    found: dict[dt.date, list[int]] = {}
    for date, quads in zip(days.dates, days.quads, strict=True):
        row = found.setdefault(date.replace(day=1), [0, 0, 0, 0])
        for index, value in enumerate(quads):
            row[index] += value
    return tuple((month, (r[0], r[1], r[2], r[3])) for month, r in found.items())


Organs = dict[str, list[tuple[str, tuple[int, int, int, int]]]]


def organs_of(store: Path, *, source: str, as_of: dt.date, first: dt.date, end: dt.date) -> Organs:
    """What the organs of every actor did in the last year of the record known on a day.

    Parameters
    ----------
    store : Path
    source : str
    as_of : date
    first, end : date
        First and last day of the record: rows dated to others are none of it.

    Returns
    -------
    dict of str to list of (str, four int)
        By actor: organ and events by quad class, most active first.
    """
    last = min(as_of, end)
    held = counted(store).get(source)
    return organ_counts(
        () if held is None else held.paths("actor"), source=source, as_of=as_of, end=last,
        start=max(first, last - dt.timedelta(days=YEAR - 1)),
    )  # fmt: skip


def sector_rows(organs: Organs, *, actor: str) -> tuple[SectorRow, ...]:
    """What each organ of an actor did, most active first.

    Parameters
    ----------
    organs : dict
        As from `organs_of`.
    actor : str

    Returns
    -------
    tuple of SectorRow
        The bare state, to which no organ is named, comes with an empty sector.
    """
    from demarche.terms.codebooks import SECTORS

    return tuple(
        SectorRow(
            sector=sector,
            label=SECTORS.get(sector, sector) if sector else "no organ named",
            events=sum(quads),
            quads=(quads[0], quads[1], quads[2], quads[3]),
        )
        for sector, quads in organs.get(actor, [])
    )


def coverage(store: Path, *, sources: Collection[str] = ()) -> tuple[tuple[str, dt.date, int], ...]:
    """Rows kept by source and month: (source, first day of the month, rows)."""
    rows = coverage_rows(store)
    return tuple(row for row in rows if not sources or row[0] in sources)
