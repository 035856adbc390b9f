"""Reviewed claims of a reading become forecasts of their source; nothing else enters a ledger."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import Any

from demarche.errors import DataError, QuestionError, TermError, near_miss
from demarche.terms.ledger import SourceForecast
from demarche.terms.loaded import loaded_words

__all__ = ["acceptable", "forecasts_of"]

READING = "demarche reading 2"
KINDS = {
    "prediction": "prediction",
    "conditional": "conditional",
    "past_prediction": "prediction",
    "commitment": "commitment",
    "red_line": "red_line",
    "threat": "commitment",
}
LONGEST = 300
"""Characters of a proposition."""


def acceptable(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Claims of a reading that could enter a ledger: those of a kind that is kept or scored.

    Raises
    ------
    DataError
        If this is no reading of one article.
    """
    if not isinstance(data, dict) or data.get("format") != READING or "claims" not in data:
        raise DataError(
            "this is no reading of one article: make one with demarche read FILE --json > READ.json"
        )
    rows = data["claims"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise DataError("the reading's claims are not as demarche read writes them.")
    return [row for row in rows if row.get("kind") in KINDS]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]


def _source(data: Mapping[str, Any], said: str | None) -> str:
    if said:
        return said
    document = data.get("document") or {}
    name = document.get("outlet") or document.get("author") or ""
    if not name:
        raise QuestionError("the reading names no outlet or author; name one with --source.")
    return _slug(str(name))


def _asked(data: Mapping[str, Any]) -> dt.date:
    day = (data.get("document") or {}).get("date")
    if not day:
        raise QuestionError(
            "the article has no day of publication, so nothing is dated by it: read it again "
            "with --date."
        )
    try:
        return dt.date.fromisoformat(str(day))
    except ValueError:
        raise DataError(f"the reading's date {str(day)[:20]!r} is no day.") from None


def forecasts_of(
    data: Mapping[str, Any],
    *,
    ids: Collection[str] = (),
    words: Mapping[str, str] | None = None,
    source: str | None = None,
) -> tuple[SourceForecast, ...]:
    """Forecasts of the reviewed claims of a reading.

    A claim is reviewed if its ``review`` says ``accepted`` or ``edited``, or its id is named.

    Parameters
    ----------
    data : mapping
        What ``demarche read --json`` printed, perhaps edited.
    ids : collection of str
        Claims accepted now.
    words : mapping, optional
        Propositions in neutral words by id; else ``text_as_coded`` of the claim, else its quote
        where that has no loaded word.
    source : str, optional
        Id of the source; else the outlet's or author's.

    Raises
    ------
    DataError, QuestionError
        If it is no reading, an id is unknown, nothing was reviewed, a proposition is not neutral,
        or the article has no day.
    """
    rows = acceptable(data)
    known = [str(row["id"]) for row in rows]
    for id in (*ids, *(words or {})):
        if id not in known:
            raise QuestionError(
                f"{id!r} is no claim of this reading that can be accepted. "
                f"{near_miss(id, known)} Known: {', '.join(known[:12])}."
            )
    for row in data["claims"]:
        if row.get("review") in ("accepted", "edited") and row.get("kind") not in KINDS:
            raise QuestionError(
                f"claim {row['id']} is a {str(row.get('kind'))[:30]}, which no ledger keeps: set "
                f'its "review" back to "proposed". Kept are: {", ".join(KINDS)}.'
            )
    chosen = [
        row for row in rows if row["id"] in ids or row.get("review") in ("accepted", "edited")
    ]
    if not chosen:
        raise QuestionError(
            "no claim of this reading was reviewed, and nothing enters a ledger unreviewed: set "
            '"review" to "accepted" in the file, or name claims with --id. '
            f"Known: {', '.join(known[:12]) or 'none'}."
        )
    name, asked = _source(data, source), _asked(data)
    return tuple(_forecast(row, data, name, asked, dict(words or {})) for row in chosen)


def _forecast(
    row: Mapping[str, Any],
    data: Mapping[str, Any],
    source: str,
    asked: dt.date,
    words: Mapping[str, str],
) -> SourceForecast:
    text = _proposition(row, words)
    kind = KINDS[str(row["kind"])]
    band = row.get("probability") or {}
    low, high = band.get("low"), band.get("high")
    hedge = row.get("hedge") or {}
    if kind == "prediction" and hedge.get("class") == "not_excluded":
        kind = "cannot_be_ruled_out"
    if kind in ("commitment", "red_line"):
        low = high = None
    stated = low is not None and low == high
    horizon = row.get("horizon") or {}
    said_on = asked
    if row["kind"] == "past_prediction" and horizon.get("start"):
        said_on = dt.date.fromisoformat(str(horizon["start"]))
    closes = dt.date.fromisoformat(str(horizon["end"])) if horizon.get("end") else None
    late = ""
    if closes is not None and closes < said_on:
        closes, late = None, f"; its horizon ended on {horizon['end']}, before it was said"
    sha = str((data.get("document") or {}).get("sha256", ""))
    try:
        return SourceForecast(
            id=f"{sha[:12]}-{row['id']}",
            source=source,
            holder=str(row.get("holder") or "author"),
            text=text,
            forecaster="text",
            kind=kind,  # type: ignore[arg-type]
            condition=str(row.get("condition") or "")[:LONGEST],
            hedge=str(hedge.get("words") or "")[:80],
            said="-" if row.get("polarity") == "-" else "+",
            probability=float(low) if stated and low is not None else None,
            low=None if stated or low is None else float(low),
            high=None if stated or high is None else float(high),
            asked=said_on,
            closes=closes,
            note=f"line {row.get('line')}, characters {row.get('extent')}, text sha256 {sha}{late}",
        )
    except (TermError, TypeError, ValueError) as error:
        raise DataError(f"claim {row['id']}: {error}") from None


def _proposition(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    given = words.get(str(row["id"])) or str(row.get("text_as_coded") or "")
    quote = "" if row.get("quote_cut") else str(row.get("quote") or "")
    text = " ".join((given or quote).split())
    loaded = loaded_words(text)
    how = f"--word {row['id']}='...' or \"text_as_coded\" in the file"
    if loaded:
        raise QuestionError(
            f"claim {row['id']} holds {loaded[0][0]!r}, which is no neutral word: say what it "
            f"claims in neutral words with {how}."
        )
    if not text or (len(text) > LONGEST and not given):
        raise QuestionError(f"claim {row['id']} is too long to keep as it stands: word it, {how}.")
    return text[:LONGEST]
