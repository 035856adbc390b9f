"""Loops over the profiles of a normal-form game, compiled; their NumPy twins are in ``normal``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
Array = Any


def compiled(function: F) -> F:
    """Compile a loop; its Python twin stays at ``.py_func``."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


@compiled
def expected(payoffs: Array, sizes: Array, starts: Array, p: Array, out: Array) -> None:
    """Expected payoff of every own strategy against the others' mixtures; ``out`` like ``p``.

    A depth-first walk over the joint strategies of all players but the last, whose loop runs
    along memory; products of the others' probabilities are kept as prefixes.
    """
    n = sizes.shape[0]
    out[:] = 0.0
    last = sizes[n - 1]
    base = starts[n - 1]
    digits = np.zeros(n, dtype=np.int64)
    # one[i, d]: product of probabilities of players before depth d, leaving out player i;
    # row n leaves nobody out
    one = np.ones((n + 1, n + 1))
    profiles = payoffs.shape[1] // last
    changed = 0
    for outer in range(profiles):
        for d in range(changed, n - 1):
            chance = p[starts[d] + digits[d]]
            for i in range(d):
                one[i, d + 1] = one[i, d] * chance
            one[d, d + 1] = one[n, d]
            one[n, d + 1] = one[n, d] * chance
        place = outer * last
        for i in range(n - 1):
            total = 0.0
            for a in range(last):
                total += p[base + a] * payoffs[i, place + a]
            out[starts[i] + digits[i]] += one[i, n - 1] * total
        whole = one[n, n - 1]
        for a in range(last):
            out[base + a] += whole * payoffs[n - 1, place + a]
        d = n - 2
        while d >= 0:
            digits[d] += 1
            if digits[d] < sizes[d]:
                break
            digits[d] = 0
            d -= 1
        changed = max(d, 0)


@compiled
def respond(u: Array, sizes: Array, starts: Array, precision: float, out: Array) -> None:
    """Logit response to expected payoffs, player by player."""
    for i in range(sizes.shape[0]):
        first, count = starts[i], sizes[i]
        top = -np.inf
        for a in range(count):
            top = max(top, u[first + a])
        total = 0.0
        for a in range(count):
            value = np.exp(precision * (u[first + a] - top))
            out[first + a] = value
            total += value
        for a in range(count):
            out[first + a] /= total


@compiled
def levels_of(
    payoffs: Array,
    sizes: Array,
    starts: Array,
    precision: Array,
    depth: Array,
    level0: Array,
    levels: int,
    answer: Array,
    by_level: Array,
) -> None:
    """Cognitive hierarchy with logit responses, draw by draw; ``payoffs`` (B, n, profiles)."""
    width = level0.shape[0]
    u = np.empty(width)
    p = np.empty(width)
    belief = np.empty(width)
    for b in range(payoffs.shape[0]):
        weight = 1.0
        mass = 1.0
        mixed = 0.0
        for a in range(width):
            belief[a] = level0[a]
            answer[b, a] = 0.0
        for h in range(1, levels + 1):
            expected(payoffs[b], sizes, starts, belief, u)
            respond(u, sizes, starts, precision[b], p)
            weight = weight * depth[b] / h
            mixed += weight
            for a in range(width):
                by_level[b, h - 1, a] = p[a]
                answer[b, a] += weight * p[a]
                belief[a] = (belief[a] * mass + weight * p[a]) / (mass + weight)
            mass += weight
        for a in range(width):
            answer[b, a] /= mixed


@compiled
def iterate(
    payoffs: Array,
    sizes: Array,
    starts: Array,
    precision: float,
    p: Array,
    tolerance: float,
    most: int,
) -> tuple[float, int]:
    """Damped iteration of the logit response in place; returns the residual and the steps used.

    The step is cut by .7 whenever the largest change falls by less than a tenth, floor .05.
    """
    width = p.shape[0]
    u = np.empty(width)
    q = np.empty(width)
    step, before, change = 1.0, np.inf, np.inf
    used = 0
    while used < most:
        expected(payoffs, sizes, starts, p, u)
        respond(u, sizes, starts, precision, q)
        change = 0.0
        for a in range(width):
            change = max(change, abs(q[a] - p[a]))
        used += 1
        if change < tolerance:
            break
        if change > 0.9 * before:
            step = max(0.05, 0.7 * step)
        before = change
        for a in range(width):
            p[a] += step * (q[a] - p[a])
    return change, used
