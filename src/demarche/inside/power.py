"""A priori voting power: how often a member turns a losing side into a winning one."""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError

__all__ = ["shapley_shubik"]

Floats = NDArray[np.float64]
MOST_CELLS = 50_000_000
BUDGET = 2_000_000_000


def shapley_shubik(
    votes: ArrayLike, *, quota: int, members: int = 0, budget: int = BUDGET
) -> Floats:
    r"""Shapley-Shubik index of a weighted voting rule, exactly, by counting coalitions.

    .. math::

        \phi_i = \sum_{S \not\ni i} \frac{|S|! \, (n - |S| - 1)!}{n!} \,
                 [\text{S loses and } S \cup i \text{ wins}]

    Parameters
    ----------
    votes : array of int
        Votes of each member, not negative.
    quota : int
        Votes needed, from 1 to their sum.
    members : int
        Members needed besides the votes; 0 if their number does not matter.
    budget : int
        Most coalitions counted: members squared times votes.

    Returns
    -------
    array
        Sums to one.

    Raises
    ------
    TermError
        If votes are not whole numbers or the rule cannot be met.
    MethodError
        If the table of coalitions would be too large.

    References
    ----------
    .. [1] Shapley, L. S. & Shubik, M. (1954). A method for evaluating the distribution of power in
       a committee system. American Political Science Review 48, 787-792.

    Examples
    --------
    >>> shapley_shubik([3, 2, 2, 1], quota=5).round(4).tolist()
    [0.4167, 0.25, 0.25, 0.0833]
    """
    given = np.asarray(votes, dtype=float)
    whole_numbers = np.all(np.isfinite(given)) and np.all((given >= 0) & (given < 2**53))
    if given.ndim != 1 or given.size == 0 or not whole_numbers or np.any(given != given.round()):
        raise TermError(f"votes must be whole numbers, not negative, got {str(votes)[:80]}.")
    v = given.astype(np.int64)
    n, total = v.size, int(v.sum())
    if not 1 <= quota <= total or not 0 <= members <= n:
        raise TermError(
            f"the quota must lie between 1 and {total} votes and 0 to {n} members, got {quota} "
            f"and {members}."
        )
    if (n + 1) * (total + 1) > MOST_CELLS or n * (n + 1) * (total + 1) > budget:
        raise MethodError(
            f"{n} members with {total} votes need {n * (n + 1) * (total + 1)} coalitions counted, "
            f"the budget is {budget}, {MOST_CELLS} at once: measure votes in larger units."
        )
    whole = np.zeros((n + 1, total + 1))
    whole[0, 0] = 1.0
    for votes_of in v:
        moved = np.zeros_like(whole)
        moved[1:, votes_of:] = whole[:-1, : total + 1 - votes_of]
        whole += moved
    sizes, sums = np.arange(n)[:, None], np.arange(total + 1)[None, :]
    order = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)])
    index = np.empty(n)
    for i in range(n):
        others = np.zeros((n, total + 1))
        for s in range(n):
            others[s] = whole[s]
            if s > 0:
                others[s, v[i] :] -= others[s - 1, : total + 1 - v[i]]
        losing = (sums < quota) | (sizes < members)
        winning = (sums + v[i] >= quota) & (sizes + 1 >= members)
        index[i] = float(np.sum(order[:, None] * others * (losing & winning)))
    return index
