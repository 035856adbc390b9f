"""Which inputs the answer hangs on: Sobol indices, and the least joint change that flips it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.inside.draws import BOUNDS, at_modes, quantile
from demarche.inside.flipping import Flip
from demarche.inside.game import Game
from demarche.inside.levels import InsideView, Level0, groups_of, uniform_level0
from demarche.inside.one_actor import answers

__all__ = ["JointFlip", "SobolRow", "distant_flip", "joint_flip", "likeliest_flip", "sobol"]

Floats = NDArray[np.float64]
BLOCK = 2048
CLEAR = 0.1
"""Largest standard error of an index that counts as determined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SobolRow:
    """Share of a course's variance over the inputs that one input explains.

    ``first`` alone, at most 1; ``total`` with all its interactions. Estimates, so they may fall
    outside [0, 1] by their standard errors, ``first_noise`` and ``noise``.
    """

    parameter: str
    because: str
    course: str
    first: float
    total: float
    noise: float
    first_noise: float = 0.0

    @property
    def determined(self) -> bool:
        """Whether both are known to a tenth (standard error); if not, more points are needed."""
        return max(self.noise, self.first_noise) <= CLEAR


def _courses(game: Game, actor: int) -> list[int]:
    id = game.actors[actor].id
    return [c for c, course in enumerate(game.courses) if course.actor == id]


def _run(game: Game, values: Floats, *, actor: int, start: tuple[Level0, Level0]) -> Floats:
    groups = groups_of(game)
    parts = [
        answers(
            game,
            values=values[:, at : at + BLOCK],
            actor=actor,
            groups=[groups],
            level0=start,
        )[0].courses
        for at in range(0, values.shape[1], BLOCK)
    ]
    return np.concatenate(parts, axis=1)


def sobol(
    view: InsideView,
    *,
    actor: int,
    level0: tuple[Level0, Level0] | None = None,
    points: int = 128,
    seed: int = 1,
    budget: int = 200_000,
) -> tuple[SobolRow, ...]:
    r"""First-order and total Sobol indices of every ranged input on an actor's courses.

    From two independent samples A and B and, per input, A with that column of B:

    .. math::

        S_i = \text{corr}(f_B, f_{AB_i}), \qquad
        T_i = 1 - \text{corr}(f_A, f_{AB_i})

    (Martinez's estimators). A first-order index cannot exceed one, and centring takes away most of
    the noise that means of products have where probabilities are far from zero. Standard errors
    come from the scatter of the points' influence. Needs ``points`` times (inputs + 2) runs.

    Parameters
    ----------
    points : int
        A power of two, at least 8.
    budget : int
        Most runs.

    Raises
    ------
    MethodError
        If ``points`` is no power of two or the budget would be passed.

    References
    ----------
    .. [1] Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Design
       and estimator for the total sensitivity index. Computer Physics Communications.
       doi:10.1016/j.cpc.2009.09.018
    .. [2] Iooss, B. et al. R package sensitivity, function soboltouati (estimators by
       correlations after Martinez 2011).
    """
    if points < 8 or points & (points - 1):
        raise MethodError(f"Sobol indices need a power of two of points, at least 8, got {points}.")
    game = view.game
    rows = [r for r, p in enumerate(game.parameters) if p.range.low < p.range.high]
    if points * (len(rows) + 2) > budget:
        raise MethodError(
            f"{len(rows)} ranged inputs with {points} points need {points * (len(rows) + 2)} runs, "
            f"the budget is {budget}: lower points or raise the budget."
        )
    from scipy.stats import qmc

    start = level0 or (uniform_level0(game), uniform_level0(game))
    engine = qmc.Sobol(d=2 * max(len(rows), 1), scramble=True, rng=np.random.default_rng(seed))
    table = engine.random(points).T
    base = at_modes(game, draws=points)

    def sample(quantiles: Floats) -> Floats:
        values = base.copy()
        for k, r in enumerate(rows):
            values[r] = quantile(game.parameters[r], u=quantiles[k])
        return values

    a, b = sample(table[: len(rows)]), sample(table[len(rows) : 2 * len(rows)])
    f_a = _run(game, a, actor=actor, start=start)
    f_b = _run(game, b, actor=actor, start=start)
    found = []
    for r in rows:
        mixed = a.copy()
        mixed[r] = b[r]
        f_ab = _run(game, mixed, actor=actor, start=start)
        for k, c in enumerate(_courses(game, actor)):
            first = total = noise = first_noise = 0.0
            if not np.array_equal(f_a[k], f_ab[k]):
                first, first_noise = _correlation(f_b[k], f_ab[k])
                rest, noise = _correlation(f_a[k], f_ab[k])
                total = 1.0 - rest
            found.append(
                SobolRow(
                    parameter=game.parameters[r].label,
                    because=game.parameters[r].because,
                    course=game.courses[c].id,
                    first=first,
                    total=total,
                    noise=noise,
                    first_noise=first_noise,
                )
            )
    return tuple(sorted(found, key=lambda row: (-row.total, row.parameter, row.course)))


