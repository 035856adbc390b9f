"""The command line. Heavy imports wait for the command that needs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import cyclopts
from cyclopts import App, Parameter

from demarche import __version__
from demarche.errors import DemarcheError
from demarche.show.asking import ASKED, Asked, answer_to
from demarche.show.cli_compare import compare_command
from demarche.show.cli_explain import explain_command
from demarche.show.cli_issue import (
    ISSUING,
    Issuing,
    checked_issuing,
    issue_answer,
    refuse_early,
)
from demarche.show.cli_ledger_files import add_forecasts, write_forecasts
from demarche.show.cli_ledger_life import ledger_app
from demarche.show.cli_ledger_scores import ledger_scores
from demarche.show.cli_next import next_command
from demarche.show.cli_picture import picture
from demarche.show.cli_read import claims_app, read_command, spelled
from demarche.show.cli_record import record
from demarche.show.cli_report import report_command
from demarche.show.cli_score import score
from demarche.show.cli_solve import solve_command
from demarche.show.cli_sweep import sweep_command
from demarche.show.cli_validate_deu import validate_deu_command
from demarche.show.cli_validate_events import validate_events_command
from demarche.show.cli_validate_inputs import validate_inputs_command
from demarche.show.cli_workbench import workbench_command
from demarche.show.ledger_open import Held, checked_writable
from demarche.show.written import write_new

__all__ = ["app", "main"]

LONGEST = 20_000
"""Characters of an error message that are shown."""

app = App(
    name="demarche",
    help='Forecasts what an international actor would do: "What would X do if Y happened?"',
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
validate = App(name="validate", help="Measure the views against known outcomes.")
app.command(validate)
app.command(record)
app.command(ledger_app)
ledger_app.command(ledger_scores, name="scores")
ledger_app.command(add_forecasts, name="add")
ledger_app.command(write_forecasts, name="forecasts")
app.command(picture)
app.command(report_command, name="report")
app.command(score)
app.command(read_command, name="read")
app.command(claims_app)
app.command(next_command, name="next")
app.command(solve_command, name="solve")
app.command(explain_command, name="explain")
app.command(sweep_command, name="sweep")
app.command(compare_command, name="compare")
app.command(workbench_command, name="workbench")
validate.command(validate_events_command, name="events")
validate.command(validate_deu_command, name="deu")
validate.command(validate_inputs_command, name="inputs")


def _out(text: str) -> None:
    sys.stdout.write(text)


@app.command
def ask(
    what: str,
    /,
    *,
    asked: Asked = ASKED,
    ledger: str | None = None,
    issue: Annotated[bool, Parameter(negative="")] = False,
    issuing: Issuing = ISSUING,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Answer a case, or a question in words.

    Parameters
    ----------
    what
        Id of a shipped case, path of a case file, or a question in quotes.
    ledger
        Ledger that weights are earned by and --issue writes to; DEMARCHE_LEDGER or
        desk/ledger.sqlite by default.
    issue
        Issue the answer into the ledger as well; see demarche ledger.
    json
        Print one JSON object instead of the screen.
    """
    held = Held(ledger=ledger)
    checked_issuing(issue, issuing)
    if issue:
        checked_writable(held)
    answer = answer_to(
        what,
        asked,
        ledger=ledger,
        ledger_used=issue,
        before=partial(refuse_early, late=issuing.late) if issue else None,
    )
    if json:
        from demarche.show.data import answer_json

        _out(answer_json(answer))
    else:
        from demarche.show.text import answer_text

        _out(answer_text(answer))
    if issue:
        issue_answer(answer, issuing, held=held, json=False, aside=json)


@app.command
def check(file: str, /) -> None:
    """Check a case file; every problem is listed at once.

    Parameters
    ----------
    file
        Path of a case file, or id of a shipped case.
    """
    from demarche.cases import load_case, reach_notes, shipped_case, shipped_ids, worded_notes
    from demarche.desk.consistency import consistency_warnings
    from demarche.record import load_episodes

    known = frozenset(episode.id for episode in load_episodes())
    case = shipped_case(file) if file in shipped_ids() else load_case(file, episodes=known)
    _out(
        f"{file}: ok. {len(case.actors)} actors, {len(case.factions)} factions, "
        f"{len(case.courses)} courses, {len(case.triggers)} triggers, "
        f"{len(case.evidence)} evidence items, {len(case.claims)} claims.\n"
    )
    for warning in consistency_warnings(case):
        _out(f"warning: {warning}\n")
    for note in (*worded_notes(case), *reach_notes(case)):
        _out(f"note: {note}\n")


@app.command(name="new-case")
def new_case(file: str | None = None, /) -> None:
    """Write a commented case that passes 'check', to change line by line.

    Parameters
    ----------
    file
        Path to write; printed if absent. An existing file is never overwritten.
    """
    from demarche.cases import template

    if file is None:
        _out(template())
        return
    write_new(Path(file), template())
    _out(f"wrote {file}; now: demarche check {file}\n")


@app.command
def cases() -> None:
    """List the cases that ship."""
    from demarche.cases import shipped_case, shipped_ids

    for id in shipped_ids():
        case = shipped_case(id)
        _out(f"{id:<26} {case.question.as_of}  {case.title}\n")
        _out(f"{'':<26} {case.question.text}\n")
        triggers = ", ".join(trigger.id for trigger in case.triggers)
        _out(f"{'':<26} actors: {', '.join(a.id for a in case.deciding())}; triggers: {triggers}\n")


@app.command
def schema(what: Literal["case", "answer"] = "case", /) -> None:
    """Print the JSON Schema of the case format or of the answer.

    Parameters
    ----------
    what
        "case" or "answer".
    """
    import json as jsonlib

    from demarche.cases import case_schema
    from demarche.show.data import answer_schema

    found = case_schema() if what == "case" else answer_schema()
    _out(jsonlib.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


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
    _out(validation_json(table) if json else validation_text(table))


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
    _out(validation_json(table) if json else validation_text(table))


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
    _out(outcomes_json(table) if json else outcomes_text(table))


def _plain(text: str) -> str:
    """Text without what steers a terminal; line breaks stay, long values are cut."""
    kept = "".join(c if c == "\n" or c.isprintable() else " " for c in text)
    return kept if len(kept) <= LONGEST else kept[:LONGEST] + " ..."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; errors are one clear message, never a traceback."""
    # The matrices here are small: more threads of the linear algebra wait more than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app(
            spelled(sys.argv[1:] if argv is None else argv),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except DemarcheError as error:
        sys.stderr.write(f"demarche: {_plain(str(error))}\n")
        return 1
    except cyclopts.CycloptsError as error:
        sys.stderr.write(f"demarche: {_plain(str(error))}\nSee demarche --help.\n")
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("demarche: stopped.\n")
        return 130
    except MemoryError:
        sys.stderr.write("demarche: out of memory; use fewer --draws.\n")
        return 1
    return 0
