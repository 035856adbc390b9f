"""The page of the record: what it covers, what it holds of a dyad, and whether it is well."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DemarcheError, QuestionError
from demarche.show.workbench.asked import (
    PageError,
    Shown,
    asked_day,
    asked_word,
)
from demarche.show.workbench.frame import render
from demarche.show.workbench.record_figures import (
    coverage_figure,
    dyad_figure,
    reliability_figures,
)
from demarche.show.workbench.workspace import Workspace

if TYPE_CHECKING:
    from demarche.record.encoded import EncodedCounts, Unit
    from demarche.record.store import Status
    from demarche.show._figures import Figure

__all__ = ["Dyad", "page"]

LIMITS = (
    "A record holds what its sources reported. Counts follow attention as much as events, and a "
    "month without rows may be a month that was not read.",
    "Whether sources can be reached is not asked here: that is 'demarche record doctor --reach'.",
)
MOST_NAMES = 300
"""Actors offered by name, the busiest ones."""
YEARS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Dyad:
    """Counts of an actor towards another, or why there are none."""

    source: str
    actor: str
    recipient: str
    names: tuple[str, ...]
    figure: Figure | None
    problem: str = ""


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """What the record of the workspace holds; how to get one where there is none."""
    names = _backtests(workspace.folder)
    asked_word(query, "by", known=("month", "day"))
    if "backtest" in query and query["backtest"] not in names:
        raise PageError("This folder has no such back-test.", "The page lists those it has.",
                        status=404)  # fmt: skip
    told: dict[str, Any] = {"store": None, "status": None, "problem": "", "dyad": None}
    if workspace.store is not None:
        told = _told(workspace.store, query)
    figures, left_out, why = _reliability(workspace.folder, query.get("backtest"))
    body = render(
        "record.html.j2",
        asked=query,
        names=names,
        reliability=figures,
        left_out=left_out,
        why=why,
        folder=str(workspace.folder),
        **told,
    )
    return Shown(title="Record", body=body, limits=LIMITS)


def _told(store: Path, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything of the store; what cannot be read is said and stops nothing else."""
    from demarche.desk.record import coverage
    from demarche.record.doctor import doctor_report
    from demarche.record.store import status

    told: dict[str, Any] = {
        "store": str(store), "status": None, "problem": "", "dyad": None, "coverage": None,
    }  # fmt: skip
    told["doctor"] = doctor_report(store, sources=())
    try:
        told["status"] = found = status(store)
        told["coverage"] = coverage_figure(coverage(store))
    except DemarcheError as error:
        told["problem"] = str(error)
        return told
    if found.sources:
        told["dyad"] = _dyad(store, found, query)
    return told


def _dyad(store: Path, found: Status, query: Mapping[str, str]) -> Dyad:
    """Counts over time of the dyad asked for, else of the busiest actor towards anyone."""
    from demarche.desk.record import day_counts, months_of, named_counts

    source = asked_word(query, "source", known=[s.source for s in found.sources])
    actor, recipient = query.get("actor", ""), query.get("recipient", "")
    first, last = asked_day(query, "from"), asked_day(query, "to")
    by = query.get("by", "month")
    names: tuple[str, ...] = ()
    try:
        held = _held(store, source or None)
        names = busiest(held)
        held = named_counts(
            held, names=(actor, recipient), by_code=lambda: _held(store, source or None, "actor")
        )
        actor = actor or names[0]
        end = min(last or held.end, held.end)
        start = first or end.replace(day=1, year=end.year - YEARS)
        days = day_counts(
            held,
            actor=actor,
            recipients=(recipient,) if recipient else (),
            since=start,
            until=end,
        )
        rows = months_of(days) if by == "month" else tuple(zip(days.dates, days.quads, strict=True))
        figure = dyad_figure(rows, actor=actor, recipient=recipient, source=days.source, by=by)
    except DemarcheError as error:
        return Dyad(
            source=source, actor=actor, recipient=recipient, names=names, figure=None,
            problem=str(error),
        )  # fmt: skip
    return Dyad(
        source=days.source,
        actor=actor,
        recipient=recipient,
        names=names,
        figure=figure,
        problem="" if figure is not None else "Fewer than two steps of time to draw.",
    )


def busiest(held: EncodedCounts, *, most: int = MOST_NAMES) -> tuple[str, ...]:
    """Actors by the number of their events, the busiest first."""
    import numpy as np

    totals = np.bincount(held.actor, weights=held.count, minlength=len(held.actors))
    order = np.lexsort((np.asarray(held.actors), -totals))
    return tuple(held.actors[i] for i in order[:most].tolist())


def _held(store: Path, source: str | None, unit: Unit | None = None) -> EncodedCounts:
    """Counts of a source: the fullest one if none is named. A page writes nothing to keep them."""
    from demarche.desk.record import usual_unit
    from demarche.record.store import counted

    held = counted(store)
    if not held:
        raise QuestionError(
            "the record holds no daily counts yet; demarche record sync makes them."
        )
    name = source or max(held, key=lambda id: (held[id].rows, id))
    if name not in held:
        raise QuestionError(f"the record holds no daily counts of {name} yet.")
    unit = unit or usual_unit(name)
    return _counts(store, name, held[name].key, unit, held[name].paths(unit))


@functools.lru_cache(maxsize=2)
def _counts(
    store: Path, source: str, key: str, unit: Unit, paths: tuple[Path, ...]
) -> EncodedCounts:
    from demarche.record.encoded import encode_counts

    models = store / "models"
    kept = any(models.glob(f"arrays-{source}-{unit}-*/about.json"))
    return encode_counts(
        paths,
        source=source,
        unit=unit,
        cache=models if kept else None,
        key=key,
    )


def _backtests(folder: Path) -> tuple[str, ...]:
    """Names of the back-tests in the folder: what ``validate events --json`` printed."""
    found = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError:
        return ()
    for path in paths:
        try:
            with path.open("rb") as file:
                head = file.read(4000)
        except OSError:
            continue
        if b'"tracks"' in head:
            found.append(path.name)
    return tuple(found)


def _reliability(folder: Path, name: str | None) -> tuple[Sequence[Figure], tuple[str, ...], str]:
    """Reliability of a back-test of the folder and what it left out, or why it is not drawn."""
    if name is None:
        return (), (), ""
    from demarche.show.reliabilities import read_result

    path = next((path for path in folder.iterdir() if path.name == name), None)
    if path is None:
        return (), (), "The file is gone."
    try:
        data = read_result(path)
        return reliability_figures(data), tuple(map(str, data.get("left_out", ()))), ""
    except DemarcheError as error:
        return (), (), str(error)
    except (KeyError, TypeError, ValueError):
        return (), (), "The file is not as demarche validate events --json prints it."
