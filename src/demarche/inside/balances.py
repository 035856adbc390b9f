"""Cross-impact balances: whether a set of assumptions contradicts itself. Never a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError, near_miss
from demarche.inside.numbers import finite

__all__ = ["Contradiction", "CrossImpact", "Scenario", "contradictions", "cross_impact"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BUDGET = 20_000_000
MOST = 100_000
CHUNK = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A consistent combination of variants, one per descriptor.

    ``consistency`` is the smallest lead of a chosen variant over the best other one,
    ``total_impact`` the sum of the balances of the chosen variants.
    """

    numbers: tuple[int, ...]
    variants: tuple[str, ...]
    consistency: float
    total_impact: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossImpact:
    """All consistent scenarios; ``complete`` is False where the budget ended the search.

    The search also ends where ``most`` consistent scenarios were found.
    """

    descriptors: tuple[str, ...]
    consistent: tuple[Scenario, ...]
    looked_at: int
    of: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """An assumption that the others speak against, by how much, and which of them most."""

    descriptor: str
    assumed: str
    favoured: str
    lead: float
    because: tuple[tuple[str, str, float], ...]

    @property
    def sentence(self) -> str:
        """The warning in words."""
        why = ", ".join(f"{d} = {v} ({x:+g})" for d, v, x in self.because)
        return (
            f"the assumptions contradict each other: {self.descriptor} = {self.assumed} is "
            f"assumed, the others favour {self.favoured} by {self.lead:g} ({why})."
        )


def _checked(
    descriptors: Mapping[str, Sequence[str]], matrix: ArrayLike
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], Floats, Ints]:
    names = tuple(descriptors)
    variants = tuple(tuple(str(v) for v in descriptors[name]) for name in names)
    if len(names) < 2 or any(not row or len(set(row)) != len(row) for row in variants):
        raise TermError("cross-impacts need two descriptors, each with variants of its own.")
    starts = np.concatenate([[0], np.cumsum([len(row) for row in variants])]).astype(np.int64)
    try:
        table = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError):
        raise TermError("the cross-impact matrix must be a table of numbers.") from None
    width = int(starts[-1])
    if table.shape != (width, width) or not finite(table):
        raise TermError(
            f"the cross-impact matrix must be {width} by {width} finite numbers, got {table.shape}."
        )
    for d, name in enumerate(names):
        if np.any(table[starts[d] : starts[d + 1], starts[d] : starts[d + 1]]):
            raise TermError(f"descriptor {name!r} may not influence itself: its block must be 0.")
    return names, variants, table, starts


def cross_impact(
    descriptors: Mapping[str, Sequence[str]],
    matrix: ArrayLike,
    *,
    budget: int = BUDGET,
    most: int = MOST,
) -> CrossImpact:
    """Consistent scenarios of a cross-impact matrix.

    Rows influence columns, variants in the order of the descriptors. The impact balance of a
    variant is the sum of its column over the rows of the chosen variants; a scenario is
    consistent if in each descriptor no other variant has a higher balance than the chosen one.

    Parameters
    ----------
    descriptors : mapping of name to variants
    matrix : table of numbers
        Zero between variants of one descriptor.
    budget : int
        Most scenarios looked at.
    most : int
        Most consistent scenarios kept.

    Raises
    ------
    TermError
        If the matrix does not fit the descriptors.
    MethodError
        If the budget or ``most`` is below 1.

    References
    ----------
    .. [1] Weimer-Jehle, W. (2006). Cross-impact balances: a system-theoretical approach to
       cross-impact analysis. Technological Forecasting and Social Change 73, 334-361.
       doi:10.1016/j.techfore.2005.06.005

    Examples
    --------
    >>> found = cross_impact({"war": ["no", "yes"], "trade": ["up", "down"]},
    ...     [[0, 0, 2, -2], [0, 0, -3, 3], [1, -1, 0, 0], [-1, 1, 0, 0]])
    >>> [s.variants for s in found.consistent]
    [('no', 'up'), ('yes', 'down')]
    """
    names, variants, table, starts = _checked(descriptors, matrix)
    if budget < 1 or most < 1:
        raise MethodError(
            f"the budget of scenarios must be at least 1, got {budget} looked at, {most} kept."
        )
    sizes = np.array([len(row) for row in variants])
    count = int(np.prod(sizes.astype(object)))
    found: list[Scenario] = []
    end, looked = min(count, budget), 0
    for begin in range(0, end, CHUNK):
        numbers = np.arange(begin, min(begin + CHUNK, end))
        looked = int(numbers[-1]) + 1
        digits = _digits(numbers, sizes=sizes)
        balance = table[digits + starts[:-1]].sum(axis=1)
        chosen = np.take_along_axis(balance, digits + starts[:-1], axis=1)
        lead = np.full(len(numbers), np.inf)
        for d in range(len(names)):
            block = balance[:, starts[d] : starts[d + 1]].copy()
            np.put_along_axis(block, digits[:, d : d + 1], -np.inf, axis=1)
            lead = np.minimum(lead, chosen[:, d] - block.max(axis=1))
        holds = np.flatnonzero(lead >= 0)
        if len(found) + holds.size > most:
            holds = holds[: most - len(found)]
            looked, end = int(numbers[holds[-1]]) + 1 if holds.size else begin, 0
        for row in holds:
            found.append(
                Scenario(
                    numbers=tuple(int(v) + 1 for v in digits[row]),
                    variants=tuple(variants[d][v] for d, v in enumerate(digits[row])),
                    consistency=float(lead[row]),
                    total_impact=float(chosen[row].sum()),
                )
            )
        if end == 0:
            break
    return CrossImpact(
        descriptors=names,
        consistent=tuple(found),
        looked_at=looked,
        of=count,
        complete=looked == count,
    )


