"""From a text to coded events."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from demarche.errors import TermError
from demarche.reader.events import when
from demarche.reader.events.acts import Found
from demarche.reader.events.found import find_events
from demarche.reader.events.grammar import parse
from demarche.reader.events.lexicon import LEXICON
from demarche.reader.events.match import given_phrases
from demarche.reader.events.mentions import Mention, find_mentions
from demarche.reader.events.merge import merged
from demarche.reader.events.resolve import bind
from demarche.reader.events.sentence import Parsed
from demarche.reader.events.tokens import Token, sentences, without_acronyms, without_dateline
from demarche.terms.codebooks import CAMEO
from demarche.terms.reading_events import (
    CodedEvent,
    CodedEvents,
    EventActor,
    EventDate,
    EventMode,
    GivenActor,
    Words,
)

__all__ = ["CODER", "code_events", "neutral_label"]

CODER = "demarche events 1"
"""Name and version of the rules."""

_NEUTRAL = {
    "1123": "Accuse of the use of force",
    "203": "Force a group of the population to leave",
}
"""Wording in place of labels of CAMEO that pass judgement."""

_ALONE = ("14", "15", "172", "0871", "0873", "083", "015")
"""Acts that need no recipient to be one."""


def code_events(
    text: str,
    *,
    published: dt.date | None = None,
    actors: Iterable[GivenActor] | None = None,
) -> CodedEvents:
    """Events a text tells of: who did what to whom, when, coded by CAMEO and PLOVER.

    A dictionary of places, organs, organizations and verbs, and a light grammar of word order; no
    model, no parser. English only. What the rules do, and how often they are right, is in
    docs/reading-events.md. Status: emerging.

    Parameters
    ----------
    text : str
        The text as the user has it; every span of the result counts code points in it.
    published : datetime.date, optional
        Day of publication, to which "on Monday" or "last week" refer. Without it such dates stay
        unresolved and are flagged.
    actors : iterable of GivenActor, optional
        Actors to recognize besides the shipped dictionary; their names go first.

    Returns
    -------
    CodedEvents
        In the order of their first words. Nothing found is an empty result, not an error.

    Raises
    ------
    TermError
        If ``text`` is not text.

    Examples
    --------
    >>> found = code_events("French jets bombed rebel camps in Mali on Monday.",
    ...                     published=dt.date(2026, 3, 4))
    >>> [(e.actor.code, e.cameo, e.recipient.code, e.mode, str(e.date.start)) for e in found.events]
    [('FRA', '195', 'MLI', 'happened', '2026-03-02')]
    >>> [e.mode for e in code_events("Norway did not sign the treaty with Chad.").events]
    ['denied']
    """
    if not isinstance(text, str):
        raise TermError(f"a text to code must be text, got {type(text).__name__}.")
    reading = _Reading(text, published, tuple(actors or ()))
    for sentence in sentences(text):
        reading.sentence(sentence.tokens, cut=sentence.cut)
    return reading.result()


@dataclass(slots=True)
class _Reading:
    """The state of reading one text."""

    text: str
    published: dt.date | None
    actors: tuple[GivenActor, ...]
    events: list[CodedEvent] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    known: dict[str, Mention] = field(default_factory=dict)
    before: dict[str, Mention] = field(default_factory=dict)
    last: Mention | None = None
    pair: tuple[Mention, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, Mention] = field(default_factory=dict)
    count: int = 0

    def sentence(self, run: Sequence[Token], *, cut: bool) -> None:
        """Code one sentence."""
        run = without_acronyms(without_dateline(run))
        index, self.count = self.count, self.count + 1
        if cut:
            self.left_out["sentence cut after its longest length"] += 1
        given = given_phrases(self.actors) if self.actors else None
        mentions, introduced = find_mentions(
            run, given=given, known=self.known, year=self.year, pair=self.pair
        )
        if mentions:
            mentions = bind(run, mentions, before=tuple(self.before.values()), last=self.last)
            parsed = parse(run, mentions)
            found, left = find_events(parsed)
            self.left_out.update(left)
            told = when.dates(run, self.published) if found else []
            for event in found:
                self._expand(parsed, event, told, index)
            self._remember(parsed, mentions)
        self.known.update(introduced)

    @property
    def year(self) -> int | None:
        """Year of publication."""
        return self.published.year if self.published else None

    def _count(self, mentions: Sequence[Mention]) -> None:
        """Keep the two states named most often, for "both sides"."""
        for mention in mentions:
            if mention.country and not mention.bare and mention.kind != "pair":
                self.counts[mention.country] += 1
                self.named.setdefault(mention.country, mention)
        ranked = self.counts.most_common(3)
        clear = len(ranked) == 2 or (len(ranked) == 3 and ranked[1][1] > ranked[2][1])
        self.pair = tuple(
            replace(self.named[code], sector=None, owned=False, adjective=False)
            for code, _ in ranked[:2]
            if clear
        )

    def _remember(self, parsed: Parsed, mentions: Sequence[Mention]) -> None:
        self._count(mentions)
        for mention in mentions:
            if mention.country and not mention.bare:
                self.before[mention.country] = mention
        for clause in parsed.clauses:
            if clause.subject and not clause.said and clause.subject[0].code:
                self.last = clause.subject[0]
                return

    def _expand(self, parsed: Parsed, event: Found, told: list[when.When], index: int) -> None:
        """One event per pair of actor and recipient."""
        sides = {(m.code, m.sector) for m in event.sources}
        if not event.targets and len(sides) > 1 and event.reciprocal:
            pairs = [
                (a, b)
                for a in event.sources
                for b in event.sources
                if (a.code, a.sector) != (b.code, b.sector)
            ]
        elif event.targets:
            pairs = [(a, b) for a in event.sources for b in event.targets if a is not b]
        else:
            if not event.code.startswith(_ALONE):
                self.left_out["no recipient named"] += 1
                return
            self._add(parsed, event, event.sources[0], None, told, index)
            return
        for source, target in pairs:
            self._add(parsed, event, source, target, told, index)

    def _add(
        self,
        parsed: Parsed,
        event: Found,
        source: Mention,
        target: Mention | None,
        told: list[when.When],
        index: int,
    ) -> None:
        if source.code is None:
            self.left_out["actor without a country"] += 1
            return
        if target is not None and target.code is None and event.code[:2] < "14":
            self.left_out["recipient without a country"] += 1
            return
        guessed = target is not None and any(
            one.how == "inherited" and one.sector in ("rebels", "unidentified_armed")
            for one in (source, target)
        )
        if (
            target is not None
            and source.code == target.code
            and (_one(source, target) or (guessed and event.code < "14"))
        ):
            self.left_out["actor and recipient are one"] += 1
            return
        if target is not None and target.sector == "counterpart":
            target = replace(target, sector=source.sector)
        if source.sector == "counterpart":
            source = replace(source, sector=target.sector if target is not None else None)
        actor = self._actor(parsed, source, pronoun=event.pronoun)
        recipient = None if target is None else self._actor(parsed, target)
        entry = CAMEO[event.code]
        date, past = self._date(parsed, event, told)
        mode: EventMode = event.mode  # type: ignore[assignment]
        if past and mode == "happened":
            mode = "past"
        doubts = [*event.doubts, *_doubts(source, target, event)]
        first = min(source.start, event.trigger[0], *([target.start] if target else []))
        last = max(source.end, event.last, event.trigger[1], *([target.end] if target else []))
        found = self._words(parsed, first, last)
        self.events.append(
            CodedEvent(
                actor=actor,
                recipient=recipient,
                cameo=event.code,
                label=entry.label,
                event=entry.plover_event,
                event_mode=entry.plover_mode,
                contexts=entry.plover_contexts,
                quad=entry.quad,
                mode=mode,
                trigger=self._words(parsed, *event.trigger),
                date=date,
                found=found,
                sentence=index,
                reciprocal=event.reciprocal,
                said_by=self._said_by(parsed, event),
                as_coded=_coded(actor, recipient, neutral_label(event.code), mode),
                confidence=_confidence(event, doubts),
                doubts=tuple(doubts),
                mentions=(found,),
            )
        )

    def _words(self, parsed: Parsed, first: int, last: int) -> Words:
        start, end = parsed.run[first].start, parsed.run[last - 1].end
        return Words(words=self.text[start:end], start=start, end=end)

    def _actor(self, parsed: Parsed, mention: Mention, *, pronoun: bool = False) -> EventActor:
        return EventActor(
            code=mention.code,
            name=mention.name,
            country=mention.country,
            sector=mention.sector,
            found=self._words(parsed, mention.start, mention.end),
            how="pronoun" if pronoun else mention.how,  # type: ignore[arg-type]
        )

    def _said_by(self, parsed: Parsed, event: Found) -> Words | None:
        for clause in parsed.clauses:
            if clause.said and clause.start > event.trigger[0]:
                group = [m for m in parsed.mentions if clause.start <= m.start < clause.end]
                return self._words(parsed, group[0].start, group[0].end) if group else None
        before = parsed.clauses[event.clause - 1] if event.clause > 0 else None
        joint = parsed.clauses[event.clause].joint
        if before is not None and before.subject and joint in ("that", "said"):
            return self._words(parsed, before.subject[0].start, before.subject[0].end)
        return None

    def _date(self, parsed: Parsed, event: Found, told: list[when.When]) -> tuple[EventDate, bool]:
        """Nearest date of the event's clause, else of its sentence; whether it is long past."""
        clause = parsed.clauses[event.clause]
        near = sorted(told, key=lambda one: abs(one.first - event.trigger[1]))
        inside = [one for one in near if clause.start <= one.first < clause.end]
        rest = [one for one in near if not _tail(parsed, one)]
        chosen = next(iter([*inside, *rest]), None)
        if chosen is None:
            if self.published is None:
                return _undated("no_published"), False
            flags = ("by_published",)
            end = self.published if event.mode == "happened" else None
            return EventDate(
                start=None, end=end, precision="unknown", found=None, flags=flags
            ), False
        words = self._words(parsed, chosen.first, chosen.last)
        date = EventDate(
            start=chosen.start,
            end=chosen.end,
            precision=chosen.precision,  # type: ignore[arg-type]
            found=words,
            flags=chosen.flags,
        )
        past = (
            self.published is not None
            and chosen.end is not None
            and (self.published - chosen.end).days > 60
        )
        return date, past or (self.published is None and words.words.endswith("ago"))

    def result(self) -> CodedEvents:
        """All events, merged."""
        events, repeated = merged(self.events)
        if repeated:
            self.left_out["told again, merged"] += repeated
        notes = []
        if self.published is None and any("no_published" in e.date.flags for e in events):
            notes.append("No day of publication is given, so dates like 'on Monday' stay open.")
        return CodedEvents(
            events=tuple(events),
            sentences=self.count,
            left_out=tuple(sorted(self.left_out.items())),
            notes=tuple(notes),
            coder=CODER,
            lexicon=LEXICON,
            sha256=hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest(),
        )


