"""Checks of a case's world: actors, issues, factions, ties, channels and red lines."""

from __future__ import annotations

from demarche.cases.notes import INFINITY, Notes, because, costs, cycles
from demarche.terms import Case

__all__ = ["WORLD"]


def _actors(case: Case, notes: Notes) -> None:
    ids = [actor.id for actor in case.actors]
    deciding = {course.actor for course in case.courses}
    for index, actor in enumerate(case.actors):
        at = f"actors.{index}"
        own = [faction.id for faction in case.factions if faction.actor == actor.id]
        if actor.id in deciding and not own:
            notes.add(
                "factions",
                f"none for {actor.id}",
                f"at least one faction of {actor.id}, which has courses of its own",
            )
        parts = [part.rule for part in actor.mixture]
        if actor.rule == "leader" or "leader" in parts or actor.leader:
            notes.known(f"{at}.leader", actor.leader, own, f"a faction of {actor.id}")
        for place, id in enumerate(actor.veto):
            notes.known(f"{at}.veto.{place}", id, own, f"a faction of {actor.id}")
        if actor.rule == "mixture":
            total = sum(part.share for part in actor.mixture)
            if "mixture" in parts or len(set(parts)) != len(parts):
                notes.add(f"{at}.mixture", parts, "each plain rule at most once")
            if not abs(total - 1) <= 1e-9 or not all(0 <= p.share <= 1 for p in actor.mixture):
                notes.add(
                    f"{at}.mixture",
                    f"shares that sum to {total:g}",
                    "shares in [0, 1] that sum to 1",
                )
        elif actor.mixture:
            notes.add(f"{at}.mixture", f"{len(parts)} rules", "no mixture unless rule = 'mixture'")
        for name in ("members", "claimed_by"):
            for place, id in enumerate(getattr(actor, name)):
                notes.known(f"{at}.{name}.{place}", id, ids, "an actor")
        if actor.administered_by:
            notes.known(f"{at}.administered_by", actor.administered_by, ids, "an actor")
    inside = {actor.id: set(actor.members) for actor in case.actors}
    above = {a.id: {a.administered_by} if a.administered_by else set() for a in case.actors}
    for graph, name in ((inside, "members"), (above, "administered_by")):
        for cycle in cycles(graph):
            notes.add("actors", " -> ".join(cycle), f"no cycle in {name}")


def _issues(case: Case, notes: Notes) -> None:
    if not case.issues:
        notes.add("issues", "none", "at least one issue that courses move")
    for index, issue in enumerate(case.issues):
        at = f"issues.{index}"
        notes.range(f"{at}.status_quo", issue.status_quo, low=0, high=100, what="status quo")
        because(notes, at, issue.because)
        for end in ("low", "high"):
            if not getattr(issue, end).strip():
                notes.add(f"{at}.{end}", getattr(issue, end), "the name of that end of the scale")


def _factions(case: Case, notes: Notes) -> None:
    if not case.factions:
        notes.add("factions", "none", "at least one faction of each actor that decides")
    issues = [issue.id for issue in case.issues]
    actors = [actor.id for actor in case.actors]
    for index, faction in enumerate(case.factions):
        at = f"factions.{index}"
        notes.known(f"{at}.actor", faction.actor, actors, "an actor")
        notes.range(
            f"{at}.capability",
            faction.capability,
            low=0,
            high=INFINITY,
            what=f"capability of {faction.id!r}",
        )
        if faction.capability.low <= 0:
            notes.add(f"{at}.capability", faction.capability.low, "a capability above 0")
        because(notes, at, faction.because)
        seen = set()
        for place, stance in enumerate(faction.stances):
            here = f"{at}.stances.{place}"
            notes.known(f"{here}.issue", stance.issue, issues, "an issue")
            if stance.issue in seen:
                notes.add(f"{here}.issue", stance.issue, "one stance per issue")
            seen.add(stance.issue)
            notes.range(
                f"{here}.position",
                stance.position,
                low=0,
                high=100,
                what=f"position of {faction.id!r}",
            )
            notes.range(
                f"{here}.salience",
                stance.salience,
                low=0,
                high=1,
                what=f"salience of {faction.id!r}",
            )
            because(notes, here, stance.because)
        if not any(stance.salience.high > 0 for stance in faction.stances):
            notes.add(
                f"{at}.stances",
                "zero salience on every issue",
                "an issue that the faction cares about",
            )
        own = [course.id for course in case.courses_of(faction.actor)]
        for place, id in enumerate(faction.unacceptable):
            notes.known(f"{at}.unacceptable.{place}", id, own, f"a course of {faction.actor}")


