"""What the interface gives: the texts that the commands print with ``--json``, from a workspace."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.cases import dump_case
from demarche.desk.what_if import Scenario
from demarche.errors import QuestionError, near_miss
from demarche.record import episodes_hash, load_episodes
from demarche.show.asking import Asked, answer_about
from demarche.show.data import answer_json
from demarche.show.workbench.api_fields import ApiError
from demarche.show.workbench.saving import answered
from demarche.show.workbench.words import glossary
from demarche.terms import NO_TRIGGER, Case
from demarche.terms.plain import to_plain

if TYPE_CHECKING:
    from demarche.desk import Answer
    from demarche.show.workbench.workspace import Workspace

__all__ = [
    "answer_text",
    "case_text",
    "cases_text",
    "episodes_text",
    "forecasts_text",
    "glossary_text",
    "issue_text",
    "record_text",
    "scores_text",
    "what_if_text",
]

Values = Mapping[str, Any]


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _case(workspace: Workspace, id: str) -> Case:
    """The case of an id; 404 where there is none, 422 where its file has problems."""
    try:
        return workspace.load(id)
    except QuestionError as error:
        raise ApiError(404, str(error)) from None


def cases_text(workspace: Workspace, _: Values) -> str:
    """Cases of the workspace."""
    rows = [
        {"id": one.id, "title": one.title, "where": one.where, "problems": list(one.problems)}
        for one in workspace.cases()
    ]
    return _text({"folder": str(workspace.folder), "opened": workspace.case, "cases": rows})


def case_text(workspace: Workspace, asked: Values) -> str:
    """A case as its file holds it, in the keys of the case format."""
    case = _case(workspace, asked["id"])
    return _text({"id": asked["id"], "case": _plain(tomllib.loads(dump_case(case)))})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _answer(workspace: Workspace, asked: Values, *, compare: bool = True) -> Answer:
    """The answer to what was asked, with the options of ``demarche ask``."""
    case = _case(workspace, asked["case"])
    _named(case, asked)
    given = Asked(
        trigger=asked.get("if"),
        actor=asked.get("actor"),
        as_of=asked.get("as_of"),
        horizon=str(asked["horizon"]) if "horizon" in asked else None,
        drop=tuple(asked.get("drop", ())),
        weights=asked.get("weights", "1/1"),
        seed=asked.get("seed", workspace.seed),
        draws=asked.get("draws", workspace.draws),
    )
    return answer_about(
        case,
        given,
        store=workspace.store,
        ledger=_ledger(workspace),
        ledger_used=True,
        compare=compare,
    )


def _named(case: Case, asked: Values) -> None:
    """Say with 404 what a question names and nobody knows."""
    try:
        if asked.get("if") not in (None, NO_TRIGGER):
            case.trigger(asked["if"])
        if "actor" in asked:
            case.decider(asked["actor"])
    except QuestionError as error:
        raise ApiError(404, str(error)) from None
    known = [episode.id for episode in load_episodes()]
    for id in asked.get("drop", ()):
        if id not in known:
            hint = near_miss(id, known)
            raise ApiError(404, f"No episode is called {id[:80]!r}. {hint}".rstrip())


def answer_text(workspace: Workspace, asked: Values) -> str:
    """The object that ``demarche ask --json`` prints, byte for byte."""
    return answer_json(_answer(workspace, asked))


def what_if_text(workspace: Workspace, asked: Values) -> str:
    """The answer with inputs moved; nothing is kept."""
    scenario = Scenario(base=_case(workspace, asked["case"]))
    for edit in asked.get("edits", ()):
        scenario = scenario.edited(edit["place"], edit["value"], because=edit.get("because", ""))
    here = replace(
        workspace,
        seed=asked.get("seed", workspace.seed),
        draws=asked.get("draws", workspace.draws),
    )
    return answer_json(answered(scenario, workspace=here))


def episodes_text(_: Workspace, __: Values) -> str:
    """All episodes that ship."""
    rows = load_episodes()
    return _text({"hash": episodes_hash(rows), "episodes": [to_plain(row) for row in rows]})


def glossary_text(_: Workspace, __: Values) -> str:
    """All terms."""
    rows = [
        {"term": row.term, "meaning": row.meaning, "used_in": row.used_in} for row in glossary()
    ]
    return _text({"terms": rows})


def _ledger(workspace: Workspace) -> str | None:
    """Place of the workspace's ledger where it is there."""
    place = workspace.ledger
    if place is None or "://" in place or Path(place).expanduser().is_file():
        return place
    return None


def _needed_ledger(workspace: Workspace) -> str:
    place = _ledger(workspace)
    if place is None:
        raise ApiError(404, "This workbench has no ledger yet: nothing was issued into it.")
    return place


def forecasts_text(workspace: Workspace, _: Values) -> str:
    """Questions of the ledger and where each stands."""
    from demarche.show.ledger_list import listed, listed_data
    from demarche.show.ledger_open import Held, now

    held = Held(ledger=_needed_ledger(workspace))
    return _text(listed_data(listed(held, today=now().date())))


def scores_text(workspace: Workspace, asked: Values) -> str:
    """Scores of the ledger."""
    from demarche.desk.scoring import score_ledger
    from demarche.desk.track import read_track
    from demarche.show.score_text import ledger_scores_json

    track = read_track(_needed_ledger(workspace))
    scored = score_ledger(track, by=asked.get("by", "view"), seed=asked.get("seed", workspace.seed))
    return ledger_scores_json(scored)


def issue_text(workspace: Workspace, asked: Values) -> str:
    """Answer a question and write the forecast into the ledger: the one address that writes."""
    from demarche.show.cli_issue import Issuing, issued, issued_data, refuse_early
    from demarche.show.ledger_open import Held, checked_writable

    if workspace.ledger is None:
        raise ApiError(409, "This workbench was started without a ledger: name one with --ledger.")
    held = Held(ledger=workspace.ledger)
    case = _case(workspace, asked["case"])
    late = bool(asked.get("late", False))
    start = dt.date.fromisoformat(asked["as_of"]) if "as_of" in asked else case.question.as_of
    days = asked.get("horizon", case.question.horizon_days)
    refuse_early(start, _later(start, days), late=late)
    checked_writable(held)
    answer = _answer(workspace, asked, compare=False)
    issuing = Issuing(
        occurred=bool(asked.get("occurred", False)), note=asked["reason"].strip(), late=late
    )
    entry, place, warnings = issued(answer, issuing, held=held)
    return _text({**issued_data(entry, place=place), "warnings": list(warnings)})


def _later(start: dt.date, days: int) -> dt.date:
    try:
        return start + dt.timedelta(days=days)
    except OverflowError:
        return dt.date.max


def record_text(workspace: Workspace, _: Values) -> str:
    """What the event record holds, by source."""
    from demarche.record.store import status, status_data

    if workspace.store is None:
        raise ApiError(404, "This workbench has no event record: name one with --store.")
    return _text(status_data(status(workspace.store)))
