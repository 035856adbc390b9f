"""What the record says about a trigger: a change of state, a gated lift, precedents, controls."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from demarche.errors import DataError, TermError
from demarche.outside.events.gate import GateDecision, GatedLift, no_lift_sentence
from demarche.outside.events.lift import Trials, apply_lift
from demarche.outside.events.occasions import Dyads, Occasions
from demarche.outside.events.panel import Panel
from demarche.outside.events.precedents import Precedents

__all__ = ["InsertedRows", "TriggerView", "insert_trigger", "median_rows", "trigger_answer"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InsertedRows:
    """Rows to insert for a supposed trigger.

    Attributes
    ----------
    actor, recipient, code : int array, shape (R,)
        Index into the panel's actors and classes.
    count : float array, shape (R,)
    note : str
        Where the rows come from, for the reader.
    """

    actor: Ints
    recipient: Ints
    code: Ints
    count: Floats
    note: str

    def named(self, panel: Panel) -> tuple[tuple[str, str, str, float], ...]:
        """Rows as (actor, recipient, exact type, count), by the panel's names."""
        return tuple(
            (panel.actors[a], panel.actors[b], panel.classes[c], float(n))
            for a, b, c, n in zip(
                self.actor.tolist(),
                self.recipient.tolist(),
                self.code.tolist(),
                self.count.tolist(),
                strict=True,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerView:
    """The record's answer to "if Y happened": historical association, never cause.

    Attributes
    ----------
    p_with, p_without : float
        Probability with the trigger (state changed, and the lift where one was admitted) and
        without it.
    p_state : float
        Probability with the trigger read through the state alone.
    ratio : float
        ``p_with / p_without``.
    log_odds_state, log_odds_lift : float
        What the change of state, and the lift, add in log-odds.
    lift : float or None
        Multiplier of the odds beyond the state; None where no rung was admitted.
    lift_shift, lift_variance : float
        What the lift, admitted or not, adds to the centre of a range and to the variance of its
        log-odds. A lift that was not admitted moves no forecast, but it may be real, and how large
        is then best told by the shrunken one.
    rung : str or None
        Narrowest rung admitted.
    sentence : str
        What to tell the reader about the lift.
    occasions : int
        Past occasions on which the decision rests.
    inserted : str
        Which rows stand for the trigger.
    precedents, controls : Precedents
    decisions : tuple of GateDecision
    """

    p_with: float
    p_without: float
    p_state: float
    ratio: float
    log_odds_state: float
    log_odds_lift: float
    lift: float | None
    lift_shift: float
    lift_variance: float
    rung: str | None
    sentence: str
    occasions: int
    inserted: str
    precedents: Precedents
    controls: Precedents
    decisions: tuple[GateDecision, ...]


def insert_trigger(panel: Panel, *, rows: InsertedRows, day: int) -> Panel:
    """Panel with supposed rows on a day, known on that day.

    Parameters
    ----------
    panel : Panel
    rows : InsertedRows
    day : int
        Day number; from 0 to ``panel.days`` (the day after the record ends, which it then grows).

    Returns
    -------
    Panel
        A new one, sorted as every panel; nothing before `day` differs.

    Raises
    ------
    DataError
        If the day lies outside, or a row names an actor or type the panel has not.
    """
    if not 0 <= day <= panel.days:
        raise DataError(f"day {day} lies outside a record of {panel.days} days.")
    for what, values, most in (
        ("actor", rows.actor, len(panel.actors)),
        ("recipient", rows.recipient, len(panel.actors)),
        ("type", rows.code, len(panel.classes)),
    ):
        if values.size and (values.min() < 0 or values.max() >= most):
            raise DataError(f"a supposed row names {what} {int(values.max())}; there are {most}.")
    if rows.count.size and not np.all(rows.count > 0):
        raise DataError("a supposed row needs a count above 0.")
    new = rows.actor.size
    day_all = np.r_[panel.day, np.full(new, day)].astype(np.int32)
    known = np.r_[panel.known, np.full(new, day)].astype(np.int32)
    actor = np.r_[panel.actor, rows.actor].astype(np.int32)
    recipient = np.r_[panel.recipient, rows.recipient].astype(np.int32)
    code = np.r_[panel.code, rows.code].astype(np.int32)
    count = np.r_[panel.count, rows.count].astype(np.float64)
    order = np.lexsort((known, code, recipient, actor, day_all))
    return replace(
        panel,
        days=max(panel.days, day + 1),
        day=day_all[order],
        known=known[order],
        actor=actor[order],
        recipient=recipient[order],
        code=code[order],
        count=count[order],
    )


def median_rows(
    panel: Panel,
    *,
    dyads: Dyads,
    occasions: Occasions,
    actor: int,
    recipient: int,
    trigger: NDArray[np.bool_],
    as_of: int,
) -> InsertedRows:
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
    InsertedRows
        With a note that says how many occasions it rests on.

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
    ends = ((actor, recipient), (recipient, actor))
    return InsertedRows(
        actor=np.array([ends[d][0] for d, _, _ in found], dtype=np.int64),
        recipient=np.array([ends[d][1] for d, _, _ in found], dtype=np.int64),
        code=np.array([c for _, c, _ in found], dtype=np.int64),
        count=np.array([many for _, _, many in found]),
        note=f"median set of rows that accompanied {n:,} past occasions",
    )


def trigger_answer(
    *,
    p_with_state: float,
    p_without: float,
    gated: GatedLift | None,
    precedents: Precedents,
    controls: Precedents,
    inserted: str,
    actor: int = -1,
    dyad: int = -1,
) -> TriggerView:
    """Join state, gate and precedents into the record's answer about one trigger.

    Parameters
    ----------
    p_with_state, p_without : float
        State probabilities after and before the trigger's rows were inserted, in (0, 1).
    gated : GatedLift or None
        Of the trigger's role, class, response and horizon; None where the trigger has no role here
        (it touches neither side), and the lift is then not looked for.
    precedents, controls : Precedents
    inserted : str
        Note on the rows that stand for the trigger.
    actor, dyad : int
        Ids under which the finer rungs were fitted.

    Returns
    -------
    TriggerView

    Raises
    ------
    TermError
        If a probability is not strictly between 0 and 1.
    """
    for p in (p_with_state, p_without):
        if not 0 < p < 1:
            raise TermError(f"a state probability must lie strictly between 0 and 1, got {p!r}.")
    lift: float | None = None
    if gated is not None and gated.ladder is not None and gated.rung is not None:
        one = Trials(
            dyad=np.array([dyad]),
            actor=np.array([actor]),
            day=np.array([0]),
            p=np.array([p_with_state]),
            y=np.array([0.0]),
            horizon=gated.cell.horizon,
        )
        lift = float(gated.ladder.multiplier(one, rung=gated.rung)[0])
    p_with = float(apply_lift(p_with_state, lift=1.0 if lift is None else lift))
    return TriggerView(
        p_with=p_with,
        p_without=p_without,
        p_state=p_with_state,
        ratio=p_with / p_without,
        log_odds_state=float(logit(p_with_state) - logit(p_without)),
        log_odds_lift=0.0 if lift is None else float(np.log(lift)),
        lift=lift,
        lift_shift=0.0 if gated is None or lift is not None else float(np.log(gated.pooled.value)),
        lift_variance=0.0 if gated is None else gated.variance(actor=actor, dyad=dyad),
        rung=None if gated is None else gated.rung,
        sentence=_told(gated, lift=lift),
        occasions=0 if gated is None else gated.occasions,
        inserted=inserted,
        precedents=precedents,
        controls=controls,
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
