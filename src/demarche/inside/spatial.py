"""Where a group settles on one scale: weighted mean, weighted median, Condorcet elections."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.numbers import LARGEST, finite

__all__ = ["condorcet_election", "condorcet_winner", "weighted_mean", "weighted_median"]

Floats = NDArray[np.float64]
BUDGET = 20_000_000_000
"""Pairwise votes that an election may look at: seconds to a minute or two."""
TABLE = 20_000_000
"""Pairs of options that are held at once."""
ROUNDS = 100_000


def _checked(positions: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    x, w = np.asarray(positions, dtype=float), np.asarray(weights, dtype=float)
    if x.ndim != 1 or x.shape != w.shape or x.size == 0:
        raise TermError(
            f"positions and weights must be equally long lists, got {x.shape}, {w.shape}."
        )
    if not (finite(x) and finite(w) and np.all(w >= 0)):
        raise TermError("positions and weights must be finite, and weights not negative.")
    if w.sum() <= 0:
        raise TermError(
            "every weight is zero: at least one faction needs capability * salience > 0."
        )
    return x, w


def weighted_mean(positions: ArrayLike, *, weights: ArrayLike) -> float:
    r"""Position at which the compromise model settles an issue.

    .. math:: \hat x = \frac{\sum_i c_i s_i x_i}{\sum_i c_i s_i}

    with ``weights`` :math:`c_i s_i` (capability times salience), in the unit of the positions.

    Raises
    ------
    TermError
        If the lists differ in length, hold something that is not finite, or no weight is positive.

    References
    ----------
    .. [1] Achen, C. H. (2006), in Thomson et al. (eds.), The European Union Decides, Cambridge
       University Press, ch. 10.

    Examples
    --------
    >>> weighted_mean([4, 10], weights=[1, 3])
    8.5
    """
    x, w = _checked(positions, weights)
    return float(np.sum(w * x) / np.sum(w))


def weighted_median(positions: ArrayLike, *, weights: ArrayLike) -> float:
    """Lowest position with at least half of the weight at or below it.

    Raises
    ------
    TermError
        As for :func:`weighted_mean`.

    References
    ----------
    .. [1] Black, D. (1948). On the rationale of group decision-making. J. Political Economy 56(1),
       23-34. doi:10.1086/256633

    Examples
    --------
    >>> weighted_median([4, 7, 10], weights=[1, 1, 1])
    7.0
    """
    x, w = _checked(positions, weights)
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(w[order]) >= w.sum() / 2
    return float(x[order][int(np.argmax(reached))])


def condorcet_winner(positions: ArrayLike, *, weights: ArrayLike) -> float | None:
    """Position that no other beats in pairwise votes weighted by stake, if there is one.

    Each voter gives its weight to the nearer of two positions, nothing if both are equally near.
    The lowest such position is returned on a tie, ``None`` if every position is beaten.

    Raises
    ------
    TermError
        As for :func:`weighted_mean`.
    MethodError
        If positions times voters pass the budget of 20 million distances.

    References
    ----------
    .. [1] Bueno de Mesquita, B. (1994), in Bueno de Mesquita & Stokman (eds.), European Community
       Decision Making, Yale University Press, ch. 4.

    Examples
    --------
    >>> condorcet_winner([4, 7, 10], weights=[1, 1, 1])
    7.0
    """
    x, w = _checked(positions, weights)
    options = np.unique(x)
    if options.size * x.size > TABLE:
        raise MethodError(
            f"{options.size} positions by {x.size} voters are more than the budget of {TABLE} "
            "distances: round the positions."
        )
    distance = np.abs(options[:, None] - x[None, :])
    for a in range(options.size):
        margin = np.sign(distance - distance[a]) @ w
        if np.all(margin >= 0):
            return float(options[a])
    return None


def condorcet_election(
    utilities: ArrayLike,
    *,
    weights: ArrayLike,
    exponent: float = 1.0,
    floor: float = 1e-8,
    form: Literal["conditional", "uniform", "incentive"] = "conditional",
    budget: int = BUDGET,
) -> Floats:
    r"""Probabilistic Condorcet election: how likely each option is to win.

    .. math::

        V_{ab} = \kappa_0 + \sum_f w_f \max(0, u_f(a) - u_f(b)), \qquad
        P(a) \propto \prod_{b \ne a} \frac{V_{ab}^r}{V_{ab}^r + V_{ba}^r}

    Parameters
    ----------
    utilities : array, shape (factions, options)
        Utility of each option to each faction.
    weights : array, shape (factions,)
        Capability of each faction, not negative.
    exponent : float
        :math:`r`, 1 by default.
    floor : float
        :math:`\kappa_0 > 0`, in units of votes.
    form : {"conditional", "uniform", "incentive"}
        The product above, or a Markov election in which every challenger is as likely
        (``uniform``: :math:`P_a = \tfrac1n \sum_b p_{ab}(P_a + P_b)`) or is chosen by its incentive
        (:math:`P_a = \sum_b p_{ab}(P_a c_{ba} + P_b c_{ab})`,
        :math:`c_{ab} \propto V_{ab} p_{ab}` over a).
    budget : int
        Most pairwise votes looked at: factions by options by options, and in a Markov election
        options by options once more in each of its rounds.

    Returns
    -------
    array, shape (options,)
        Sums to one.

    Raises
    ------
    TermError
        If shapes differ, something is not finite, or exponent or floor is not positive.
    MethodError
        If the budget does not suffice, or a Markov election does not settle within it.

    References
    ----------
    .. [1] Efird, B., Lester, S. & Wise, B. (2016). Journal of East Asian Studies,
       doi:10.1017/jea.2015.4 (KTAB's "Conditional PCE").

    Examples
    --------
    >>> condorcet_election([[1, 0], [0, 1]], weights=[2, 1]).round(6).tolist()
    [0.666667, 0.333333]
    """
    u, w = np.asarray(utilities, dtype=float), np.asarray(weights, dtype=float)
    if u.ndim != 2 or w.shape != (u.shape[0],) or u.shape[1] == 0:
        raise TermError(f"utilities must be (factions, options), got {u.shape} with {w.shape}.")
    if not (finite(u) and finite(w) and np.all(w >= 0)):
        raise TermError("utilities and weights must be finite, and weights not negative.")
    if not (0 < exponent < LARGEST and 0 < floor < LARGEST):
        raise TermError("the exponent and the floor of a Condorcet election must be positive.")
    factions, options = u.shape
    if factions * options**2 > budget or options**2 > TABLE:
        raise MethodError(
            f"an election of {options} options by {factions} factions needs "
            f"{factions * options**2} pairwise votes, the budget is "
            f"{min(budget, TABLE * factions)}: merge options."
        )
    votes = exponent * np.log(floor + _votes(u, w))
    odds = -np.logaddexp(0.0, votes.T - votes)
    np.fill_diagonal(odds, 0.0)
    log_p = odds.sum(axis=1)
    p: Floats = np.exp(log_p - log_p.max())
    conditional: Floats = p / p.sum()
    if form == "conditional":
        return conditional
    return _markov(
        np.exp(votes / exponent),
        wins=np.exp(odds),
        incentive=form == "incentive",
        rounds=min(ROUNDS, max(1, budget // options**2)),
    )


def _votes(u: Floats, w: Floats) -> Floats:
    """Votes of the row against the column; faction by faction where the table would be large."""
    if u.shape[0] * u.shape[1] ** 2 <= TABLE:
        gain = np.maximum(0.0, u[:, :, None] - u[:, None, :])
        found: Floats = np.einsum("f,fab->ab", w, gain)
        return found
    total = np.zeros((u.shape[1], u.shape[1]))
    for row, weight in zip(u, w, strict=True):
        total += weight * np.maximum(0.0, row[:, None] - row[None, :])
    return total


def _markov(votes: Floats, *, wins: Floats, incentive: bool, rounds: int) -> Floats:
    """Fixed point of a Markov election: challengers chosen evenly, or by their incentive."""
    count = votes.shape[0]
    p_win = np.where(np.eye(count, dtype=bool), 0.5, wins)
    if incentive:
        stake = votes * p_win
        choice = stake / stake.sum(axis=0)
    else:
        choice = np.full((count, count), 1.0 / count)
    p: Floats = np.full(count, 1.0 / count)
    for _ in range(rounds):
        moved = (p_win * (p[:, None] * choice.T + p[None, :] * choice)).sum(axis=1)
        moved = (moved + p) / 2 if not incentive else moved
        moved = moved / moved.sum()
        change = float(np.max(np.abs(moved - p)))
        p = moved
        if change < 1e-12:
            return p
    raise MethodError(
        f"the Markov election did not settle in {rounds} rounds; use the conditional form or a "
        "larger budget."
    )
