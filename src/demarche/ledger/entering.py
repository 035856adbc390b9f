"""Forecasts by others enter the ledger: each once, and none against what is known already."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

from sqlalchemy import select

from demarche.errors import LedgerError
from demarche.ledger.formats._result import Proposition, proposition
from demarche.ledger.life import normal
from demarche.ledger.questions import QuestionState, question_state
from demarche.ledger.schema import entries
from demarche.ledger.store import Ledger, Reading, Writing
from demarche.terms.ledger import LedgerEntry, SourceForecast, SourceResolution

__all__ = ["AddedSources", "add_sources"]

BECAME = ("outcome", "verdict", "resolved_on", "evidence")
"""Fields of a forecast that say what became of it; all others say what was forecast."""
FROM_FILE = "as the file of forecasts says"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedSources:
    """What was added: entries of forecasts, entries of outcomes, and what was there already.

    Attributes
    ----------
    entries, outcomes : tuple of LedgerEntry
    known : int
        Forecasts that were in the ledger already.
    elsewhere : tuple of str
        Sources under which some of these were entered, where that is another one.
    """

    entries: tuple[LedgerEntry, ...]
    outcomes: tuple[LedgerEntry, ...]
    known: int
    elsewhere: tuple[str, ...]


class _Held(NamedTuple):
    """A forecast in the ledger, with what became of it by the newest entry."""

    seq: int
    said: SourceForecast
    verdict_seq: int | None


class _Book:
    """Forecasts of others in a ledger, found by source, id and day, by id alone, or by question."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        rows = reading.connection.execute(
            select(entries.c.subject, entries.c.seq).where(entries.c.kind == "source")
        )
        self.subjects = sorted((str(subject), int(seq)) for subject, seq in rows)
        self.by_subject = dict(self.subjects)
        self.by_rest: dict[str, list[int]] = {}
        for subject, seq in self.subjects:
            self.by_rest.setdefault(subject.partition("|")[2], []).append(seq)
        self._of: dict[Proposition, list[_Held]] = {}
        self._own: dict[str, QuestionState | None] = {}

    def held(self, seq: int) -> _Held:
        """A forecast as it was entered, or as a later entry says it came out."""
        entry = self.reading.entry(seq)
        assert entry is not None and isinstance(entry.content, SourceForecast)
        said, last = entry.content, None
        for later in self.reading.entries(kinds=("verdict",), subject=f"entry {seq}"):
            content, last = later.content, later.seq
            assert isinstance(content, SourceResolution)
            said = replace(
                said,
                outcome=content.outcome,
                verdict=content.verdict,
                resolved_on=content.on,
                evidence=content.evidence,
            )
        return _Held(seq, said, last)

    def same(self, forecast: SourceForecast) -> _Held | None:
        """The forecast of the same source, id and day."""
        seq = self.by_subject.get(_subject(forecast))
        return None if seq is None else self.held(seq)

    def elsewhere(self, forecast: SourceForecast) -> _Held | None:
        """The very same forecast under another source, as when its file was renamed."""
        for seq in self.by_rest.get(_subject(forecast).partition("|")[2], ()):
            held = self.held(seq)
            if not _differences(replace(held.said, source=forecast.source), forecast):
                return held
        return None

    def of_question(self, forecast: SourceForecast) -> list[_Held]:
        """Forecasts of the same proposition, whoever made them."""
        key = proposition(forecast)
        if key not in self._of:
            start = f"{forecast.source}|{forecast.question or forecast.id}"
            self._of[key] = [
                held
                for held in map(self.held, self._between(start))
                if proposition(held.said) == key
            ]
        return self._of[key]

    def outcome_of(self, forecast: SourceForecast) -> tuple[int, str] | None:
        """Entry and outcome of a course of the ledger's own question, if it is one."""
        key = forecast.question
        if not key:
            return None
        if key not in self._own:
            self._own[key] = question_state(self.reading, key)
        state = self._own[key]
        found = None if state is None else state.courses.get(forecast.course)
        return None if found is None else (found[0], found[1].outcome)

    def _between(self, start: str) -> Iterator[int]:
        for subject, seq in self.subjects[bisect_left(self.subjects, (start, 0)) :]:
            if not subject.startswith(start):
                return
            yield seq


def _subject(forecast: SourceForecast) -> str:
    day = forecast.asked.isoformat() if forecast.asked is not None else ""
    return f"{forecast.source}|{forecast.id}|{day}"


def _differences(one: SourceForecast, two: SourceForecast) -> list[str]:
    """Names of fields in which two forecasts differ, but for what became of them."""
    return [
        f.name
        for f in fields(SourceForecast)
        if f.name not in BECAME and getattr(one, f.name) != getattr(two, f.name)
    ]


def _said(forecast: SourceForecast) -> str | None:
    return forecast.outcome or forecast.verdict


