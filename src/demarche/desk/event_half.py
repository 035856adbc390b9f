"""The event half of the outside view of a case: what the record says of each course and trigger."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.desk.event_names import record_name, unknown_actor
from demarche.desk.event_view import (
    NOT_SUPPOSED,
    SPREAD,
    EventCourse,
    EventOccasion,
    EventView,
    SectorRow,
)
from demarche.desk.kept import kept, key_of
from demarche.errors import DataError, DemarcheError, MethodError
from demarche.terms import NO_TRIGGER, Case, Codes, CourseOfAction
from demarche.terms.plain import from_plain, to_plain

if TYPE_CHECKING:
    from demarche.desk.event_asked import Asked, Reading, Supposed
    from demarche.desk.event_fit import Scheme
    from demarche.desk.event_reading import Reader
    from demarche.desk.panels import KnownNames
    from demarche.record.encoded import EncodedCounts

__all__ = ["EventHalf", "open_events"]

NO_RECORD = (
    "no event record is used: none was found (demarche record sync fills one; --store names it)"
)
LONGEST = 365
STALE = 31
"""Days before a question beyond which the end of a record leaves its forecasts out of the pool."""
FAR = 1.0
"""Log-odds by which a state may lie beyond all that was learned from and still enter the pool."""
DATED = 6
"""Occasions and controls of each kind that are listed with their dates."""
SERIES_MONTHS = 36
FEWEST_ACTORS = 3
"""States below which a record is read among all its actors."""
UNLEARNED = "too few windows with the act, or without it, to learn from"
METHOD = (
    "Additive self-exciting hazard (ridge logistic on decayed counts), learned on the dyads of "
    "states and known groups; lifts beyond it only where they held later."
)


def open_events(
    case: Case,
    *,
    actor: str,
    as_of: dt.date,
    horizon_days: int,
    store: Path | None,
    source: str | None,
    said: Callable[[str], object] | None = None,
) -> tuple[EventHalf | None, str]:
    """The event half of an answer, or ``None`` and the reason why there is none.

    Parameters
    ----------
    case : Case
    actor : str
    as_of : date
    horizon_days : int
    store : Path or None
    source : str or None
    said : callable, optional
        Told in lines what is being learned from the record, where that was not kept before.

    Returns
    -------
    EventHalf or None, str
        The note says what the record covers, or why it is silent.
    """
    if store is None:
        return None, NO_RECORD
    if horizon_days > LONGEST:
        return None, f"the event record is silent: it is read for at most {LONGEST} days ahead."
    from demarche.desk.record import open_counts

    try:
        counts = open_counts(store, source=source, unit="actor")
        half = EventHalf(
            case, actor=actor, as_of=as_of, horizon_days=horizon_days, counts=counts, store=store,
            said=said,
        )  # fmt: skip
    except DemarcheError as error:
        if source is not None:
            raise
        return None, f"the event record at {store} is not used: {error}"
    return half, half.note


class EventHalf:
    """What the record says of one actor's courses, worked out trigger by trigger and kept."""

    def __init__(
        self,
        case: Case,
        *,
        actor: str,
        as_of: dt.date,
        horizon_days: int,
        counts: EncodedCounts,
        store: Path,
        said: Callable[[str], object] | None = None,
    ) -> None:
        self.case, self.actor, self.as_of = case, actor, as_of
        self.horizon, self.counts, self.store = horizon_days, counts, store
        self.courses_asked = case.courses_of(actor)
        self.store_hash = counts.key
        self.key = f"{counts.source}:{self.store_hash}"
        if as_of < counts.start:
            raise _SilentError(f"it begins on {counts.start}, after {as_of}.")
        self._known = self._names()
        self.name = self._name(actor)
        self._views: dict[tuple[str, bool], EventView] = {}
        self._reader: Reader | None = None
        self._said = said
        self.note = (
            f"{counts.source}, {self._known.first} to {self._known.last}: read for what "
            f"{case.actor(actor).name} does within {horizon_days} days."
        )
        if self.name is None:
            raise _SilentError(unknown_actor(case.actor(actor), known=self._known.actors))

    def courses(self, trigger: str) -> Mapping[str, EventCourse]:
        """Courses of which the record can speak, by id; without dated occasions if not yet read."""
        found = self._views.get((trigger, True)) or self._found(trigger, dated=False)
        return {course.course: course for course in found.courses}

    def view(self, trigger: str) -> EventView:
        """Everything the record says under a trigger; read from the store if asked before."""
        return self._found(trigger, dated=True)

    def _found(self, trigger: str, *, dated: bool) -> EventView:
        if (trigger, dated) not in self._views:
            self._views[trigger, dated] = kept(
                lambda: self._read(trigger, dated=dated),
                path=self._path(trigger, dated=dated),
                read=lambda text: from_plain(EventView, json.loads(text)),
                write=lambda view: json.dumps(to_plain(view)),
            )
        return self._views[trigger, dated]

    def _path(self, trigger: str, *, dated: bool) -> Path:
        courses = [[c.id, asdict(c.coded_as), c.observability] for c in self.courses_asked]
        chosen, scheme = self.case.trigger(trigger), self._scheme
        key = key_of(
            dated, self.key, self.actor, self.as_of, self.horizon, courses,
            [[a.id, a.name, a.aliases] for a in self.case.actors],
            [chosen.actor, chosen.recipient, asdict(chosen.coded_as)],
            [scheme.sets, scheme.triggers, scheme.anyone],
        )  # fmt: skip
        return self.store / "models" / f"view-{key}.json"

    def _names(self) -> KnownNames:
        """What was known on the day; kept, where all rows must be read to find out."""
        from demarche.desk.panels import KnownNames, all_known, known_names

        path = self.store / "models" / f"names-{key_of(self.key, self.as_of)}.json"
        return kept(
            lambda: known_names(self.counts, as_of=self.as_of),
            path=None if all_known(self.counts, as_of=self.as_of) else path,
            read=KnownNames.from_json,
            write=KnownNames.to_json,
        )

    def _name(self, id: str) -> str | None:
        return record_name(self.case.actor(id), known=self._known.actors)

    @cached_property
    def _asked(self) -> tuple[list[Asked], dict[str, str]]:
        """Courses the record can look for, and why it cannot look for the others."""
        from demarche.desk.event_asked import Asked

        asked, missing = [], {}
        for course in self.courses_asked:
            why = self._silent(course)
            if why:
                missing[course.id] = why
                continue
            to = self._others(course.coded_as)
            asked.append(
                Asked(
                    course=course.id,
                    cls=self._class(course.coded_as),
                    codes=self._codes(course.coded_as),
                    actor=str(self.name),
                    recipients=to,
                )
            )
        return asked, missing

    def _silent(self, course: CourseOfAction) -> str:
        codes = course.coded_as
        if course.observability == "covert":
            return "covert: the record cannot see this"
        if not (codes.cameo or codes.plover):
            return "no event codes are stated"
        if not self._codes(codes):
            return "no event of its codes in the record"
        if codes.recipients and not any(self._name(id) for id in codes.recipients):
            return "its recipients are not in the record"
        if codes.recipients and not self._others(codes):
            return "acts of an actor on itself are not counted"
        return ""

    def _others(self, codes: Codes) -> tuple[str, ...]:
        """Recipients as the record names them, each once, without the actor itself."""
        names = dict.fromkeys(self._name(id) for id in codes.recipients)
        return tuple(name for name in names if name and name != self.name)

    def _codes(self, codes: Codes) -> tuple[str, ...]:
        from demarche.desk.panels import codes_of

        found = (self.counts.codes[place] for place in codes_of(self.counts, codes=codes))
        return tuple(code for code in found if code in self._known.codes)

    def _named(self) -> frozenset[str]:
        """The actors of the case, as the record names them."""
        names = {self._name(actor.id) for actor in self.case.actors}
        return frozenset(name for name in names if name)

    def _kept_actors(self) -> frozenset[str]:
        """States, known groups and the actors of the case: among these relations are learned."""
        from demarche.terms.codebooks import COUNTRIES, GROUPS

        states = {name for name in self._known.actors if name in COUNTRIES or name in GROUPS}
        if len(states) < FEWEST_ACTORS:
            return self._known.actors
        return frozenset(states | self._named())

    def _supposed(self, trigger: str) -> Supposed | None:
        from demarche.desk.event_asked import Supposed

        if trigger == NO_TRIGGER:
            return None
        chosen = self.case.trigger(trigger)
        unknown = [id for id in (chosen.actor, chosen.recipient) if id and self._name(id) is None]
        codes, silent = self._codes(chosen.coded_as), ""
        if unknown:
            # An actor that is named and not known is not anyone.
            silent = f"the record knows no {' and no '.join(map(repr, unknown))} of the trigger"
        elif not (chosen.coded_as.cameo or chosen.coded_as.plover):
            silent = "the trigger states no event codes"
        elif not codes:
            silent = "the record holds no event of the trigger's codes"
        return Supposed(
            actor=self._name(chosen.actor) if chosen.actor else None,
            recipient=self._name(chosen.recipient) if chosen.recipient else None,
            codes=() if silent else codes,
            silent=silent,
        )

    def _class(self, codes: Codes) -> str:
        """Name of the class of some codes: the codes themselves, so that courses can share it."""
        return "+".join(self._codes(codes))

    @cached_property
    def _scheme(self) -> Scheme:
        """Classes of all courses of the case, so that its questions are learned for at once."""
        from demarche.desk.event_fit import Scheme

        seen = [c for c in self.case.courses if c.observability != "covert"]
        sets = {self._class(c.coded_as): self._codes(c.coded_as) for c in seen}
        named = {code for codes in sets.values() for code in codes}
        triggers = {self._codes(trigger.coded_as) for trigger in self.case.triggers} - {()}
        named |= {code for codes in triggers for code in codes}
        return Scheme(
            sets={name: sets[name] for name in sorted(sets) if name},
            triggers=tuple(sorted(triggers)),
            apart=tuple(sorted(named)),
            actors=self._kept_actors(),
            named=self._named(),
            anyone=any(not c.coded_as.recipients for c in seen if self._class(c.coded_as)),
        )

    def _learned(self, asked: list[Asked]) -> Reader:
        """The record as known on the day, with every code that is named set apart from its root."""
        from demarche.desk.event_fit import FittedRecord, Supply
        from demarche.desk.event_reading import Reader

        fitted = FittedRecord(
            Supply(counts=self.counts, store=self.store, key=self.key, said=self._said),
            as_of=self.as_of,
            horizon=self.horizon,
            scheme=self._scheme,
        )
        return Reader(
            fitted, asked=[one for one in asked if (not one.recipients) not in fitted.unlearned]
        )

    def _read(self, trigger: str, *, dated: bool) -> EventView:
        asked, silent = self._asked
        missing = dict(silent)
        courses: list[EventCourse] = []
        inserted, warnings = NOT_SUPPOSED, []
        if asked and self._reader is None:
            try:
                self._reader = self._learned(asked)
            except (DataError, MethodError) as error:
                warnings.append(f"the event record is too thin to forecast from: {error}")
                missing |= {one.course: UNLEARNED for one in asked}
        if self._reader is not None:
            reader = self._reader
            supposed = self._supposed(trigger)
            unlearned = reader.fitted.unlearned
            missing |= {
                one.course: UNLEARNED for one in asked
                if (not one.recipients) in unlearned
            }  # fmt: skip
            warnings += [
                f"what is done to {'anyone' if anyone else 'one recipient'} was not learned: {why}"
                for anyone, why in unlearned.items()
            ]
            for one in reader.asked:
                reading = reader.read(one, supposed=supposed, dated=dated)
                inserted = reading.inserted
                courses.append(self._course(one, reading=reading))
        warnings += self._warnings()
        sectors, series = self._around() if dated else ((), ())
        return EventView(
            source=self.counts.source,
            store_hash=self.store_hash,
            first=self._known.first,
            last=self._known.last,
            as_of=self.as_of,
            horizon_days=self.horizon,
            rows=self._rows(),
            actors=len(self._known.actors),
            method=METHOD,
            inserted=inserted,
            courses=tuple(courses),
            missing=tuple(missing.items()),
            sectors=sectors,
            series=series,
            left_out=self.counts.left_out,
            warnings=tuple(warnings),
            citation=self._citation(),
        )

    def _around(
        self,
    ) -> tuple[tuple[SectorRow, ...], tuple[tuple[dt.date, tuple[int, int, int, int]], ...]]:
        """What the actor's organs did, and its acts by month towards the parties of the case."""
        from demarche.desk.record import day_counts, months_of, organs_of, sector_rows

        since = self._known.last - dt.timedelta(days=30 * SERIES_MONTHS)
        parties = [n for n in (self._name(a.id) for a in self.case.actors) if n not in
                   (None, self.name)]  # fmt: skip
        days = day_counts(
            self.counts, actor=str(self.name), recipients=[n for n in parties if n],
            as_of=self.as_of, since=max(since, self._known.first), until=self._known.last,
        )  # fmt: skip
        organs = (
            self._reader.fitted.organs
            if self._reader is not None
            else organs_of(
                self.store,
                source=self.counts.source,
                as_of=self.as_of,
                first=self._known.first,
                end=self._known.last,
            )
        )
        return sector_rows(organs, actor=str(self.name)), months_of(days)

    def _rows(self) -> int:
        """Events known on the day asked about."""
        from demarche.desk.panels import events_known

        if self._reader is not None:
            return self._reader.fitted.rows
        return events_known(self.counts, as_of=self.as_of)

    def _warnings(self) -> list[str]:
        found = []
        fitted = None if self._reader is None else self._reader.fitted
        if fitted is not None and len(fitted.actors) < len(self._kept_actors()):
            found.append(
                f"relations were learned among the {len(fitted.actors)} busiest actors and those "
                f"of the case, not among all {len(self._kept_actors())}: their series are too many."
            )
        gaps, begun = () if fitted is None else fitted.silences.gaps, self._known.first
        begun = max([begun, *(g.last + dt.timedelta(days=1) for g in gaps if g.first <= begun)])
        if fitted is not None and fitted.since > begun:
            found.append(
                f"relations were learned and read from {fitted.since} on, not from the record's "
                f"first day: its rows among these actors are too many."
            )
        found += [] if fitted is None else fitted.silences_told()
        if self._age > STALE:
            found.append(
                f"the record ends {self._age} days before the question and enters no pool: its "
                "state of relations is that old."
            )
        return found

    @property
    def _age(self) -> int:
        """Days of which the record holds nothing before the question."""
        return (self.as_of - self._known.last).days

    def _citation(self) -> str:
        from demarche.record.sources import SOURCES, citations

        if self.counts.source not in SOURCES:
            return ""
        return " ".join(citations([self.counts.source]).split())

    def _unpooled(self, course: CourseOfAction, *, reading: Reading) -> str:
        """Why what the record says of a course enters no pool; empty where it does."""
        if course.coded_as.match != "same":
            return "codes wider than the course"
        if self._age > STALE:
            return "record too old"
        if max(part.beyond for part in reading.parts) > FAR:
            return "state beyond all that was learned from"
        return ""

    def _course(self, asked: Asked, *, reading: Reading) -> EventCourse:
        course = next(c for c in self.courses_asked if c.id == asked.course)
        lead, past, quiet = reading.lead, reading.occasions, reading.controls
        low, high = past.interval
        notes = [*lead.notes, SPREAD, reading.inserted]
        why = self._unpooled(course, reading=reading)
        strange = [id for id in course.coded_as.recipients if self._name(id) is None]
        if not asked.recipients:
            notes.append("anyone is any other state, known group or actor of the case")
        if strange:
            notes.append(f"not in the record, so not among its recipients: {', '.join(strange)}")
        if self.name in {self._name(id) for id in course.coded_as.recipients}:
            notes.append("acts of an actor on itself are not counted")
        if len(reading.parts) > 1:
            notes.append(
                "towards several recipients: at least one, taken as independent given the state; "
                f"what moved it is told of {lead.recipient}, towards whom it is likeliest"
            )
        dated = [
            EventOccasion(
                id=item.id, kind=kind, actor=item.actor, recipient=item.recipient, day=item.day,
                followed=item.followed,
            )
            for kind, found in (("occasion", past), ("control", quiet))
            for item in found.items[-DATED:]
        ]  # fmt: skip
        return EventCourse(
            course=asked.course,
            cameo=tuple(c for c in asked.codes if c[:2].isdigit()),
            plover=tuple(c for c in asked.codes if not c[:2].isdigit()),
            recipients=asked.recipients,
            match=course.coded_as.match,
            pooled=not why,
            unpooled=why,
            probability=reading.probability,
            low=reading.low,
            high=reading.high,
            without=reading.without,
            base_rate=reading.base_rate,
            events=int(sum(part.n for part in reading.parts)),
            windows=lead.windows,
            effective_n=lead.effective_n,
            reference_class=lead.reference_class,
            contributions=tuple(
                (name, value) for name, value in reading.moves if abs(value) >= 0.005
            ),
            ratio=reading.probability / reading.without,
            lift=reading.lift,
            sentence=reading.sentence,
            occasions=past.total,
            followed=past.n,
            occasions_low=low,
            occasions_high=high,
            controls=quiet.total,
            controls_followed=quiet.n,
            dated=tuple(dated),
            usual=reading.usual_probability,
            usual_rows="" if reading.usual is None else reading.usual.text,
            note=" ".join(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in notes),
        )


class _SilentError(DemarcheError):
    """A record that cannot speak to a question; the message says why."""
