"""Why the inside view answers as it does: who prevails, what matters, what would flip it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.inside.levels import InsideView, Level0, uniform_level0
from demarche.inside.one_actor import World, answers, answers_in_worlds
from demarche.inside.rules import Group
from demarche.terms import RULES

__all__ = [
    "FactionRow",
    "LedgerRow",
    "Swing",
    "UncertaintyRow",
    "factions_table",
    "ledger",
    "level_effects",
    "one_faction",
    "rule_table",
    "shift_effects",
    "tornado",
    "uncertainty",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """How a course's probability differs between the lowest and highest tenth of one input."""

    parameter: str
    because: str
    course: str
    low_value: float
    high_value: float
    at_low: float
    at_high: float
    first_order: float

    @property
    def swing(self) -> float:
        """Signed difference, highest tenth minus lowest."""
        return self.at_high - self.at_low


def tornado(view: InsideView, *, actor: int, bins: int = 16) -> tuple[Swing, ...]:
    r"""Swings and first-order indices of every ranged input on every course of an actor.

    First-order index by binning: :math:`S_j = Var(E[p | bin_j]) / Var(p)`. Largest swing first.

    References
    ----------
    .. [1] Saltelli, A. et al. (2008). Global Sensitivity Analysis: The Primer. Wiley, ch. 4.
    """
    game = view.game
    id = game.actors[actor].id
    courses = [c for c, course in enumerate(game.courses) if course.actor == id]
    p = view.under.courses[courses]
    mean, total = p.mean(axis=1), p.var(axis=1)
    by_draw = np.ascontiguousarray(p.T)
    found = []
    for row, parameter in enumerate(game.parameters):
        if parameter.range.low == parameter.range.high:
            continue
        x = view.values[row]
        order = _order(x)
        tenth = max(1, x.size // 10)
        ends = order[:tenth], order[-tenth:]
        low, high = (by_draw.take(end, axis=0).sum(axis=0) / tenth for end in ends)
        low_value, high_value = (float(x.take(end).mean()) for end in ends)
        between = _between(by_draw, order=order, bins=bins, mean=mean)
        share = np.divide(between / x.size, total, out=np.zeros(len(courses)), where=total > 0)
        for index, c in enumerate(courses):
            found.append(
                Swing(
                    parameter=parameter.label,
                    because=parameter.because,
                    course=game.courses[c].id,
                    low_value=low_value,
                    high_value=high_value,
                    at_low=float(low[index]),
                    at_high=float(high[index]),
                    first_order=float(share[index]),
                )
            )
    found.sort(key=lambda swing: (-abs(swing.swing), swing.parameter, swing.course))
    return tuple(found)


def _order(x: Floats) -> Ints:
    """Places of values by size, equal ones as they come; quicker where none are equal."""
    order = np.argsort(x)
    held = x.take(order)
    if np.any(held[1:] == held[:-1]):
        return np.argsort(x, kind="stable")
    return order


def _between(by_draw: Floats, *, order: Ints, bins: int, mean: Floats) -> Floats:
    """Sum of squares between equal groups of draws in this order, per column of ``by_draw``."""
    bins = min(bins, order.size)
    size, more = divmod(order.size, bins)
    turn = more * (size + 1)
    between = np.zeros(mean.size)
    for part, groups in ((order[:turn], more), (order[turn:], bins - more)):
        if groups:
            places = part.reshape(groups, -1).T
            sums = by_draw.take(places, axis=0).sum(axis=0)
            for one in len(places) * (sums / len(places) - mean) ** 2:
                between += one
    return between


@dataclass(frozen=True, slots=True, kw_only=True)
class FactionRow:
    """Weight of one faction in the decision, and what it would do alone."""

    faction: str
    name: str
    weight: float
    weight_low: float
    weight_high: float
    alone: tuple[float, ...]
    favourite: str


def factions_table(view: InsideView, *, actor: int) -> tuple[FactionRow, ...]:
    """Who prevails: each faction's mean weight and the courses it would take alone."""
    game, arm = view.game, view.under
    id = game.actors[actor].id
    courses = [c for c, course in enumerate(game.courses) if course.actor == id]
    rows = []
    for row, f in enumerate(game.factions_of(actor)):
        own = (arm.level_shares[:, None, :] * arm.own[actor][:, row]).sum(axis=0)
        alone = [
            float((arm.inputs.feasibility[c] * own[game.taken[actor][:, c]].sum(axis=0)).mean())
            for c in courses
        ]
        weight = arm.weights[actor][row]
        rows.append(
            FactionRow(
                faction=game.factions[f].id,
                name=game.factions[f].name,
                weight=float(weight.mean()),
                weight_low=float(np.quantile(weight, 0.1)),
                weight_high=float(np.quantile(weight, 0.9)),
                alone=tuple(alone),
                favourite=game.strategies[actor][int(np.argmax(own.mean(axis=1)))].label,
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """Mean expected utility of one strategy to one faction, by part; the parts add up."""

    faction: str
    strategy: str
    total: float
    issues: tuple[float, ...]
    cost: float
    audience: float


def ledger(view: InsideView, *, actor: int) -> tuple[LedgerRow, ...]:
    """Ledger of expected utility at the mixed beliefs (the answer's own), under the trigger."""
    game, utility = view.game, view.under.utility[actor]
    rows = []
    for row, f in enumerate(game.factions_of(actor)):
        for s, strategy in enumerate(game.strategies[actor]):
            rows.append(
                LedgerRow(
                    faction=game.factions[f].id,
                    strategy=strategy.id,
                    total=float(utility.total[row, s].mean()),
                    issues=tuple(float(x) for x in utility.issues[row, s].mean(axis=1)),
                    cost=float(utility.cost[row, s].mean()),
                    audience=float(utility.audience[row, s].mean()),
                )
            )
    return tuple(rows)


def rule_table(
    view: InsideView, *, actor: int, level0: tuple[Level0, Level0] | None = None, draws: int = 512
) -> dict[str, tuple[float, ...]]:
    """Courses of an actor under every decision rule, the others as declared (first draws only).

    The rule ``mixture`` is listed only where the case declares one.
    """
    ways: dict[str, list[Group]] = {}
    for rule in RULES:
        if rule == "mixture" and view.groups[actor].rule != "mixture":
            continue
        groups = list(view.groups)
        groups[actor] = replace(groups[actor], rule=rule)
        if rule == "consensus" and not _consensus_possible(groups[actor]):
            continue
        if rule == "leader" and not view.game.actors[actor].leader:
            groups[actor] = replace(groups[actor], leader=_heaviest(view, actor=actor))
        ways[rule] = groups
    found = answers(
        view.game,
        values=view.values[:, :draws],
        actor=actor,
        groups=list(ways.values()),
        level0=level0,
    )
    return {
        rule: tuple(float(p.mean()) for p in under.courses)
        for rule, under in zip(ways, found, strict=True)
    }


def one_faction(
    view: InsideView, *, actor: int, level0: tuple[Level0, Level0] | None = None, draws: int = 256
) -> tuple[float, ...]:
    """Courses of an actor if the heaviest faction of every actor were the whole of it."""
    groups = [
        replace(group, rule="leader", leader=_heaviest(view, actor=i))
        for i, group in enumerate(view.groups)
    ]
    under = answers(
        view.game, values=view.values[:, :draws], actor=actor, groups=[groups], level0=level0
    )[0]
    return tuple(float(p.mean()) for p in under.courses)


def _consensus_possible(group: Group) -> bool:
    return bool(group.allowed[list(group.veto)].all(axis=0).any())


def _heaviest(view: InsideView, *, actor: int) -> int:
    return int(np.argmax(view.under.weights[actor].mean(axis=1)))


def level_effects(view: InsideView, *, actor: int) -> tuple[tuple[float, ...], ...]:
    """Courses of an actor by level of anticipation, one row per level 1..H (under the trigger)."""
    game, arm = view.game, view.under
    id = game.actors[actor].id
    courses = [c for c, course in enumerate(game.courses) if course.actor == id]
    rows = []
    for p in arm.by_level[actor]:
        rows.append(
            tuple(
                float((arm.inputs.feasibility[c] * p[game.taken[actor][:, c]].sum(axis=0)).mean())
                for c in courses
            )
        )
    return tuple(rows)


def shift_effects(
    view: InsideView, *, actor: int, level0: tuple[Level0, Level0] | None = None, draws: int = 512
) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Effect of the trigger on an actor's courses, one shift at a time, then the interaction.

    Then the red lines that the trigger crosses, what single steps do not explain, and the whole
    difference between the arms.
    """
    game = view.game
    before, after = level0 or (uniform_level0(game), uniform_level0(game))
    each = range(len(game.trigger.shifts))
    worlds = [
        World(shifts=(), crosses=False, level0=before),
        World(shifts=tuple(each), crosses=True, level0=after),
        *(World(shifts=(n,), crosses=False, level0=before) for n in each),
        World(shifts=(), crosses=True, level0=before),
        World(shifts=(), crosses=False, level0=after),
    ]
    found = answers_in_worlds(
        game,
        values=view.values[:, :draws],
        actor=actor,
        groups=view.groups,
        level0=before,
        worlds=worlds,
    )
    base, full, *alone = (under.courses.mean(axis=1) for under in found)
    names = [f"{shift.how} {shift.on} of {', '.join(shift.of)}" for shift in game.trigger.shifts]
    names += ["red lines that the trigger crosses", "what others are expected to do"]
    steps = [(name, means - base) for name, means in zip(names, alone, strict=True)]
    rest = full - base - sum((change for _, change in steps), np.zeros(base.size))
    steps += [("interaction", rest), ("all together", full - base)]
    return tuple((name, tuple(float(x) for x in change)) for name, change in steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintyRow:
    """Where the uncertainty of one course lies; the five parts add up to P (1 - P)."""

    course: str
    inputs: float
    rule: float
    level: float
    factions: float
    choice: float

    @property
    def total(self) -> float:
        """The variance of the yes/no, P (1 - P)."""
        return self.inputs + self.rule + self.level + self.factions + self.choice


def uncertainty(view: InsideView, *, actor: int) -> tuple[UncertaintyRow, ...]:
    """Split of each course's variance into inputs, rule, level, factions and choice."""
    game, arm = view.game, view.under
    id = game.actors[actor].id
    rows = []
    for c, course in enumerate(game.courses):
        if course.actor != id:
            continue
        held = game.taken[actor][:, c]
        phi = arm.inputs.feasibility[c]
        p = arm.courses[c]
        rule, level, faction = 0.0, 0.0, 0.0
        for name, (share, by_level) in arm.by_rule[actor].items():
            p_rh = phi * by_level[:, held].sum(axis=1)
            p_r = (arm.level_shares * p_rh).sum(axis=0)
            rule += share * float(np.mean((p_r - p) ** 2))
            level += share * float(np.mean((arm.level_shares * (p_rh - p_r) ** 2).sum(axis=0)))
            if name == "contest":
                own = phi * arm.own[actor][:, :, held].sum(axis=2)
                inner = (arm.weights[actor] * (own - p_rh[:, None]) ** 2).sum(axis=1)
                faction += share * float(np.mean((arm.level_shares * inner).sum(axis=0)))
        mean = float(p.mean())
        spread = float(p.var())
        rows.append(
            UncertaintyRow(
                course=course.id,
                inputs=spread,
                rule=rule,
                level=level,
                factions=faction,
                choice=mean * (1 - mean) - spread - rule - level - faction,
            )
        )
    return tuple(rows)