def _ties_and_channels(case: Case, notes: Notes) -> None:
    actors = [actor.id for actor in case.actors]
    issues = [issue.id for issue in case.issues]
    evidence = [item.id for item in case.evidence]
    for index, tie in enumerate(case.ties):
        at = f"ties.{index}"
        notes.known(f"{at}.actor", tie.actor, actors, "an actor")
        notes.known(f"{at}.recipient", tie.recipient, actors, "an actor")
        if tie.actor == tie.recipient:
            notes.add(f"{at}.recipient", tie.recipient, "another actor")
        notes.range(f"{at}.strength", tie.strength, low=0, high=1, what="strength")
        if not 0 < tie.half_life_days < INFINITY:
            notes.add(f"{at}.half_life_days", tie.half_life_days, "a finite number of days above 0")
        if tie.since > case.question.as_of:
            notes.add(f"{at}.since", tie.since, f"a day on or before {case.question.as_of} (as_of)")
        if tie.revoked is not None and tie.revoked < tie.since:
            notes.add(f"{at}.revoked", tie.revoked, f"a day on or after {tie.since} (since)")
        if not tie.evidence:
            notes.add(f"{at}.evidence", "none", "at least one dated evidence item")
        for place, id in enumerate(tie.evidence):
            notes.known(f"{at}.evidence.{place}", id, evidence, "an evidence item")
        because(notes, at, tie.because)
    pairs: dict[tuple[str, str], int] = {}
    for index, channel in enumerate(case.channels):
        at = f"channels.{index}"
        notes.known(f"{at}.from_issue", channel.from_issue, issues, "an issue")
        notes.known(f"{at}.to_issue", channel.to_issue, issues, "an issue")
        key = (channel.from_issue, channel.to_issue)
        if key in pairs:
            notes.add(
                at,
                f"{channel.from_issue} to {channel.to_issue}",
                "one channel per pair of issues",
                f"channels.{pairs[key]} is the other.",
            )
        pairs.setdefault(key, index)
        if channel.from_issue == channel.to_issue:
            notes.add(f"{at}.to_issue", channel.to_issue, "another issue than from_issue")
        notes.range(f"{at}.weight", channel.weight, low=-10, high=10, what="weight")
        because(notes, at, channel.because)
        for place, id in enumerate(channel.evidence):
            notes.known(f"{at}.evidence.{place}", id, evidence, "an evidence item")


def _red_lines(case: Case, notes: Notes) -> None:
    actors = [actor.id for actor in case.actors]
    evidence = [item.id for item in case.evidence]
    triggers = [trigger.id for trigger in case.triggers]
    for index, line in enumerate(case.red_lines):
        at = f"red_lines.{index}"
        notes.known(f"{at}.actor", line.actor, actors, "an actor")
        others = [course.id for course in case.courses if course.actor != line.actor]
        own = [course.id for course in case.courses_of(line.actor)]
        for place, id in enumerate(line.crossed_by):
            notes.known(f"{at}.crossed_by.{place}", id, others, "a course of another actor")
        for place, id in enumerate(line.crossed_by_triggers):
            notes.known(f"{at}.crossed_by_triggers.{place}", id, triggers, "a trigger")
        for place, id in enumerate(line.answers):
            notes.known(f"{at}.answers.{place}", id, own, f"a course of {line.actor}")
        factions = [faction.id for faction in case.factions_of(line.actor)]
        costs(notes, f"{at}.audience", line.audience, factions, low=0)
        for place, crossing in enumerate(line.history):
            if crossing.date > case.question.as_of:
                notes.add(
                    f"{at}.history.{place}.date",
                    crossing.date,
                    f"a day on or before {case.question.as_of} (as_of)",
                )
            for spot, id in enumerate(crossing.evidence):
                notes.known(
                    f"{at}.history.{place}.evidence.{spot}", id, evidence, "an evidence item"
                )
        for place, id in enumerate(line.evidence):
            notes.known(f"{at}.evidence.{place}", id, evidence, "an evidence item")


WORLD = (_actors, _issues, _factions, _ties_and_channels, _red_lines)
"""Checks in the order of the file's tables."""
