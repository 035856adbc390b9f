"""Commands ``demarche validate``: the views against known outcomes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from demarche.show.later import add_later

__all__ = ["COMMANDS", "validate"]

validate = App(name="validate", help="Measure the views against known outcomes.")
COMMANDS = {
    "events": (
        "cli_validate_events:validate_events_command",
        "Forecasts of the event record by every method, scored on a later part of it.",
    ),
    "deu": (
        "cli_validate_deu:validate_deu_command",
        "Error of every method on the European Union's decisions, with paired intervals.",
    ),
    "inputs": (
        "cli_validate_inputs:validate_inputs_command",
        "Compare a case's inputs with votes in the United Nations and with an event record.",
    ),
}
"""Those in files of their own; the others stand below."""
add_later(validate, COMMANDS)


@validate.command(name="episodes")
def validate_episodes(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Outside view on the shipped episodes: leave one out, and forward in time.

    Parameters
    ----------
    json
        Print one JSON object.
    """
    from demarche.desk.validate import validate_episodes as run
    from demarche.show.tables import validation_json, validation_text

    table = run()
    sys.stdout.write(validation_json(table) if json else validation_text(table))


@validate.command(name="icb")
def validate_icb(
    folder: str, /, *, start: int = 1975, json: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """The same engine on ICB's crises, forward in time.

    Parameters
    ----------
    folder
        Folder with the project's two files, icb1v14*.csv and icb2v14*.csv.
    start
        First year that is forecast.
    json
        Print one JSON object.
    """
    from demarche.desk.validate import validate_icb as run
    from demarche.show.tables import validation_json, validation_text

    if Path(folder).is_dir():
        sys.stderr.write("forecasting crisis by crisis; this takes a few minutes ...\n")
    table = run(Path(folder), start=start)
    sys.stdout.write(validation_json(table) if json else validation_text(table))


@validate.command(name="outcomes")
def validate_outcomes(
    case: str | None = None, /, *, json: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """Shipped cases whose outcomes are known: pool, views, base rate and claims, scored.

    Parameters
    ----------
    case
        Id of one case; all with outcomes by default.
    json
        Print one JSON object.
    """
    from demarche.desk.validate import validate_outcomes as run
    from demarche.show.tables import outcomes_json, outcomes_text

    table = run(case)
    sys.stdout.write(outcomes_json(table) if json else outcomes_text(table))
