"""What the record says about a trigger: the rows that stand for it, and a gated lift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, TermError
from demarche.outside.events.gate import GateDecision, GatedLift, no_lift_sentence
from demarche.outside.events.lift import Trials, apply_lift
from demarche.outside.events.occasions import Dyads, Occasions
from demarche.outside.events.panel import Panel

__all__ = ["Inserted", "TriggerView", "median_rows", "trigger_answer"]


Inserted = tuple[tuple[str, str, str, float], ...]
"""Rows that stand for a trigger: actor, recipient, exact type, count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerView:
    """The record's answer to "if Y happened": historical association, never cause.

    Attributes
    ----------
    p_with : float
        Probability with the trigger: state changed, and the lift where one was admitted.
    lift : float or None
        Multiplier of the odds beyond the state; None where no rung was admitted.
    lift_shift, lift_variance : float
        What the lift, admitted or not, adds to the centre of a range and to the variance of its
        log-odds. A lift that was not admitted moves no forecast, but it may be real, and how large
        is then best told by the shrunken one.
    sentence : str
        What to tell the reader about the lift.
    decisions : tuple of GateDecision
    """

    p_with: float
    lift: float | None
    lift_shift: float
    lift_variance: float
    sentence: str
    decisions: tuple[GateDecision, ...]


def median_rows(
    panel: Panel,
    *,
    dyads: Dyads,
    occasions: Occasions,
    actor: int,
    recipient: int,
    trigger: NDArray[np.bool_],
    as_of: int,
) -> Inserted:
    """Median set of rows that accompanied past occasions, between X and Z, on the trigger's day.

    For each direction and exact type, the median over past occasions of that day's count; types
    that came on fewer than half of the occasions thus fall away. The commonest type of the
    trigger, in the direction in which it came, is kept in any case.

    Parameters
    ----------
    panel : Panel
    dyads : Dyads
    occasions : Occasions
        Of a direct role: Z->X or X->Z.
    actor, recipient : int
        X and Z for whom to suppose it.
    trigger : bool array, shape (C,)
    as_of : int

    Returns
    -------
    tuple of (actor, recipient, exact type, count)
        By the panel's names.

    Raises
    ------
    DataError
        If there is no past occasion.
    TermError
        If the role is not direct.
    """
    if occasions.role not in ("Z->X", "X->Z"):
        raise TermError(f"rows that accompany {occasions.role!r} are not defined; insert one row.")
    past = occasions.day <= as_of
    n = int(past.sum())
    if n == 0:
        raise DataError("no past occasion to take the rows from; insert one row instead.")
    seen = (panel.day <= as_of) & (panel.known <= as_of)
    size, days = np.int64(len(panel.actors)), np.int64(panel.days + 1)
    key = (panel.actor[seen] * size + panel.recipient[seen]) * days + panel.day[seen]
    order = np.argsort(key, kind="stable")
    code, count = panel.code[seen][order], panel.count[seen][order]
    x, z = dyads.actor[occasions.dyad[past]], dyads.recipient[occasions.dyad[past]]
    when = occasions.day[past]
    found: list[tuple[int, int, float]] = []
    for direction, (a, b) in enumerate(((x, z), (z, x))):
        want = (a * size + b) * days + when
        low = np.searchsorted(key[order], want, side="left")
        high = np.searchsorted(key[order], want, side="right")
        table = np.zeros((n, len(panel.classes)))
        for row, (start, end) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            np.add.at(table[row], code[start:end], count[start:end])
        middle = np.median(table, axis=0)
        if direction == (1 if occasions.role == "Z->X" else 0):
            total = np.where(trigger, table.sum(axis=0), -1.0)
            middle[int(total.argmax())] = max(float(middle[int(total.argmax())]), 1.0)
        found += [(direction, int(c), float(middle[c])) for c in np.flatnonzero(middle)]
    x_name, z_name = panel.actors[actor], panel.actors[recipient]
    ends = ((x_name, z_name), (z_name, x_name))
    return tuple((*ends[d], panel.classes[c], many) for d, c, many in found)


def trigger_answer(
    *, p_state: float, gated: GatedLift | None, actor: int = -1, dyad: int = -1
) -> TriggerView:
    """Join state and gate into the record's answer about one trigger.

    Parameters
    ----------
    p_state : float
        Probability by the state alone, after the trigger's rows were inserted, in (0, 1).
    gated : GatedLift or None
        Of the trigger's role, class, response and horizon; None where the trigger has no role here
        (it touches neither side), and the lift is then not looked for.
    actor, dyad : int
        Ids under which the finer rungs were fitted.

    Returns
    -------
    TriggerView

    Raises
    ------
    TermError
        If the probability is not strictly between 0 and 1.
    """
    if not 0 < p_state < 1:
        raise TermError(f"a state probability must lie strictly between 0 and 1, got {p_state!r}.")
    lift: float | None = None
    if gated is not None and gated.ladder is not None and gated.rung is not None:
        one = Trials(
            dyad=np.array([dyad]),
            actor=np.array([actor]),
            day=np.array([0]),
            p=np.array([p_state]),
            y=np.array([0.0]),
            horizon=gated.cell.horizon,
        )
        lift = float(gated.ladder.multiplier(one, rung=gated.rung)[0])
    return TriggerView(
        p_with=float(apply_lift(p_state, lift=1.0 if lift is None else lift)),
        lift=lift,
        lift_shift=0.0 if gated is None or lift is not None else float(np.log(gated.pooled.value)),
        lift_variance=0.0 if gated is None else gated.variance(actor=actor, dyad=dyad),
        sentence=_told(gated, lift=lift),
        decisions=() if gated is None else gated.decisions,
    )


def _told(gated: GatedLift | None, *, lift: float | None) -> str:
    """What the gate says of the class, and the lift of a finer rung where one is used."""
    if gated is None:
        return no_lift_sentence(0)
    if lift is None or f"{lift:.2f}" == f"{gated.pooled.value:.2f}":
        return gated.sentence
    whose = "actor towards this recipient" if gated.rung == "dyad" else "actor"
    return f"{gated.sentence}; for this {whose} by {lift:.2f}"
