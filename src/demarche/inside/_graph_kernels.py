"""Loops of the stability analysis; compiled where Numba is installed, plain Python otherwise.

Every decision maker has ``order`` (states grouped by what the others do) and, per state, where its
group begins and ends there: the members of a group are the states it can reach, up to one-way
options. No table of states by states is ever made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
Array = Any

try:
    import numba

    def compiled(function: F) -> F:
        """Compile a loop; its Python twin stays at ``.py_func``."""
        return cast(F, numba.njit(cache=True, nogil=True)(function))

    COMPILED = True
except ImportError:  # pragma: no cover - the bare install

    def compiled(function: F) -> F:
        """Leave a loop as it is: Numba is not installed."""
        return function

    COMPILED = False


@compiled
def may_move(here: int, there: int, fwd: int, back: int) -> bool:
    """Whether one-way options allow the move."""
    return (here & fwd & ~there) == 0 and (there & back & ~here) == 0


@compiled
def reach_least(
    patterns: Array,
    order: Array,
    first: Array,
    last: Array,
    fwd: Array,
    back: Array,
    low: Array,
    high: Array,
    focal: int,
    improving: bool,
    unknown: bool,
    value: Array,
    by_value: Array,
    most: int,
    reached: Array,
) -> int:
    """Least ``value`` over the states that the opponents of ``focal`` can reach from each state.

    Nobody moves twice in a row. States are taken in order of value and spread backwards over
    (state, last mover); a state is done when two different next movers have met it. Returns the
    number of moves looked at, or -1 when it exceeds ``most``.
    """
    size, makers = patterns.shape[0], order.shape[0]
    marked = np.zeros((makers, size), dtype=np.bool_)
    met = np.full(size, -1, dtype=np.int64)
    stack_state = np.empty(size * makers, dtype=np.int64)
    stack_mover = np.empty(size * makers, dtype=np.int64)
    looked = 0
    for z in by_value:
        top = 0
        for k in range(makers):
            if k != focal and not marked[k, z]:
                marked[k, z] = True
                stack_state[top], stack_mover[top] = z, k
                top += 1
        while top > 0:
            top -= 1
            u, k = stack_state[top], stack_mover[top]
            for at in range(first[k, u], last[k, u]):
                t = order[k, at]
                looked += 1
                if t == u:
                    continue
                if not may_move(patterns[t], patterns[u], fwd[k], back[k]):
                    continue
                if improving:
                    if unknown:
                        if high[k, u] <= low[k, t]:
                            continue
                    elif low[k, u] <= high[k, t]:
                        continue
                if met[t] < 0:
                    met[t] = k
                    reached[t] = value[z]
                    for j in range(makers):
                        if j != focal and j != k and not marked[j, t]:
                            marked[j, t] = True
                            stack_state[top], stack_mover[top] = t, j
                            top += 1
                elif met[t] != k and not marked[met[t], t]:
                    marked[met[t], t] = True
                    stack_state[top], stack_mover[top] = t, met[t]
                    top += 1
            if looked > most:
                return -1
    return looked


@compiled
def best_of_own(
    patterns: Array,
    order: Array,
    first: Array,
    last: Array,
    fwd: int,
    back: int,
    focal: int,
    rank: Array,
    out: Array,
) -> None:
    """Highest rank among a state and all the focal decision maker can move to from it."""
    for s in range(patterns.shape[0]):
        top = rank[s]
        for at in range(first[focal, s], last[focal, s]):
            t = order[focal, at]
            if rank[t] > top and may_move(patterns[s], patterns[t], fwd, back):
                top = rank[t]
        out[s] = top


@compiled
def judge(
    patterns: Array,
    order: Array,
    first: Array,
    last: Array,
    fwd: int,
    back: int,
    focal: int,
    low: Array,
    high: Array,
    unknown_moves: bool,
    reached: Array,
    threshold: Array,
    out: Array,
) -> None:
    """A state is stable if every improvement meets a value of at most the state's threshold."""
    for s in range(patterns.shape[0]):
        stable = 1
        for at in range(first[focal, s], last[focal, s]):
            t = order[focal, at]
            if t == s or not may_move(patterns[s], patterns[t], fwd, back):
                continue
            better = high[t] > low[s] if unknown_moves else low[t] > high[s]
            if better and reached[t] > threshold[s]:
                stable = 0
                break
        out[s] = stable


@compiled
def find(patterns: Array, wanted: int) -> int:
    """Place of a pattern among the sorted ones, or -1; at once where all patterns are there."""
    if wanted < patterns.shape[0] and patterns[wanted] == wanted:
        return wanted
    a, b = 0, patterns.shape[0]
    while a < b:
        middle = (a + b) // 2
        if patterns[middle] < wanted:
            a = middle + 1
        else:
            b = middle
    if a < patterns.shape[0] and patterns[a] == wanted:
        return a
    return -1


@compiled
def simultaneous(
    patterns: Array,
    order: Array,
    first: Array,
    last: Array,
    fwd: Array,
    back: Array,
    low: Array,
    high: Array,
    focal: int,
    unknown_moves: bool,
    unknown_sanctions: bool,
    most: int,
    out: Array,
) -> int:
    """Stability against simultaneous improvements of some opponents from the same state."""
    size, makers = patterns.shape[0], order.shape[0]
    widest = 1
    for k in range(makers):
        for s in range(size):
            widest = max(widest, last[k, s] - first[k, s])
    flip = np.zeros((makers, widest), dtype=np.int64)
    count = np.zeros(makers, dtype=np.int64)
    digit = np.zeros(makers, dtype=np.int64)
    looked = 0
    for s in range(size):
        here = patterns[s]
        for k in range(makers):
            count[k] = 0
            if k == focal:
                continue
            for at in range(first[k, s], last[k, s]):
                t = order[k, at]
                looked += 1
                if t == s or not may_move(here, patterns[t], fwd[k], back[k]):
                    continue
                better = high[k, t] > low[k, s] if unknown_sanctions else low[k, t] > high[k, s]
                if better:
                    flip[k, count[k]] = here ^ patterns[t]
                    count[k] += 1
        stable = 1
        for at in range(first[focal, s], last[focal, s]):
            t = order[focal, at]
            if t == s or not may_move(here, patterns[t], fwd[focal], back[focal]):
                continue
            better = (
                high[focal, t] > low[focal, s] if unknown_moves else low[focal, t] > high[focal, s]
            )
            if not better:
                continue
            sanctioned = False
            digit[:] = 0
            while not sanctioned:
                k = 0
                while k < makers:
                    digit[k] += 1
                    if digit[k] <= count[k]:
                        break
                    digit[k] = 0
                    k += 1
                if k == makers:
                    break
                there = patterns[t]
                for j in range(makers):
                    if digit[j] > 0:
                        there ^= flip[j, digit[j] - 1]
                looked += 1
                if looked > most:
                    return -1
                z = find(patterns, there)
                if z >= 0:
                    if unknown_sanctions:
                        sanctioned = low[focal, z] <= high[focal, s]
                    else:
                        sanctioned = high[focal, z] <= low[focal, s] or z == s
            if not sanctioned:
                stable = 0
                break
        out[s] = stable
    return looked
