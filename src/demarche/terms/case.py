"""The case: everything one question needs, as one frozen value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from demarche.errors import QuestionError, near_miss
from demarche.terms._base import STRICT, Range
from demarche.terms.assumptions import Assumption, Impact
from demarche.terms.courses import NO_TRIGGER, CourseOfAction, Posture, Trigger
from demarche.terms.sources import Claim, Evidence, Indicator, RedLine, Source, Unlisted
from demarche.terms.world import Actor, Channel, Faction, Issue, Tie

FORMAT = 1
"""Version of the case format that this package reads and writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuestion:
    """The question a case was built for: focal actor, date, horizon, default trigger."""

    __pydantic_config__ = STRICT
    text: str
    actor: str
    as_of: dt.date
    horizon_days: int
    trigger: str = NO_TRIGGER


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of an actor's situation at the trigger: its features for the outside view.

    Without ``trigger`` it holds in every arm; with one it replaces single features in that arm.
    """

    __pydantic_config__ = STRICT
    actor: str
    features: dict[str, str]
    because: str
    trigger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options of the inside view that a case may set; the defaults are those of the method."""

    __pydantic_config__ = STRICT
    precision: Range = Range(2.0, 5.0, 10.0)
    depth: Range = Range(1.0, 1.5, 2.0)
    levels: int = 3
    rho: int = 2
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One crisis, one question, and all that an analyst set for it, each with a reason."""

    __pydantic_config__ = STRICT
    format: int
    id: str
    title: str
    summary: str
    question: CaseQuestion
    ladder: tuple[str, ...]
    actors: tuple[Actor, ...]
    issues: tuple[Issue, ...]
    factions: tuple[Faction, ...]
    courses: tuple[CourseOfAction, ...]
    postures: tuple[Posture, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    situations: tuple[Situation, ...] = ()
    exclude_episodes: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()
    channels: tuple[Channel, ...] = ()
    red_lines: tuple[RedLine, ...] = ()
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    watch: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    settings: Settings = Settings()
    assumptions: tuple[Assumption, ...] = ()
    impacts: tuple[Impact, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    def courses_of(self, actor: str) -> tuple[CourseOfAction, ...]:
        """Courses of action of one actor, in the order of the case."""
        return tuple(course for course in self.courses if course.actor == actor)

    def factions_of(self, actor: str) -> tuple[Faction, ...]:
        """Factions of one actor, in the order of the case."""
        return tuple(faction for faction in self.factions if faction.actor == actor)

    def deciding(self) -> tuple[Actor, ...]:
        """Actors with courses of their own: those the inside view lets decide."""
        owners = {course.actor for course in self.courses}
        return tuple(actor for actor in self.actors if actor.id in owners)

    def actor(self, id: str) -> Actor:
        """Actor by id.

        Raises
        ------
        QuestionError
            If the case has no such actor.
        """
        for actor in self.actors:
            if actor.id == id:
                return actor
        known = [actor.id for actor in self.actors]
        raise QuestionError(
            f"case {self.id!r} has no actor {id!r}; it knows {', '.join(known)}. "
            f"{near_miss(id, known)}".rstrip()
        )

    def decider(self, id: str) -> Actor:
        """Actor by id that has courses of its own.

        Raises
        ------
        QuestionError
            If the case has no such actor, or it has no courses.
        """
        found = self.actor(id)
        if not self.courses_of(found.id):
            able = ", ".join(actor.id for actor in self.deciding())
            raise QuestionError(
                f"{id} has no courses of its own in case {self.id!r}; those who have are {able}."
            )
        return found

    def trigger(self, id: str) -> Trigger:
        """Trigger by id; ``none`` is always there.

        Raises
        ------
        QuestionError
            If the case has no such trigger.
        """
        for trigger in self.triggers:
            if trigger.id == id:
                return trigger
        if id == NO_TRIGGER:
            return Trigger(id=NO_TRIGGER, label="no trigger", rule="None of the triggers happens.")
        known = [*(trigger.id for trigger in self.triggers), NO_TRIGGER]
        raise QuestionError(
            f"case {self.id!r} has no trigger {id!r}; it knows {', '.join(dict.fromkeys(known))}. "
            f"{near_miss(id, known)}".rstrip()
        )

    def features(self, *, actor: str, trigger: str) -> dict[str, str]:
        """Features of an actor's situation in one arm; empty if the case states none."""
        merged: dict[str, str] = {}
        for situation in self.situations:
            if situation.actor == actor and situation.trigger == "":
                merged.update(situation.features)
        for situation in self.situations:
            if situation.actor == actor and situation.trigger == trigger != "":
                merged.update(situation.features)
        return merged
