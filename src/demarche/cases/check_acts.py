"""Checks of what may be done and asked: courses, postures, triggers, situations."""

from __future__ import annotations

from demarche.cases.notes import ID, Notes, because, codes, costs, cycles
from demarche.errors import near_miss
from demarche.terms import (
    COURSE_KINDS,
    FEATURES,
    NO_TRIGGER,
    NOT_KNOWN,
    STATEMENTS_ONLY,
    Case,
)

__all__ = ["ACTS"]


def _courses(case: Case, notes: Notes) -> None:
    if not case.courses:
        notes.add("courses", "none", "at least one course of the focal actor")
    actors = [actor.id for actor in case.actors]
    issues = [issue.id for issue in case.issues]
    kinds = [*COURSE_KINDS, STATEMENTS_ONLY, ""]
    needs: dict[str, set[str]] = {course.id: set(course.requires) for course in case.courses}
    for index, course in enumerate(case.courses):
        at = f"courses.{index}"
        notes.known(f"{at}.actor", course.actor, actors, "an actor")
        if not 0 <= course.rung < len(case.ladder):
            notes.add(
                f"{at}.rung", course.rung, f"a rung of the ladder, 0 to {len(case.ladder) - 1}"
            )
        if course.kind not in kinds:
            notes.add(
                f"{at}.kind",
                course.kind,
                "a kind of the episodes' taxonomy, or ''",
                near_miss(course.kind, kinds) or f"Known: {', '.join(kinds[:-1])}.",
            )
        if not course.resolution.strip():
            notes.add(
                f"{at}.resolution", course.resolution, "a rule two strangers would apply alike"
            )
        codes(notes, f"{at}.coded_as", course.coded_as)
        for place, id in enumerate(course.coded_as.recipients):
            here = f"{at}.coded_as.recipients.{place}"
            notes.known(here, id, [actor.id for actor in case.actors], "an actor")
        own = [other.id for other in case.courses_of(course.actor)]
        for name in ("requires", "excludes"):
            for place, id in enumerate(getattr(course, name)):
                notes.known(f"{at}.{name}.{place}", id, own, f"a course of {course.actor}")
                if id == course.id:
                    notes.add(f"{at}.{name}.{place}", id, "another course")
        notes.range(f"{at}.feasibility", course.feasibility, low=0, high=1, what="feasibility")
        if course.feasibility.low < 1 and not course.feasibility_because.strip():
            notes.add(f"{at}.feasibility_because", "", "a reason for a feasibility below 1")
        seen = set()
        for place, effect in enumerate(course.effects):
            here = f"{at}.effects.{place}"
            notes.known(f"{here}.issue", effect.issue, issues, "an issue")
            if effect.issue in seen:
                notes.add(f"{here}.issue", effect.issue, "one effect per issue")
            seen.add(effect.issue)
            notes.range(f"{here}.points", effect.points, low=-100, high=100, what="effect")
            because(notes, here, effect.because)
        factions = [faction.id for faction in case.factions_of(course.actor)]
        costs(notes, f"{at}.costs", course.costs, factions, low=-10)
        moves = any(e.points.low or e.points.high for e in course.effects)
        pays = any(c.share.low or c.share.high for c in course.costs)
        if not (moves or pays or course.under_way):
            notes.add(
                at,
                course.id,
                "an effect or a cost",
                "A course that moves nothing and costs nothing would get one half by construction.",
            )
    for cycle in cycles(needs):
        notes.add("courses", " -> ".join(cycle), "no cycle in requires")


