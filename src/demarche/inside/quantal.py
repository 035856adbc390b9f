"""Logit quantal response equilibrium: a fixed point of noisy best responses, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.normal import (
    Engine,
    NormalForm,
    compiled_here,
    normal_form,
    responses,
)
from demarche.inside.numbers import LARGEST

__all__ = ["QuantalResponse", "quantal_response", "quantal_search"]

Floats = NDArray[np.float64]
RESIDUAL = 1e-11
SAME = 1e-6
LOOSE = 1e-3
FEW = 60
"""Damped steps tried before Newton's: enough where the response map contracts."""
WARN_ABOVE = 5.0
WORK = 20_000_000_000
"""Multiplications of one search: seconds to a minute or two."""


@dataclass(slots=True)
class _Work:
    """What is left of the budget of multiplications, and what the steps of a game cost."""

    left: int
    damped: int
    newton: int

    @classmethod
    def of(cls, game: NormalForm, *, budget: int) -> _Work:
        players, size = len(game.sizes), sum(game.sizes)
        damped = players * game.payoffs[0].size
        return cls(left=budget, damped=damped, newton=players * damped + size**3 // 3)

    @property
    def spent(self) -> bool:
        return self.left <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantalResponse:
    """What was found: the fixed point reached from the start, and any others.

    ``profile[i]`` are the probabilities of player i; ``residual`` the largest distance from the
    response to it. ``uniqueness`` is "proved" (the response map is a contraction), "searched" (no
    other from ``starts`` random starts), "several", or "not checked". ``fixed_points``
    begins with ``profile``.
    """

    profile: tuple[Floats, ...]
    precision: float
    residual: float
    converged: bool
    uniqueness: str
    starts: int
    fixed_points: tuple[tuple[Floats, ...], ...]
    steps: int
    warnings: tuple[str, ...]


def quantal_response(
    payoffs: Sequence[ArrayLike],
    *,
    precision: float,
    start: Sequence[ArrayLike] | None = None,
    several: Literal["refuse", "follow"] = "refuse",
    starts: int = 40,
    seed: int = 1,
    budget: int = 2000,
    engine: Engine = "auto",
    work: int = WORK,
) -> QuantalResponse:
    r"""Logit quantal response equilibrium of a game in normal form.

    .. math:: p_i(s) = \frac{\exp(\lambda \bar u_i(s, p_{-i}))}{\sum_{s'} \exp(\lambda \bar u_i(s', p_{-i}))}

    for all players at once. It is followed from the start (uniform by default) along growing
    precision, by Newton steps and, where they fail, damped iteration.

    Parameters
    ----------
    payoffs : list of tables
        One per player, one axis per player; precision multiplies them as they stand.
    precision : float
        Lambda, not negative.
    start : profile, optional
        Where the search begins; the answer says so where there are several fixed points.
    several : {"refuse", "follow"}
        ``refuse``: several fixed points are an error. ``follow``: return the one reached from the
        start, with a warning and the others beside it.
    starts : int
        Random starts of the search for others.
    budget : int
        Most damped steps per stage.
    work : int
        Most multiplications in all. Where they end before the search for other fixed points
        does, a warning says from how many starts it was made.
    engine : {"auto", "numpy", "numba"}

    Raises
    ------
    MethodError
        If no fixed point is reached within the budget, or there are several and ``several`` is
        ``"refuse"``.
    TermError
        If payoffs or precision are out of range.

    References
    ----------
    .. [1] McKelvey, R. D. & Palfrey, T. R. (1995). Quantal response equilibria for normal form
       games. Games and Economic Behavior 10, 6-38. doi:10.1006/game.1995.1023

    Examples
    --------
    >>> dilemma = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    >>> found = quantal_response(dilemma, precision=1.0)
    >>> found.profile[0].round(6).tolist(), found.uniqueness
    ([0.226751, 0.773249], 'proved')
    """  # noqa: E501
    found = quantal_search(
        payoffs, precision=precision, start=start, starts=starts, seed=seed, budget=budget,
        engine=engine, work=work,
    )  # fmt: skip
    if not found.converged:
        raise MethodError(
            f"no quantal response equilibrium was reached at lambda {precision:g} within "
            f"{found.steps} steps (residual {found.residual:.2g}); use levels of anticipation."
        )
    if found.uniqueness == "several" and several == "refuse":
        raise MethodError(
            f"the quantal response equilibrium at lambda {precision:g} is not unique: at least "
            f"{len(found.fixed_points)} fixed points; use levels of anticipation, or "
            "several='follow' for the one reached from the start."
        )
    return found


def quantal_search(
    payoffs: Sequence[ArrayLike],
    *,
    precision: float,
    start: Sequence[ArrayLike] | None = None,
    starts: int = 40,
    seed: int = 1,
    budget: int = 2000,
    engine: Engine = "auto",
    unique: bool = True,
    work: int = WORK,
) -> QuantalResponse:
    """As :func:`quantal_response`, but never refuses: it reports convergence and uniqueness.

    With ``unique = False`` it is not asked whether the fixed point is the only one
    ("not checked").

    Raises
    ------
    TermError
        If payoffs or precision are out of range.
    """
    game = normal_form(payoffs)
    lam = float(precision)
    if not 0 <= lam <= LARGEST:
        raise TermError(f"precision must be finite and not negative, got {precision!r}.")
    if budget < 1 or starts < 0 or work < 1:
        raise TermError("the budgets must be at least 1 and starts not negative.")
    meter = _Work.of(game, budget=work)
    first = game.uniform() if start is None else game.join(start)
    p, steps = _follow(game, first, precision=lam, budget=budget, engine=engine, meter=meter)
    residual = _residual(game, p, precision=lam)
    converged = residual < RESIDUAL
    points = [p]
    warnings: list[str] = []
    uniqueness, tried = "searched" if unique else "not checked", 0
    if not converged and meter.spent:
        warnings.append("the budget of work ended before the search did.")
    if converged and unique and _contracts(game, precision=lam, meter=meter):
        uniqueness = "proved"
    elif converged and unique:
        rng = np.random.default_rng(seed)
        for tried in range(1, starts + 1):
            begin = np.concatenate([rng.dirichlet(np.full(size, 0.5)) for size in game.sizes])
            q, used = _settle(
                game, begin, precision=lam, budget=min(budget, 200), engine=engine, meter=meter
            )
            steps += used
            if meter.spent:
                tried -= 1
                warnings.append(
                    f"other fixed points were searched from {tried} of {starts} starts only: the "
                    "budget of work was used up."
                )
                uniqueness = "searched" if tried else "not checked"
                break
            if _residual(game, q, precision=lam) < RESIDUAL and all(
                np.max(np.abs(q - other)) > SAME for other in points
            ):
                points.append(q)
        if len(points) > 1:
            uniqueness = "several"
            warnings.append(
                f"{len(points)} fixed points were found; the first was followed from "
                f"{'the uniform profile' if start is None else 'the given start'}."
            )
    spread = max(float(np.ptp(table)) for table in game.payoffs)
    if lam * spread > WARN_ABOVE and uniqueness != "proved":
        warnings.append(
            f"lambda times the range of payoffs is {lam * spread:.3g}, above {WARN_ABOVE:g}: "
            "fixed points may be many; levels of anticipation always answer."
        )
    return QuantalResponse(
        profile=game.split(p),
        precision=lam,
        residual=residual,
        converged=converged,
        uniqueness=uniqueness if converged else "not known",
        starts=tried,
        fixed_points=tuple(game.split(q) for q in points) if converged else (),
        steps=steps,
        warnings=tuple(warnings),
    )


def _residual(game: NormalForm, p: Floats, *, precision: float) -> float:
    return float(np.max(np.abs(responses(game, p, precision=precision) - p)))


def _damped(
    game: NormalForm,
    p: Floats,
    *,
    precision: float,
    tolerance: float,
    budget: int,
    engine: Engine,
    meter: _Work,
) -> tuple[Floats, int]:
    q = p.copy()
    budget = min(budget, max(0, meter.left) // meter.damped + 1)
    if compiled_here(engine):
        from demarche.inside._game_kernels import iterate

        sizes = np.array(game.sizes, dtype=np.int64)
        starts = np.array(game.starts, dtype=np.int64)
        _, used = iterate(game.flat, sizes, starts, precision, q, tolerance, budget)
        meter.left -= int(used) * meter.damped
        return q, int(used)
    step, before, used = 1.0, np.inf, 0
    while used < budget:
        r = responses(game, q, precision=precision)
        change = float(np.max(np.abs(r - q)))
        used += 1
        if change < tolerance:
            break
        if change > 0.9 * before:
            step = max(0.05, 0.7 * step)
        before = change
        q = q + step * (r - q)
    meter.left -= used * meter.damped
    return q, used


def _settle(
    game: NormalForm, p: Floats, *, precision: float, budget: int, engine: Engine, meter: _Work
) -> tuple[Floats, int]:
    """A few damped steps; Newton where they fail, then damped iteration and Newton again."""
    q, used = _damped(
        game, p, precision=precision, tolerance=RESIDUAL / 2, budget=min(budget, FEW),
        engine=engine, meter=meter,
    )  # fmt: skip
    if _residual(game, q, precision=precision) < RESIDUAL:
        return q, used
    better = _newton(game, p, precision=precision, meter=meter)
    if _residual(game, better, precision=precision) < RESIDUAL:
        return better, used
    q = p
    for tolerance in (LOOSE, RESIDUAL / 2):
        q, more = _damped(
            game, q, precision=precision, tolerance=tolerance, budget=budget, engine=engine,
            meter=meter,
        )  # fmt: skip
        used += more
        better = _newton(game, q, precision=precision, meter=meter)
        if _residual(game, better, precision=precision) < RESIDUAL:
            return better, used
    return q, used


def _follow(
    game: NormalForm, p: Floats, *, precision: float, budget: int, engine: Engine, meter: _Work
) -> tuple[Floats, int]:
    """Along growing precision in steps that keep lambda times the payoffs' range below about 2."""
    spread = max(float(np.ptp(table)) for table in game.payoffs)
    stages = int(min(64, max(1, np.ceil(precision * spread / 2.5))))
    steps = 0
    for stage in range(1, stages + 1):
        lam = precision * stage / stages
        p, used = _settle(game, p, precision=lam, budget=budget, engine=engine, meter=meter)
        steps += used
        if meter.spent:
            break
    return p, steps


def _newton(
    game: NormalForm, p: Floats, *, precision: float, meter: _Work, most: int = 30
) -> Floats:
    """Newton's method on p - response(p), halving steps that do not help or leave the simplex."""
    q = p.copy()
    for _ in range(most):
        if meter.left < meter.newton:
            meter.left = min(meter.left, 0)
            break
        meter.left -= meter.newton
        r = responses(game, q, precision=precision)
        gap = r - q
        size = float(np.max(np.abs(gap)))
        if size < 1e-15:
            break
        slope = _slope(game, q, r=r, precision=precision)
        try:
            step = np.linalg.solve(np.eye(q.size) - slope, gap)
        except np.linalg.LinAlgError:
            break
        share = 1.0
        while share > 1e-4:
            moved = q + share * step
            if np.all(moved >= -1e-12):
                moved = np.maximum(moved, 0.0)
                if (
                    float(np.max(np.abs(responses(game, moved, precision=precision) - moved)))
                    < size
                ):
                    break
            share /= 2
            meter.left -= meter.damped
        else:
            break
        q = moved
    return q


def _slope(game: NormalForm, p: Floats, *, r: Floats, precision: float) -> Floats:
    """Derivative of the response with respect to the profile."""
    mixtures = game.split(p)
    n = len(mixtures)
    slope = np.zeros((p.size, p.size))
    starts, sizes = game.starts, game.sizes
    for i in range(n):
        own = slice(starts[i], starts[i] + sizes[i])
        tilt = precision * (np.diag(r[own]) - np.outer(r[own], r[own]))
        for j in range(n):
            if j == i:
                continue
            value = game.payoffs[i]
            for k in reversed(range(n)):
                if k not in (i, j):
                    value = np.tensordot(value, mixtures[k], axes=([k], [0]))
            slope[own, starts[j] : starts[j] + sizes[j]] = tilt @ (value if i < j else value.T)
    return slope


def _contracts(game: NormalForm, *, precision: float, meter: _Work) -> bool:
    """Whether the response map is a contraction, so that its fixed point is unique.

    A logit choice moves by at most a quarter of the range of a change of its scores (total
    variation), and j's moving by a total variation of one changes differences of i's payoffs by
    at most the largest second difference; the map contracts if the matrix of those, times a
    quarter of lambda, has spectral radius below one. Not tried where it would cost more than half
    of what is left of the budget.
    """
    n = len(game.sizes)
    cost = n * game.payoffs[0].size * sum(game.sizes)
    if 2 * cost > meter.left:
        return False
    meter.left -= cost
    bound = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            table = np.moveaxis(game.payoffs[i], (i, j), (0, 1))
            for row in table:
                across = row[None] - table
                width = float(np.max(across.max(axis=1) - across.min(axis=1)))
                bound[i, j] = max(bound[i, j], width)
    return bool(np.max(np.abs(np.linalg.eigvals(precision / 4 * bound))) < 1 - 1e-9)