def _one(source: Mention, target: Mention) -> bool:
    """Whether two mentions of one state are not told apart by their organs."""
    if target.kind == "city":
        return source.sector is None
    return target.sector in (None, source.sector)


def neutral_label(code: str) -> str:
    """CAMEO's wording of a code without its loaded words.

    Examples
    --------
    >>> neutral_label("1123"), neutral_label("1044")
    ('Accuse of the use of force', 'Demand change in institutions')
    """
    return _NEUTRAL.get(code) or CAMEO[code].label.removesuffix(", regime")


def _undated(flag: str) -> EventDate:
    return EventDate(start=None, end=None, precision="unknown", found=None, flags=(flag,))


def _tail(parsed: Parsed, one: when.When) -> bool:
    return any(clause.said and clause.start <= one.first < clause.end for clause in parsed.clauses)


def _doubts(source: Mention, target: Mention | None, event: Found) -> list[str]:
    found = []
    for mention in (source, target):
        if mention is None:
            found.append("no recipient named")
        elif mention.how == "inherited" and mention.code is not None:
            found.append(f"country of the {mention.sector} taken from the text around it")
        elif mention.bare and mention.code is None:
            found.append("recipient without a country")
        elif mention.kind == "pair":
            found.append("the two states named most before")
        elif mention.kind == "holder":
            found.append("an office-holder known by name, by the dictionary")
        elif mention.kind == "city":
            found.append("a city stands for the state it lies in")
        elif mention.kind == "seat":
            found.append("a city stands for its government")
    if event.pronoun:
        found.append("actor taken from an earlier clause")
    return list(dict.fromkeys(found))


def _confidence(event: Found, doubts: Sequence[str]) -> float:
    return round(max(0.05, 0.9 * event.rank * 0.85 ** len(doubts)), 3)


def _coded(actor: EventActor, recipient: EventActor | None, label: str, mode: str) -> str:
    def shown(one: EventActor) -> str:
        if one.code is None:
            return one.sector or one.name
        return one.name if one.sector is None else f"{one.name} ({one.sector})"

    to = f" -> {shown(recipient)}" if recipient is not None else ""
    return f"{shown(actor)}{to}: {label} [{mode}]"
