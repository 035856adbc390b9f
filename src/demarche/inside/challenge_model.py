"""The challenge model of Bueno de Mesquita, as replicated in print; legacy, not for forecasts.

Kept because it is the model best known in the field. It does not settle, its printed and its
programmed probabilities differ, and on known outcomes it does worse than the weighted mean:
``KNOWN_FAULTS`` lists what its own replicators found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.numbers import finite

__all__ = ["KNOWN_FAULTS", "ChallengeRun", "Offer", "challenge"]

Floats = NDArray[np.float64]
Reading = Literal["replicated", "printed"]
BUDGET = 1_000_000_000
TABLE = 50_000_000
"""Votes held at once."""
KNOWN_FAULTS = (
    "the position of the median does not settle (Scholz, Calbert & Smith 2011, section 8)",
    "Q = 0.5 instead of 1 moves actors to other quadrants (their figure 11)",
    "the probability in print and the probability behind the printed rounds differ: the rounds "
    "need a sum over all triples below the line, so that p_ij + p_ji is far below one",
    "among compromises the rounds take the lowest point between the two positions, where the "
    "text says the smallest change",
    "an actor sees everyone else with its own risk attitude",
    "on 351 decisions of the European Union it has 4 % skill over the constant 50, the weighted "
    "mean 18 % (docs/validation-deu.md says what is measured here)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one actor accepts in a round: from whom, of which kind, and where it moves."""

    round: int
    actor: int
    proposer: int
    kind: str
    utility: float
    proposer_utility: float
    position: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRun:
    """Rounds of the challenge model; row 0 is the input. ``settled`` says if the last moved none.

    ``ended`` says why it stopped: "settled", "rounds" (all were played), "equally secure" (after
    the last round risk attitudes would be 0/0) or "budget" (a further round would pass it).

    ``position`` and ``risk`` (rounds + 1, actors); ``median`` and ``mean`` (rounds + 1,), weighted
    by capability and salience.
    """

    position: Floats
    risk: Floats
    median: Floats
    mean: Floats
    offers: tuple[Offer, ...]
    settled: bool
    ended: str
    reading: str
    known_faults: tuple[str, ...] = KNOWN_FAULTS


