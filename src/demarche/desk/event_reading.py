"""Reading a record for one course: state, trigger, gate, precedents, range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demarche.desk.event_asked import Asked, Reading, Supposed, Usual
from demarche.desk.event_view import NOT_SUPPOSED
from demarche.outside.events.between import state_between
from demarche.outside.events.forecast import EventForecast, actor_place
from demarche.outside.events.gate import Cell, GatedLift, gate_family
from demarche.outside.events.lift import EDGE, Trials
from demarche.outside.events.occasions import (
    ANYONE,
    DIRECT_ROLES,
    Dyads,
    Occasions,
    Role,
    event_mask,
    find_occasions,
    first_responses,
    role_of,
)
from demarche.outside.events.panel import Panel
from demarche.outside.events.precedents import Precedents, match_controls, precedents
from demarche.outside.events.ranges import central_range, union_variance
from demarche.outside.events.standing import standing_forecasts
from demarche.outside.events.trigger import Inserted, TriggerView, median_rows, trigger_answer

if TYPE_CHECKING:
    from demarche.desk.event_fit import FittedRecord

__all__ = ["Reader"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MATCHED = 400
"""Occasions, the latest first, for which days without the trigger are matched, and days tried."""
FEWEST_USUAL = 5
"""Past occasions between two actors from which the rows of a usual one are told."""
MOST_LAG = 3
"""Days by which all but a tenth of a record's rows may be known late for a row to be supposed."""
UNMOVED = "and the number with the trigger is the one without"
LIFTED = f"{UNMOVED}, unless a lift is told"