def _correlation(x: Floats, y: Floats) -> tuple[float, float]:
    """Correlation and its standard error by the scatter of influences; 0 where one is constant."""
    sx, sy = float(x.std()), float(y.std())
    if sx <= 0 or sy <= 0:
        return 0.0, 0.0
    a, b = (x - x.mean()) / sx, (y - y.mean()) / sy
    r = float(np.clip(np.mean(a * b), -1.0, 1.0))  # beyond one by rounding only
    influence = a * b - r / 2 * (a**2 + b**2)
    return r, float(influence.std() / np.sqrt(x.size))


def likeliest_flip(flips: tuple[Flip, ...]) -> Flip | None:
    """The smallest change of one input that changes the most probable strategy, if any does."""
    for flip in flips:
        if flip.what.startswith("the most probable set becomes"):
            return flip
    return None


REACH = 10.0
"""How far beyond its range an unbounded input is tried, in widths of the range."""


def distant_flip(
    view: InsideView,
    *,
    actor: int,
    level0: tuple[Level0, Level0] | None = None,
    grid: int = 12,
    steps: int = 20,
) -> Flip | None:
    """The smallest change of one input, its range left behind, that flips the likeliest strategy.

    Every ranged input is tried to the end of its scale (or ten widths of its range where it has
    none), others at their modes; ``moved`` counts in widths of the range and may pass one.
    """
    game = view.game
    start = level0 or (uniform_level0(game), uniform_level0(game))
    groups = groups_of(game)
    rows = [r for r, p in enumerate(game.parameters) if p.range.low < p.range.high]
    modes = at_modes(game, draws=1)[:, 0]

    def likeliest(batch: Floats) -> Floats:
        found = []
        for at in range(0, batch.shape[1], BLOCK):
            values = batch[:, at : at + BLOCK]
            under = answers(game, values=values, actor=actor, groups=[groups], level0=start)[0]
            found.append(np.argmax(under.p, axis=0))
        return np.concatenate(found)

    if not rows:
        return None
    places = [(r, x) for r in rows for x in _outwards(game, r, grid=grid)]
    batch = np.repeat(modes[:, None], len(places) + 1, axis=1)
    for column, (r, x) in enumerate(places):
        batch[r, column] = x
    seen = likeliest(batch)
    best = int(seen[-1])
    near: dict[tuple[int, bool], float] = {}
    for (r, x), state in zip(places, seen[:-1], strict=True):
        side = (r, x > modes[r])
        if state != best and abs(x - modes[r]) < abs(near.get(side, np.inf) - modes[r]):
            near[side] = x
    if not near:
        return None
    sides = list(near)
    same = np.array([modes[r] for r, _ in sides])
    other = np.array([near[side] for side in sides])
    for _ in range(steps):
        middle = (same + other) / 2
        batch = np.repeat(modes[:, None], max(2, len(sides)), axis=1)
        for column, (r, _) in enumerate(sides):
            batch[r, column] = middle[column]
        flipped = likeliest(batch)[: len(sides)] != best
        other, same = np.where(flipped, middle, other), np.where(flipped, same, middle)
    widths = np.array(
        [game.parameters[r].range.high - game.parameters[r].range.low for r, _ in sides]
    )
    moved = np.abs(other - [modes[r] for r, _ in sides]) / widths
    k = int(np.argmin(moved))
    r = sides[k][0]
    batch = np.repeat(modes[:, None], 2, axis=1)
    batch[r] = other[k]
    after = game.strategies[actor][int(likeliest(batch)[0])].label
    return Flip(
        parameter=game.parameters[r].label,
        because=game.parameters[r].because,
        mode=float(modes[r]),
        value=float(other[k]),
        moved=float(moved[k]),
        what=f"the most probable set becomes: {after}",
    )