def challenge(
    positions: ArrayLike,
    *,
    capability: ArrayLike,
    salience: ArrayLike,
    q: float = 1.0,
    rounds: int = 10,
    reading: Reading = "replicated",
    budget: int = BUDGET,
) -> ChallengeRun:
    r"""Rounds of challenges and offers on one scale (legacy; see ``KNOWN_FAULTS``).

    With :math:`d = |x_i - x_j| / (x_{max} - x_{min})` and risk exponent :math:`r`,

    .. math::

        EU_{ij} = s_j [p_{ij} U^s + (1 - p_{ij}) U^f] + (1 - s_j) U^s - Q U^q, \qquad
        U^s = 2 - 4 (\tfrac12 - \tfrac12 d)^r, \; U^f = 2 - 4 (\tfrac12 + \tfrac12 d)^r, \;
        U^q = 2 - 4 (\tfrac12)^r

    The risk exponent follows from an actor's security relative to the least and most secure.
    An actor whose rival gains from a challenge loses the confrontation, meets in between or gives
    in, by the quadrant of the two expected utilities, and takes one offer per round.

    Parameters
    ----------
    positions, capability, salience : arrays (actors,)
        Position in any unit, capability above 0, salience in (0, 1].
    q : float
        Chance that the status quo stays if there is no challenge, in [0, 1].
    rounds : int
        Most rounds played, at least 1; it stops earlier if nobody moves.
    reading : {"replicated", "printed"}
        ``replicated``: as in the programs that come near the printed rounds. ``printed``: votes
        cast below the line and the smallest change among offers, as the text says.
    budget : int
        Most votes looked at: actors cubed in each round; where it is hit the run ends and says so.

    Raises
    ------
    TermError
        If the lists differ in length or a value is out of range.
    MethodError
        If all positions are the same, all are equally secure at the start, or one round would
        pass the budget.

    References
    ----------
    .. [1] Scholz, J. B., Calbert, G. J. & Smith, G. A. (2011). Unravelling Bueno de Mesquita's
       group decision model. ICAART 2011.
    .. [2] Bueno de Mesquita, B. (1997). A decision making model: its structure and form.
       International Interactions 23(3-4), 235-266. doi:10.1080/03050629708434909

    Examples
    --------
    >>> run = challenge([0, 4, 10], capability=[1, 1, 1], salience=[0.5, 0.6, 0.9], rounds=2)
    >>> run.mean.shape, run.position[0].tolist()
    ((3,), [0.0, 4.0, 10.0])
    """
    x, c, s = (np.asarray(a, dtype=float) for a in (positions, capability, salience))
    _check(x, c=c, s=s, q=q, rounds=rounds, reading=reading)
    span = float(np.ptp(x))
    if x.size**3 > min(budget, TABLE):
        raise MethodError(
            f"a round of the challenge model of {x.size} actors looks at {x.size**3} votes, the "
            f"budget is {min(budget, TABLE)}: merge actors."
        )
    places, risks, offers = [x], [np.ones(x.size)], []
    ended = "rounds"
    for number in range(1, rounds + 1):
        if number * x.size**3 > budget:
            ended = "budget"
            break
        try:
            risk = _risk(places[-1], c=c, s=s, q=q, span=span, reading=reading)
        except MethodError:
            if number == 1:
                raise
            ended = "equally secure"
            break
        taken = _offers(number, places[-1], c=c, s=s, q=q, span=span, risk=risk, reading=reading)
        moved = places[-1].copy()
        for offer in taken:
            moved[offer.actor] = offer.position
        offers += taken
        places.append(moved)
        risks.append(risk)
        if np.array_equal(moved, places[-2]) or np.ptp(moved) <= 0:
            ended = "settled"
            break
    table = np.stack(places)
    weight = c * s
    return ChallengeRun(
        position=table,
        risk=np.stack(risks),
        median=np.array([_median(row, weight=weight) for row in table]),
        mean=table @ weight / weight.sum(),
        offers=tuple(offers),
        settled=ended == "settled",
        ended=ended,
        reading=reading,
    )


def _check(x: Floats, *, c: Floats, s: Floats, q: float, rounds: int, reading: str) -> None:
    if x.ndim != 1 or x.shape != c.shape or x.shape != s.shape or x.size < 2:
        raise TermError(
            "the challenge model needs equally long lists of at least two positions, capabilities "
            f"and saliences, got {x.shape}, {c.shape}, {s.shape}."
        )
    if not (finite(x) and finite(c) and finite(s)):
        raise TermError("positions, capabilities and saliences must be finite.")
    if np.any(c <= 0) or np.any((s <= 0) | (s > 1)):
        raise TermError("capability must be above 0 and salience in (0, 1].")
    if not 0 <= q <= 1 or rounds < 1 or reading not in ("replicated", "printed"):
        raise TermError(
            "the challenge model needs q in [0, 1], at least one round and the reading "
            f"'replicated' or 'printed', got {q}, {rounds}, {reading!r}."
        )
    if np.ptp(x) <= 0:
        raise MethodError("all positions are the same: there is nothing to bargain over.")


def _wins(x: Floats, *, c: Floats, s: Floats, risk: Floats, span: float, reading: str) -> Floats:
    """p[i, j]: chance that i's position beats j's."""
    distance = (np.abs(x[:, None] - x[None, :]) / span) ** risk[:, None]
    votes = (c * s)[:, None, None] * (distance[:, None, :] - distance[:, :, None])
    above = np.maximum(votes, 0.0).sum(axis=0)
    cast = np.abs(votes).sum(axis=0)
    below = np.full_like(cast, cast.sum()) if reading == "replicated" else cast
    p: Floats = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    p[x[:, None] == x[None, :]] = 0.0
    return p


