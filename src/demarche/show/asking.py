"""From what is asked on the command line to an answer: case, trigger, days, record, weights."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from demarche.errors import QuestionError
from demarche.show.weights import given_weights
from demarche.show.where import found_store, given_day

if TYPE_CHECKING:
    from demarche.desk import Answer
    from demarche.terms import Case

__all__ = ["ASKED", "Asked", "answer_about", "answer_to", "days_of"]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asked:
    """What ``ask`` and the commands that answer as it does can be told.

    Parameters
    ----------
    trigger
        Trigger of the case (--if); "none" asks without one.
    actor
        Actor with courses of its own, if not the focal one.
    as_of
        Date (YYYY-MM-DD); precedents known later are not used.
    horizon
        Days, such as 90 or 90d.
    case
        Case file to which a question in words refers; shipped cases otherwise.
    drop
        Id of an episode to leave out (repeat for more).
    weights
        Weights of the outside and the inside view, such as 2/1, or "earned" by the ledger.
    seed
        Same seed, same bytes.
    draws
        Draws from the ranges of the inputs.
    store
        Folder of an event record; DEMARCHE_STORE or desk/record if one is there.
    source
        Source of the record that speaks; the fullest one by default.
    """

    trigger: Annotated[str | None, Parameter(name=["--if", "--trigger"])] = None
    actor: str | None = None
    as_of: str | None = None
    horizon: str | None = None
    case: str | None = None
    drop: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    weights: str = "1/1"
    seed: int = 20231101
    draws: int = 4096
    store: str | None = None
    source: str | None = None


ASKED = Asked()
"""The case as it stands."""


def answer_to(
    what: str,
    asked: Asked = ASKED,
    *,
    ledger: str | None,
    ledger_used: bool = False,
    compare: bool = True,
    before: Callable[[dt.date, dt.date], None] | None = None,
) -> Answer:
    """Answer to what was asked, with the options of ``ask`` as they were given.

    ``ledger`` is where weights are earned, if they are; ``ledger_used`` says that the command has
    another use for it.
    ``before`` is told the question's day and its last day before the work begins, and may refuse.

    Raises
    ------
    QuestionError
        If nothing was asked, or an option has no meaning.
    """
    from demarche.cases import find_case, shipped_case, shipped_ids
    from demarche.desk.words import understand

    if not what.strip():
        raise QuestionError(
            "expected a case or a question, got nothing: name a case (demarche cases lists them) "
            "or ask in quotes."
        )
    understood, trigger, actor = "", asked.trigger, asked.actor
    if asked.case is not None or _is_question(what):
        cases = [find_case(asked.case)] if asked.case else [shipped_case(i) for i in shipped_ids()]
        read = understand(what, cases=cases)
        found, understood = read.case, read.text
        trigger, actor = trigger or read.trigger.id, actor or read.actor.id
    else:
        found = find_case(what)
    where = found_store(asked.store)
    if where is not None:
        sys.stderr.write(f"reading the event record at {where} ...\n")
    return answer_about(
        found,
        replace(asked, trigger=trigger, actor=actor),
        store=where,
        ledger=ledger,
        ledger_used=ledger_used,
        compare=compare,
        understood=understood,
        before=before,
    )


def answer_about(
    found: Case,
    asked: Asked,
    *,
    store: Path | None,
    ledger: str | None,
    ledger_used: bool = False,
    compare: bool = True,
    understood: str = "",
    before: Callable[[dt.date, dt.date], None] | None = None,
) -> Answer:
    """Answer to what was asked about a case that is at hand, with a record that is there or none.

    As for `answer_to`; ``case`` and ``store`` of what was asked are not looked at.

    Raises
    ------
    QuestionError
        If an option has no meaning.
    """
    from demarche.desk import ask as desk_ask

    day, days = given_day(asked.as_of, option="--as-of"), days_of(asked.horizon)
    start = day or found.question.as_of
    if before is not None:
        before(start, start + dt.timedelta(days=days or found.question.horizon_days))
    return desk_ask(
        found,
        trigger=asked.trigger,
        actor=asked.actor,
        as_of=day,
        horizon_days=days,
        seed=asked.seed,
        draws=asked.draws,
        weights=given_weights(asked.weights, ledger=ledger, as_of=start, used=ledger_used),
        remove=asked.drop,
        understood=understood,
        compare=compare,
        store=store,
        source=asked.source,
        said=lambda line: sys.stderr.write(f"{line}\n"),
    )


def _is_question(what: str) -> bool:
    return (
        not what.endswith(".toml")
        and ("?" in what or len(what.split()) > 2)
        and not Path(what[:200]).exists()
    )


def days_of(text: str | None) -> int | None:
    """Days given to ``--horizon``.

    Raises
    ------
    QuestionError
        If the text is no number of days from 1 to 3650.

    Examples
    --------
    >>> days_of("90d"), days_of(None)
    (90, None)
    """
    if text is None:
        return None
    digits = text.strip().lower().removesuffix("days").removesuffix("d").strip()
    if (
        not digits.isascii()
        or not digits.isdigit()
        or len(digits) > 6
        or not 1 <= int(digits) <= 3650
    ):
        raise QuestionError(
            f"--horizon must be 1 to 3650 days, such as 90 or 90d, got {text[:40]!r}."
        )
    return int(digits)
