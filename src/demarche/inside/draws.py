"""Drawing every uncertain input: Latin hypercube, Sobol or plain, one stream per input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.inside.game import Game, Parameter, shift_cell

__all__ = [
    "Inputs",
    "Sampler",
    "arms_at",
    "arms_of",
    "at_modes",
    "draw",
    "shifted",
    "triangular",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Sampler = Literal["lhs", "sobol", "random"]
BOUNDS = {
    "position": (0.0, 100.0),
    "salience": (0.0, 1.0),
    "capability": (1e-12, np.inf),
    "feasibility": (0.0, 1.0),
    "status_quo": (0.0, 100.0),
    "cost": (-np.inf, np.inf),
    "audience": (0.0, np.inf),
    "effect": (-np.inf, np.inf),
    "coupling": (-np.inf, np.inf),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Inputs of one arm; the last axis is the draw.

    ``position`` and ``salience`` (F, K, B), ``capability`` (F, B), ``effect`` (C, K, B), ``cost``
    (F, C, B), ``feasibility`` (C, B), ``status_quo`` (K, B), ``coupling`` (K, K, B), ``audience``
    (F, L, B), ``precision`` and ``depth`` (B,); ``held`` counts shifted values stopped at an end.
    """

    position: Floats
    salience: Floats
    capability: Floats
    effect: Floats
    cost: Floats
    feasibility: Floats
    status_quo: Floats
    coupling: Floats
    audience: Floats
    precision: Floats
    depth: Floats
    held: int = 0


ARRAYS = tuple(field.name for field in fields(Inputs) if field.name != "held")


def triangular(u: Floats, *, low: float, mode: float, high: float) -> Floats:
    r"""Quantile of the triangular distribution at ``u`` in [0, 1].

    .. math::

        F^{-1}(u) = a + \sqrt{u (b - a)(c - a)} \;\; (u < F(c)), \quad
        b - \sqrt{(1 - u)(b - a)(b - c)} \;\; \text{otherwise}

    References
    ----------
    .. [1] Kotz, S. & van Dorp, J. R. (2004). Beyond Beta. World Scientific, ch. 1.

    Examples
    --------
    >>> triangular(np.array([0.0, 0.5, 1.0]), low=0, mode=1, high=2).tolist()
    [0.0, 1.0, 2.0]
    """
    if high == low:
        return np.full_like(u, mode)
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < turn, rising, falling)


def _uniform(parameter: Parameter, *, draws: int, seed: int, sampler: Sampler) -> Floats:
    stream = np.random.default_rng(np.random.SeedSequence([seed, draws, *parameter.key]))
    if sampler == "random":
        return stream.random(draws)
    return (stream.permutation(draws) + stream.random(draws)) / draws


def draw(game: Game, *, draws: int, seed: int, sampler: Sampler = "lhs") -> Floats:
    """Values of every parameter, shape (parameters, draws).

    Each parameter has a stream of its own, seeded by the seed, the number of draws and its place
    in the case: draw *b* does not depend on block size, threads or the names in the case.

    Raises
    ------
    MethodError
        If fewer than two draws are asked for.
    """
    if draws < 2:
        raise MethodError(f"at least 2 draws are needed, got {draws}.")
    values = np.empty((len(game.parameters), draws))
    table = None
    if sampler == "sobol":
        from scipy.stats import qmc

        engine = qmc.Sobol(d=len(game.parameters), scramble=True, rng=np.random.default_rng(seed))
        table = engine.random(draws).T
    for row, parameter in enumerate(game.parameters):
        if parameter.range.low == parameter.range.high:
            values[row] = parameter.range.mode
            continue
        u = (
            table[row]
            if table is not None
            else _uniform(parameter, draws=draws, seed=seed, sampler=sampler)
        )
        values[row] = quantile(parameter, u=u)
    return values