def _gains(x: Floats, *, p: Floats, s: Floats, risk: float, q: float, span: float) -> Floats:
    """EU[i, j] of i challenging j, seen with one risk exponent."""
    half = 0.5 * np.abs(x[:, None] - x[None, :]) / span
    success = 2 - 4 * np.maximum(0.5 - half, 0.0) ** risk
    failure = 2 - 4 * (0.5 + half) ** risk
    resist = s[None, :]
    found: Floats = (
        resist * (p * success + (1 - p) * failure)
        + (1 - resist) * success
        - q * (2 - 4 * 0.5**risk)
    )
    return found


def _risk(x: Floats, *, c: Floats, s: Floats, q: float, span: float, reading: str) -> Floats:
    neutral = np.ones(x.size)
    p = _wins(x, c=c, s=s, risk=neutral, span=span, reading=reading)
    gains = _gains(x, p=p, s=s, risk=1.0, q=q, span=span)
    danger = gains.sum(axis=0) - np.diagonal(gains)
    low, high = float(danger.min()), float(danger.max())
    if high - low <= 1e-15:
        raise MethodError(
            "every actor is equally secure, so risk attitudes are 0/0 in the challenge model; use "
            "the weighted mean."
        )
    accept = (2 * danger - high - low) / (high - low)
    found: Floats = (1 - accept / 3) / (1 + accept / 3)
    return found


def _offers(
    number: int,
    x: Floats,
    *,
    c: Floats,
    s: Floats,
    q: float,
    span: float,
    risk: Floats,
    reading: str,
) -> list[Offer]:
    p = _wins(x, c=c, s=s, risk=risk, span=span, reading=reading)
    taken = []
    for i in range(x.size):
        gains = _gains(x, p=p, s=s, risk=float(risk[i]), q=q, span=span)
        best: tuple[tuple[float, ...], Offer] | None = None
        for j in range(x.size):
            if x[i] == x[j]:
                continue
            offer = _offer(number, i, j, x=x, mine=float(gains[i, j]), theirs=float(gains[j, i]),
                           reading=reading)  # fmt: skip
            if offer is None:
                continue
            key = _preference(offer, x=x, reading=reading)
            if best is None or key < best[0]:
                best = (key, offer)
        if best is not None:
            taken.append(best[1])
    return taken


def _offer(
    number: int, i: int, j: int, *, x: Floats, mine: float, theirs: float, reading: str
) -> Offer | None:
    if theirs > mine > 0:
        kind, place = "confrontation", x[j]
    elif theirs > 0 > mine and theirs > -mine:
        kind, place = "compromise", x[i] + (x[j] - x[i]) * abs(mine / theirs)
    elif theirs > 0 > mine and theirs < -mine and reading == "printed":
        kind, place = "capitulation", x[j]
    else:
        return None
    return Offer(
        round=number,
        actor=i,
        proposer=j,
        kind=kind,
        utility=mine,
        proposer_utility=theirs,
        position=float(place),
    )


KINDS = ("confrontation", "compromise", "capitulation")


def _preference(offer: Offer, *, x: Floats, reading: str) -> tuple[float, ...]:
    """Kind first, as in the replications; then the smallest change, or the lowest mean place."""
    change = abs(x[offer.actor] - offer.position)
    if reading == "printed":
        return (float(change), float(offer.proposer))
    kind = KINDS.index(offer.kind)
    if offer.kind == "compromise":
        a, b = abs(offer.utility), abs(offer.proposer_utility)
        middle = (a * x[offer.actor] + b * x[offer.proposer]) / (a + b)
        return (float(kind), float(middle), float(offer.proposer))
    return (float(kind), float(change), float(offer.proposer))


def _median(x: Floats, *, weight: Floats) -> float:
    """Position held that wins votes by distance: the least weighted distance to all."""
    options = np.unique(x)
    cost = np.abs(options[:, None] - x[None, :]) @ weight
    return float(options[int(np.argmin(cost))])
