"""The law of a synthetic world: intensities day by day, draws from them, and their future."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import TermError, near_miss

__all__ = ["DayEvents", "Response", "World", "event_days", "survival_after"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A planted response: after `trigger` by Z on X, X's `response` to Z comes more often.

    Attributes
    ----------
    trigger, response : str
        Classes of the world.
    factor : float
        The intensity of the response gains ``factor - 1`` times its stationary mean: in the average
        state of the dyad it is `factor` times as fast. At least 1. For rare responses this is
        also the ratio of daily probabilities. Added rather than multiplied, so that responses to
        responses stay bounded.
    days : int
        How many days it lasts, from the day after the trigger; a later trigger starts it anew.
    """

    trigger: str
    response: str
    factor: float
    days: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    r"""Law of an event record: base rates, excitation, responses to triggers, weekdays.

    Counts of series s = (actor, recipient, class) on day t are Poisson with intensity

    .. math:: \lambda_s(t) = d(t) \Big(\mu_s + (F_s(t) - 1) m_s
              + \sum_k a_k E_{k,s}(t) + b_k E_{k,s'}(t)\Big)

    with s' the same class in the reverse direction, :math:`E_k` the exponential mean of past daily
    counts with half-life k, so that weights are expected offspring per event, d the factor of the
    weekday, m the stationary mean, and F the largest factor of the responses under way (1 without
    one).

    Attributes
    ----------
    source : str
    start : date
    days : int
    actors, blocs : tuple of str
        One bloc per actor. Each actor is a state of its own name.
    classes, organs : tuple of str
        CAMEO roots; ids of sectors ("" for not stated).
    organ_shares : array, shape (C, O)
        Which organ acts, by class; rows add up to 1.
    sender, recipient, code, reverse_of : int32 arrays, shape (S,)
        The series; `reverse_of` is -1 where the reverse is no series.
    rate : array, shape (S,)
        Base rates per day, at least 0.
    own, reverse, half_lives : tuple of float
        a, b and the half-lives in days.
    weekday : tuple of 7 floats
        Factors from Monday, of mean 1.
    responses : tuple of Response
    lag_shares : tuple of float
        Share of events known 0, 1, 2 ... days late.

    Raises
    ------
    TermError
        If arrays do not fit each other or excitation would explode.

    References
    ----------
    .. [1] Hawkes 1971, Spectra of some self-exciting and mutually exciting point processes,
       Biometrika 58(1), 83-90, doi:10.1093/biomet/58.1.83; here in discrete time.
    """

    source: str
    start: dt.date
    days: int
    actors: tuple[str, ...]
    blocs: tuple[str, ...]
    classes: tuple[str, ...]
    organs: tuple[str, ...]
    organ_shares: Floats
    sender: Ints
    recipient: Ints
    code: Ints
    reverse_of: Ints
    rate: Floats
    own: tuple[float, ...]
    reverse: tuple[float, ...]
    half_lives: tuple[float, ...]
    weekday: tuple[float, ...]
    responses: tuple[Response, ...]
    lag_shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.own) == len(self.reverse) == len(self.half_lives):
            raise TermError(
                f"{len(self.own)} own weights, {len(self.reverse)} reverse weights and "
                f"{len(self.half_lives)} half-lives: expected one of each per half-life."
            )
        offspring = sum(self.own) + sum(self.reverse)
        if not offspring < 1 or min((*self.own, *self.reverse, 0.0)) < 0:
            raise TermError(
                f"each event would bring {offspring:g} more; expected weights of at least 0 that "
                "add up to less than 1, or the record explodes."
            )
        if len(self.weekday) != 7 or min(self.weekday) <= 0:
            raise TermError(f"weekday factors {self.weekday}: expected seven, each above 0.")
        if min(self.half_lives, default=1.0) <= 0 or min(self.rate, default=0.0) < 0:
            raise TermError("half-lives must be above 0 and rates at least 0.")
        if abs(sum(self.lag_shares) - 1) > 1e-9 or min(self.lag_shares) < 0:
            raise TermError(f"shares of lags {self.lag_shares} do not add up to 1.")
        for rule in self.responses:
            for code in (rule.trigger, rule.response):
                if code not in self.classes:
                    raise TermError(
                        f"the response to {rule.trigger!r} names {code!r}, which is no class of "
                        f"this world.{near_miss(code, self.classes)}"
                    )
            if rule.factor < 1 or rule.days < 1:
                raise TermError(f"{rule}: expected a factor of at least 1 and at least one day.")

    def index_of(self, actor: str, *, recipient: str, code: str) -> int:
        """Index of a series; TermError with the near miss where the world has none."""
        for word, known in ((actor, self.actors), (recipient, self.actors), (code, self.classes)):
            if word not in known:
                raise TermError(f"{word!r} is not in this world.{near_miss(word, known)}")
        found = np.flatnonzero(
            (self.sender == self.actors.index(actor))
            & (self.recipient == self.actors.index(recipient))
            & (self.code == self.classes.index(code))
        )
        if not found.size:
            raise TermError(f"{actor} and {recipient} are not in touch in this world.")
        return int(found[0])

    def stationary(self) -> Floats:
        r"""Expected events per day of each series, responses apart.

        .. math:: m_s = \frac{(1 - a) \mu_s + b \mu_{s'}}{(1 - a)^2 - b^2}

        with a and b the sums of own and reverse weights.
        """
        a, b = sum(self.own), sum(self.reverse)
        paired = self.reverse_of >= 0
        other = np.where(paired, self.rate[self.reverse_of], 0.0)
        both = ((1 - a) * self.rate + b * other) / ((1 - a) ** 2 - b**2)
        return np.where(paired, both, self.rate / (1 - a))

    def scaled(self, factor: float, *, days: int | None = None) -> World:
        """The same world with all base rates times `factor`, and another length if given."""
        return dataclasses.replace(
            self, rate=self.rate * factor, days=self.days if days is None else days
        )

    def part(self, series: Sequence[int]) -> World:
        """The world of some series only, renumbered from 0."""
        keep = np.asarray(series, dtype=np.int64)
        at = np.full(len(self.rate) + 1, -1, dtype=np.int32)
        at[keep] = np.arange(len(keep))
        return dataclasses.replace(
            self,
            sender=self.sender[keep],
            recipient=self.recipient[keep],
            code=self.code[keep],
            rate=self.rate[keep],
            reverse_of=at[self.reverse_of[keep]],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayEvents:
    """Events of one day in random order: series, days until known, organs."""

    series: Ints
    lag: Ints
    actor_organ: Ints
    recipient_organ: Ints


class _State:
    """Excitation and responses under way; paths are rows, series are columns."""

    def __init__(self, world: World, *, paths: int = 1) -> None:
        self.world, self.paths = world, paths
        self.keep = 0.5 ** (1 / np.asarray(world.half_lives, dtype=np.float64))
        self.mean = world.stationary()
        self.excited = [np.tile(self.mean, (paths, 1)) for _ in world.half_lives]
        self.back = np.maximum(world.reverse_of, 0)
        self.paired = world.reverse_of >= 0
        self.rules: list[tuple[Response, Ints, Ints]] = []
        self.until: list[NDArray[np.int64]] = []
        for rule in sorted(world.responses, key=lambda r: r.factor):
            wanted, cause = world.classes.index(rule.response), world.classes.index(rule.trigger)
            hit, by = _answers(world, cause=cause, wanted=wanted)
            self.rules.append((rule, hit, by))
            self.until.append(np.full((paths, len(hit)), -1, dtype=np.int64))

    def intensity(self, day: int) -> Floats:
        """Intensity of each series on `day`, shape (paths, S)."""
        world = self.world
        level = np.tile(world.rate, (self.paths, 1))
        for own, reverse, excited in zip(world.own, world.reverse, self.excited, strict=True):
            if own:
                level += own * excited
            if reverse:
                level += reverse * np.where(self.paired, excited[:, self.back], 0.0)
        if self.rules:
            gain = np.zeros_like(level)
            for (rule, hit, _), until in zip(self.rules, self.until, strict=True):
                # rules are sorted by factor, so that the largest under way is the one that stays
                more = (rule.factor - 1) * self.mean[hit]
                gain[:, hit] = np.where(until >= day, more, gain[:, hit])
            level += gain
        level *= world.weekday[(world.start.weekday() + day) % 7]
        return level

    def absorb(self, counts: Floats, *, day: int) -> None:
        """Take in the counts of `day`."""
        for keep, excited in zip(self.keep, self.excited, strict=True):
            excited *= keep
            excited += (1 - keep) * counts
        for (rule, _, by), until in zip(self.rules, self.until, strict=True):
            until[counts[:, by] > 0] = day + rule.days

    def replay(self, history: Floats) -> None:
        """Take in the counts of the first days at once, shape (days, S); as `absorb`, in turn."""
        days = len(history)
        ages = np.arange(days)[::-1]
        for keep, excited in zip(self.keep, self.excited, strict=True):
            excited *= keep**days
            excited += (1 - keep) * (keep**ages @ history)
        for (rule, _, by), until in zip(self.rules, self.until, strict=True):
            hit = history[:, by] > 0
            last = days - 1 - np.argmax(hit[::-1], axis=0)
            until[:] = np.where(hit.any(axis=0), last + rule.days, until)


def _answers(world: World, *, cause: int, wanted: int) -> tuple[Ints, Ints]:
    """Series that respond, and for each the series that triggers it."""
    size = len(world.actors)
    key = world.sender.astype(np.int64) * size + world.recipient
    turned = world.recipient.astype(np.int64) * size + world.sender
    hit = np.flatnonzero(world.code == wanted)
    by = np.flatnonzero(world.code == cause)
    by = by[np.argsort(turned[by], kind="stable")]
    place = np.searchsorted(turned[by], key[hit])
    place = np.minimum(place, max(len(by) - 1, 0))
    found = turned[by][place] == key[hit] if len(by) else np.zeros(len(hit), dtype=np.bool_)
    return hit[found].astype(np.int32), by[place[found]].astype(np.int32)


def event_days(world: World, *, seed: int) -> Iterator[tuple[int, DayEvents]]:
    """Events day by day; memory is that of the state, whatever the length."""
    rng = np.random.default_rng(seed)
    state = _State(world)
    organs = world.organ_shares.shape[1]
    acts = (np.cumsum(world.organ_shares, axis=1) + np.arange(len(world.classes))[:, None]).ravel()
    lags = np.cumsum(world.lag_shares)
    for day in range(world.days):
        total = np.cumsum(state.intensity(day)[0])
        size = int(rng.poisson(total[-1]))
        series = np.searchsorted(total, rng.random(size) * total[-1], side="right")
        series = np.minimum(series, len(total) - 1).astype(np.int32)
        place = rng.random((3, size))
        code = world.code[series]
        actor_organ = np.searchsorted(acts, code + place[0], side="right") - code * organs
        recipient_organ = (place[1] * organs).astype(np.int32)
        lag = np.searchsorted(lags, place[2], side="right") if len(lags) > 1 else np.zeros(size)
        yield (
            day,
            DayEvents(
                series=series,
                lag=np.minimum(lag, len(lags) - 1).astype(np.int32),
                actor_organ=np.minimum(actor_organ, organs - 1).astype(np.int32),
                recipient_organ=recipient_organ,
            ),
        )
        counts = np.bincount(series, minlength=len(total)).astype(np.float64)
        state.absorb(counts[None, :], day=day)


def survival_after(
    world: World,
    *,
    history: Floats,
    target: int,
    horizon: int,
    paths: int,
    rng: np.random.Generator,
) -> float:
    """Probability of no event of `target` in the `horizon` days after `history` (days, S)."""
    state = _State(world, paths=paths)
    if len(history):
        state.replay(history)
    hazard = np.zeros(paths)
    for day in range(len(history), len(history) + horizon):
        level = state.intensity(day)
        hazard += level[:, target]
        if day + 1 < len(history) + horizon:
            counts = rng.poisson(level).astype(np.float64)
            counts[:, target] = 0.0  # given that none has happened yet
            state.absorb(counts, day=day)
    return float(np.exp(-hazard).mean())
