"""ForecastBench: question sets, submissions of forecasts, and resolution sets.

Numbers arrive as text and missing ones as "N/A", also where a list is expected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from demarche.errors import DataError, TermError
from demarche.ledger.formats._fields import day_of, listed, number_of, share_of, text_of
from demarche.ledger.formats._result import Imported, RowError, Sheet
from demarche.ledger.formats._values import read_json
from demarche.ledger.formats.conditional import split_conditional
from demarche.terms.ledger import ForecasterKind, Outcome, SourceForecast

__all__ = ["read_forecastbench"]

Key = tuple[str, str, str, str]
CONTENTS = ("questions", "forecasts", "resolutions")


def read_forecastbench(
    path: Path,
    *,
    source: str = "",
    companions: Sequence[Path] = (),
    today: dt.date | None = None,
) -> Imported:
    """Forecasts of a submission, or the market prices of a question set, with their outcomes.

    Files are told apart by what they hold: ``questions``, ``forecasts`` or ``resolutions``. With a
    submission its forecasts are read; without one, the value that each market question was frozen
    at, as a forecast of the crowd. A question with several resolution dates is one proposition
    per date, in one cluster. A question that resolved to a share between 0 and 1 is void.

    Parameters
    ----------
    path : Path
    source : str
        ``forecastbench`` by default.
    companions : sequence of Path
        The other files of the same round.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If a file is of none of these kinds, two are of the same, or no forecast can be in them.
    """
    sets: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for one in (path, *companions):
        kind, data = _kind(one)
        if kind in sets:
            raise DataError(f"{one.name} and {sets[kind][0]} both hold {kind}; give one of them.")
        sets[kind] = (one.name, data)
    if not {"questions", "forecasts"} & set(sets):
        raise DataError(
            f"{path.name} holds resolutions only; add the question set or a submission."
        )
    sheet = Sheet(format="forecastbench", name=path.name, today=today)
    outcomes = _outcomes(sets.get("resolutions"), sheet=sheet)
    texts = _texts(sets.get("questions"), sheet=sheet)
    if "resolutions" not in sets:
        sheet.notes.append("no resolution set was given: every question is open")
    name = source or "forecastbench"
    if "forecasts" in sets:
        _submission(sets["forecasts"], sheet=sheet, outcomes=outcomes, texts=texts, source=name)
    else:
        _prices(sets["questions"], sheet=sheet, outcomes=outcomes, source=name)
    return sheet.done()


def _kind(path: Path) -> tuple[str, Mapping[str, Any]]:
    data = read_json(path)
    found = [kind for kind in CONTENTS if isinstance(data, dict) and kind in data]
    if len(found) != 1:
        raise DataError(
            f"{path.name}: expected an object with one of {', '.join(CONTENTS)}, as in a file of "
            "ForecastBench."
        )
    return found[0], data


def _name(row: Mapping[str, Any], key: str = "id") -> str:
    """Id of a question, or of two that are asked together."""
    value = row.get(key)
    if isinstance(value, list):
        return " & ".join(str(part) for part in value)
    return text_of(row, key)


def _direction(row: Mapping[str, Any]) -> str:
    value = row.get("direction")
    if value is None or value == "N/A":
        return ""
    return ",".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _key(row: Mapping[str, Any]) -> Key:
    day = day_of(row, "resolution_date")
    id = _name(row)
    if not id:
        raise RowError("has no id")
    if " & " in id and not _direction(row):
        raise RowError("is of two questions and has no direction")
    return text_of(row, "source"), id, _direction(row), day.isoformat() if day else ""


def _texts(
    given: tuple[str, Mapping[str, Any]] | None, *, sheet: Sheet
) -> dict[tuple[str, str], Mapping[str, Any]]:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    if given is None:
        return found
    for row in listed(given[1], "questions", name=given[0]):
        if isinstance(row, dict):
            found[text_of(row, "source"), _name(row)] = row
        else:
            sheet.counted["questions that are no objects"] += 1
    return found


def _outcomes(
    given: tuple[str, Mapping[str, Any]] | None, *, sheet: Sheet
) -> dict[Key, tuple[Outcome | None, str]]:
    """Outcome of each key, and why it is void."""
    found: dict[Key, tuple[Outcome | None, str]] = {}
    if given is None:
        return found
    for number, row in enumerate(listed(given[1], "resolutions", name=given[0]), start=1):
        try:
            if not isinstance(row, dict):
                raise RowError("is no object")
            key, to = _key(row), number_of(row, "resolved_to")
            if row.get("resolved") is not True:
                found[key] = (None, "")
            elif to in (0.0, 1.0):
                found[key] = ("yes" if to == 1 else "no", "")
            else:
                said = "nothing" if to is None else f"{to:g}"
                found[key] = ("annulled", f"resolved to {said}")
        except TermError as error:
            sheet.reject(
                f"{given[0]}, resolution {number}", reason=str(error).rstrip("."), text=str(row)
            )
    return found


def _outcome(
    outcomes: Mapping[Key, tuple[Outcome | None, str]], key: Key
) -> tuple[Outcome | None, str]:
    """Outcome of a key; a market question is resolved under any date or none."""
    if key in outcomes:
        return outcomes[key]
    same = [value for other, value in outcomes.items() if not key[3] and other[:3] == key[:3]]
    return same[0] if len(same) == 1 else (None, "")


def _forecast(
    key: Key,
    *,
    p: float,
    holder: str,
    kind: ForecasterKind,
    asked: dt.date | None,
    question: Mapping[str, Any],
    outcome: tuple[Outcome | None, str],
    source: str,
) -> SourceForecast:
    origin, id, direction, date = key
    said = split_conditional(text_of(question, "question") or id)
    closes = dt.date.fromisoformat(date) if date else day_of(question, "market_info_close_datetime")
    return SourceForecast(
        id="|".join(part for part in (origin, id, direction, date, holder) if part),
        source=source,
        holder=holder,
        question="|".join(part for part in (origin, id, direction, date) if part),
        text=said.question,
        condition=said.condition,
        forecaster=kind,
        kind="conditional" if said.condition else "prediction",
        probability=p,
        asked=asked,
        closes=closes,
        outcome=outcome[0],
        resolved_on=closes if outcome[0] in ("yes", "no") and date else None,
        cluster=f"{origin}|{id}",
        imported_from="forecastbench",
        note=outcome[1],
    )


def _submission(
    given: tuple[str, Mapping[str, Any]],
    *,
    sheet: Sheet,
    outcomes: Mapping[Key, tuple[Outcome | None, str]],
    texts: Mapping[tuple[str, str], Mapping[str, Any]],
    source: str,
) -> None:
    name, data = given
    maker, model = text_of(data, "organization"), text_of(data, "model")
    holder = " ".join(part for part in (maker, model) if part) or "unnamed"
    asked = day_of(data, "forecast_due_date")
    sheet.notes.append(
        "a model may have seen outcomes before its training ended; the file does not say"
    )
    for number, row in enumerate(listed(data, "forecasts", name=name), start=1):
        sheet.rows += 1
        place = f"forecast {number}"
        try:
            if not isinstance(row, dict):
                raise RowError("is no object")
            key = _key(row)
            sheet.add(
                _forecast(
                    key,
                    p=share_of(row, "forecast"),
                    holder=holder,
                    kind="model",
                    asked=asked,
                    question=texts.get(key[:2], {}),
                    outcome=_outcome(outcomes, key),
                    source=source,
                ),
                place=place,
                text=str(row),
            )
        except TermError as error:
            sheet.reject(place, reason=str(error).rstrip("."), text=str(row))


def _prices(
    given: tuple[str, Mapping[str, Any]],
    *,
    sheet: Sheet,
    outcomes: Mapping[Key, tuple[Outcome | None, str]],
    source: str,
) -> None:
    name, data = given
    due = day_of(data, "forecast_due_date")
    for number, row in enumerate(listed(data, "questions", name=name), start=1):
        sheet.rows += 1
        place = f"question {number}"
        try:
            if not isinstance(row, dict):
                raise RowError("is no object")
            if row.get("resolution_dates") not in (None, "N/A", []):
                raise RowError("is asked of data, and its frozen value is no probability")
            key = (text_of(row, "source"), _name(row), "", "")
            sheet.add(
                _forecast(
                    key,
                    p=share_of(row, "freeze_datetime_value"),
                    holder="market",
                    kind="crowd",
                    asked=day_of(row, "freeze_datetime") or due,
                    question=row,
                    outcome=_outcome(outcomes, key),
                    source=source,
                ),
                place=place,
                text=str(row),
            )
        except TermError as error:
            sheet.reject(place, reason=str(error).rstrip("."), text=str(row))