def add_sources(
    ledger: Ledger, forecasts: Iterable[SourceForecast], *, unnamed: str = ""
) -> AddedSources:
    """Enter forecasts by others, all of them or none; the same one twice is entered once.

    A forecast that is there while its outcome was open, and now comes with one, gets an entry of
    its own that says so.

    Parameters
    ----------
    ledger : Ledger
    forecasts : iterable of SourceForecast
    unnamed : str
        Source that stands for none, because the file says none: its forecasts are known also where
        the very same ones were entered under another source.

    Raises
    ------
    LedgerError
        If one of the same source, id and day was entered with other content, or an outcome
        contradicts one that the ledger holds of the same question; both are named.
    """

    def act(writing: Writing) -> AddedSources:
        book = _Book(writing)
        added, outcomes, known, elsewhere = [], [], 0, set()
        for forecast in map(normal, forecasts):
            before = book.same(forecast)
            if before is None and forecast.source == unnamed:
                before = book.elsewhere(forecast)
                elsewhere |= {before.said.source} if before is not None else set()
            if before is None:
                _check_outcome(book, forecast)
                entry = writing.append("source", forecast)
                book.by_subject[_subject(forecast)] = entry.seq
                added.append(entry)
                continue
            known += 1
            made = _came_out(book, before, forecast, today=writing.now.date())
            if made is not None:
                outcomes.append(writing.append("verdict", made))
        return AddedSources(
            entries=tuple(added),
            outcomes=tuple(outcomes),
            known=known,
            elsewhere=tuple(sorted(elsewhere)),
        )

    return ledger.write(act)


def _named(forecast: SourceForecast) -> str:
    asked = f" of {forecast.asked}" if forecast.asked is not None else ""
    return f"{forecast.holder or forecast.source} on {(forecast.question or forecast.id)!r}{asked}"


def _check_outcome(book: _Book, forecast: SourceForecast) -> None:
    """Refuse an outcome that contradicts one the ledger holds of the same question."""
    said = _said(forecast)
    if said is None:
        return
    own = book.outcome_of(forecast)
    if own is not None and own[1] != said:
        raise LedgerError(
            f"the forecast by {_named(forecast)} comes with the outcome {said!r}, and entry "
            f"{own[0]} resolved that course of the question as {own[1]!r}: one question has one "
            "outcome. Nothing was entered. If the ledger is wrong: demarche ledger resolve "
            f"--corrects {own[0]}."
        )
    for held in book.of_question(forecast):
        other = _said(held.said)
        closes = {held.said.closes, forecast.closes} - {None}
        if other is not None and other != said and len(closes) < 2:
            raise LedgerError(
                f"the forecast by {_named(forecast)} comes with the outcome {said!r}, and entry "
                f"{held.seq} ({_named(held.said)}, source {held.said.source}) with {other!r}: one "
                f"question has one outcome. Nothing was entered. {_advice(held, said)}"
            )


def _advice(held: _Held, said: str) -> str:
    again = "" if held.verdict_seq is None else f" --corrects {held.verdict_seq}"
    return (
        f"If the ledger is wrong: demarche ledger verdict {held.seq} {said}{again}; if it is "
        "another question, give the file a source of its own with --source."
    )


def _with_day(forecast: SourceForecast) -> str:
    day = f" on {forecast.resolved_on}" if forecast.resolved_on is not None else ""
    return f"{_said(forecast)!r}{day}"


def _came_out(
    book: _Book, held: _Held, forecast: SourceForecast, *, today: dt.date
) -> SourceResolution | None:
    """What is new of a forecast that is there: its outcome, or nothing.

    Raises
    ------
    LedgerError
        If it is another forecast, or comes with another outcome.
    """
    other = _differences(replace(held.said, source=forecast.source), forecast)
    if other:
        name = other[0]
        raise LedgerError(
            f"the forecast by {_named(forecast)} was entered otherwise as entry {held.seq}: its "
            f"{name.replace('_', ' ')} is {getattr(held.said, name)!r} there and "
            f"{getattr(forecast, name)!r} here. Nothing was entered, and nothing is ever edited: a "
            "later forecast needs its own day, another question a source of its own (--source)."
        )
    said, before = _said(forecast), _said(held.said)
    if said is None:
        return None
    days = {held.said.resolved_on, forecast.resolved_on} - {None}
    if before is not None and (said != before or len(days) > 1):
        here, there = (_with_day(one) for one in (forecast, held.said))
        raise LedgerError(
            f"the forecast by {_named(forecast)} comes with the outcome {here}, and entry "
            f"{held.verdict_seq or held.seq} says {there}. Nothing was entered. "
            f"{_advice(held, said)}"
        )
    if before is not None:
        return None
    _check_outcome(book, forecast)
    on = forecast.resolved_on or min(forecast.closes or today, today)
    return SourceResolution(
        of=held.seq,
        on=on,
        outcome=forecast.outcome,
        verdict=forecast.verdict,
        evidence=forecast.evidence,
        reason=FROM_FILE if forecast.resolved_on else f"{FROM_FILE}; it gives no day",
    )
