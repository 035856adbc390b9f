"""Back-tests of the event half of the outside view, on any store or panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from demarche.desk.record import load_panel, load_silences, open_counts, unused
from demarche.errors import MethodError, QuestionError, near_miss
from demarche.outside.events.backtest import BackTest, Progress, Track, backtest
from demarche.outside.events.panel import Panel
from demarche.record.encoded import Unit
from demarche.record.gaps import Silences
from demarche.record.store import counted

__all__ = ["LEARNERS", "PUBLISHED", "BackTest", "Track", "validate_events"]

LEARNERS: tuple[str, ...] = ("auto", "always", "never")
"""Whether boosted trees take part: where LightGBM is installed, always (or an error), never."""

PUBLISHED: dict[tuple[str, int], dict[int, tuple[int, int]]] = {
    ("icews14", 365): {1: (334, 364), 7: (334, 358), 30: (304, 335)},
    ("icews18", 270): {1: (240, 269), 7: (240, 263), 30: (210, 240)},
}
"""First and last origins of the benchmarks' tests, by source and days of record."""


def validate_events(
    store: Path | Panel,
    *,
    unit: Unit | None = None,
    source: str | None = None,
    as_of: dt.date | None = None,
    horizons: Sequence[int] = (1, 7, 30),
    classes: str | Mapping[str, Sequence[str]] = "quad",
    learn: str = "auto",
    min_events: int = 5,
    cold: Sequence[int] = (7,),
    periods: Mapping[int, tuple[int, int]] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> BackTest:
    """Forecast a later part of a record from its past, by every method, and score them.

    Parameters
    ----------
    store : Path or Panel
        Folder of a store, or a panel made elsewhere.
    unit, source : str, optional
        As in `demarche.desk.record.load_panel`.
    as_of : date, optional
        The record as it was known on a day; default its end.
    horizons : sequence of int
        Days.
    classes : str or mapping
        ``"quad"``, ``"root"`` or named sets of exact types.
    learn : str
        One of `LEARNERS`.
    min_events : int
        Events known before an origin from which a series is forecast.
    cold : sequence of int
        Horizons at which all known dyads are forecast too.
    periods : mapping of int to (int, int), optional
        First and last origin per horizon, as day numbers; default those of `PUBLISHED`, else the
        last tenth of the record.
    seed : int
    progress : callable, optional
        As in `demarche.outside.events.backtest.backtest`.

    Returns
    -------
    BackTest
        Gaps of the record and a thin end, then rows of the store that no count holds, stand first
        in ``left_out``. Days of next to nothing at its end are no days of the test: the record is
        read as if it ended before them.

    Raises
    ------
    QuestionError
        If `learn` is not one of the three.
    MethodError
        If the record is too short or too thin; days that were left out of it are told.
    """
    if learn not in LEARNERS:
        raise QuestionError(
            f"learn is {learn!r}; expected one of {', '.join(LEARNERS)}. "
            f"{near_miss(learn, LEARNERS)}"
        )
    silent: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    if isinstance(store, Panel):
        panel = store
    else:
        counts = open_counts(store, source=source, unit=unit)
        silences = load_silences(counts, as_of=as_of)
        panel = load_panel(counts, as_of=as_of, silences=silences)
        silent, rows = _told(silences), unused(counts)
        if source is None:
            rows = (*_others(store, counts.source), *rows)
    try:
        found = backtest(
            panel,
            horizons=horizons,
            classes=classes,
            min_events=min_events,
            cold=cold,
            periods=PUBLISHED.get((panel.source, panel.days)) if periods is None else periods,
            trees={"auto": None, "always": True, "never": False}[learn],
            seed=seed,
            progress=progress,
        )
    except MethodError as error:
        if not silent:
            raise
        raise MethodError(f"{error} Left out of the record: {'; '.join(silent)}.") from None
    return replace(found, left_out=(*silent, *rows, *found.left_out))


def _others(store: Path, source: str) -> tuple[str, ...]:
    """Sources of a store beside the fullest, which is taken where none is named, in words."""
    held = [f"{name} ({n.rows:,} daily counts)" for name, n in counted(store).items()
            if name != source]  # fmt: skip
    return (f"other sources of the record: {', '.join(sorted(held))}",) if held else ()


def _told(silences: Silences) -> tuple[str, ...]:
    """Days of a record on which nobody may have looked, in words."""
    told = [f"a gap in the record: {gap}" for gap in silences.gaps]
    thin = silences.thin_end
    if thin is not None:
        told.append(
            f"next to nothing at the end of the record: {thin}; no window that reaches beyond "
            f"{thin.before} is scored, as its source may not have reported then"
        )
    return tuple(told)
