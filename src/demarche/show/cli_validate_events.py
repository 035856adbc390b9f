"""demarche validate events: the record's forecasts, scored on a later part of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import Parameter

__all__ = ["validate_events_command"]


def _said(name: str, number: int, total: int) -> None:
    sys.stderr.write(f"{number} of {total}: {name} ...\n")


def validate_events_command(
    *,
    store: str | None = None,
    source: str | None = None,
    unit: Literal["actor", "name", "sector"] | None = None,
    classes: Literal["quad", "root"] = "quad",
    horizons: Annotated[Sequence[int], Parameter(consume_multiple=True)] = (1, 7, 30),
    min_events: int = 5,
    learn: Annotated[bool | None, Parameter(negative="--no-learn")] = None,
    as_of: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Forecasts of the event record by every method, scored on a later part of it.

    Parameters
    ----------
    store
        Folder of the record; DEMARCHE_STORE or desk/record by default.
    source
        Source of the record; the fullest by default.
    unit
        What a dyad joins: actors, names of the source, or organs; names for benchmarks.
    classes
        Quad classes or CAMEO roots.
    horizons
        Days ahead, such as 1 7 30.
    min_events
        Earlier events from which a series is forecast.
    learn
        With or without LightGBM (extra "learn"); with it if it is installed.
    as_of
        Only what was known by this day.
    json
        Print one JSON object.
    """
    from demarche.desk.validate_events import validate_events
    from demarche.show.events_tables import backtest_json, backtest_text
    from demarche.show.where import given_day, store_path

    sys.stderr.write("forecasting day by day; this takes a few minutes ...\n")
    found = validate_events(
        store_path(store),
        unit=unit,
        source=source,
        as_of=given_day(as_of, option="--as-of"),
        horizons=tuple(horizons),
        classes=classes,
        learn="auto" if learn is None else "always" if learn else "never",
        min_events=min_events,
        progress=_said,
    )
    sys.stdout.write(backtest_json(found) if json else backtest_text(found))
