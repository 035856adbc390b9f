"""The dials of a what-if: every input of a case that can be moved, with its scale and reason."""

from __future__ import annotations

from dataclasses import dataclass

from demarche.desk.what_if import HORIZON, POOL, Scenario, rules_of
from demarche.terms import NO_TRIGGER, Actor, Case, Faction

__all__ = ["Dial", "dials"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One input of a case that can be moved: where it stands, and its scale.

    ``choices`` is empty for numbers; ``values`` is (low, mode, high) for ranges, else one number.
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
    for faction in factions:
        if len(factions) > 1:
            rows.append(
                Dial(
                    place=f"capability/{faction.id}",
                    label=f"{faction.name}: capability",
                    group=actor.id,
                    value=scenario.value(f"capability/{faction.id}"),
                    low=_number_of(most / 100),
                    high=_number_of(2 * most),
                    step=_number_of(most / 100),
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


def _number_of(x: float) -> float:
    return float(f"{x:.3g}")
