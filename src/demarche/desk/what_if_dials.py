"""The dials of a what-if: every input of a case that can be moved, with its scale and reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

from demarche.desk.what_if import DROP, HORIZON, POOL, RANGES, Scenario, rules_of
from demarche.terms import NO_TRIGGER, Actor, Case, Faction

__all__ = ["Dial", "dials", "label_of", "said_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One input of a case that can be moved: where it stands, and its scale.

    ``choices`` is empty for numbers; ``value`` is ``low,mode,high`` for ranges, else one value.
    """

    place: str
    label: str
    group: str
    value: str
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    unit: str = ""
    because: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def dials(scenario: Scenario) -> tuple[Dial, ...]:
    """Every input that can be moved, for the actor asked about first, then for the others."""
    case = scenario.case()
    asked = scenario.actor
    rows = [*_question_dials(scenario, case)]
    order = sorted(case.deciding(), key=lambda a: a.id != asked)
    for actor in order:
        rows += _actor_dials(scenario, case, actor)
    for issue in case.issues:
        rows.append(
            Dial(
                place=f"status_quo/{issue.id}",
                label=f"{issue.name}: where things stand",
                group="issues",
                value=scenario.value(f"status_quo/{issue.id}"),
                high=100.0,
                step=1.0,
                unit=f"0 = {issue.low}, 100 = {issue.high}",
                because=issue.because,
            )
        )
    return tuple(rows)


def _question_dials(scenario: Scenario, case: Case) -> list[Dial]:
    return [
        Dial(
            place="actor",
            label="Actor",
            group="question",
            value=scenario.actor,
            choices=tuple((a.id, a.name) for a in case.deciding()),
        ),
        Dial(
            place="trigger",
            label="If",
            group="question",
            value=scenario.trigger,
            choices=(
                *((t.id, t.label) for t in case.triggers),
                *(
                    ()
                    if any(t.id == NO_TRIGGER for t in case.triggers)
                    else ((NO_TRIGGER, "no trigger"),)
                ),
            ),
        ),
        Dial(place="as_of", label="As of", group="question", value=scenario.value("as_of")),
        Dial(
            place=HORIZON,
            label="Horizon",
            group="question",
            value=scenario.value(HORIZON),
            low=1.0,
            high=3650.0,
            step=1.0,
            unit="days",
        ),
        Dial(
            place=POOL,
            label="Weight of the outside view",
            group="question",
            value=scenario.value(POOL),
            high=1.0,
            step=0.05,
            unit="share; the rest is the inside view's",
        ),
    ]


def _actor_dials(scenario: Scenario, case: Case, actor: Actor) -> list[Dial]:
    rows = []
    place = f"rule/{actor.id}"
    factions = case.factions_of(actor.id)
    if len(factions) > 1:
        rows.append(
            Dial(
                place=place,
                label=f"{actor.name}: decision rule",
                group=actor.id,
                value=scenario.value(place),
                because=actor.rule_because,
                choices=tuple((rule, rule) for rule in rules_of(actor)),
            )
        )
    most = max((f.capability.high for f in factions), default=1.0)
    step = _step(most)
    for faction in factions:
        if len(factions) > 1:
            rows.append(
                Dial(
                    place=f"capability/{faction.id}",
                    label=f"{faction.name}: capability",
                    group=actor.id,
                    value=scenario.value(f"capability/{faction.id}"),
                    low=step,
                    high=_rounded(2 * most, step),
                    step=step,
                    unit="relative to the other factions of the actor",
                    because=faction.because,
                )
            )
        rows += _stance_dials(scenario, case, faction)
    return rows


def _stance_dials(scenario: Scenario, case: Case, faction: Faction) -> list[Dial]:
    rows = []
    issues = {issue.id: issue for issue in case.issues}
    for stance in faction.stances:
        issue = issues[stance.issue]
        for kind, high, step, unit in (
            ("position", 100.0, 1.0, f"0 = {issue.low}, 100 = {issue.high}"),
            ("salience", 1.0, 0.01, "0 = does not care, 1 = nothing else matters"),
        ):
            place = f"{kind}/{faction.id}/{stance.issue}"
            rows.append(
                Dial(
                    place=place,
                    label=f"{faction.name}: {kind} on {issue.name}",
                    group=faction.actor,
                    value=scenario.value(place),
                    high=high,
                    step=step,
                    unit=unit,
                    because=stance.because,
                )
            )
    return rows


def _step(most: float) -> float:
    """A power of ten of which the largest value holds twenty to two hundred."""
    return float(f"1e{math.floor(math.log10(most / 20))}")


def _rounded(x: float, step: float) -> float:
    return float(f"{math.ceil(x / step - 1e-9) * step:.10g}")


def label_of(case: Case, place: str) -> str:
    """An input in words, such as "security establishment: position on breadth".

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> label_of(shipped_case("regional-war"), "horizon")
    'horizon in days'
    """
    plain = {"outside_share": "weight of the outside view", "horizon": "horizon in days"}
    kind, *ids = place.split("/")
    if not ids:
        return plain.get(place, kind.replace("_", " "))
    names = {f.id: f.name for f in case.factions} | {i.id: i.name for i in case.issues}
    if kind == DROP:
        return f"precedent {ids[0]}"
    if kind == "rule":
        return f"{case.actor(ids[0]).name}: decision rule"
    if kind == "status_quo":
        return f"{names[ids[0]]}: where things stand"
    on = f" on {names[ids[1]]}" if len(ids) > 1 else ""
    return f"{names[ids[0]]}: {kind}{on}"


def said_value(case: Case, place: str, value: str) -> str:
    """A value of an input as it is read: names for ids, a range as its mode and ends."""
    if place.partition("/")[0] in RANGES:
        low, mode, high = value.split(",")
        return mode if low == high else f"{mode} ({low} to {high})"
    if place == "trigger":
        return case.trigger(value).label
    return case.actor(value).name if place == "actor" else value