def _postures(case: Case, notes: Notes) -> None:
    actors = {posture.actor for posture in case.postures}
    known = [actor.id for actor in case.actors]
    seen: dict[tuple[str, str], int] = {}
    sets: dict[tuple[str, frozenset[str]], int] = {}
    for index, posture in enumerate(case.postures):
        at = f"postures.{index}"
        notes.known(f"{at}.actor", posture.actor, known, "an actor")
        own = [course.id for course in case.courses_of(posture.actor)]
        if not ID.fullmatch(posture.id):
            notes.add(f"{at}.id", posture.id, "an id of letters, digits, '_', '-' and '.'")
        if (posture.actor, posture.id) in seen:
            notes.add(f"{at}.id", posture.id, "an id used once per actor")
        seen[(posture.actor, posture.id)] = index
        for place, id in enumerate(posture.courses):
            notes.known(f"{at}.courses.{place}", id, own, f"a course of {posture.actor}")
        key = (posture.actor, frozenset(posture.courses))
        if key in sets:
            notes.add(
                f"{at}.courses",
                list(posture.courses),
                "a set of its own",
                f"postures.{sets[key]} holds the same courses.",
            )
        sets[key] = index
    for actor in sorted(actors):
        own_postures = [posture for posture in case.postures if posture.actor == actor]
        marked = sum(posture.fallback for posture in own_postures)
        if marked != 1:
            notes.add(
                "postures",
                f"{marked} marked as fallback for {actor}",
                "exactly one posture per actor with fallback = true",
            )
        used = {id for posture in own_postures for id in posture.courses}
        for course in case.courses_of(actor):
            if course.id not in used:
                notes.add(
                    "postures",
                    course.id,
                    f"every course of {actor} in some posture",
                    "It would get probability 0 by construction.",
                )


def _triggers(case: Case, notes: Notes) -> None:
    actors = [actor.id for actor in case.actors]
    evidence = [item.id for item in case.evidence]
    for index, trigger in enumerate(case.triggers):
        at = f"triggers.{index}"
        if not trigger.rule.strip():
            notes.add(f"{at}.rule", trigger.rule, "a rule two strangers would apply alike")
        for name in ("actor", "recipient"):
            if getattr(trigger, name):
                notes.known(f"{at}.{name}", getattr(trigger, name), actors, "an actor")
        codes(notes, f"{at}.coded_as", trigger.coded_as)
        if trigger.id == NO_TRIGGER and trigger.shifts:
            notes.add(
                f"{at}.shifts",
                f"{len(trigger.shifts)} shifts",
                "no shift in the arm without a trigger",
            )
        for place, shift in enumerate(trigger.shifts):
            here = f"{at}.shifts.{place}"
            notes.range(f"{here}.by", shift.by, low=-1000, high=1000, what="shift")
            because(notes, here, shift.because)
        for place, id in enumerate(trigger.evidence):
            notes.known(f"{at}.evidence.{place}", id, evidence, "an evidence item")


def _situations(case: Case, notes: Notes) -> None:
    actors = [actor.id for actor in case.actors]
    triggers = [*(trigger.id for trigger in case.triggers), NO_TRIGGER]
    seen: dict[tuple[str, str], int] = {}
    for index, situation in enumerate(case.situations):
        at = f"situations.{index}"
        key = (situation.actor, situation.trigger)
        if key in seen:
            notes.add(
                at,
                f"{situation.actor}, trigger {situation.trigger!r}",
                "one situation per actor and trigger",
                f"situations.{seen[key]} is the other.",
            )
        seen.setdefault(key, index)
        notes.known(f"{at}.actor", situation.actor, actors, "an actor")
        if situation.trigger:
            notes.known(f"{at}.trigger", situation.trigger, triggers, "a trigger")
        because(notes, at, situation.because)
        for name, value in situation.features.items():
            if name not in FEATURES:
                notes.add(
                    f"{at}.features.{name}",
                    name,
                    "a feature of the episodes' codebook",
                    near_miss(name, FEATURES) or f"Known: {', '.join(FEATURES)}.",
                )
            elif value not in FEATURES[name] and value != NOT_KNOWN:
                notes.add(
                    f"{at}.features.{name}",
                    value,
                    f"one of {', '.join(FEATURES[name])}, not known",
                    near_miss(value, FEATURES[name]),
                )


ACTS = (_courses, _postures, _triggers, _situations)
"""Checks in the order of the file's tables."""
