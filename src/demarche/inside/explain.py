"""Why the inside view answers as it does: who prevails, what matters, what would flip it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.inside.draws import arms_of, at_modes
from demarche.inside.game import Game
from demarche.inside.levels import (
    InsideView,
    Level0,
    answers,
    groups_of,
    solve_under,
    uniform_level0,
)
from demarche.inside.rules import Group
from demarche.terms import RULES

__all__ = [
    "FactionRow",
    "Flip",
    "LedgerRow",
    "Swing",
    "UncertaintyRow",
    "factions_table",
    "flips",
    "ledger",
    "level_effects",
    "one_faction",
    "rule_table",
    "shift_effects",
    "tornado",
    "uncertainty",
]

Floats = NDArray[np.float64]
BLOCK = 2048


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
    mean, total = p.mean(axis=1, keepdims=True), p.var(axis=1)
    found = []
    for row, parameter in enumerate(game.parameters):
        if parameter.range.low == parameter.range.high:
            continue
        x = view.values[row]
        order = np.argsort(x, kind="stable")
        tenth = max(1, x.size // 10)
        low, high = p[:, order[:tenth]].mean(axis=1), p[:, order[-tenth:]].mean(axis=1)
        groups = np.array_split(order, min(bins, x.size))
        between = sum(
            part.size * (p[:, part].mean(axis=1, keepdims=True) - mean) ** 2 for part in groups
        )
        share = np.divide(
            np.asarray(between)[:, 0] / x.size, total, out=np.zeros(len(courses)), where=total > 0
        )
        for index, c in enumerate(courses):
            found.append(
                Swing(
                    parameter=parameter.label,
                    because=parameter.because,
                    course=game.courses[c].id,
                    low_value=float(x[order[:tenth]].mean()),
                    high_value=float(x[order[-tenth:]].mean()),
                    at_low=float(low[index]),
                    at_high=float(high[index]),
                    first_order=float(share[index]),
                )
            )
    found.sort(key=lambda swing: (-abs(swing.swing), swing.parameter, swing.course))
    return tuple(found)


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
    game = view.game
    values = view.values[:, :draws]
    start = level0 or (uniform_level0(game), uniform_level0(game))
    id = game.actors[actor].id
    courses = [c for c, course in enumerate(game.courses) if course.actor == id]
    table: dict[str, tuple[float, ...]] = {}
    for rule in RULES:
        if rule == "mixture" and view.groups[actor].rule != "mixture":
            continue
        groups = list(view.groups)
        groups[actor] = replace(groups[actor], rule=rule)
        if rule == "consensus" and not _consensus_possible(groups[actor]):
            continue
        if rule == "leader" and not game.actors[actor].leader:
            groups[actor] = replace(groups[actor], leader=_heaviest(view, actor=actor))
        under = solve_under(game, arms=arms_of(game, values=values), level0=start, groups=groups)
        table[rule] = tuple(float(under.courses[c].mean()) for c in courses)
    return table


def one_faction(
    view: InsideView, *, actor: int, level0: tuple[Level0, Level0] | None = None, draws: int = 256
) -> tuple[float, ...]:
    """Courses of an actor if the heaviest faction of every actor were the whole of it."""
    game = view.game
    start = level0 or (uniform_level0(game), uniform_level0(game))
    groups = [
        replace(group, rule="leader", leader=_heaviest(view, actor=i))
        for i, group in enumerate(view.groups)
    ]
    arms = arms_of(game, values=view.values[:, :draws])
    under = solve_under(game, arms=arms, level0=start, groups=groups)
    id = game.actors[actor].id
    return tuple(
        float(under.courses[c].mean())
        for c, course in enumerate(game.courses)
        if course.actor == id
    )


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
    values = view.values[:, :draws]
    start = level0 or (uniform_level0(game), uniform_level0(game))
    id = game.actors[actor].id
    courses = [c for c, course in enumerate(game.courses) if course.actor == id]
    quiet = replace(game, trigger=replace(game.trigger, id=""))

    def means(played: Game, only: tuple[int, ...] | None, begin: Level0) -> Floats:
        under = solve_under(
            played,
            arms=arms_of(played, values=values, only=only),
            level0=(start[0], begin),
            groups=view.groups,
        )
        return np.asarray(under.courses[courses].mean(axis=1))

    base = means(quiet, (), start[0])
    full = means(game, None, start[1])
    steps = [
        (f"{shift.how} {shift.on} of {', '.join(shift.of)}", means(quiet, (n,), start[0]) - base)
        for n, shift in enumerate(game.trigger.shifts)
    ]
    steps.append(("red lines that the trigger crosses", means(game, (), start[0]) - base))
    steps.append(("what others are expected to do", means(quiet, (), start[1]) - base))
    rest = full - base - sum((change for _, change in steps), np.zeros(len(courses)))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The smallest change of one input, others at their modes, that changes the answer."""

    parameter: str
    because: str
    mode: float
    value: float
    moved: float
    what: str