def quantile(parameter: Parameter, *, u: Floats) -> Floats:
    """Values of one parameter at quantiles ``u``; lambda is triangular in its logarithm."""
    low, mode, high = parameter.range
    if parameter.logarithmic:
        return np.exp(triangular(u, low=np.log(low), mode=np.log(mode), high=np.log(high)))
    return triangular(u, low=low, mode=mode, high=high)


def at_modes(game: Game, *, draws: int = 1) -> Floats:
    """Every parameter at its mode, shape (parameters, draws)."""
    modes = np.array([parameter.range.mode for parameter in game.parameters])
    return np.repeat(modes[:, None], draws, axis=1)


def _base(game: Game, values: Floats) -> dict[str, Floats]:
    count = values.shape[1]
    f, k, c = len(game.factions), len(game.issues), len(game.courses)
    tables: dict[str, Floats] = {
        "position": np.zeros((f, k, count)),
        "salience": np.zeros((f, k, count)),
        "capability": np.ones((f, count)),
        "effect": np.zeros((c, k, count)),
        "cost": np.zeros((f, c, count)),
        "feasibility": np.ones((c, count)),
        "status_quo": np.zeros((k, count)),
        "coupling": np.zeros((k, k, count)),
        "audience": np.zeros((f, max(len(game.red_lines), 1), count)),
        "shift": np.zeros((max(len(game.trigger.shifts), 1), count)),
        "precision": np.zeros((1, count)),
        "depth": np.zeros((1, count)),
    }
    for row, parameter in enumerate(game.parameters):
        tables[parameter.table][parameter.cell] += values[row]
        if parameter.table == "capability" or parameter.table == "feasibility":
            tables[parameter.table][parameter.cell] = values[row]
    return tables


def arms_of(
    game: Game, *, values: Floats, only: tuple[int, ...] | None = None
) -> tuple[Inputs, Inputs]:
    """Inputs without and with the trigger, from the same draws (common random numbers).

    ``only`` limits the trigger to some of its shifts, to see what each does alone.
    """
    shifts = range(len(game.trigger.shifts))
    return shifted(game, values=values, by={n: None for n in shifts if only is None or n in only})


def shifted(
    game: Game, *, values: Floats, by: Mapping[int, Bools | None]
) -> tuple[Inputs, Inputs]:  # fmt: skip
    """Inputs as drawn, and moved by some of the trigger's shifts, each in some draws or in all.

    What no shift moves is one table in both.
    """
    tables = _base(game, values)
    shifts = tables.pop("shift")
    precision, depth = tables.pop("precision")[0], tables.pop("depth")[0]
    without = Inputs(**tables, precision=precision, depth=depth, held=0)
    moved = dict(tables)
    held = 0
    for index, where in by.items():
        shift = game.trigger.shifts[index]
        if moved[shift.on] is tables[shift.on]:
            moved[shift.on] = tables[shift.on].copy()
        cell = shift_cell(game, on=shift.on, of=shift.of)
        old, step = moved[shift.on][cell], shifts[index]
        new = {"add": old + step, "multiply": old * step, "set": step}[shift.how]
        low, high = BOUNDS[shift.on]
        kept = np.clip(new, low, high)
        stopped = kept != new if where is None else where & (kept != new)
        held += int(np.count_nonzero(stopped))
        moved[shift.on][cell] = kept if where is None else np.where(where, kept, old)
    under = Inputs(**moved, precision=precision, depth=depth, held=held)
    return without, under


def arms_at(arms: tuple[Inputs, Inputs], draws: slice) -> tuple[Inputs, Inputs]:
    """Both arms in some of their draws; a table that they share is shared again."""
    tables: list[dict[str, Floats]] = [{}, {}]
    for name in ARRAYS:
        for arm, inputs in enumerate(arms):
            shared = arm == 1 and getattr(inputs, name) is getattr(arms[0], name)
            tables[arm][name] = tables[0][name] if shared else getattr(inputs, name)[..., draws]
    first, second = (Inputs(**t, held=arm.held) for t, arm in zip(tables, arms, strict=True))
    return first, second