def _digits(numbers: Ints, *, sizes: Ints) -> Ints:
    """Variants of scenarios by number, the last descriptor fastest; any number of descriptors."""
    digits = np.zeros((numbers.size, sizes.size), dtype=np.int64)
    rest = numbers.copy()
    for d in range(sizes.size - 1, -1, -1):
        rest, digits[:, d] = np.divmod(rest, sizes[d])
    return digits


def contradictions(
    descriptors: Mapping[str, Sequence[str]],
    matrix: ArrayLike,
    *,
    assumed: Mapping[str, str],
) -> tuple[Contradiction, ...]:
    """Warnings that assumed variants contradict each other, largest first; empty if none do.

    Only influences among the assumed descriptors count: of what is not assumed nothing is said.

    Raises
    ------
    TermError
        If an assumption names no descriptor or variant.

    Examples
    --------
    >>> warned = contradictions({"war": ["no", "yes"], "trade": ["up", "down"]},
    ...     [[0, 0, 2, -2], [0, 0, -3, 3], [1, -1, 0, 0], [-1, 1, 0, 0]],
    ...     assumed={"war": "yes", "trade": "up"})
    >>> warned[0].descriptor, warned[0].favoured, warned[0].lead
    ('trade', 'down', 6.0)
    """
    names, variants, table, starts = _checked(descriptors, matrix)
    chosen: dict[int, int] = {}
    for name, variant in assumed.items():
        if name not in names:
            raise TermError(f"no descriptor {name!r}. {near_miss(name, names)}".rstrip())
        row = variants[names.index(name)]
        if variant not in row:
            raise TermError(
                f"descriptor {name!r} has the variants {', '.join(row)}, not {variant!r}. "
                f"{near_miss(variant, row)}".rstrip()
            )
        chosen[names.index(name)] = row.index(variant)
    found = []
    for d, v in chosen.items():
        rows = {e: table[starts[e] + w] for e, w in chosen.items() if e != d}
        balance = np.sum([row[starts[d] : starts[d + 1]] for row in rows.values()], axis=0)
        if np.ndim(balance) == 0:
            continue
        best = int(np.argmax(balance))
        if balance[best] <= balance[v]:
            continue
        parts = sorted(
            (
                (
                    names[e],
                    variants[e][chosen[e]],
                    float(row[starts[d] + best] - row[starts[d] + v]),
                )
                for e, row in rows.items()
            ),
            key=lambda part: (-part[2], part[0]),
        )
        found.append(
            Contradiction(
                descriptor=names[d],
                assumed=variants[d][v],
                favoured=variants[d][best],
                lead=float(balance[best] - balance[v]),
                because=tuple(part for part in parts if part[2] != 0),
            )
        )
    return tuple(sorted(found, key=lambda c: (-c.lead, c.descriptor)))