def flips(
    view: InsideView,
    *,
    actor: int,
    level0: tuple[Level0, Level0] | None = None,
    grid: int = 8,
    steps: int = 10,
) -> tuple[Flip, ...]:
    """Per ranged input, the nearest value in its range at which the answer changes.

    The answer changes when the most probable strategy does, or when a course crosses one half.
    Searched on a grid and refined by bisection, all inputs at once; inputs that change nothing
    within their range do not appear. Nearest first, as a share of the range.
    """
    game = view.game
    start = level0 or (uniform_level0(game), uniform_level0(game))
    rows = [r for r, p in enumerate(game.parameters) if p.range.low < p.range.high]
    if not rows:
        return ()
    state = _signature(game, at_modes(game, draws=2), actor=actor, start=start)[0]
    points = np.linspace(0.0, 1.0, grid + 1)
    places = [
        np.unique(np.concatenate([_values(game, r, points), [game.parameters[r].range.mode]]))
        for r in rows
    ]
    batch = at_modes(game, draws=sum(map(len, places)))
    column = 0
    for r, values in zip(rows, places, strict=True):
        batch[r, column : column + len(values)] = values
        column += len(values)
    signatures = _signature(game, batch, actor=actor, start=start)
    brackets, column = [], 0
    for r, values in zip(rows, places, strict=True):
        seen = signatures[column : column + len(values)]
        column += len(values)
        brackets += _bracket(r, values, seen, mode=game.parameters[r].range.mode, state=state)
    found = _bisect(game, brackets, state=state, steps=steps, actor=actor, start=start)
    return tuple(sorted(found, key=lambda flip: (flip.moved, flip.parameter)))


def _values(game: Game, row: int, points: Floats) -> Floats:
    low, _, high = game.parameters[row].range
    return low + points * (high - low)


def _bracket(
    row: int,
    values: Floats,
    seen: Sequence[tuple[int, ...]],
    *,
    mode: float,
    state: tuple[int, ...],
) -> list[tuple[int, float, float]]:
    at = int(np.searchsorted(values, mode))
    best: tuple[int, float, float] | None = None
    for step in (1, -1):
        j = at + step
        while 0 <= j < len(values):
            if seen[j] != state:
                candidate = (row, float(values[j - step]), float(values[j]))
                if best is None or abs(candidate[2] - mode) < abs(best[2] - mode):
                    best = candidate
                break
            j += step
    return [best] if best else []


def _bisect(
    game: Game,
    brackets: list[tuple[int, float, float]],
    *,
    state: tuple[int, ...],
    steps: int,
    actor: int,
    start: tuple[Level0, Level0],
) -> list[Flip]:
    if not brackets:
        return []
    rows = [b[0] for b in brackets]
    same = np.array([b[1] for b in brackets])
    other = np.array([b[2] for b in brackets])
    last: Sequence[tuple[int, ...]] = []
    width = max(2, len(rows))
    for _ in range(steps):
        middle = (same + other) / 2
        batch = at_modes(game, draws=width)
        for column, r in enumerate(rows):
            batch[r, column] = middle[column]
        seen = _signature(game, batch, actor=actor, start=start)
        for column in range(len(rows)):
            if seen[column] == state:
                same[column] = middle[column]
            else:
                other[column] = middle[column]
    batch = at_modes(game, draws=width)
    for column, r in enumerate(rows):
        batch[r, column] = other[column]
    last = _signature(game, batch, actor=actor, start=start)
    found = []
    for column, r in enumerate(rows):
        parameter = game.parameters[r]
        span = parameter.range.high - parameter.range.low
        found.append(
            Flip(
                parameter=parameter.label,
                because=parameter.because,
                mode=parameter.range.mode,
                value=float(other[column]),
                moved=abs(float(other[column]) - parameter.range.mode) / span,
                what=_change(game, before=state, after=last[column], actor=actor),
            )
        )
    return found


def _change(game: Game, *, before: tuple[int, ...], after: tuple[int, ...], actor: int) -> str:
    id = game.actors[actor].id
    courses = [course for course in game.courses if course.actor == id]
    crossed = [
        f"{course.label} {'rises above' if new else 'falls below'} one half"
        for course, old, new in zip(courses, before[1:], after[1:], strict=True)
        if old != new
    ]
    menu = game.strategies[actor]
    if before[0] != after[0]:
        crossed.insert(0, f"the most probable set becomes: {menu[after[0]].label}")
    return "; ".join(crossed)


def _signature(
    game: Game, values: Floats, *, actor: int, start: tuple[Level0, Level0]
) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    groups = [groups_of(game)]
    for at in range(0, values.shape[1], BLOCK):
        under = answers(
            game, values=values[:, at : at + BLOCK], actor=actor, groups=groups, level0=start
        )[0]
        best = np.argmax(under.p, axis=0)
        above = under.courses > 0.5
        found += [(int(best[b]), *(int(x) for x in above[:, b])) for b in range(best.size)]
    return found
