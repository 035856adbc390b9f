"""Posts of Metaculus as JSON: one's own forecasts, and the crowd's where the file has it.

Its terms allow reading with one's own token, for one's own eyes. Nothing is posted, and what
is read never earns weights; `metaculus_posts` fetches a post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche.errors import DataError, TermError
from demarche.ledger.formats._fields import (
    by_day,
    day_of,
    instant_of,
    mapped,
    objects_of,
    outcome_of,
    text_of,
)
from demarche.ledger.formats._result import Imported, RowError, Sheet
from demarche.ledger.formats._values import read_json
from demarche.ledger.formats.conditional import split_conditional
from demarche.terms.ledger import ForecasterKind, SourceForecast

__all__ = ["read_metaculus"]

TERMS = (
    "Metaculus: for your own eyes beside your own question; not to be shared, bundled or used to "
    "train, evaluate or build models without its permission"
)
VOID = ("annulled", "ambiguous")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One binary question of a post, with the condition it hangs on."""

    question: Mapping[str, Any]
    condition: str
    text: str
    place: str
    cluster: str


def read_metaculus(path: Path, *, source: str = "", today: dt.date | None = None) -> Imported:
    """Binary questions of a post, a list of posts or a page of posts, as the API gives them.

    Read are ``my_forecasts`` (holder "me") and the recency-weighted aggregate (holder "crowd").
    Annulled and ambiguous are void. Other types of questions are left out and counted. Of a
    conditional, each branch is a question on the condition or its opposite.

    Parameters
    ----------
    path : Path
    source : str
        ``metaculus`` by default.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If the file is no JSON of that form.
    """
    data = read_json(path)
    posts = data.get("results", [data]) if isinstance(data, dict) else data
    if not isinstance(posts, list) or not all(isinstance(post, dict) for post in posts):
        raise DataError(f"{path.name}: expected a post, a list of posts or a page with 'results'.")
    sheet = Sheet(format="metaculus", name=path.name, today=today)
    sheet.notes += [TERMS, "of several forecasts on one day the last is kept"]
    for number, post in enumerate(posts, start=1):
        place = f"post {post.get('id', number)}"
        try:
            asked = list(_asked(post, place=place))
        except TermError as error:
            sheet.rows += 1
            sheet.reject(place, reason=str(error).rstrip("."), text=str(post.get("title", "")))
            continue
        for one in asked:
            try:
                _take(one, sheet=sheet, source=source or "metaculus")
            except TermError as error:
                sheet.rows += 1
                sheet.reject(one.place, reason=str(error).rstrip("."), text=one.text)
    return sheet.done()


def _asked(post: Mapping[str, Any], *, place: str) -> Iterator[_Asked]:
    cluster = f"post {post.get('id', place)}"
    if isinstance(post.get("question"), dict):
        yield from _plain(post["question"], post=post, place=place, cluster=cluster)
    elif isinstance(post.get("group_of_questions"), dict):
        for found in objects_of(post["group_of_questions"], "questions"):
            where = f"{place}, question {found.get('id')}"
            yield from _plain(found, post=post, place=where, cluster=cluster)
    elif isinstance(post.get("conditional"), dict):
        yield from _branches(post["conditional"], place=place, cluster=cluster)
    else:
        raise RowError("has none of question, group_of_questions and conditional")


def _plain(
    question: Mapping[str, Any], *, post: Mapping[str, Any], place: str, cluster: str
) -> Iterator[_Asked]:
    said = split_conditional(text_of(question, "title") or text_of(post, "title"))
    yield _Asked(
        question=question,
        condition=said.condition,
        text=said.question,
        place=place,
        cluster=cluster,
    )


def _branches(conditional: Mapping[str, Any], *, place: str, cluster: str) -> Iterator[_Asked]:
    condition = text_of(mapped(conditional.get("condition"), what="condition"), "title")
    child = text_of(mapped(conditional.get("condition_child"), what="condition_child"), "title")
    for key, answer in (("question_yes", "yes"), ("question_no", "no")):
        if conditional.get(key) is None:
            continue
        yield _Asked(
            question=mapped(conditional[key], what=key),
            condition=f"{condition} ({answer})",
            text=child,
            place=f"{place}, {key}",
            cluster=cluster,
        )


def _take(one: _Asked, *, sheet: Sheet, source: str) -> None:
    question = one.question
    kind = text_of(question, "type")
    if kind != "binary":
        sheet.rows += 1
        sheet.reject(one.place, reason=f"a question of type {kind!r}, not binary", text=one.text)
        return
    found: tuple[tuple[str, ForecasterKind, list[tuple[dt.datetime, float]]], ...] = (
        ("me", "person", _given(question.get("my_forecasts"), what="my_forecasts")),
        ("crowd", "crowd", _given(_recency(question), what="aggregations.recency_weighted")),
    )
    outcome = outcome_of(text_of(question, "resolution"), yes="yes", no="no", void=VOID)
    close = day_of(question, "actual_close_time") or day_of(question, "scheduled_close_time")
    resolved = day_of(question, "actual_resolve_time") or day_of(question, "resolution_set_time")
    if not any(given for _, _, given in found):
        sheet.rows += 1
        sheet.reject(one.place, reason="no forecast of yours or of the crowd", text=one.text)
    for holder, forecaster, given in found:
        days, older = by_day(given)
        if older:
            sheet.counted[f"earlier forecasts of the same day by {holder}"] += older
        for asked, p in days:
            sheet.rows += 1
            late = close is not None and asked > close
            if not 0 <= p <= 1:
                sheet.reject(one.place, reason=f"probability {p!r} outside [0, 1]", text=one.text)
                continue
            sheet.add(
                SourceForecast(
                    id=f"{question.get('id')}|{holder}",
                    source=source,
                    holder=holder,
                    question=str(question.get("id")),
                    text=one.text,
                    condition=one.condition,
                    forecaster=forecaster,
                    kind="conditional" if one.condition else "prediction",
                    probability=p,
                    asked=asked,
                    closes=None if late else close,
                    outcome=outcome,
                    resolved_on=resolved,
                    cluster=one.cluster,
                    imported_from="metaculus",
                ),
                place=f"{one.place}, {asked}",
                text=one.text,
            )


def _recency(question: Mapping[str, Any]) -> Any:
    aggregations = question.get("aggregations")
    return aggregations.get("recency_weighted") if isinstance(aggregations, dict) else None


def _given(block: Any, *, what: str) -> list[tuple[dt.datetime, float]]:
    """Instants and probabilities of yes: ``forecast_values`` is (no, yes), ``centers`` (yes,)."""
    if not isinstance(block, dict):
        return []
    latest = [mapped(block["latest"], what=f"latest of {what}")] if block.get("latest") else []
    found = []
    for entry in (*objects_of(block, "history"), *latest):
        values, centers = entry.get("forecast_values"), entry.get("centers")
        p = (
            values[1]
            if isinstance(values, list) and len(values) == 2
            else centers[0]
            if isinstance(centers, list) and len(centers) == 1
            else None
        )
        at = instant_of(entry, "start_time", scale=1.0)
        if isinstance(p, int | float) and not isinstance(p, bool) and at is not None:
            found.append((at, float(p)))
    return list(dict.fromkeys(found))