def _outwards(game: Game, row: int, *, grid: int) -> list[float]:
    """Values of an input from its mode to both ends of its scale, denser near the mode."""
    parameter = game.parameters[row]
    low, mode, high = parameter.range
    width = high - low
    floor, ceiling = BOUNDS.get(parameter.table, (-np.inf, np.inf))
    if parameter.table in ("precision", "depth", "salience", "capability"):
        floor = 1e-3 * mode
    if parameter.table == "shift":
        floor, ceiling = low, high
    ends = (max(floor, low - REACH * width), min(ceiling, high + REACH * width))
    share = np.linspace(0.0, 1.0, grid + 1)[1:] ** 2
    return [float(mode + u * (end - mode)) for end in ends for u in share if end != mode]


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFlip:
    """The least common share by which all inputs move towards their ends before the answer flips.

    ``share`` of the way from each mode to the end that speaks against the likeliest strategy; 1
    with ``flips`` False means that it stays the likeliest even there. ``main`` are the inputs that
    do most of it, with the value they reach.
    """

    flips: bool
    share: float
    before: str
    after: str
    main: tuple[tuple[str, float], ...]


def joint_flip(
    view: InsideView,
    *,
    actor: int,
    level0: tuple[Level0, Level0] | None = None,
    steps: int = 20,
    name: int = 5,
) -> JointFlip:
    """How far all inputs must move together, each to its unfavourable side, to flip the answer.

    The side of each input is the end at which the lead of the likeliest strategy over the best
    other one is smaller, others at their modes; then one bisection over the common share.
    """
    game = view.game
    start = level0 or (uniform_level0(game), uniform_level0(game))
    rows = [r for r, p in enumerate(game.parameters) if p.range.low < p.range.high]
    menu = game.strategies[actor]
    groups = groups_of(game)

    def chances(values: Floats) -> Floats:
        return answers(game, values=values, actor=actor, groups=[groups], level0=start)[0].p

    best = int(np.argmax(chances(at_modes(game, draws=2))[:, 0]))

    def lead(values: Floats) -> Floats:
        p = chances(values)
        others = np.delete(p, best, axis=0)
        if others.size == 0:
            return np.ones(values.shape[1])
        return np.asarray(p[best] - others.max(axis=0))

    batch = at_modes(game, draws=max(2, 2 * len(rows)))
    for k, r in enumerate(rows):
        batch[r, 2 * k], batch[r, 2 * k + 1] = (
            game.parameters[r].range.low,
            game.parameters[r].range.high,
        )
    leads = lead(batch)
    ends = at_modes(game, draws=1)[:, 0]
    drop = []
    for k, r in enumerate(rows):
        low, high = float(leads[2 * k]), float(leads[2 * k + 1])
        ends[r] = game.parameters[r].range.low if low < high else game.parameters[r].range.high
        drop.append((min(low, high), r))
    modes = at_modes(game, draws=1)[:, 0]

    def at(share: float) -> Floats:
        return np.repeat((modes + share * (ends - modes))[:, None], 2, axis=1)

    main = tuple((game.parameters[r].label, float(ends[r])) for _, r in sorted(drop)[:name])
    if float(lead(at(1.0))[0]) >= 0:
        return JointFlip(
            flips=False, share=1.0, before=menu[best].label, after=menu[best].label, main=main
        )
    low_share, high_share = 0.0, 1.0
    for _ in range(steps):
        middle = (low_share + high_share) / 2
        if float(lead(at(middle))[0]) < 0:
            high_share = middle
        else:
            low_share = middle
    after = int(np.argmax(chances(at(high_share))[:, 0]))
    reached = modes + high_share * (ends - modes)
    return JointFlip(
        flips=True,
        share=high_share,
        before=menu[best].label,
        after=menu[after].label,
        main=tuple((game.parameters[r].label, float(reached[r])) for _, r in sorted(drop)[:name]),
    )
