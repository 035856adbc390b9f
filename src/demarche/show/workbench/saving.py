"""What leaves the worktable: a case file that passes the check, a forecast in the ledger."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

from demarche.cases import dump_case, parse_case
from demarche.desk import ask
from demarche.desk.what_if import Scenario
from demarche.errors import DataError, LedgerError, QuestionError
from demarche.show.cli_issue import refuse_early
from demarche.show.ledger_open import Held, opened

if TYPE_CHECKING:
    from demarche.desk import Answer
    from demarche.show.workbench.workspace import Workspace

__all__ = ["answered", "committed", "repeat_command", "saved"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


def answered(scenario: Scenario, *, workspace: Workspace, compare: bool = True) -> Answer:
    """The whole answer to a scenario, with its explanations and the workspace's event record."""
    return ask(
        scenario.case(),
        as_of=scenario.as_of,
        horizon_days=scenario.horizon_days,
        weights=scenario.weights,
        seed=workspace.seed,
        draws=workspace.draws,
        store=workspace.store,
        compare=compare,
    )


def repeat_command(scenario: Scenario, file: str) -> str:
    """The command that gives the scenario's answer from its saved case."""
    words = ["demarche", "ask", file]
    own = scenario.base.question
    if scenario.as_of != own.as_of:
        words += ["--as-of", scenario.as_of.isoformat()]
    if scenario.horizon_days != own.horizon_days:
        words += ["--horizon", str(scenario.horizon_days)]
    outside, inside = scenario.weights
    if outside != inside:
        words += ["--weights", f"{outside:.10g}/{inside:.10g}"]
    return shlex.join(words)


def saved(scenario: Scenario, *, name: str, workspace: Workspace) -> str:
    """Write the scenario as a case file of the workspace's folder; never over another file.

    Returns
    -------
    str
        Where it lies and the command that repeats the answer.

    Raises
    ------
    QuestionError
        If the name is none that a file can have everywhere.
    CaseError
        If the case would not pass the check.
    DataError
        If the file is there already or cannot be written.
    """
    stem = name.strip().removesuffix(".toml")
    if not NAME.fullmatch(stem):
        raise QuestionError(
            "a case file is named with 1 to 80 letters, digits, - and _, beginning with a letter "
            f"or digit; got {name[:80]!r}."
        )
    file = workspace.folder / f"{stem}.toml"
    text = dump_case(scenario.case())
    parse_case(text, file=file.name)
    try:
        handle = file.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise DataError(f"{file} is there already: choose another name.") from None
    except OSError as error:
        raise DataError(f"{file} cannot be made: {error.strerror}.") from None
    done = False
    try:
        with handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        done = True
    except OSError as error:
        raise DataError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        if not done:
            file.unlink(missing_ok=True)
    return f"Saved as {file}. The same answer again: {repeat_command(scenario, str(file))}"


def committed(
    scenario: Scenario,
    *,
    reason: str,
    late: bool,
    workspace: Workspace,
    clock: Callable[[], dt.datetime],
) -> str:
    """Write the scenario's whole answer to the ledger as a forecast, with the reason for it.

    Raises
    ------
    QuestionError
        If no reason is given, or the deadline is over and it is not to be kept as late.
    LedgerError
        If the ledger cannot be written.
    """
    if not reason.strip():
        raise QuestionError("say why this forecast is entered: the reason is kept with it.")
    if len(reason) > 500:
        raise QuestionError(f"a reason may be 500 characters long, got {len(reason)}.")
    closes = scenario.as_of + dt.timedelta(days=scenario.horizon_days)
    refuse_early(scenario.as_of, closes, late=late)
    answer = answered(scenario, workspace=workspace, compare=False)
    from demarche.desk.issue import forecast_of
    from demarche.ledger.life import issue

    at = clock()
    forecast = forecast_of(
        answer, issued_at=at, late=late and closes < at.date(), note=reason.strip()
    )
    with opened(Held(ledger=workspace.ledger)) as book:
        entry = issue(book, forecast)
        place = book.place.label
    if not entry.hash:
        raise LedgerError(f"{place} gave no hash for what was written.")
    return (
        f"Entry {entry.seq} of {place}: question {forecast.question.id}, hash {entry.hash[:12]}. "
        f"Resolve it after {forecast.closes}."
    )
