"""Do 80 % ranges hold the true probability, and does the gate stay shut where nothing is planted?

Run from the project's folder::

    python -m bench.skill.worlds --worlds 100

Worlds are synthetic, with known true probabilities. Half have a response planted (after an act of
the trigger's class by Z on X, X's response to Z is several times as fast for some days); half have
excitation only. The state of relations is a plain pooled logistic on climatology and decays, so
that the study rests on nothing but occasions, lift, gate and ranges.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from demarche.outside.events.gate import Cell, GatedLift, gate_family
from demarche.outside.events.lift import Trials, apply_lift
from demarche.outside.events.occasions import (
    Dyads,
    Occasions,
    event_mask,
    find_occasions,
    first_responses,
    shift_occasions,
)
from demarche.outside.events.panel import Panel, panel_from_columns
from demarche.outside.events.ranges import (
    fit_spread,
    forecast_range,
    lift_allowance,
    parameter_variance,
)
from demarche.outside.events.trigger import InsertedRows, insert_trigger
from demarche.record.synthetic import (
    Response,
    World,
    made_world,
    panel_columns,
    simulate,
    true_probability,
)

CLASSES = ("04", "11", "14", "19")
QUADS = {"04": 1, "11": 3, "14": 4, "19": 4}
TRIGGER, RESPONSE = "19", "11"
FEWEST = 5
HALF_LIVES = np.array([1.0, 3.0, 7.0, 14.0, 30.0, 90.0])
CELLS = [(t, r) for t in ("04", "19") for r in ("11", "14")]
ROLES = ("Z->X", "X->Z", "W->X", "W->Z")


@dataclass(frozen=True)
class Setup:
    """One kind of world, and how it is read."""

    factor: float
    span: int = 3
    actors: int = 8
    days: int = 1000
    burn: int = 60
    first: int = 300
    horizon: int = 7
    refit: int = 100
    stride: int = 2
    events_per_day: float = 14.0
    asked: int = 24
    paths: int = 2000
    as_they_occur: bool = True


@dataclass(frozen=True)
class Answer:
    """One forecast with its range, and the truth."""

    triggered: bool
    p: float
    low: float
    high: float
    truth: float
    variance: float

    @property
    def holds(self) -> bool:
        """Whether the range holds the truth."""
        return self.low <= self.truth <= self.high


@dataclass(frozen=True)
class Reading:
    """What one world gave: forecasts beside the truth, and the cells that opened."""

    answers: tuple[Answer, ...]
    opened: tuple[Cell, ...]
    placebo: tuple[Cell, ...]
    lift: float | None


def world_of(setup: Setup, *, seed: int) -> World:
    """Return a world with, or (factor 1) without, a planted response."""
    planted = Response(trigger=TRIGGER, response=RESPONSE, factor=setup.factor, days=setup.span)
    return made_world(
        actors=setup.actors,
        classes=CLASSES,
        days=setup.days,
        events_per_day=setup.events_per_day,
        # weights whose sum times the factor stays below 1, or responses feed on themselves
        own=(0.15, 0.1),
        reverse=(0.05, 0.05),
        responses=[planted] if setup.factor != 1 else [],
        seed=seed,
    )


def series_counts(panel: Panel, *, dyads: Dyads) -> np.ndarray:
    """Daily counts, shape (T, C, D)."""
    size = len(panel.actors)
    key = panel.actor.astype(np.int64) * size + panel.recipient
    mine = dyads.actor * size + dyads.recipient
    order = np.argsort(mine)
    at = np.minimum(np.searchsorted(mine[order], key), mine.size - 1)
    out = np.zeros((panel.days, len(panel.classes), mine.size))
    np.add.at(out, (panel.day, panel.code, order[at]), panel.count)
    return out


class Fit(NamedTuple):
    """A fitted logistic."""

    mean: np.ndarray
    scale: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray


class State:
    """A plain pooled logistic on climatology, decays of the series and of its reverse."""

    def __init__(self, counts: np.ndarray, *, dyads: Dyads, horizon: int, start: dt.date):
        self.h, self.start, self.dyads = horizon, start, dyads
        self.keep = 0.5 ** (1 / HALF_LIVES)
        size = int(max(dyads.actor.max(), dyads.recipient.max())) + 1
        key = dyads.actor * size + dyads.recipient
        self.back = np.searchsorted(key, dyads.recipient * size + dyads.actor)
        days, classes, n = counts.shape
        active = np.concatenate([np.zeros((1, classes, n)), np.cumsum(counts > 0, axis=0)])
        self.y = np.full(counts.shape, np.nan)
        ended = days - horizon
        self.y[:ended] = active[1 + horizon :][:ended] > active[1 : 1 + ended]
        self.before = np.cumsum(counts, axis=0)
        self.decays = np.zeros((days, len(self.keep), classes, n))
        now = np.zeros((len(self.keep), classes, n))
        for day in range(days):
            now = self.step(now, counts=counts[day])
            self.decays[day] = now
        at = np.arange(days)[:, None, None]
        self.last = at - np.maximum.accumulate(np.where(counts > 0, at, -1000), axis=0)
        hits = np.cumsum(np.nan_to_num(self.y), axis=0)
        self.climate = np.zeros(counts.shape)
        for day in range(days):
            last = day - horizon
            seen = hits[last] if last >= 0 else np.zeros((classes, n))
            windows = max(last + 1, 0)
            rate = (seen.mean(axis=1, keepdims=True) + 0.05) / (windows + 1)
            self.climate[day] = (seen + 20 * rate) / (windows + 20)

    def step(self, now: np.ndarray, *, counts: np.ndarray) -> np.ndarray:
        """Decays after one more day."""
        return self.keep[:, None, None] * now + (1 - self.keep[:, None, None]) * counts

    def inputs(
        self,
        day: int,
        *,
        code: int,
        decays: np.ndarray | None = None,
        since: np.ndarray | None = None,
    ) -> np.ndarray:
        """Inputs of one class's series on a day, shape (D, K)."""
        now = np.log1p(30 * (self.decays[day] if decays is None else decays))
        n = now.shape[2]
        back = now[:, :, self.back]
        columns = [np.ones(n), logit(np.clip(self.climate[day, code], 1e-4, 1 - 1e-4))]
        columns += list(now[:, code]) + [now[k].sum(axis=0) for k in (1, 3)]
        columns += [back[k, c] for k in (0, 1, 2) for c in range(now.shape[1])]
        columns += [back[k, code] for k in (3, 5)]
        last = self.last[day] if since is None else since
        columns += list(np.log1p(np.minimum(last, 60.0)[:, self.back]))
        columns.append(np.log1p(np.minimum(last[code], 60.0)))
        if self.h == 1:
            week = (self.start.weekday() + day + 1) % 7
            columns.append(np.full(n, float(week >= 5)))
        return np.stack(columns, axis=-1)

    def fit(self, days: range) -> list[Fit]:
        """Ridge logistic fit of each class, with covariance clustered by series."""
        return [self._fit(days, code=c) for c in range(self.y.shape[1])]

    def _fit(self, days: range, *, code: int) -> Fit:
        x = np.concatenate([self.inputs(day, code=code) for day in days])
        y = np.concatenate([self.y[day, code] for day in days])
        known = np.concatenate([self.before[day, code] >= FEWEST for day in days])
        mean, scale = x[known].mean(axis=0), x[known].std(axis=0)
        mean[0], scale[0] = 0.0, 1.0
        scale = np.where(scale > 0, scale, 1.0)
        z = (x - mean) / scale
        ridge = 5.0 * np.eye(z.shape[1])
        ridge[0, 0] = 0
        beta = np.zeros(z.shape[1])
        for _ in range(40):
            q = expit(z @ beta)
            hessian = (z * (known * q * (1 - q))[:, None]).T @ z + ridge
            step = np.linalg.solve(hessian, z.T @ (known * (q - y)) + ridge @ beta)
            beta -= step
            if np.abs(step).max() < 1e-9:
                break
        n = self.y.shape[2]
        score = (z * (known * (y - q))[:, None]).reshape(len(days), n, -1).sum(axis=0)
        inverse = np.linalg.inv(hessian)
        return Fit(mean, scale, beta, inverse @ (score.T @ score) @ inverse)

    def forecast(
        self, fits: list[Fit], day: int, *, decays=None, since=None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities and variances of log-odds, each of shape (C, D)."""
        p, spread = np.zeros(self.y.shape[1:]), np.zeros(self.y.shape[1:])
        for c, fit in enumerate(fits):
            z = (self.inputs(day, code=c, decays=decays, since=since) - fit.mean) / fit.scale
            p[c] = expit(z @ fit.beta)
            spread[c] = parameter_variance(z, covariance=fit.covariance)
        return p, spread


def trials_of(
    panel: Panel, *, state: State, p: np.ndarray, occasions: Occasions, response: str, first: int
) -> tuple[Trials, Trials]:
    """Trials of a cell, and its controls: the same dyads on the other days."""
    h, as_of = state.h, panel.days - 1
    c = panel.classes.index(response)
    after = first_responses(
        panel,
        dyads=state.dyads,
        response=event_mask(panel, codes=(response,)),
        occasions=occasions,
        as_of=as_of,
    )
    wide = np.zeros((panel.days, state.dyads.actor.size), dtype=bool)
    wide[occasions.day, occasions.dyad] = True
    usable = np.zeros_like(wide)
    usable[first : panel.days - h] = True
    usable &= state.before[:, c] >= FEWEST
    kept = usable[occasions.day, occasions.dyad]
    dyad, day = occasions.dyad[kept], occasions.day[kept]
    wait = after[kept] - day
    fired = Trials(
        dyad=dyad,
        actor=state.dyads.actor[dyad],
        day=day,
        p=p[day, c, dyad],
        y=((wait > 0) & (wait <= h)).astype(float),
        horizon=h,
    )
    day, dyad = np.nonzero(usable & ~wide)
    quiet = Trials(
        dyad=dyad,
        actor=state.dyads.actor[dyad],
        day=day,
        p=p[day, c, dyad],
        y=state.y[day, c, dyad],
        horizon=h,
    )
    return fired, quiet


def read_world(setup: Setup, *, seed: int) -> Reading:
    """Fit, gate and forecast in one world, and compare with the truth."""
    world = world_of(setup, seed=seed)
    run = simulate(world, seed=seed + 1)
    panel = panel_from_columns(
        panel_columns(world, run),
        source="synthetic",
        start=world.start,
        days=world.days,
        quad_of=QUADS,
    )
    n = len(panel.actors)
    a, b = np.divmod(np.arange(n * n), n)
    dyads = Dyads(actor=a[a != b], recipient=b[a != b])
    counts = series_counts(panel, dyads=dyads)
    state = State(counts, dyads=dyads, horizon=setup.horizon, start=world.start)
    ended = panel.days - setup.horizon
    p = np.zeros(counts.shape)
    for day in range(setup.first, panel.days):
        if (day - setup.first) % setup.refit == 0:
            fits = state.fit(range(setup.burn, day - setup.horizon, setup.stride))
        p[day] = state.forecast(fits, day)[0]
    split = setup.first + 3 * (ended - setup.first) // 5
    gated = gates(panel, state=state, p=p, first=setup.first, split=split, seed=seed)
    moved = gates(panel, state=state, p=p, first=setup.first, split=split, seed=seed, placebo=True)
    lift = next(
        g
        for g in gated
        if (g.cell.role, g.cell.trigger, g.cell.response) == ("Z->X", TRIGGER, RESPONSE)
    )
    inside = coverage(
        setup,
        world=world,
        run=run,
        panel=panel,
        state=state,
        p=p,
        lift=lift,
        split=split,
        seed=seed,
    )
    return Reading(
        answers=inside,
        opened=tuple(g.cell for g in gated if g.rung is not None),
        placebo=tuple(g.cell for g in moved if g.rung is not None),
        lift=None if lift.ladder is None else lift.ladder.pooled.value,
    )


def gates(panel, *, state, p, first, split, seed, placebo=False) -> tuple[GatedLift, ...]:
    """Gate of every role and cell; with `placebo`, of triggers moved by up to 30 days."""
    rng = np.random.default_rng(seed)
    cells = []
    for role in ROLES:
        for trigger, response in CELLS:
            found = find_occasions(
                panel,
                dyads=state.dyads,
                role=role,
                trigger=event_mask(panel, codes=(trigger,)),
                as_of=panel.days - 1,
            )
            if placebo:
                by = rng.integers(10, 31, found.day.size) * rng.choice([-1, 1], found.day.size)
                found = shift_occasions(found, by=by, days=panel.days)
            cell = Cell(role=role, trigger=trigger, response=response, horizon=state.h)
            trials, controls = trials_of(
                panel, state=state, p=p, occasions=found, response=response, first=first
            )
            cells.append((cell, trials, controls))
    return gate_family(cells, split=split, draws=400, seed=seed)


def silence(state: State) -> list[np.ndarray]:
    """Days since the last act of each class by Z on X, and of the response by X on Z, (T, D)."""
    back = state.last[:, :, state.back]
    return [*np.moveaxis(back, 1, 0), state.last[:, CLASSES.index(RESPONSE)]]


def counts_of(panel: Panel, *, state: State) -> np.ndarray:
    """Past acts of the trigger's class by Z on X, for each dyad X to Z."""
    return state.before[-1, panel.classes.index(TRIGGER)][state.back]


def coverage(setup, *, world, run, panel, state, p, lift, split, seed) -> tuple[Answer, ...]:
    """Forecasts with the trigger and without, beside the true probabilities."""
    c, h, last = panel.classes.index(RESPONSE), setup.horizon, panel.days - 1
    day, dyad = np.nonzero(state.before[:, c] >= FEWEST)
    kept = (day >= setup.first) & (day < panel.days - h)
    day, dyad = day[kept], dyad[kept]
    every = Trials(
        dyad=dyad,
        actor=state.dyads.actor[dyad],
        day=day,
        p=p[day, c, dyad],
        y=state.y[day, c, dyad],
        horizon=h,
    )
    labels = [np.digitize(s[day, dyad], (1, 2, 3, 5, 10, 30)) for s in silence(state)]
    spread = fit_spread(every, days=panel.days, split=split, labels=labels)
    model = state.fit(range(setup.burn, panel.days - h, setup.stride))
    plain, plain_variance = (v[c] for v in state.forecast(model, last))
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(state.before[last, c] >= FEWEST)
    often = counts_of(panel, state=state)[known] if setup.as_they_occur else np.ones(known.size)
    asked = rng.choice(
        known,
        size=min(setup.asked, np.count_nonzero(often)),
        replace=False,
        p=often / often.sum(),
    )
    answers = []
    for d in asked.tolist():
        x, z = int(state.dyads.actor[d]), int(state.dyads.recipient[d])
        one = InsertedRows(
            actor=np.array([z]),
            recipient=np.array([x]),
            code=np.array([panel.classes.index(TRIGGER)]),
            count=np.array([1.0]),
            note="one row",
        )
        supposed = insert_trigger(panel, rows=one, day=last)
        today = series_counts(supposed, dyads=state.dyads)[last]
        now = state.step(state.decays[last - 1], counts=today)
        since = np.where(today > 0, 0, state.last[last])
        with_p, with_variance = (
            v[c, d] for v in state.forecast(model, last, decays=now, since=since)
        )
        allowed = lift_allowance(lift.pooled, admitted=lift.ladder is not None)
        if lift.ladder is not None:
            with_p = float(apply_lift(with_p, lift=lift.ladder.pooled.value))
        for q, variance, allowance, inserted in (
            (with_p, with_variance, allowed, TRIGGER),
            (plain[d], plain_variance[d], 0.0, None),
        ):
            truth = true_probability(
                world,
                run=run,
                actor=panel.actors[x],
                recipient=panel.actors[z],
                code=RESPONSE,
                day=panel.days,
                horizon=h,
                inserted=inserted,
                paths=setup.paths,
                seed=seed,
            )
            low, high = forecast_range(
                float(q),
                spread=spread,
                series=np.array([d]),
                parameter=float(variance),
                lift=allowance,
            )
            answers.append(
                Answer(
                    triggered=inserted is not None,
                    p=float(q),
                    low=float(low[0]),
                    high=float(high[0]),
                    truth=truth,
                    variance=float(spread.variance(np.array([d]))[0]),
                )
            )
    return tuple(answers)


def study(setup: Setup, *, worlds: int, seed: int) -> list[Reading]:
    """Return the readings of many worlds."""
    return [read_world(setup, seed=seed + 10 * k) for k in range(worlds)]


def told(readings: list[Reading], *, name: str) -> str:
    """Return the counts in words."""
    held = {
        triggered: [a.holds for r in readings for a in r.answers if a.triggered is triggered]
        for triggered in (True, False)
    }
    cell = ("Z->X", TRIGGER, RESPONSE)
    right = sum(any((c.role, c.trigger, c.response) == cell for c in r.opened) for r in readings)
    lifts = [r.lift for r in readings if r.lift is not None]
    return (
        f"{name}: {len(readings)} worlds; 80 % range holds the truth with the trigger "
        f"{sum(held[True])}/{len(held[True])}, without "
        f"{sum(held[False])}/{len(held[False])}; a lift is told in "
        f"{sum(bool(r.opened) for r in readings)} worlds, the planted cell opens in {right} "
        f"(mean lift {np.mean(lifts) if lifts else float('nan'):.2f}), a placebo passes in "
        f"{sum(bool(r.placebo) for r in readings)}"
    )


def main() -> None:
    """Print the study."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--horizons", type=int, nargs="+", default=[1, 7])
    parser.add_argument("--factor", type=float, default=2.5)
    parser.add_argument(
        "--ask",
        choices=("occasions", "uniform"),
        default="occasions",
        help="dyads asked about: as often as the trigger occurred there, or all alike",
    )
    options = parser.parse_args()
    for horizon in options.horizons:
        for factor in (options.factor, 1.0):
            setup = Setup(factor=factor, horizon=horizon, as_they_occur=options.ask == "occasions")
            readings = study(setup, worlds=options.worlds, seed=options.seed)
            name = f"h = {horizon}, " + (f"planted x {factor:g}" if factor != 1 else "none planted")
            print(told(readings, name=name), flush=True)


if __name__ == "__main__":
    main()
