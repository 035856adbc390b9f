"""Back-tests of the event half of the outside view, on any store or panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from demarche.desk.record import load_panel, open_counts, told_gaps, unused
from demarche.errors import QuestionError, near_miss
from demarche.outside.events.backtest import BackTest, Progress, Track, backtest
from demarche.outside.events.panel import Panel
from demarche.record.encoded import Unit

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
        Gaps of the record, and rows of the store that no count holds, stand first in ``left_out``.

    Raises
    ------
    QuestionError
        If `learn` is not one of the three.
    MethodError
        If the record is too short or too thin.
    """
    if learn not in LEARNERS:
        raise QuestionError(
            f"learn is {learn!r}; expected one of {', '.join(LEARNERS)}. "
            f"{near_miss(learn, LEARNERS)}"
        )
    left_out: tuple[str, ...] = ()
    if isinstance(store, Panel):
        panel = store
    else:
        counts = open_counts(store, source=source, unit=unit)
        panel = load_panel(counts, as_of=as_of)
        left_out = (*told_gaps(counts, as_of=as_of), *unused(counts))
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
    return replace(found, left_out=(*left_out, *found.left_out))
