"""Reading a record for one course: state, trigger, gate, precedents, range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.desk.event_asked import Asked, Reading, Supposed
from demarche.desk.kept import kept, key_of
from demarche.errors import DataError, DemarcheError, MethodError
from demarche.outside.events.forecast import (
    EventForecast,
    HazardFit,
    fit_hazard,
    forecasts,
    probabilities,
)
from demarche.outside.events.gate import Cell, GatedLift, gate_family
from demarche.outside.events.lift import Trials
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
from demarche.outside.events.ranges import Spread, fit_spread, forecast_range
from demarche.outside.events.series import seen
from demarche.outside.events.trigger import TriggerView, trigger_answer
from demarche.terms import QUADS

__all__ = ["Reader"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
EARLY = 0.6
"""Share of the record from which the state is learned when lifts and ranges are judged later."""
MOST_DYADS, MOST_CONTROLS, CONTROL_DAYS = 200, 3_000, 15
LEARNED_ROWS, EVERY = 60_000, 5
"""An answer learns from every fifth origin and at most so many windows: seconds, not minutes."""
FEWEST_EVENTS = 5
UNKNOWN_SD = 1.0
"""Standard deviation of log-odds taken where the record is too short to measure one."""


class Reader:
    """One record as known on a day, learned once for a horizon and some courses."""

    def __init__(
        self,
        panel: Panel,
        *,
        horizon: int,
        asked: Sequence[Asked],
        models: Path,
        key: str,
        seed: int = 0,
    ) -> None:
        self.panel, self.horizon, self.seed = panel, horizon, seed
        self.models, self.key = models, key
        self.day = panel.days - 1
        self.asked = tuple(asked)
        self.classes = {a.cls: list(a.codes) for a in asked}
        some = any(not a.recipients for a in asked)
        self.fits: dict[bool, HazardFit] = {}
        for anyone in (False, True):
            if anyone and not some:
                continue
            self.fits[anyone] = self._fit(self.day, classes=self.classes, anyone=anyone, rare=True)
        self.early_day = int(EARLY * self.day)
        self._early: dict[bool, HazardFit | None] = {}
        self._spreads: dict[tuple[str, bool], Spread | None] = {}
        self._made: dict[
            tuple[tuple[str, str, str, float], ...],
            dict[tuple[str, str | None, str], EventForecast],
        ] = {}
        self._gates: dict[Supposed, dict[tuple[Role, int], GatedLift]] = {}

    def _fit(
        self, day: int, *, classes: str | Mapping[str, Sequence[str]], anyone: bool, rare: bool
    ) -> HazardFit:
        """What is learned by a day; kept beside the record, for it does not hang on the trigger."""
        given = {"classes": classes, "horizon": self.horizon, "anyone": anyone, "rare": rare,
                 "seed": self.seed, "most": LEARNED_ROWS, "every": EVERY}  # fmt: skip
        name = key_of(self.key, day, given)
        return kept(
            lambda: fit_hazard(
                self.panel, as_of_day=day, classes=classes, horizon=self.horizon, anyone=anyone,
                rare=rare, trees=False, seed=self.seed, most=LEARNED_ROWS, every=EVERY,
            ),
            path=self.models / f"fit-{name}.json",
            read=HazardFit.from_json,
            write=HazardFit.to_json,
        )  # fmt: skip

    def read(self, asked: Asked, *, supposed: Supposed | None, dated: bool = True) -> Reading:
        """Everything the record says of one course under a trigger, or without one.

        Without `dated`, no past occasions and controls are looked up.
        """
        ends: list[str | None] = list(asked.recipients) or [None]
        rows, said = self._rows(supposed)
        roles = {end: self._role(asked.actor, end, supposed) for end in ends}
        past, quiet = self._precedents(asked, roles=roles, supposed=supposed if dated else None)
        befores, views, ranges = [], [], []
        for end in ends:
            before = self._forecast(asked, end, insert=())
            after = self._forecast(asked, end, insert=rows) if rows else before
            view = trigger_answer(
                p_with_state=after.probability,
                p_without=before.probability,
                gated=self._gate(asked, role=roles[end], supposed=supposed),
                precedents=past,
                controls=quiet,
                inserted=said,
                actor=self.panel.actors.index(asked.actor),
            )
            befores.append(before)
            views.append(view)
            ranges.append(self._range(asked, p=view.p_with, lift=view.lift_variance))
        probability = _any([view.p_with for view in views])
        gated = next((view for view in views if view.decisions), None)
        return Reading(
            probability=probability,
            low=min(_any([low for low, _ in ranges]), probability),
            high=max(_any([high for _, high in ranges]), probability),
            without=_any([before.probability for before in befores]),
            parts=tuple(befores),
            base_rate=_any([before.base_rate for before in befores]),
            lift=next((view.lift for view in views if view.lift is not None), None),
            sentence=_sentence(gated, roles=roles, supposed=supposed),
            inserted=said,
            occasions=past,
            controls=quiet,
            spread=self._said(asked),
        )

    def _forecast(
        self, asked: Asked, end: str | None, *, insert: tuple[tuple[str, str, str, float], ...]
    ) -> EventForecast:
        """One forecast, from those of all courses asked about, which are made together."""
        if insert not in self._made:
            every = [
                (one.actor, to, one.cls) for one in self.asked for to in (one.recipients or (None,))
            ]
            self._made[insert] = {
                key: found
                for anyone, fit in self.fits.items()
                if (keys := [key for key in every if (key[1] is None) == anyone])
                for key, found in zip(
                    keys,
                    forecasts(fit, self.panel, asked=keys, day=self.day, insert=insert),
                    strict=True,
                )
            }
        return self._made[insert][asked.actor, end, asked.cls]

    def _rows(
        self, supposed: Supposed | None
    ) -> tuple[tuple[tuple[str, str, str, float], ...], str]:
        """Rows that stand for the trigger: one, of its commonest type in the record."""
        if supposed is None:
            return (), "no trigger is supposed"
        if supposed.actor is None or supposed.recipient is None or not supposed.codes:
            return (), (
                "the trigger names no actor and recipient that this record codes: its state could "
                "not be changed, and the number with the trigger is the one without"
            )
        which = [self.panel.classes.index(code) for code in supposed.codes]
        many = [float(self.panel.count[self.panel.code == c].sum()) for c in which]
        code = supposed.codes[int(np.argmax(many))]
        return ((supposed.actor, supposed.recipient, code, 1.0),), (
            f"one event {code} of {supposed.actor} on {supposed.recipient}, supposed on the day "
            "asked about; a crisis arrives as many more"
        )

    def _index(self, name: str | None) -> int | None:
        return None if name is None else self.panel.actors.index(name)

    def _role(self, actor: str, end: str | None, supposed: Supposed | None) -> Role | None:
        if supposed is None or not supposed.codes:
            return None
        if supposed.actor is None and supposed.recipient is None:
            return None
        return role_of(
            trigger_actor=self._index(supposed.actor),
            trigger_recipient=self._index(supposed.recipient),
            actor=self.panel.actors.index(actor),
            recipient=ANYONE if end is None else self.panel.actors.index(end),
        )

    def _quad(self, codes: Sequence[str]) -> int:
        """The commonest quad class of some types."""
        quads = [int(self.panel.quad[self.panel.classes.index(code)]) for code in codes]
        return max(set(quads), key=lambda q: (quads.count(q), -q))

    def _early_fit(self, anyone: bool) -> HazardFit | None:
        """The state as learned from the earlier part only, or None if that is too short."""
        if anyone not in self._early:
            try:
                self._early[anyone] = self._fit(
                    self.early_day, classes="quad", anyone=anyone, rare=False
                )
            except MethodError:
                self._early[anyone] = None
        return self._early[anyone]

    def _dyads(self, quad: int) -> Dyads:
        """Dyads with a past in a class by the end of the earlier part, fullest first."""
        past = seen(self.panel, as_of_day=self.early_day)
        own = self.panel.quad[past.code] == quad
        size = len(self.panel.actors)
        keys, where = np.unique(
            past.actor[own].astype(np.int64) * size + past.recipient[own], return_inverse=True
        )
        n = np.bincount(where, weights=past.count[own]) if len(keys) else np.zeros(0)
        full = np.flatnonzero(n >= FEWEST_EVENTS)
        chosen = keys[np.sort(full[np.argsort(-n[full], kind="stable")][:MOST_DYADS])]
        return Dyads(actor=chosen // size, recipient=chosen % size)

    def _trials(self, fit: HazardFit, *, dyads: Dyads, dyad: Ints, day: Ints, quad: int) -> Trials:
        """Trials of the later part: state probabilities before, outcomes after each day."""
        p = probabilities(
            fit, self.panel, actor=dyads.actor[dyad], recipient=dyads.recipient[dyad],
            cls=QUADS[quad - 1], day=day,
        )  # fmt: skip
        wait = (
            first_responses(
                self.panel,
                dyads=dyads,
                response=event_mask(self.panel, quads=(quad,)),
                occasions=Occasions(role="X->Z", dyad=dyad, day=day),
                as_of=self.day,
            )
            - day
        )
        return Trials(
            dyad=dyad,
            actor=dyads.actor[dyad],
            day=day,
            p=np.clip(p, 1e-9, 1 - 1e-9),
            y=((wait > 0) & (wait <= self.horizon)).astype(np.float64),
            horizon=self.horizon,
        )

    def _quiet(self, dyads: Dyads, *, wide: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """Days without the trigger, spread over the later part, for the same dyads."""
        last = self.day - self.horizon
        days = np.unique(np.linspace(self.early_day + 1, last, CONTROL_DAYS).astype(np.int64))
        dyad, day = (m.ravel() for m in np.meshgrid(np.arange(dyads.actor.size), days))
        keep = ~wide[day, dyad]
        dyad, day = dyad[keep], day[keep]
        if len(dyad) > MOST_CONTROLS:
            rng = np.random.default_rng(self.seed)
            some = np.sort(rng.choice(len(dyad), MOST_CONTROLS, replace=False))
            dyad, day = dyad[some], day[some]
        return dyad.astype(np.int64), day.astype(np.int64)

    def _gate(
        self, asked: Asked, *, role: Role | None, supposed: Supposed | None
    ) -> GatedLift | None:
        """The gate of a direct role; other roles multiply by one until an archive says more.

        All cells that the courses of the question have under one trigger are judged together, so
        that the chance of a false lift is shared among them.
        """
        if role is None or supposed is None or role not in DIRECT_ROLES:
            return None
        if supposed not in self._gates:
            self._gates[supposed] = self._family(supposed)
        return self._gates[supposed].get((role, self._quad(asked.codes)))

    def _family(self, supposed: Supposed) -> dict[tuple[Role, int], GatedLift]:
        trigger = self._quad(supposed.codes)
        wanted = {
            (role, self._quad(one.codes))
            for one in self.asked
            for end in (one.recipients or (None,))
            if (role := self._role(one.actor, end, supposed)) in DIRECT_ROLES and role is not None
        }
        found = {
            key: self._cell(key[0], trigger=trigger, response=key[1]) for key in sorted(wanted)
        }
        cells = {key: cell for key, cell in found.items() if cell is not None}
        judged = gate_family(
            list(cells.values()), split=(self.early_day + self.day) // 2, seed=self.seed
        )
        return dict(zip(cells, judged, strict=True))

    def _cell(
        self, role: Role, *, trigger: int, response: int
    ) -> tuple[Cell, Trials, Trials] | None:
        """Occasions of the later part, and days without the trigger; None if there are too few."""
        fit, last = self._early_fit(False), self.day - self.horizon
        if fit is None or last <= self.early_day + 2 * self.horizon:
            return None
        dyads = self._dyads(response)
        if not dyads.actor.size:
            return None
        fired = find_occasions(
            self.panel, dyads=dyads, role=role, trigger=event_mask(self.panel, quads=(trigger,)),
            as_of=self.day,
        )  # fmt: skip
        wide = np.zeros((self.panel.days, dyads.actor.size), dtype=np.bool_)
        wide[fired.day, fired.dyad] = True
        keep = (fired.day > self.early_day) & (fired.day <= last)
        if not keep.any():
            return None
        dyad, day = self._quiet(dyads, wide=wide)
        cell = Cell(
            role=role, trigger=QUADS[trigger - 1], response=QUADS[response - 1],
            horizon=self.horizon,
        )  # fmt: skip
        fired_trials = self._trials(
            fit, dyads=dyads, dyad=fired.dyad[keep], day=fired.day[keep], quad=response
        )
        return cell, fired_trials, self._trials(fit, dyads=dyads, dyad=dyad, day=day, quad=response)

    def _spread(self, asked: Asked) -> Spread | None:
        """How far true log-odds lie from such forecasts, measured on the later part."""
        key = (QUADS[self._quad(asked.codes) - 1], not asked.recipients)
        if key not in self._spreads:
            self._spreads[key] = None
            fit, quad = self._early_fit(False), self._quad(asked.codes)
            last = self.day - self.horizon
            dyads = self._dyads(quad)
            if fit is not None and dyads.actor.size and last > self.early_day + self.horizon:
                nothing = np.zeros((self.panel.days, dyads.actor.size), dtype=np.bool_)
                dyad, day = self._quiet(dyads, wide=nothing)
                try:
                    self._spreads[key] = fit_spread(
                        self._trials(fit, dyads=dyads, dyad=dyad, day=day, quad=quad),
                        days=self.panel.days,
                        split=(self.early_day + self.day) // 2,
                    )
                except DataError:
                    self._spreads[key] = None
        return self._spreads[key]

    def _range(self, asked: Asked, *, p: float, lift: float) -> tuple[float, float]:
        """80 % range of one forecast; wide by assumption where the record is too short."""
        spread = self._spread(asked)
        if spread is None:
            spread = Spread(
                between=UNKNOWN_SD**2, information={}, memory=0.0, misfit=0.0, inflation=1.0,
                excess=0.0, pairs=0, step="",
            )  # fmt: skip
        low, high = forecast_range(p, spread=spread, series=np.array([-1]), lift=lift)
        return float(np.ravel(low)[0]), float(np.ravel(high)[0])

    def _said(self, asked: Asked) -> str:
        spread = self._spread(asked)
        if spread is not None:
            return spread.step
        return (
            "the record is too short to measure how far such forecasts miss: the range assumes a "
            f"standard deviation of {UNKNOWN_SD:g} in log-odds"
        )

    def _precedents(
        self,
        asked: Asked,
        *,
        roles: dict[str | None, Role | None],
        supposed: Supposed | None,
    ) -> tuple[Precedents, Precedents]:
        """Dated occasions of the trigger for these dyads, and controls with the same state."""
        ends = [end for end, role in roles.items() if role is not None]
        nothing = Precedents(kind="occasion", horizon=self.horizon, items=(), open=0)
        no_controls = replace(nothing, kind="control")
        if not ends or supposed is None:
            return nothing, no_controls
        role = roles[ends[0]]
        assert role is not None
        ends = [end for end in ends if roles[end] == role]
        x = self.panel.actors.index(asked.actor)
        to = [ANYONE if end is None else self.panel.actors.index(end) for end in ends]
        dyads = Dyads(actor=np.full(len(to), x), recipient=np.array(to, dtype=np.int64))
        trigger = event_mask(self.panel, codes=supposed.codes)
        by, at = self._index(supposed.actor), self._index(supposed.recipient)
        fired = find_occasions(
            self.panel, dyads=dyads, role=role, trigger=trigger, as_of=self.day,
            trigger_actor=None if by is None else (by,),
            trigger_recipient=None if at is None else (at,),
        )  # fmt: skip
        response = event_mask(self.panel, codes=asked.codes)
        after = first_responses(
            self.panel, dyads=dyads, response=response, occasions=fired, as_of=self.day
        )
        past = precedents(
            self.panel, dyads=dyads, occasions=fired, followed=after, horizon=self.horizon,
            as_of=self.day,
        )  # fmt: skip
        quiet = self._controls(asked, dyads=dyads, ends=ends, fired=fired, role=role)
        if quiet is None:
            return past, no_controls
        follow = first_responses(
            self.panel, dyads=dyads, response=response, occasions=quiet, as_of=self.day
        )
        return past, precedents(
            self.panel, dyads=dyads, occasions=quiet, followed=follow, horizon=self.horizon,
            as_of=self.day, kind="control",
        )  # fmt: skip

    def _controls(
        self,
        asked: Asked,
        *,
        dyads: Dyads,
        ends: Sequence[str | None],
        fired: Occasions,
        role: Role,
    ) -> Occasions | None:
        """Matched days of the same dyads on which no trigger fired."""
        if None in ends or not fired.day.size:
            return None
        first, last = min(60, self.day // 3), self.day - self.horizon
        many = min(400, max(120, 2 * len(fired.day)))
        days = np.arange(first, last + 1, max(1, (last - first) // many), dtype=np.int64)
        if not len(days):
            return None
        grid = np.array([(d, t) for d in range(dyads.actor.size) for t in days.tolist()])
        extra = np.stack([fired.dyad, fired.day], axis=1)
        rows = np.unique(np.concatenate([grid, extra[fired.day <= last]]), axis=0)
        wide = np.zeros((self.panel.days, dyads.actor.size), dtype=np.bool_)
        wide[fired.day, fired.dyad] = True
        dyad, day = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
        try:
            p = probabilities(
                self.fits[False], self.panel, actor=dyads.actor[dyad],
                recipient=dyads.recipient[dyad], cls=asked.cls, day=day,
            )  # fmt: skip
            _, right = match_controls(
                dyad, day=day, p=np.clip(p, 1e-9, 1 - 1e-9), fired=wide[day, dyad]
            )
        except DemarcheError:
            return None
        if not len(right):
            return None
        return Occasions(role=role, dyad=dyad[right], day=day[right])


def _any(p: Sequence[float]) -> float:
    """Probability of at least one, the dyads taken as independent given their states."""
    return float(-np.expm1(np.sum(np.log1p(-np.clip(np.array(p), 0, 1 - 1e-12)))))


def _sentence(
    gated: TriggerView | None,
    *,
    roles: dict[str | None, Role | None],
    supposed: Supposed | None,
) -> str:
    if supposed is None:
        return "no trigger is supposed"
    if gated is not None:
        return gated.sentence
    if not any(roles.values()):
        return "no lift is looked for: the trigger touches neither side of this course"
    if any(role in DIRECT_ROLES for role in roles.values()):
        return (
            "no lift beyond the current state of relations: too few past occasions in this record "
            "to test one"
        )
    return (
        "no lift beyond the current state of relations: acts of third parties have shown none that "
        "holds"
    )
