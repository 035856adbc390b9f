"""What must hold inside a case beyond its shape: references, ranges, feasibility, dates."""

from __future__ import annotations

import re

from demarche.cases.check_acts import ACTS
from demarche.cases.check_assumptions import check_assumptions
from demarche.cases.check_world import WORLD
from demarche.cases.indicators import check_indicators
from demarche.cases.notes import ID, Notes, because
from demarche.cases.reach import check_joint, check_shifts, check_strategies
from demarche.cases.worded import check_worded
from demarche.errors import Problem, near_miss
from demarche.terms import FORMAT, NO_TRIGGER, Case, Settings

__all__ = ["LIMITS", "check_semantics"]

LIMITS = {
    "actors": 100,
    "issues": 24,
    "factions": 60,
    "courses": 120,
    "postures": 400,
    "triggers": 60,
    "ties": 1000,
    "channels": 100,
    "red_lines": 60,
    "sources": 2000,
    "evidence": 5000,
    "claims": 2000,
    "assumptions": 40,
    "impacts": 4000,
}
"""Largest number of entries per table."""


def check_semantics(
    case: Case, *, file: str, episodes: frozenset[str] | None = None
) -> list[Problem]:
    """Every problem of a case whose shape is right, in the order of the file's tables."""
    notes = Notes(file)
    for step in (
        _head,
        _ids,
        *WORLD,
        check_worded,
        *ACTS,
        _sources,
        _claims,
        check_assumptions,
        check_indicators,
    ):
        step(case, notes)
    if episodes is not None:
        for index, id in enumerate(case.exclude_episodes):
            if id not in episodes:
                notes.add(
                    f"exclude_episodes.{index}",
                    id,
                    "the id of a shipped episode",
                    near_miss(id, episodes),
                )
    if not notes.found:
        check_strategies(case, notes)
    if not notes.found:
        check_shifts(case, notes)
        check_joint(case, notes)
    return notes.found


def _head(case: Case, notes: Notes) -> None:
    if case.format != FORMAT:
        notes.add("format", case.format, f"{FORMAT}, the only format this version reads")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", case.id):
        notes.add("id", case.id, "lower-case letters, digits and hyphens")
    if not case.title.strip():
        notes.add("title", case.title, "a title")
    if not 1 <= case.question.horizon_days <= 3650:
        notes.add("question.horizon_days", case.question.horizon_days, "1 to 3650 days")
    if len(case.ladder) < 2 or len(case.ladder) > 12:
        notes.add(
            "ladder",
            f"{len(case.ladder)} rungs",
            "2 to 12 labels, the first for nothing out of the ordinary",
        )
    for table, limit in LIMITS.items():
        count = len(getattr(case, table))
        if count > limit:
            notes.add(
                table,
                f"{count} entries",
                f"at most {limit}",
                "Split the case or drop what does not bear on the question.",
            )
    actors = [actor.id for actor in case.actors]
    notes.known("question.actor", case.question.actor, actors, "an actor")
    triggers = [*(trigger.id for trigger in case.triggers), NO_TRIGGER]
    notes.known("question.trigger", case.question.trigger, triggers, "a trigger")
    focal = case.question.actor
    if focal in actors and not case.courses_of(focal):
        notes.add("courses", f"none for {focal}", f"at least one course of the focal actor {focal}")
    settings = case.settings
    notes.range("settings.precision", settings.precision, low=0.01, high=100, what="precision")
    notes.range("settings.depth", settings.depth, low=0.01, high=10, what="depth")
    if settings != Settings() and not settings.because.strip():
        notes.add("settings.because", settings.because, "a reason for leaving the defaults")
    if not 1 <= settings.levels <= 6:
        notes.add("settings.levels", settings.levels, "1 to 6 levels of anticipation")
    if settings.rho not in (1, 2):
        notes.add("settings.rho", settings.rho, "1 or 2")


def _ids(case: Case, notes: Notes) -> None:
    tables = (
        "actors",
        "issues",
        "factions",
        "courses",
        "triggers",
        "ties",
        "channels",
        "red_lines",
        "sources",
        "evidence",
        "claims",
        "assumptions",
        "indicators",
    )
    for table in tables:
        seen: dict[str, int] = {}
        for index, item in enumerate(getattr(case, table)):
            if not ID.fullmatch(item.id):
                notes.add(
                    f"{table}.{index}.id",
                    item.id,
                    "an id of letters, digits, '_', '-' and '.', at most 64 characters",
                )
            elif item.id in seen:
                notes.add(
                    f"{table}.{index}.id",
                    item.id,
                    "an id used once",
                    f"It is also the id of {table}.{seen[item.id]}.",
                )
            seen.setdefault(item.id, index)


def _sources(case: Case, notes: Notes) -> None:
    sources = [source.id for source in case.sources]
    for index, source in enumerate(case.sources):
        if not source.title.strip() or not source.publisher.strip():
            notes.add(f"sources.{index}", source.id, "a title and a publisher one can look up")
        if source.url and not source.url.startswith(("https://", "http://")):
            notes.add(f"sources.{index}.url", source.url, "an http or https address")
    for index, item in enumerate(case.evidence):
        at = f"evidence.{index}"
        notes.known(f"{at}.source", item.source, sources, "a source")
        if item.date > case.question.as_of:
            notes.add(
                f"{at}.date",
                item.date,
                f"a day on or before {case.question.as_of} (as_of)",
                "What happened later belongs to the outcomes.",
            )
    actors = [actor.id for actor in case.actors]
    for index, rest in enumerate(case.unlisted):
        notes.known(f"unlisted.{index}.actor", rest.actor, actors, "an actor")
        notes.range(
            f"unlisted.{index}.probability", rest.probability, low=0, high=1, what="probability"
        )
        because(notes, f"unlisted.{index}", rest.because)


def _claims(case: Case, notes: Notes) -> None:
    sources = [source.id for source in case.sources]
    courses = [course.id for course in case.courses]
    triggers = [*(trigger.id for trigger in case.triggers), NO_TRIGGER]
    actors = [actor.id for actor in case.actors]
    for index, claim in enumerate(case.claims):
        at = f"claims.{index}"
        notes.known(f"{at}.source", claim.source, sources, "a source")
        if claim.paragraph < 1:
            notes.add(f"{at}.paragraph", claim.paragraph, "a paragraph counted from 1")
        for place, id in enumerate(claim.courses):
            notes.known(f"{at}.courses.{place}", id, courses, "a course")
        if claim.actor:
            notes.known(f"{at}.actor", claim.actor, actors, "an actor")
        if claim.condition:
            notes.known(f"{at}.condition", claim.condition, triggers, "a trigger")
        if claim.horizon_days is not None and claim.horizon_days < 1:
            notes.add(f"{at}.horizon_days", claim.horizon_days, "at least 1 day")
        low, high = claim.low, claim.high
        if (low is None) != (high is None):
            notes.add(at, f"low {low}, high {high}", "both ends of the hedge's band, or neither")
        elif low is not None and high is not None and not 0 <= low <= high <= 1:
            notes.add(at, f"low {low:g}, high {high:g}", "0 <= low <= high <= 1")
        elif low is not None and claim.kind in ("commitment", "red_line", "causal"):
            notes.add(
                at,
                f"a band on a {claim.kind}",
                "no probability band",
                "Commitments, red lines and causal statements carry no likelihood.",
            )
