"""KTAB's spatial model of politics (SMP), a comparison model only; status: emerging.

It repeats the arithmetic of the released program, defects included, so that users of KTAB can
compare. It forecasts nothing here and never enters a pool; ``KNOWN_DEFECTS`` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, TermError, near_miss
from demarche.inside._smp_votes import EXPONENTS, VOTES, election
from demarche.inside.numbers import finite

__all__ = ["KNOWN_DEFECTS", "Bargain", "SmpCase", "SmpOptions", "SmpRun", "smp", "smp_options"]

Floats = NDArray[np.float64]

KNOWN_DEFECTS = (
    "third parties: joining a side never changes the odds a third party computes, so support of "
    "an ally lowers an actor's chance (the sign of third-party votes is reversed)",
    "commitments No and Full give identical runs: their third-party votes cancel to zero",
    "reported probabilities are per position class and sum to more than one over actors",
    "risk estimate Full stops the released program; ASymProsp depends on the order of actors; "
    "InitRcvrInterp and PWCompInterp pass a change of utility where a probability is meant: "
    "all four are refused here",
    "stochastic transitions cannot be repeated with a fixed seed in the released program: refused",
)
CHOICES: dict[str, tuple[str, ...]] = {
    "victory": (*EXPONENTS, "Binary"),
    "voting": tuple(VOTES),
    "pce": ("Conditional", "MarkovIncentive", "MarkovUniform"),
    "risk_range": ("Min", "Mid", "Max"),
    "risk_estimate": ("None", "OneThird", "Half", "TwoThirds"),
    "third_parties": ("NoCommit", "SemiCommit", "FullCommit"),
    "interpolation": ("S1P1", "S2P2", "S2PMax"),
    "bargain": ("InitOnlyInterp",),
    "transitions": ("Deterministic",),
}
SHARES = {"None": 0.0, "OneThird": 1 / 3, "Half": 0.5, "TwoThirds": 2 / 3}
SIGNIFICANT_GAIN = 1e-5
BUDGET = 50_000_000
"""Votes of a run: 100 turns of 79 actors; some minutes of plain Python."""
SAME_POSITION = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class SmpOptions:
    """Options of a run, by KTAB's own names; the defaults are those of its command line."""

    victory: str = "Linear"
    voting: str = "Prop"
    pce: str = "Conditional"
    risk_range: str = "Mid"
    risk_estimate: str = "OneThird"
    third_parties: str = "SemiCommit"
    interpolation: str = "S2P2"
    bargain: str = "InitOnlyInterp"
    transitions: str = "Deterministic"
    least_turns: int = 2
    most_turns: int = 100
    quiet: float = 0.02

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise MethodError(
                    f"SMP option {name} must be one of {', '.join(allowed)}, got {value!r}. "
                    f"{near_miss(value, allowed)}".rstrip()
                )
        if not 1 <= self.least_turns <= self.most_turns:
            raise MethodError(
                f"SMP needs 1 <= least_turns <= most_turns, got {self.least_turns} and "
                f"{self.most_turns}."
            )


SHORT = {
    "vpm": "victory",
    "vr": "voting",
    "pcem": "pce",
    "rng": "risk_range",
    "adj": "risk_estimate",
    "tpc": "third_parties",
    "ivb": "interpolation",
    "bm": "bargain",
    "stm": "transitions",
}
ALIASES = {"Proportional": "Prop"}


