"""The gate: a lift may be used only where it held on a later period of the same record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from demarche.errors import TermError
from demarche.outside.events.lift import (
    LONGEST_FINE,
    Lift,
    LiftLadder,
    Recalibration,
    Trials,
    apply_lift,
    class_lift,
    fit_ladder,
    lift_misfit,
    recalibrate,
    windows_apart,
)
from demarche.outside.events.occasions import DIRECT_ROLES, Role

__all__ = [
    "NO_LIFT",
    "RUNGS",
    "Cell",
    "GateDecision",
    "GatedLift",
    "clustered_gain",
    "gate",
    "gate_family",
    "no_lift_sentence",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NO_LIFT = "no lift beyond the current state of relations"
RUNGS: tuple[str, ...] = ("class", "actor", "dyad")
"""Rungs from the widest to the narrowest; above the class stands the state alone."""
FEWEST_EVENTS = 10.0
"""Responses expected by the state in either period below which nothing is decided."""
LEAST_LIFT = 1.1
"""A lift nearer to 1 than this factor is not told: the state itself is not known better."""
FEWEST_CLUSTERS = 8
"""Dyads, and blocks of h days, of the later period below which nothing is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a gate decides about: role, trigger class, response class, horizon."""

    role: Role
    trigger: str
    response: str
    horizon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """Decision about one rung of one cell, with the counts it rests on.

    Attributes
    ----------
    cell : Cell
    rung : str
        ``class``, ``actor`` or ``dyad``.
    admitted : bool
    reason : str
        Why, in one sentence.
    gain, low : float
        Mean gain in log loss per occasion of the later period over the rung above (nats, larger is
        better), and its one-sided lower bound; NaN where it was not tested.
    level : float
        One minus the confidence of that bound, after sharing among the cells tested.
    lift, lift_low, lift_high : float
        Class-pooled lift of the earlier period and its range at the same level; NaN likewise.
    earlier, later : int
        Occasions of each period.
    dyads, blocks : int
        Clusters of the later period.
    effective : int
        Occasions of the later period whose windows do not overlap within a dyad.
    split : int
        First day of the later period.
    """

    cell: Cell
    rung: str
    admitted: bool
    reason: str
    gain: float
    low: float
    level: float
    lift: float
    lift_low: float
    lift_high: float
    earlier: int
    later: int
    dyads: int
    blocks: int
    effective: int
    split: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedLift:
    """What may be used of a cell: a lift refitted on both periods, or none, and the decisions.

    Attributes
    ----------
    cell : Cell
    rung : str or None
        Narrowest rung admitted; None for no lift.
    ladder : LiftLadder or None
        Fitted on all occasions, where a rung was admitted.
    pooled : Lift
        Class-pooled lift of all occasions, admitted or not: a range must allow for it.
    misfit : float
        Variance of log-odds between occasions that the pooled lift takes for equal: by the state's
        probability, and by days since the trigger last fired.
    recalibration : Recalibration
        Of the state on days without the trigger; identity where no controls were given.
    decisions : tuple of GateDecision
        One per rung tested, in order; a narrower rung is tested only below an admitted one.
    occasions : int
        All occasions of the cell.
    sentence : str
        What to tell the reader.
    """

    cell: Cell
    rung: str | None
    ladder: LiftLadder | None
    pooled: Lift
    misfit: float
    recalibration: Recalibration
    decisions: tuple[GateDecision, ...]
    occasions: int
    sentence: str

    def variance(self, *, actor: int = -1, dyad: int = -1) -> float:
        """Variance of log-odds that the lift brings into a range, of every rung that is used."""
        out = self.misfit + self.pooled.log_sd**2
        if self.ladder is not None and self.rung in ("actor", "dyad"):
            finer = [self.ladder.by_actor.get(actor)]
            finer += [self.ladder.by_dyad.get(dyad)] if self.rung == "dyad" else []
            out += sum(lift.log_sd**2 for lift in finer if lift is not None)
        return out


def no_lift_sentence(occasions: int) -> str:
    """Sentence for a trigger without an admitted lift.

    Examples
    --------
    >>> no_lift_sentence(1240)
    'no lift beyond the current state of relations (resting on 1,240 past occasions)'
    """
    noun = "occasion" if occasions == 1 else "occasions"
    return f"{NO_LIFT} (resting on {occasions:,} past {noun})"


def _log_loss(p: Floats, *, y: Floats) -> Floats:
    """Log loss of each forecast, nats."""
    return -np.log(np.where(y == 1, p, 1 - p))


def clustered_gain(
    gain: Floats,
    *,
    day: Ints,
    dyad: Ints,
    horizon: int,
    level: float,
    draws: int,
    seed: int,
) -> tuple[float, float]:
    """Mean gain and its one-sided lower bound: bootstrap by blocks of h days and by dyad.

    Whole clusters are drawn with replacement and the mean is taken anew. The bound is
    ``mean - t * sd``. Its variance is the sum of the two bootstrap variances, so that it is lower
    than either clustering alone would have it; Student's t has one degree of freedom less than the
    fewer of blocks and dyads, so that few of them give a wide bound.

    Parameters
    ----------
    gain : float array, shape (N,)
    day, dyad : int array, shape (N,)
    horizon : int
    level : float
        One minus the confidence, one-sided; in (0, 0.5).
    draws, seed : int

    Returns
    -------
    (float, float)

    Raises
    ------
    TermError
        If `level` is out of range.

    References
    ----------
    .. [1] Kuensch, H. R. (1989). Annals of Statistics 17(3), 1217-1241,
       doi:10.1214/aos/1176347265 (block bootstrap).
    .. [2] Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2011). Journal of Business & Economic
       Statistics 29(2), 238-249, doi:10.1198/jbes.2010.07136 (two-way clusters; their third term,
       the variance within both, is not taken off here).
    """
    if not 0 < level < 0.5:
        raise TermError(f"the level is {level}; expected strictly between 0 and 0.5.")
    mean = float(gain.mean())
    variance, fewest = 0.0, np.inf
    for by in (day // horizon, dyad):
        _, group = np.unique(by, return_inverse=True)
        total = np.bincount(group, weights=gain)
        size = np.bincount(group).astype(np.float64)
        clusters = total.size
        if clusters < 2:
            return mean, -np.inf
        rng = np.random.default_rng(seed)
        weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
        variance += float(((weights @ total) / (weights @ size)).var(ddof=1))
        fewest = min(fewest, clusters)
    t = -float(stdtrit(fewest - 1, level))
    return mean, mean - t * float(np.sqrt(variance))


def gate(
    cell: Cell,
    *,
    trials: Trials,
    controls: Trials | None = None,
    split: int,
    level: float = 0.05,
    draws: int = 1000,
    seed: int = 0,
) -> GatedLift:
    """Decide, rung by rung, whether a cell's lift beats the state of relations later on.

    The lift is fitted on occasions whose windows end before day `split` and tested on occasions
    from `split` on. A rung is admitted if (1) both periods hold enough, (2) for the class, the
    range of the earlier lift at the same level leaves out 1, and (3) the lower bound of its gain in
    log loss over the rung above is above 0. Where controls are given, the state is first
    recalibrated on those of the earlier period, for both sides of the comparison alike. A pooled
    lift nearer to 1 than a factor of 1.1 is not admitted.

    Parameters
    ----------
    cell : Cell
    trials : Trials
        All occasions of the cell with state probabilities that used nothing after each day.
    controls : Trials, optional
        The same dyads on days without the trigger.
    split : int
    level : float
        One minus the confidence of the bounds.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    GatedLift

    Raises
    ------
    TermError
        If trials and cell differ in horizon.

    Notes
    -----
    Windows overlap and dyads repeat, so that bounds are clustered by blocks of h days and by dyad.
    """
    if trials.horizon != cell.horizon:
        raise TermError(f"trials at {trials.horizon} days for a cell of {cell.horizon}.")
    fixed = _state(
        None if controls is None else controls.where(controls.day + cell.horizon < split)
    )
    under = trials.given(fixed(trials.p))
    earlier = under.where(under.day + cell.horizon < split)
    later = under.where(under.day >= split)
    direct = cell.role in DIRECT_ROLES
    # finer rungs are fitted only where the class was admitted
    ladder = fit_ladder(earlier, direct=False, coverage=1 - 2 * level)
    decisions: list[GateDecision] = []
    for above, rung in zip((None, *RUNGS), RUNGS, strict=False):
        if rung != "class" and (not direct or cell.horizon > LONGEST_FINE):
            break
        decision = _decide(
            cell,
            rung=rung,
            above=above,
            earlier=earlier,
            later=later,
            ladder=ladder,
            split=split,
            level=level,
            draws=draws,
            seed=seed,
        )
        decisions.append(decision)
        if not decision.admitted:
            break
        if rung == "class" and direct:
            ladder = fit_ladder(earlier, direct=True, coverage=1 - 2 * level)
    return _gated(cell, trials=trials, controls=controls, direct=direct, decisions=decisions)


def _state(controls: Trials | None) -> Recalibration:
    """Recalibration by controls; identity without any."""
    if controls is None or not controls.p.size:
        return Recalibration(intercept=0.0, slope=1.0, trials=0)
    return recalibrate(controls)


def _gated(
    cell: Cell,
    *,
    trials: Trials,
    controls: Trials | None,
    direct: bool,
    decisions: list[GateDecision],
) -> GatedLift:
    """Refit what was admitted on both periods."""
    admitted = [d.rung for d in decisions if d.admitted]
    fixed = _state(controls)
    under = trials.given(fixed(trials.p))
    ladder = fit_ladder(under, direct=direct) if admitted else None
    pooled = class_lift(under) if ladder is None else ladder.pooled
    occasions = int(trials.p.size)
    if ladder is None:
        sentence = no_lift_sentence(occasions)
    else:
        sentence = (
            f"historical association: beyond the state of relations the odds were multiplied by "
            f"{ladder.pooled.value:.2f} on {occasions:,} past occasions; it held on the later "
            f"{decisions[0].later:,}"
        )
    return GatedLift(
        cell=cell,
        rung=admitted[-1] if admitted else None,
        ladder=ladder,
        pooled=pooled,
        misfit=lift_misfit(under, lift=pooled.value),
        recalibration=fixed,
        decisions=tuple(decisions),
        occasions=occasions,
        sentence=sentence,
    )


def _decide(
    cell: Cell,
    *,
    rung: str,
    above: str | None,
    earlier: Trials,
    later: Trials,
    ladder: LiftLadder,
    split: int,
    level: float,
    draws: int,
    seed: int,
) -> GateDecision:
    """Test one rung against the one above on the later period."""
    h = cell.horizon
    pooled = ladder.pooled
    dyads, blocks = np.unique(later.dyad).size, np.unique(later.day // h).size
    gain = low = float("nan")
    admitted = False
    if min(pooled.expected, float(later.p.sum())) < FEWEST_EVENTS:
        reason = (
            f"too few responses to judge: {pooled.expected:.1f} expected earlier and "
            f"{later.p.sum():.1f} later, {FEWEST_EVENTS:g} needed in each"
        )
    elif min(dyads, blocks) < FEWEST_CLUSTERS:
        reason = (
            f"too few independent occasions later: {dyads} dyads and {blocks} blocks of {h} days, "
            f"{FEWEST_CLUSTERS} of each needed"
        )
    elif above is None and pooled.low <= 1 <= pooled.high:
        reason = "the earlier period shows no lift that its own range separates from 1"
    elif above is None and max(pooled.value, 1 / pooled.value) < LEAST_LIFT:
        reason = f"a lift of {pooled.value:.2f} is nearer to 1 than the state itself is known"
    else:
        base = later.p if above is None else _under(later, ladder=ladder, rung=above)
        gain, low = clustered_gain(
            _log_loss(base, y=later.y)
            - _log_loss(_under(later, ladder=ladder, rung=rung), y=later.y),
            day=later.day,
            dyad=later.dyad,
            horizon=h,
            level=level,
            draws=draws,
            seed=seed,
        )
        admitted = low > 0
        verb = "beat" if admitted else "did not beat"
        reason = f"it {verb} the rung above in log loss later (lower bound {low:+.5f})"
    return GateDecision(
        cell=cell,
        rung=rung,
        admitted=admitted,
        reason=reason,
        gain=gain,
        low=low,
        level=level,
        lift=pooled.value,
        lift_low=pooled.low,
        lift_high=pooled.high,
        earlier=int(earlier.p.size),
        later=int(later.p.size),
        dyads=int(dyads),
        blocks=int(blocks),
        effective=windows_apart(dyad=later.dyad, day=later.day, horizon=h),
        split=split,
    )


def _under(trials: Trials, *, ladder: LiftLadder, rung: str) -> Floats:
    """Probabilities under a rung."""
    return apply_lift(trials.p, lift=ladder.multiplier(trials, rung=rung))


def gate_family(
    cells: Sequence[tuple[Cell, Trials, Trials | None]],
    *,
    split: int,
    family_level: float = 0.05,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[GatedLift, ...]:
    r"""Gate of many cells at once: the level is shared among them.

    A cell must pass twice: the earlier lift's range, two-sided, and the later gain's bound, each at
    level a. Without a lift the two periods agree only by chance, so that a cell opens with
    probability :math:`2 a^2` at most, and any of m cells with :math:`2 m a^2` at most, whatever
    their dependence. So

    .. math:: a = \min(\sqrt{\alpha / 2m}, \alpha)

    keeps the chance that a record without any lift shows one below the `family_level`
    :math:`\alpha`. Few cells are tested no more loosely than at the family level itself: a fault of
    the state that lasts through both periods makes them agree by more than chance.

    Parameters
    ----------
    cells : sequence of (Cell, Trials, Trials or None)
    split : int
    family_level : float
        In (0, 0.5).
    draws, seed : int

    Returns
    -------
    tuple of GatedLift
        One per cell, in order.

    Raises
    ------
    TermError
        If the family level is out of range.

    References
    ----------
    .. [1] Dunn, O. J. (1961). JASA 56(293), 52-64, doi:10.1080/01621459.1961.10482090.
    """
    if not 0 < family_level < 0.5:
        raise TermError(f"the family level is {family_level}; expected strictly between 0 and 0.5.")
    level = min(float(np.sqrt(family_level / (2 * max(len(cells), 1)))), family_level)
    return tuple(
        gate(
            cell, trials=trials, controls=controls, split=split, level=level, draws=draws, seed=seed
        )
        for cell, trials, controls in cells
    )
