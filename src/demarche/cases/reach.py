"""Whether a case can be answered: strategies, shifts and how far courses can move an issue."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from demarche.terms import (
    MAX_STRATEGIES,
    NO_TRIGGER,
    Case,
    Posture,
    Range,
    Shift,
    conflicts,
    feasible_sets,
)

if TYPE_CHECKING:
    from demarche.cases.notes import Notes

__all__ = ["BOUNDS", "check_joint", "check_shifts", "check_strategies", "reach_notes"]

MAX_JOINT = 1024
"""Joint strategies that a case may ask to enumerate: what still answers in seconds."""
BOUNDS = {
    "position": (0.0, 100.0),
    "salience": (0.0, 1.0),
    "capability": (0.0, float("inf")),
    "feasibility": (0.0, 1.0),
    "status_quo": (0.0, 100.0),
    "effect": (-100.0, 100.0),
    "cost": (-10.0, 10.0),
    "coupling": (-10.0, 10.0),
    "audience": (0.0, 10.0),
}


def check_strategies(case: Case, notes: Notes) -> None:
    """Each deciding actor must have between one and 64 strategies, all of them feasible."""
    for actor in case.deciding():
        courses = case.courses_of(actor.id)
        postures = [(i, p) for i, p in enumerate(case.postures) if p.actor == actor.id]
        if len(postures) > MAX_STRATEGIES:
            notes.add(
                "postures", f"{len(postures)} of {actor.id}", f"at most {MAX_STRATEGIES} per actor"
            )
        for index, posture in postures:
            reason = conflicts(frozenset(posture.courses), courses=courses)
            if reason:
                notes.add(
                    f"postures.{index}",
                    posture.id,
                    "courses that can be taken together",
                    f"{reason[0].upper()}{reason[1:]}.",
                )
        sets = [frozenset(p.courses) for _, p in postures]
        if not postures:
            found = feasible_sets(courses)
            if found is None:
                notes.add(
                    "courses",
                    f"more than {MAX_STRATEGIES} feasible sets of courses of {actor.id}",
                    f"at most {MAX_STRATEGIES}, or postures",
                    "Name the sets worth considering as [[postures]].",
                )
                continue
            if not found:
                notes.add(
                    "courses",
                    f"no feasible strategy for {actor.id}",
                    "requirements, exclusions and courses under way that can hold together",
                )
            sets = found
        _check_screens(case, actor.id, sets, notes)


def _check_screens(case: Case, actor: str, sets: list[frozenset[str]], notes: Notes) -> None:
    for index, faction in enumerate(case.factions):
        barred = set(faction.unacceptable)
        if faction.actor == actor and sets and all(barred & taken for taken in sets):
            notes.add(
                f"factions.{index}.unacceptable",
                list(faction.unacceptable),
                "at least one strategy the faction can accept",
            )
    who = case.actor(actor)
    rules = {who.rule, *(part.rule for part in who.mixture)}
    if "consensus" in rules and sets:
        veto = who.veto or tuple(f.id for f in case.factions_of(actor))
        barred = {c for f in case.factions_of(actor) if f.id in veto for c in f.unacceptable}
        if all(barred & taken for taken in sets):
            notes.add(
                "factions",
                f"no strategy of {actor} acceptable to all who hold a veto",
                "a strategy that no veto holder finds unacceptable",
            )


def _cells(case: Case, shift: Shift) -> tuple[list[str], ...]:
    owners = {course.actor for course in case.courses}
    issues = [issue.id for issue in case.issues]
    factions = [faction.id for faction in case.factions if faction.actor in owners]
    courses = [course.id for course in case.courses]
    lines = [line.id for line in case.red_lines if line.actor in owners]
    return {
        "position": (factions, issues),
        "salience": (factions, issues),
        "capability": (factions,),
        "effect": (courses, issues),
        "cost": (factions, courses),
        "feasibility": (courses,),
        "status_quo": (issues,),
        "coupling": (issues, issues),
        "audience": (factions, lines),
    }[shift.on]


def _before(case: Case, shift: Shift) -> Range:
    """The range a shift acts on; zero (or one for feasibility) where the case states none."""
    of = shift.of
    zero, one = Range(0, 0, 0), Range(1, 1, 1)
    factions = {faction.id: faction for faction in case.factions}
    courses = {course.id: course for course in case.courses}
    if shift.on in ("position", "salience"):
        for stance in factions[of[0]].stances:
            if stance.issue == of[1]:
                return stance.position if shift.on == "position" else stance.salience
        return zero
    if shift.on == "capability":
        return factions[of[0]].capability
    if shift.on == "status_quo":
        return next(issue.status_quo for issue in case.issues if issue.id == of[0])
    if shift.on == "feasibility":
        return courses[of[0]].feasibility if of[0] in courses else one
    if shift.on == "effect":
        return next((e.points for e in courses[of[0]].effects if e.issue == of[1]), zero)
    if shift.on == "cost":
        return next((c.share for c in courses[of[1]].costs if c.faction == of[0]), zero)
    if shift.on == "audience":
        line = next(line for line in case.red_lines if line.id == of[1])
        return next((c.share for c in line.audience if c.faction == of[0]), zero)
    return next(
        (c.weight for c in case.channels if (c.from_issue, c.to_issue) == (of[0], of[1])), zero
    )


def shifted(before: Range, shift: Shift) -> Range:
    """Corners of a range after a shift."""
    if shift.how == "set":
        return shift.by
    corners = [
        a + b if shift.how == "add" else a * b for a, b in itertools.product(before, shift.by)
    ]
    return Range(min(corners), sorted(corners)[len(corners) // 2], max(corners))


def check_shifts(case: Case, notes: Notes) -> None:
    """A shift names cells that decide, and stays in range at its corners unless ends are held."""
    for index, trigger in enumerate(case.triggers):
        so_far: dict[tuple[str, tuple[str, ...]], Range] = {}
        for place, shift in enumerate(trigger.shifts):
            at = f"triggers.{index}.shifts.{place}"
            axes = _cells(case, shift)
            if len(shift.of) != len(axes):
                notes.add(
                    f"{at}.of",
                    list(shift.of),
                    f"{len(axes)} id{'s' if len(axes) > 1 else ''} for a shift on {shift.on}",
                )
                continue
            wrong = [(id, axis) for id, axis in zip(shift.of, axes, strict=True) if id not in axis]
            for id, axis in wrong:
                notes.known(f"{at}.of", id, axis, "what a shift can act on")
            if wrong:
                continue
            if shift.on == "coupling" and shift.of[0] == shift.of[1]:
                notes.add(f"{at}.of", shift.of[0], "another issue")
                continue
            key = (shift.on, shift.of)
            after = shifted(so_far.get(key) or _before(case, shift), shift)
            low, high = BOUNDS[shift.on]
            held = Range(*(min(max(x, low), high) for x in after))
            so_far[key] = held if shift.ends == "hold" else after
            if (after.low < low or after.high > high) and shift.ends == "refuse":
                notes.add(
                    f"{at}.by",
                    f"reaches [{after.low:g}, {after.high:g}]",
                    f"a shift that stays in [{low:g}, {high:g}]",
                    'Or say ends = "hold", and the value stops at the end.',
                )
            if shift.on == "capability" and after.low <= 0:
                notes.add(f"{at}.by", f"reaches {after.low:g}", "a capability above 0")
        _check_salience(case, index, so_far, notes)


def _check_salience(
    case: Case, index: int, so_far: dict[tuple[str, tuple[str, ...]], Range], notes: Notes
) -> None:
    for faction in case.factions:
        cares = {stance.issue: stance.salience for stance in faction.stances}
        for (on, of), after in so_far.items():
            if on == "salience" and of[0] == faction.id:
                cares[of[1]] = after
        if not any(value.high > 0 for value in cares.values()):
            notes.add(
                f"triggers.{index}.shifts",
                f"no salience left for {faction.id}",
                "an issue the faction still cares about",
            )


def _menu(case: Case, actor: str) -> list[frozenset[str]]:
    postures: list[Posture] = [p for p in case.postures if p.actor == actor]
    if postures:
        return [frozenset(p.courses) for p in postures]
    return feasible_sets(case.courses_of(actor)) or [frozenset()]


def check_joint(case: Case, notes: Notes) -> None:
    """Outcomes held at their ends, or absolute losses, need all joint strategies enumerated."""
    held = [issue.id for issue in case.issues if issue.ends == "hold"]
    if not held and case.settings.rho == 2:
        return
    joint = 1
    for actor in case.deciding():
        joint *= max(1, len(_menu(case, actor.id)))
    if joint > MAX_JOINT:
        reason = f'ends = "hold" in {held[0]}' if held else "rho = 1"
        notes.add(
            "issues" if held else "settings.rho",
            f"{joint} joint strategies with {reason}",
            f"at most {MAX_JOINT}",
            'Use ends = "open" and rho = 2, or fewer postures.',
        )


def reach_notes(case: Case) -> tuple[str, ...]:
    """Issues that effects can carry past an end of their scale, with every range at its corner."""
    arms: list[tuple[str, tuple[Shift, ...]]] = [(NO_TRIGGER, ())]
    arms += [(trigger.id, trigger.shifts) for trigger in case.triggers]
    widest = [(100.0, 0.0)] * len(case.issues)
    for _, shifts in arms:
        reach = _reach(case, shifts)
        widest = [(min(a, c), max(b, d)) for (a, b), (c, d) in zip(widest, reach, strict=True)]
    past = [
        (issue, low, high)
        for issue, (low, high) in zip(case.issues, widest, strict=True)
        if low < -1e-9 or high > 100 + 1e-9
    ]
    notes = []
    for ends, what in (("hold", "they stop at the ends"), ("open", "losses go on beyond the ends")):
        named = [i.name for i, _, _ in past if i.ends == ends]
        if named:
            notes.append(
                f"with every range at its corner, outcomes can leave the scale of "
                f"{', '.join(named)}; {what}."
            )
    return tuple(notes)


def _reach(case: Case, shifts: tuple[Shift, ...]) -> list[tuple[float, float]]:
    issues = [issue.id for issue in case.issues]
    effects = {(c.id, e.issue): e.points for c in case.courses for e in c.effects}
    phi = {course.id: course.feasibility for course in case.courses}
    start = {issue.id: issue.status_quo for issue in case.issues}
    gamma = {(c.from_issue, c.to_issue): c.weight for c in case.channels}
    for shift in shifts:
        table, key, default = {
            "effect": (effects, shift.of, Range(0, 0, 0)),
            "feasibility": (phi, shift.of[0], Range(1, 1, 1)),
            "status_quo": (start, shift.of[0], Range(0, 0, 0)),
            "coupling": (gamma, shift.of, Range(0, 0, 0)),
        }.get(shift.on, ({}, None, Range(0, 0, 0)))
        if key is not None:
            after = shifted(table.get(key, default), shift)  # type: ignore[attr-defined]
            if shift.on in BOUNDS and shift.ends == "hold":
                low, high = BOUNDS[shift.on]
                after = Range(*(min(max(x, low), high) for x in after))
            table[key] = after  # type: ignore[index]
    found = []
    for to in issues:
        low, high = start[to].low, start[to].high
        for actor in case.deciding():
            ends = [
                _span(taken, to=to, issues=issues, effects=effects, phi=phi, gamma=gamma)
                for taken in _menu(case, actor.id)
            ]
            low += min(end[0] for end in ends)
            high += max(end[1] for end in ends)
        found.append((low, high))
    return found


def _span(
    taken: frozenset[str],
    *,
    to: str,
    issues: list[str],
    effects: dict[tuple[str, str], Range],
    phi: dict[str, Range],
    gamma: dict[tuple[str, str], Range],
) -> tuple[float, float]:
    low = high = 0.0
    for source in issues:
        weight = Range(1, 1, 1) if source == to else gamma.get((source, to))
        if weight is None:
            continue
        for id in taken:
            points = effects.get((id, source))
            if points is None:
                continue
            corners = [
                a * b * c
                for a in (points.low, points.high)
                for b in (phi[id].low, phi[id].high)
                for c in (weight.low, weight.high)
            ]
            low += min(corners)
            high += max(corners)
    return low, high