class Reader:
    """What a fitted record says of some courses; only rows of their own actors are read."""

    def __init__(self, fitted: FittedRecord, *, asked: Sequence[Asked]) -> None:
        self.fitted, self.asked = fitted, tuple(asked)
        self.horizon, self.day, self.seed = fitted.horizon, fitted.day, fitted.seed
        self._made: dict[Inserted, dict[tuple[str, str | None, str], EventForecast]] = {}
        self._gates: dict[Supposed, dict[tuple[Role, str], GatedLift]] = {}
        self._parts: dict[tuple[tuple[int | None, int | None], ...], Panel] = {}
        self._usuals: dict[Supposed, Usual | None] = {}

    def read(self, asked: Asked, *, supposed: Supposed | None, dated: bool = True) -> Reading:
        """Everything the record says of one course under a trigger, or without one.

        Without `dated`, no past occasions and controls are looked up.
        """
        ends: list[str | None] = list(asked.recipients) or [None]
        rows, said = self._rows(supposed)
        roles = {end: self._role(asked.actor, end, supposed) for end in ends}
        past, quiet = self._precedents(asked, roles=roles, supposed=supposed if dated else None)

        def with_trigger(end: str | None, *, insert: Inserted) -> TriggerView:
            return trigger_answer(
                p_state=self._forecast(asked, end, insert=insert).probability,
                gated=self._gate(asked, role=roles[end], supposed=supposed),
                actor=self._place(asked.actor),
                dyad=self._tried_dyad(asked, end),
            )

        befores = [self._forecast(asked, end, insert=()) for end in ends]
        afters = [self._forecast(asked, end, insert=rows) for end in ends]
        views = [with_trigger(end, insert=rows) for end in ends]
        usual = self._usual(supposed) if dated and supposed is not None and rows else None
        low, high = _range(afters, views=views, misfit=self.fitted.misfits.get(asked.cls, 0.0))
        probability = _any([view.p_with for view in views])
        gated = next((view for view in views if view.decisions), None)
        return Reading(
            probability=probability,
            low=low,
            high=high,
            without=_any([before.probability for before in befores]),
            parts=tuple(befores),
            base_rate=_any([before.base_rate for before in befores]),
            lift=next((view.lift for view in views if view.lift is not None), None),
            sentence=_sentence(gated, roles=roles, supposed=supposed),
            inserted=said,
            occasions=past,
            controls=quiet,
            usual=usual,
            usual_probability=None if usual is None else _any(
                [with_trigger(end, insert=usual.rows).p_with for end in ends]
            ),
        )  # fmt: skip

    def _usual(self, supposed: Supposed) -> Usual | None:
        """Rows that came between the trigger's two actors on the days of such triggers.

        None where too few occasions are known, or it came alone.
        """
        if supposed not in self._usuals:
            self._usuals[supposed] = self._find_usual(supposed)
        return self._usuals[supposed]

    def _find_usual(self, supposed: Supposed) -> Usual | None:
        by, at = supposed.actor, supposed.recipient
        assert by is not None and at is not None
        panel = self._part(at, ends=[by], supposed=supposed)
        x, z = self._place(at), self._place(by)
        dyads = Dyads(actor=np.array([x]), recipient=np.array([z]))
        trigger = event_mask(panel, codes=supposed.codes)
        fired = find_occasions(panel, dyads=dyads, role="Z->X", trigger=trigger, as_of=self.day)
        if len(fired.day) < FEWEST_USUAL:
            return None
        rows = median_rows(
            panel, dyads=dyads, occasions=fired, actor=x, recipient=z, trigger=trigger,
            as_of=self.day,
        )  # fmt: skip
        if rows == self._rows(supposed)[0]:
            return None
        return Usual(rows=rows, occasions=len(fired.day))

    def _forecast(self, asked: Asked, end: str | None, *, insert: Inserted) -> EventForecast:
        """One forecast, from those of all courses asked about, which are made together."""
        if insert not in self._made:
            every = [
                (one.actor, to, one.cls) for one in self.asked for to in (one.recipients or (None,))
            ]
            every = list(dict.fromkeys(every))
            self._made[insert] = {
                key: found
                for anyone, fit in self.fitted.fits.items()
                if (keys := [key for key in every if (key[1] is None) == anyone])
                for key, found in zip(
                    keys,
                    standing_forecasts(
                        fit, self.fitted.standings[anyone], asked=keys, insert=insert
                    ),
                    strict=True,
                )
            }
        return self._made[insert][asked.actor, end, asked.cls]

    def _rows(self, supposed: Supposed | None) -> tuple[Inserted, str]:
        """Rows that stand for the trigger: one, of its commonest type in the record."""
        if supposed is None:
            return (), NOT_SUPPOSED
        if supposed.silent:
            return (), (f"{supposed.silent}: its state could not be changed, {UNMOVED}")
        if supposed.actor is None or supposed.recipient is None:
            return (), (
                "the trigger leaves open who acts or on whom, so that no row can stand for it: its "
                f"state could not be changed, {LIFTED}"
            )
        if self.fitted.lag > MOST_LAG:
            return (), (
                f"acts become known {self.fitted.lag} days later or more in this record, so that "
                "what was learned from it knows no act as fresh as the trigger: its state was not "
                "changed (if they were known sooner, record sync --lag, --released or a column "
                f"known_at says so), {LIFTED}"
            )
        many = [self.fitted.totals[code] for code in supposed.codes]
        code = supposed.codes[int(np.argmax(many))]
        return ((supposed.actor, supposed.recipient, code, 1.0),), (
            f"one event {code} of {supposed.actor} on {supposed.recipient}, supposed on the day "
            "asked about; a crisis arrives as many more"
        )

    def _place(self, name: str) -> int:
        """Index of an actor of the fitted record."""
        return actor_place(self.fitted.actors, name)

    def _index(self, name: str | None) -> int | None:
        return None if name is None else self._place(name)

    def _role(self, actor: str, end: str | None, supposed: Supposed | None) -> Role | None:
        if supposed is None or not supposed.codes:
            return None
        if supposed.actor is None and supposed.recipient is None:
            return None
        return role_of(
            trigger_actor=self._index(supposed.actor),
            trigger_recipient=self._index(supposed.recipient),
            actor=self._place(actor),
            recipient=ANYONE if end is None else self._place(end),
        )

    def _gate(
        self, asked: Asked, *, role: Role | None, supposed: Supposed | None
    ) -> GatedLift | None:
        """The gate of a direct role; other roles multiply by one until an archive says more.

        All cells that the courses of the question have under one trigger are judged together, so
        that the chance of a false lift is shared among them. Trigger and response are the exact
        types that the case names: a lift of wider classes would be that of other acts.
        """
        if role is None or supposed is None or role not in DIRECT_ROLES:
            return None
        if supposed not in self._gates:
            self._gates[supposed] = self._family(supposed)
        return self._gates[supposed].get((role, asked.cls))

    def _family(self, supposed: Supposed) -> dict[tuple[Role, str], GatedLift]:
        wanted = {
            (role, one.cls)
            for one in self.asked
            for end in (one.recipients or (None,))
            if (role := self._role(one.actor, end, supposed)) in DIRECT_ROLES and role is not None
        }
        found = {key: self._cell(*key, supposed=supposed) for key in sorted(wanted)}
        cells = {key: cell for key, cell in found.items() if cell is not None}
        judged = gate_family(list(cells.values()), split=self.fitted.split, seed=self.seed)
        return dict(zip(cells, judged, strict=True))

    def _cell(
        self, role: Role, cls: str, *, supposed: Supposed
    ) -> tuple[Cell, Trials, Trials] | None:
        """Occasions of the later part, and days without the trigger; None if there are too few."""
        tried = self.fitted.tried.get(cls)
        last = self.day - self.horizon
        if tried is None or last <= self.fitted.early_day + 2 * self.horizon:
            return None
        trigger = self.fitted.scheme.triggers.index(supposed.codes)
        fired = tried.occasions(role, trigger=trigger)
        if not fired.p.size:
            return None
        cell = Cell(role=role, trigger="+".join(supposed.codes), response=cls, horizon=self.horizon)
        return cell, fired, tried.without(role, trigger=trigger, seed=self.seed)

    def _tried_dyad(self, asked: Asked, end: str | None) -> int:
        """Number of a dyad in the trials that lifts are judged by; -1 where it was not tried."""
        tried = self.fitted.tried.get(asked.cls)
        if tried is None or end is None:
            return -1
        return tried.place(actor=self._place(asked.actor), recipient=self._place(end))

    def _precedents(
        self,
        asked: Asked,
        *,
        roles: dict[str | None, Role | None],
        supposed: Supposed | None,
    ) -> tuple[Precedents, Precedents]:
        """Dated occasions of the trigger as written, and controls with the same state.

        What followed each is the course: the first act towards any of its recipients.
        """
        nothing = Precedents(kind="occasion", horizon=self.horizon, items=(), open=0)
        no_controls = replace(nothing, kind="control")
        if supposed is None or not any(roles.values()):
            return nothing, no_controls
        x, ends = self._place(asked.actor), list(roles)
        to = [ANYONE if end is None else self._place(end) for end in ends]
        dyads = Dyads(actor=np.full(len(to), x), recipient=np.array(to, dtype=np.int64))
        panel = self._part(asked.actor, ends=ends, supposed=supposed)
        fired = self._fired(panel, dyads=dyads, roles=roles, supposed=supposed)
        past = self._dated(asked, panel=panel, dyads=dyads, days=fired, kind="occasion")
        quiet = self._controls(asked, panel=panel, dyads=dyads, ends=ends, fired=fired)
        if not quiet.size:
            return past, no_controls
        return past, self._dated(asked, panel=panel, dyads=dyads, days=quiet, kind="control")

    def _fired(
        self,
        panel: Panel,
        *,
        dyads: Dyads,
        roles: dict[str | None, Role | None],
        supposed: Supposed,
    ) -> Ints:
        """Days on which the trigger fired, whichever of the recipients took part in it."""
        by, at = self._index(supposed.actor), self._index(supposed.recipient)
        found = [np.zeros(0, dtype=np.int64)]
        for place, role in enumerate(roles.values()):
            if role is None:
                continue
            one = Dyads(
                actor=dyads.actor[place : place + 1], recipient=dyads.recipient[place : place + 1]
            )
            # acts of anyone on the actor are those of the recipient too
            roles_of: tuple[Role, ...] = (
                (role, "Z->X") if by is None and role == "W->X" else (role,)
            )
            for each in roles_of:
                found.append(
                    find_occasions(
                        panel, dyads=one, role=each, as_of=self.day,
                        trigger=event_mask(panel, codes=supposed.codes),
                        trigger_actor=None if by is None else (by,),
                        trigger_recipient=None if at is None else (at,),
                    ).day
                )  # fmt: skip
        return np.unique(np.concatenate(found))

    def _dated(
        self, asked: Asked, *, panel: Panel, dyads: Dyads, days: Ints, kind: str
    ) -> Precedents:
        """Some days, and the first act towards any of the recipients after each."""
        many, size = len(days), dyads.actor.size
        every = Occasions(
            role="X->Z", dyad=np.repeat(np.arange(size), many), day=np.tile(days, size)
        )
        after = first_responses(
            panel, dyads=dyads, response=event_mask(panel, codes=asked.codes), occasions=every,
            as_of=self.day,
        ).reshape(size, many)  # fmt: skip
        first = np.where(after < 0, self.day + 1, after).min(axis=0)
        return precedents(
            panel, dyads=dyads,
            occasions=Occasions(role="X->Z", dyad=np.zeros(many, dtype=np.int64), day=days),
            followed=np.where(first > self.day, -1, first), horizon=self.horizon,
            as_of=self.fitted.settled, kind=kind, recipient=" or ".join(asked.recipients),
        )  # fmt: skip

    def _part(self, actor: str, *, ends: Sequence[str | None], supposed: Supposed) -> Panel:
        """Acts of an actor on those it is asked about, theirs on it, and acts of the trigger."""
        counts = self.fitted.counts
        x, by, at = (
            None if name is None else self.fitted.place(name)
            for name in (actor, supposed.actor, supposed.recipient)
        )
        wanted: list[tuple[int | None, int | None]] = [(by, at)]
        for end in ends:
            z = None if end is None else self.fitted.place(end)
            wanted += [(x, z), (z, x)] if z is not None else [(x, None)]
        key = tuple(dict.fromkeys(wanted))
        if key not in self._parts:
            rows = [counts.rows_of(actor=a, recipient=b) for a, b in key]
            self._parts[key] = self.fitted.part(np.unique(np.concatenate(rows)))
        return self._parts[key]

    def _controls(
        self,
        asked: Asked,
        *,
        panel: Panel,
        dyads: Dyads,
        ends: Sequence[str | None],
        fired: Ints,
    ) -> Ints:
        """Days with the same state between the actor and its recipients, and no trigger."""
        none = np.zeros(0, dtype=np.int64)
        if None in ends or not fired.size:
            return none
        first, last = min(60, self.day // 3), self.fitted.settled - self.horizon
        many = min(MATCHED, max(120, 2 * len(fired)))
        days = np.arange(first, last + 1, max(1, (last - first) // many), dtype=np.int64)
        if not len(days):
            return none
        day = np.union1d(days, fired[fired <= last][-MATCHED:])
        p, *more = (
            state_between(
                self.fitted.fits[False], panel, actor=actor, recipient=recipient, cls=asked.cls,
                day=day,
            )
            for actor, recipient in zip(dyads.actor.tolist(), dyads.recipient.tolist(), strict=True)
        )  # fmt: skip
        if more:
            quiet = np.log1p(-p) + sum(np.log1p(-q) for q in more)
            p = np.clip(-np.expm1(quiet), 1e-9, 1 - 1e-9)
        _, right = match_controls(
            np.zeros(len(day), dtype=np.int64), day=day, p=p, fired=np.isin(day, fired)
        )
        return np.sort(day[right])


def _range(
    forecasts: Sequence[EventForecast], *, views: Sequence[TriggerView], misfit: float
) -> tuple[float, float]:
    """80 % range of "at least one" of some forecasts made with the trigger, lifts included.

    Errors of the fit and of the lift are common to all of them; what each series' own record leaves
    open is its own. The range always holds the number that is told.
    """
    told = np.array([view.p_with for view in views])
    shift = np.array([view.lift_shift for view in views])
    moved = 1 / (1 + (1 - told) / told * np.exp(-shift))
    variance = union_variance(
        moved,
        shared=[
            np.array([one.fit_variance for one in forecasts]),
            np.array([view.lift_variance for view in views]),
            np.full(len(views), misfit),
        ],
        own=np.array([one.own_variance for one in forecasts]),
    )
    centre, p = _any(moved.tolist()), _any(told.tolist())
    low, high = central_range(centre, variance=variance)
    return min(float(low[0]), p), max(float(high[0]), p)


def _any(p: Sequence[float]) -> float:
    """Probability of at least one, the dyads taken as independent given their states.

    Of several that are all but sure it would be 1 in floats; it stays below, as each of them does.
    """
    return min(float(-np.expm1(np.sum(np.log1p(-np.minimum(p, 1 - EDGE))))), 1 - EDGE)


def _sentence(
    gated: TriggerView | None,
    *,
    roles: dict[str | None, Role | None],
    supposed: Supposed | None,
) -> str:
    if supposed is None:
        return NOT_SUPPOSED
    if gated is not None:
        return gated.sentence
    if supposed.silent:
        return f"no lift is looked for: {supposed.silent}"
    if not any(roles.values()):
        return (
            "no lift is looked for: the trigger is neither an act between the two sides of this "
            "course nor one of others on either"
        )
    if any(role in DIRECT_ROLES for role in roles.values()):
        return (
            "no lift beyond the current state of relations: too few past occasions in this record "
            "to test one"
        )
    return "no lift is looked for: in back-tests, acts of third parties have shown none that holds"