def smp_options(changes: Sequence[str], *, base: SmpOptions | None = None) -> SmpOptions:
    """Options with some changed, each written ``name=value`` by KTAB's short or our long name.

    Raises
    ------
    MethodError
        If a name or a value is unknown.

    Examples
    --------
    >>> smp_options(["vpm=Square", "tpc=NoCommit"]).victory
    'Square'
    """
    known = (*SHORT, *CHOICES)
    chosen: dict[str, Any] = {}
    for change in changes:
        name, _, value = change.partition("=")
        if name not in known:
            raise MethodError(
                f"{change!r} is no SMP option; known are {', '.join(known)}. "
                f"{near_miss(name, known)}".rstrip()
            )
        chosen[SHORT.get(name, name)] = ALIASES.get(value, value)
    return replace(base or SmpOptions(), **chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmpCase:
    """Inputs of a run: positions and saliences 0-100 by actor and dimension, capabilities.

    ``accommodation[i, j]`` is how far the ideal point of i follows the position of j in a turn;
    what a row lacks to one stays with the old ideal point. Identity if not given.
    """

    actors: tuple[str, ...]
    dimensions: tuple[str, ...]
    capability: Floats
    position: Floats
    salience: Floats
    accommodation: Floats | None = None
    name: str = ""
    description: str = ""
    descriptions: tuple[str, ...] = ()
    options: SmpOptions = field(default_factory=SmpOptions)

    def __post_init__(self) -> None:
        n, k = len(self.actors), len(self.dimensions)
        if n < 2 or k < 1:
            raise TermError(f"SMP needs two actors and one dimension, got {n} and {k}.")
        for word, shape in (("capability", (n,)), ("position", (n, k)), ("salience", (n, k))):
            table = np.asarray(getattr(self, word), dtype=float)
            if table.shape != shape or not finite(table):
                raise TermError(f"SMP {word} must be finite of shape {shape}, got {table.shape}.")
            object.__setattr__(self, word, table)
        if np.any(self.capability <= 0):
            raise TermError("every SMP capability must be positive.")
        for word in ("position", "salience"):
            table = getattr(self, word)
            if np.any((table < 0) | (table > 100)):
                i, j = np.argwhere((table < 0) | (table > 100))[0]
                raise TermError(
                    f"SMP {word} of {self.actors[i]!r} on {self.dimensions[j]!r} must lie in "
                    f"[0, 100], got {table[i, j]:g}."
                )
        total = self.salience.sum(axis=1)
        for i in np.flatnonzero((total <= 0) | (total > 100 + 1e-9)):
            raise TermError(
                f"SMP saliences of {self.actors[i]!r} must add up to more than 0 and at most 100, "
                f"got {total[i]:g}."
            )
        if self.accommodation is not None:
            m = np.asarray(self.accommodation, dtype=float)
            if m.shape != (n, n) or np.any((m < 0) | (m > 1)) or np.any(m.sum(axis=1) > 1 + 1e-10):
                raise TermError(
                    "the accommodation of ideal points must be actors by actors, each entry in "
                    "[0, 1] and no row above one."
                )
            object.__setattr__(self, "accommodation", m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bargain:
    """One proposal: initiator, receiver, the initiator's chance and gain, both proposed places."""

    turn: int
    initiator: int
    receiver: int
    chance: float
    gain: float
    for_initiator: tuple[float, ...]
    for_receiver: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmpRun:
    """A run: turn 0 is the input, positions 0-100.

    ``position`` and ``ideal`` (turns + 1, actors, dimensions); ``probability`` and ``risk``
    (turns + 1, actors); ``stop_fraction`` (turns,) begins with turn 1. ``settled`` is False where
    the most turns allowed were used up, or the budget; ``ended`` says which: "settled", "turns" or
    "budget".
    """

    case: SmpCase
    position: Floats
    ideal: Floats
    probability: Floats
    risk: Floats
    stop_fraction: Floats
    bargains: tuple[Bargain, ...]
    settled: bool
    ended: str = "settled"

    @property
    def turns(self) -> int:
        """Number of turns played."""
        return int(self.position.shape[0]) - 1


def _distance(ideal: Floats, *, salience: Floats, places: Floats) -> Floats:
    """Distance of every actor's ideal (rows) to every place (columns)."""
    square = salience**2
    gap = ideal[:, None, :] - places[None, :, :]
    below = np.sum(square, axis=1)[:, None]
    found: Floats = np.sqrt(np.sum(square[:, None, :] * gap**2, axis=2) / below)
    return found


def _utility(d: Floats, risk: Floats) -> Floats:
    found: Floats = (1 - d) * (1 + np.minimum(d, 1.0) * risk)
    return found


def _risk(p: Floats, *, form: str, together: bool) -> Floats:
    low, high = float(p.min()), float(p.max())
    if together:
        return np.zeros_like(p)
    if high - low <= 0:
        raise MethodError(
            "SMP cannot infer risk attitudes: every position is as likely to win as every other "
            "(KTAB divides by zero here). Use the weighted mean."
        )
    if form == "Min":
        return (p - low) / (high - low)
    if form == "Mid":
        return (3 * p - (high + 2 * low)) / (2 * (high - low))
    return (2 * p - (high + low)) / (high - low)


def _challenges(
    u: Floats, *, case: SmpCase, options: SmpOptions, total: Floats
) -> tuple[Floats, Floats]:
    """Chance and gain of i against j as i sees them; ``u[i, a, b]``, i's estimate of u_a(b)."""
    n = total.size
    g = VOTES[options.voting]
    weight = total * case.capability
    own = u[np.arange(n), np.arange(n), np.arange(n)]
    chance, gain = np.full((n, n), 0.5), np.full((n, n), -np.inf)
    others = np.arange(n)
    for i in range(n):
        seen = u[i]
        itself = np.diagonal(seen)
        for j in range(n):
            if i == j:
                continue
            first = weight[i] * g(seen[i, i] - seen[i, j])
            second = weight[j] * g(seen[j, i] - seen[j, j])
            base_i = 1e-10 + max(first, 0.0) + max(second, 0.0)
            base_j = 1e-10 + max(-first, 0.0) + max(-second, 0.0)
            third = (others != i) & (others != j)
            w, at_i, at_j, at_n = weight[third], seen[third, i], seen[third, j], itself[third]
            lean = w * g(at_i - at_j)
            odds = (base_i + np.maximum(lean, 0.0)) / (base_i + base_j + np.abs(lean))
            vote = w * g(_third(odds, at_i, at_j, at_n, commit=options.third_parties))
            for_i = base_i + np.maximum(vote, 0.0).sum()
            for_j = base_j + np.maximum(-vote, 0.0).sum()
            p = for_i / (for_i + for_j)
            win, lose = 2 * seen[i, i], 2 * seen[i, j]
            s = total[j]
            chance[i, j] = p
            gain[i, j] = (1 - s) * win + s * (p * win + (1 - p) * lose) - (own[i] + seen[i, j])
    return chance, gain


def _third(odds: Floats, at_i: Floats, at_j: Floats, at_n: Floats, *, commit: str) -> Floats:
    """Difference of a third party's utility between joining i and joining j."""
    join_i_wins = 3 * at_i if commit == "FullCommit" else 2 * at_i + at_n
    join_j_loses = 2 * at_i + at_n if commit == "NoCommit" else 3 * at_i
    join_i_loses = 2 * at_j + at_n if commit == "NoCommit" else 3 * at_j
    join_j_wins = 3 * at_j if commit == "FullCommit" else 2 * at_j + at_n
    joining_i = odds * join_i_wins + (1 - odds) * join_i_loses
    joining_j = odds * join_j_loses + (1 - odds) * join_j_wins
    found: Floats = joining_i - joining_j
    return found


def _round4(x: Floats) -> Floats:
    found: Floats = np.floor(1e4 * x + 0.5) / 1e4
    return found


def _places(
    xi: Floats, xj: Floats, *, si: Floats, sj: Floats, p: float, form: str
) -> tuple[Floats, Floats]:
    m = 1e-6
    if form == "S2PMax":
        di, dj = max(0.0, 1 - 2 * p), max(0.0, 2 * p - 1)
        to_j = di * sj**2 / (di * sj**2 + m + (1 - di) * si**2)
        to_i = dj * si**2 / (dj * si**2 + m + (1 - dj) * sj**2)
        return xi + to_j * (xj - xi), xj + to_i * (xi - xj)
    e = 1 if form == "S1P1" else 2
    a, b = si**e * p**e, sj**e * (1 - p) ** e
    below = a + m + b
    return _round4(((a + m) * xi + b * xj) / below), _round4((a * xi + (b + m) * xj) / below)


def smp(case: SmpCase, *, options: SmpOptions | None = None, budget: int = BUDGET) -> SmpRun:
    r"""Run KTAB's spatial model of politics until it is quiet or out of turns.

    A turn: every actor challenges the one against whom it expects the largest gain, proposes a
    place in between, and each actor takes the bargain that is likeliest to win a probabilistic
    Condorcet election among those it is a party to. Utility is
    :math:`u(d, R) = (1 - d)(1 + d R)` with distance :math:`d` weighted by squared salience and
    risk attitude :math:`R` inferred from the election. It stops when the turn's movement is below
    ``quiet`` of the first turn's. Once all positions are one, risk attitudes are zero (the released
    program divides by zero there). The defects of the released program are kept, see
    ``KNOWN_DEFECTS``: arithmetic to compare with, not a forecast.

    Parameters
    ----------
    case : SmpCase
    options : SmpOptions, optional
        The case's own by default.
    budget : int
        Most votes looked at: actors cubed in each turn; where it is hit the run ends unsettled.

    Raises
    ------
    TermError
        If inputs are outside their ranges.
    MethodError
        If risk attitudes cannot be inferred, as when all positions are the same, or one turn
        would pass the budget.

    References
    ----------
    .. [1] Efird, B., Lester, S. & Wise, B. (2016). Journal of East Asian Studies,
       doi:10.1017/jea.2015.4.
    .. [2] KTAB, SMP 1.4, github.com/KAPSARC/KTAB (MIT licence); algorithm restated.

    Examples
    --------
    >>> run = smp(SmpCase(actors=("a", "b", "c"), dimensions=("x",), capability=[1, 2, 2.5],
    ...     position=[[0.0], [40.0], [100.0]], salience=[[50.0], [40.0], [60.0]]))
    >>> run.position.shape[1:], run.settled
    ((3, 1), True)
    """
    options = options or case.options
    n = len(case.actors)
    x, s = case.position / 100, case.salience / 100
    if np.ptp(x, axis=0).max() <= 0:
        raise MethodError("all SMP positions are the same: there is nothing to bargain over.")
    if n**3 > budget:
        raise MethodError(
            f"a turn of the SMP of {n} actors looks at {n**3} votes, the budget is {budget}: merge "
            "actors."
        )
    total, ideal = s.sum(axis=1), x.copy()
    follow = np.eye(n) if case.accommodation is None else case.accommodation
    stay = np.maximum(0.0, 1 - follow.sum(axis=1))[:, None]
    places, ideals, risks, chances, fractions = [x], [ideal], [], [], []
    bargains: list[Bargain] = []
    first, ended = 0.0, "turns"
    for turn in range(options.most_turns):
        if (turn + 1) * n**3 > budget:
            ended = "budget"
            break
        risk, probability, d, u = _judged(ideal, places[-1], s=s, case=case, options=options)
        risks.append(risk)
        chances.append(probability)
        moved, made = _turn(turn, x=places[-1], s=s, ideal=ideal, risk=risk, d=d, u=u, total=total,
                            case=case, options=options)  # fmt: skip
        bargains += made
        step = float(np.sum(np.sqrt(np.sum((moved - places[-1]) ** 2, axis=1))))
        first = step if turn == 0 else first
        ideal = follow @ moved + stay * ideal
        places.append(moved)
        ideals.append(ideal)
        fractions.append(step / (first + 1e-4))
        if turn + 1 >= options.least_turns and fractions[-1] < options.quiet:
            ended = "settled"
            break
    risk, probability, _, _ = _judged(ideal, places[-1], s=s, case=case, options=options)
    return SmpRun(
        case=case,
        position=100 * np.stack(places),
        ideal=100 * np.stack(ideals),
        probability=np.stack([*chances, probability]),
        risk=np.stack([*risks, risk]),
        stop_fraction=np.array(fractions),
        bargains=tuple(bargains),
        settled=ended == "settled",
        ended=ended,
    )


def _judged(
    ideal: Floats, x: Floats, *, s: Floats, case: SmpCase, options: SmpOptions
) -> tuple[Floats, Floats, Floats, Floats]:
    """Risk attitudes, reported probabilities, distances, and estimated utilities of a state."""
    d = _distance(ideal, salience=s, places=x)
    weights = case.capability
    p = election(1 - d, weights=weights, options=options)
    same = np.sqrt(np.sum((x[:, None, :] - x[None, :, :]) ** 2, axis=2)) < SAME_POSITION
    risk = _risk(p, form=options.risk_range, together=bool(same.all()))
    share = SHARES[options.risk_estimate]
    estimate = (1 - share) * risk[:, None] + share * risk[None, :]
    u = _utility(d[None, :, :], estimate[:, :, None])
    unique: list[int] = []
    for i in range(len(x)):
        if not any(same[i, j] for j in unique):
            unique.append(i)
    own = _utility(d, risk[:, None])
    wins = election(own[:, unique], weights=weights, options=options)
    last = [max(k for k, j in enumerate(unique) if same[i, j]) for i in range(len(x))]
    return risk, wins[last], d, u


def _turn(
    turn: int,
    *,
    x: Floats,
    s: Floats,
    ideal: Floats,
    risk: Floats,
    d: Floats,
    u: Floats,
    total: Floats,
    case: SmpCase,
    options: SmpOptions,
) -> tuple[Floats, list[Bargain]]:
    n = len(x)
    chance, gain = _challenges(u, case=case, options=options, total=total)
    queues: list[list[tuple[int, int, Floats, Floats]]] = [[] for _ in range(n)]
    made = []
    for i in range(n):
        j = int(np.argmax(gain[i]))
        if gain[i, j] <= SIGNIFICANT_GAIN:
            continue
        p = float(chance[i, j])
        at_i, at_j = _places(x[i], x[j], si=s[i], sj=s[j], p=p, form=options.interpolation)
        queues[i].append((i, j, at_i, at_j))
        queues[j].append((i, j, at_i, at_j))
        made.append(
            Bargain(
                turn=turn,
                initiator=i,
                receiver=j,
                chance=p,
                gain=float(gain[i, j]),
                for_initiator=tuple(float(v) for v in 100 * at_i),
                for_receiver=tuple(float(v) for v in 100 * at_j),
            )
        )
    own = _utility(d, risk[:, None])
    moved = x.copy()
    for k in range(n):
        if not queues[k]:
            continue
        value = [own.sum(axis=1)]
        for i, j, at_i, at_j in queues[k]:
            there = _utility(
                _distance(ideal, salience=s, places=np.stack([at_i, at_j])), risk[:, None]
            )
            value.append(own.sum(axis=1) - own[:, i] - own[:, j] + there.sum(axis=1))
        wins = election(np.stack(value, axis=1) / n, weights=case.capability, options=options)
        chosen = int(np.argmax(wins))
        if chosen:
            i, _, at_i, at_j = queues[k][chosen - 1]
            moved[k] = at_i if k == i else at_j
    return moved, made
