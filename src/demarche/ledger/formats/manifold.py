"""Markets of Manifold as JSON: the price as the crowd's forecast, rebuilt from the bets.

A market object alone holds its last price, which for a resolved market is no forecast. Bets are
given in a second file, or under ``bets`` of the market.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from demarche.errors import DataError, TermError
from demarche.ledger.formats._fields import (
    by_day,
    instant_of,
    number_of,
    objects_of,
    share_of,
    text_of,
)
from demarche.ledger.formats._result import Imported, RowError, Sheet
from demarche.ledger.formats._values import read_json
from demarche.ledger.formats.conditional import split_conditional
from demarche.terms.ledger import Outcome, SourceForecast

__all__ = ["read_manifold"]

MILLI = 1000.0
"""Times are milliseconds since 1970."""


def read_manifold(
    path: Path,
    *,
    source: str = "",
    companions: Sequence[Path] = (),
    today: dt.date | None = None,
) -> Imported:
    """Price histories of yes/no markets and of answers, as forecasts of a crowd.

    The last price of each UTC day is kept. YES and NO resolve; CANCEL is void; MKT, a resolution to
    a price, is void as well and says so. Each answer of a multiple-choice market is a proposition
    of its own; where answers exclude each other, the note says so.

    Parameters
    ----------
    path : Path
        A market or a list of markets.
    source : str
        ``manifold`` by default.
    companions : sequence of Path
        Files of bets: a list, each with its ``contractId``.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If a file is no JSON of that form.
    """
    data = read_json(path)
    markets = data if isinstance(data, list) else [data]
    if not all(isinstance(market, dict) for market in markets):
        raise DataError(f"{path.name}: expected a market or a list of markets.")
    sheet = Sheet(format="manifold", name=path.name, today=today)
    sheet.notes.append(
        "creators resolve their own markets; the price is read as the crowd's forecast, the last "
        "of each day"
    )
    bets = [bet for other in companions for bet in _bets(other)]
    for number, market in enumerate(markets, start=1):
        place = f"market {market.get('id', number)}"
        try:
            own = [*bets, *objects_of(market, "bets")]
            _market(market, bets=own, place=place, sheet=sheet, source=source or "manifold")
        except TermError as error:
            sheet.rows += 1
            sheet.reject(place, reason=str(error).rstrip("."), text=str(market.get("question", "")))
    return sheet.done()


def _bets(path: Path) -> list[Any]:
    found = read_json(path)
    if not isinstance(found, list) or not all(isinstance(bet, dict) for bet in found):
        raise DataError(f"{path.name}: expected a list of bets.")
    return found


def _market(
    market: Mapping[str, Any],
    *,
    bets: Sequence[Mapping[str, Any]],
    place: str,
    sheet: Sheet,
    source: str,
) -> None:
    kind = text_of(market, "outcomeType")
    if kind == "BINARY":
        parts: list[tuple[str, Mapping[str, Any], str]] = [("", market, "")]
    elif kind == "MULTIPLE_CHOICE" and isinstance(market.get("answers"), list):
        exclusive = market.get("shouldAnswersSumToOne", True)
        note = "one of several exclusive answers" if exclusive else ""
        parts = [(text_of(a, "text"), a, note) for a in objects_of(market, "answers")]
    else:
        raise RowError(f"a market of type {kind!r} is no yes/no question")
    for answer, holder, note in parts:
        _answer(
            market, answer=answer, resolved=holder, note=note, bets=bets, place=place, sheet=sheet,
            source=source,
        )  # fmt: skip


def _answer(
    market: Mapping[str, Any],
    *,
    answer: str,
    resolved: Mapping[str, Any],
    note: str,
    bets: Sequence[Mapping[str, Any]],
    place: str,
    sheet: Sheet,
    source: str,
) -> None:
    id = text_of(market, "id")
    answer_id = text_of(resolved, "id") if answer else ""
    where = f"{place}, {answer}" if answer else place
    given = [
        price
        for bet in bets
        if text_of(bet, "contractId") in ("", id)
        and text_of(bet, "answerId") == answer_id
        and (price := _price(bet)) is not None
    ]
    said = split_conditional(text_of(market, "question"))
    if not given:
        sheet.rows += 1
        sheet.reject(
            where,
            reason="no bets are given, and the last price of a market is no forecast",
            text=said.question,
        )
        return
    outcome, more = _outcome(resolved if answer and "resolution" in resolved else market)
    ended = instant_of(market, "resolutionTime", scale=MILLI)
    closing = instant_of(market, "closeTime", scale=MILLI)
    close = min((at for at in (ended, closing) if at is not None), default=None)
    days, _ = by_day(given)
    for asked, p in days:
        sheet.rows += 1
        late = close is not None and asked > close.date()
        sheet.add(
            SourceForecast(
                id="|".join(part for part in (id, answer_id) if part),
                source=source,
                holder="crowd",
                question=id,
                course=answer,
                text=said.question,
                condition=said.condition,
                forecaster="crowd",
                kind="conditional" if said.condition else "prediction",
                probability=p,
                asked=asked,
                closes=close.date() if close is not None and not late else None,
                outcome=outcome,
                resolved_on=ended.date() if ended is not None else None,
                cluster=id,
                imported_from="manifold",
                note="; ".join(part for part in (note, more) if part),
            ),
            place=f"{where}, {asked}",
            text=said.question,
        )


def _price(bet: Mapping[str, Any]) -> tuple[dt.datetime, float] | None:
    """Instant and price after a bet; None of one that moved nothing."""
    if bet.get("isCancelled") is True or number_of(bet, "amount") == 0:
        return None
    at = instant_of(bet, "createdTime", scale=MILLI)
    if at is None:
        raise RowError("a bet has no createdTime")
    return at, share_of(bet, "probAfter")


def _outcome(resolved: Mapping[str, Any]) -> tuple[Outcome | None, str]:
    word = text_of(resolved, "resolution").upper()
    if not word:
        return None, ""
    if word in ("YES", "NO"):
        return ("yes" if word == "YES" else "no"), ""
    if word == "CANCEL":
        return "annulled", "cancelled"
    if word == "MKT":
        at = number_of(resolved, "resolutionProbability")
        return "annulled", "resolved to a price" + (f" of {at:g}" if at is not None else "")
    raise RowError(f"resolution {word[:40]!r} is none of YES, NO, MKT, CANCEL")
