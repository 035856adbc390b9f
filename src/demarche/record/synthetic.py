"""Synthetic worlds: event records whose true probabilities are known, for tests and for scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, TermError, near_miss
from demarche.record._synthetic_days import Response, World, event_days, survival_after
from demarche.terms.codebooks import CAMEO, CAMEO_ROOTS, quad_of_root
from demarche.terms.events import COUNT_COLUMNS

__all__ = [
    "DEFAULT_ORGANS",
    "Response",
    "Simulated",
    "World",
    "count_columns",
    "made_world",
    "panel_columns",
    "simulate",
    "synthetic_counts",
    "true_probability",
]

DEFAULT_ORGANS = ("executive", "foreign_ministry", "military", "")
"""Organs that act in a made world; the empty one is an event whose organ is not stated."""

_VERBAL = (0.30, 0.45, 0.05, 0.20)
_ARMED = (0.05, 0.05, 0.70, 0.20)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """Daily counts of a simulated world, sorted by day, series, known day and organs.

    Attributes
    ----------
    day, known : int32 array, shape (N,)
        Day of the events and day they are known, from 0; ``known >= day``.
    series : int32 array, shape (N,)
        Index into the world's series (actor, recipient, class).
    actor_organ, recipient_organ : int8 array, shape (N,)
        Index into the world's organs.
    n : int64 array, shape (N,)
        Events of that key, at least 1.
    """

    day: NDArray[np.int32]
    known: NDArray[np.int32]
    series: NDArray[np.int32]
    actor_organ: NDArray[np.int8]
    recipient_organ: NDArray[np.int8]
    n: NDArray[np.int64]


def _codes(count: int) -> tuple[str, ...]:
    """Made-up actors: codes that ISO 3166-1 leaves to its users, so that no state is meant."""
    letters = [chr(65 + k) for k in range(26)]
    codes = [f"X{a}{b}" for a in letters for b in letters]
    codes += [f"Q{a}{b}" for a in letters[12:] for b in letters]
    codes += [f"AA{b}" for b in letters] + [f"ZZ{b}" for b in letters]
    codes.remove("XKX")  # in use for Kosovo
    if count > len(codes):
        raise TermError(f"a made world has at most {len(codes)} actors without names; got {count}.")
    return tuple(codes[:count])


def made_world(
    *,
    actors: int = 8,
    names: Sequence[str] = (),
    classes: Sequence[str] = ("03", "04", "11", "14", "19"),
    days: int = 730,
    start: dt.date = dt.date(2015, 1, 1),
    events_per_day: float = 10.0,
    density: float = 1.0,
    rate_shape: float = 1.0,
    actor_exponent: float = 0.0,
    bloc_size: int = 4,
    own: Sequence[float] = (0.25, 0.15),
    reverse: Sequence[float] = (0.10, 0.05),
    half_lives: Sequence[float] = (3.0, 14.0),
    weekday: Sequence[float] = (1.1, 1.1, 1.1, 1.1, 1.1, 0.75, 0.75),
    responses: Sequence[Response] = (),
    lag_shares: Sequence[float] = (1.0,),
    organs: Sequence[str] = DEFAULT_ORGANS,
    source: str = "synthetic",
    seed: int = 0,
) -> World:
    r"""World with base rates drawn from stated distributions.

    Each unordered pair is in touch with probability `density`. Each directed series of a pair in
    touch has base rate

    .. math:: \mu_s = c\, g_s\, (i + 1)^{-z} (j + 1)^{-z}, \quad g_s \sim \mathrm{Gamma}(k, 1/k)

    with i and j the ranks of actor and recipient, z the `actor_exponent`, k the `rate_shape`, and
    c such that the world has `events_per_day` on average, excitation included and triggered
    responses apart.

    Parameters
    ----------
    actors : int
        Number of actors, at least 2. Codes are ones that ISO 3166-1 leaves free.
    names : sequence of str
        Codes to use instead, one per actor.
    classes : sequence of str
        CAMEO roots.
    days, start
        Length and first day of the record.
    events_per_day : float
        Above 0.
    density, rate_shape, actor_exponent : float
        As above; ``0 < density <= 1``, shape above 0 (small = uneven), exponent at least 0.
    bloc_size : int
        Actors in a row share a bloc.
    own, reverse, half_lives : sequence of float
        Excitation by the series' own past and by its reverse, one weight per half-life in days.
    weekday : sequence of 7 floats
        Factors from Monday, above 0; scaled to a mean of 1.
    responses : sequence of Response
        Planted responses to triggers.
    lag_shares : sequence of float
        Share of events known 0, 1, 2 ... days after the day itself.
    organs : sequence of str
        Ids of sectors; with the four of ``DEFAULT_ORGANS`` verbal classes are mostly acted by the
        foreign ministry and armed ones by the military, else organs are equally likely.
    source, seed

    Raises
    ------
    TermError
        If a class is no CAMEO root, or a number is out of its range.

    Examples
    --------
    >>> world = made_world(actors=3, days=60, responses=[
    ...     Response(trigger="19", response="14", factor=4.0, days=3)])
    >>> world.actors, len(world.rate), round(float(world.stationary().sum()), 6)
    (('XAA', 'XAB', 'XAC'), 30, 10.0)
    """
    for root in classes:
        if root not in CAMEO_ROOTS:
            raise TermError(f"{root!r} is no CAMEO root.{near_miss(root, CAMEO_ROOTS)}")
    if actors < 2 or not 0 < density <= 1 or rate_shape <= 0 or events_per_day <= 0:
        raise TermError(
            f"a world of {actors} actors, density {density}, rate_shape {rate_shape} and "
            f"{events_per_day} events per day cannot be made; expected at least 2 actors, a "
            "density in (0, 1] and the others above 0."
        )
    if names and len(names) != actors:
        raise TermError(f"{len(names)} names are given for {actors} actors.")
    codes = tuple(names) or _codes(actors)
    rng = np.random.default_rng(seed)
    first, second = np.triu_indices(actors, 1)
    touch = rng.random(len(first)) < density
    touch[0] = True
    first, second = first[touch], second[touch]
    pairs, types = len(first), len(classes)
    sender = np.repeat(np.r_[first, second], types)
    recipient = np.repeat(np.r_[second, first], types)
    code = np.tile(np.arange(types), 2 * pairs)
    half = pairs * types
    rank = (1.0 + np.arange(actors)) ** -actor_exponent
    rate = rng.gamma(rate_shape, 1 / rate_shape, 2 * half) * rank[sender] * rank[recipient]
    shares = np.full((types, len(organs)), 1 / len(organs))
    if tuple(organs) == DEFAULT_ORGANS:
        shares = np.array([_ARMED if quad_of_root(c) == 4 else _VERBAL for c in classes])
    week = np.asarray(weekday, dtype=np.float64)
    world = World(
        source=source,
        start=start,
        days=days,
        actors=codes,
        blocs=tuple(f"bloc {k // bloc_size + 1}" for k in range(actors)),
        classes=tuple(classes),
        organs=tuple(organs),
        organ_shares=shares,
        sender=sender.astype(np.int32),
        recipient=recipient.astype(np.int32),
        code=code.astype(np.int32),
        reverse_of=np.r_[np.arange(half, 2 * half), np.arange(half)].astype(np.int32),
        rate=rate,
        own=tuple(own),
        reverse=tuple(reverse),
        half_lives=tuple(half_lives),
        weekday=tuple((week / week.mean()).tolist()),
        responses=tuple(responses),
        lag_shares=tuple(lag_shares),
    )
    return world.scaled(events_per_day / float(world.stationary().sum()))


def simulate(world: World, *, seed: int) -> Simulated:
    """Daily counts of one run of the world.

    Each day's counts are independent Poisson draws given the days before: the day's total is
    Poisson and is split over the series, which is the same law. A longer world agrees with a
    shorter one of the same seed on the days they share.

    Examples
    --------
    >>> run = simulate(made_world(actors=3, days=100), seed=1)
    >>> bool((run.known >= run.day).all()), bool(800 < run.n.sum() < 1200)
    (True, True)
    """
    days: list[NDArray[np.int64]] = []
    sizes: list[NDArray[np.int64]] = []
    lags, series, organs = len(world.lag_shares), len(world.rate), len(world.organs)
    for _, events in event_days(world, seed=seed):
        key = (events.series.astype(np.int64) * lags + events.lag) * organs + events.actor_organ
        key, n = np.unique(key * organs + events.recipient_organ, return_counts=True)
        days.append(key)
        sizes.append(n)
    key = np.concatenate(days)
    day = np.repeat(np.arange(world.days), [len(d) for d in days])
    key, to_organ = np.divmod(key, organs)
    key, by_organ = np.divmod(key, organs)
    key, lag = np.divmod(key, lags)
    if series and key.size:
        assert int(key.max()) < series
    return Simulated(
        day=day.astype(np.int32),
        known=(day + lag).astype(np.int32),
        series=key.astype(np.int32),
        actor_organ=by_organ.astype(np.int8),
        recipient_organ=to_organ.astype(np.int8),
        n=np.concatenate(sizes).astype(np.int64),
    )


def count_columns(world: World, run: Simulated) -> dict[str, NDArray[np.generic]]:
    """Simulated counts by the names of ``COUNT_COLUMNS``; text as strings, days as datetime64."""
    actors = np.array(world.actors)
    events = np.array([CAMEO[c].plover_event or "" for c in world.classes])
    organs = np.array(world.organs)
    code = world.code[run.series]
    sender, recipient = world.sender[run.series], world.recipient[run.series]
    first = np.datetime64(world.start, "D")
    columns: dict[str, NDArray[np.generic]] = {
        "source": np.full(len(code), world.source),
        "date": first + run.day,
        "known_at": first + run.known,
        "actor": actors[sender],
        "actor_country": actors[sender],
        "actor_sector": organs[run.actor_organ],
        "recipient": actors[recipient],
        "recipient_country": actors[recipient],
        "recipient_sector": organs[run.recipient_organ],
        "event": events[code],
        "cameo": np.array([f"{c}0" for c in world.classes])[code],
        "root": np.array(world.classes)[code],
        "quad_code": np.array([quad_of_root(c) for c in world.classes], dtype=np.int8)[code],
        "directed": np.ones(len(code), dtype=np.bool_),
        "n": run.n,
    }
    return {name: columns[name] for name in COUNT_COLUMNS}


def synthetic_counts(world: World, *, seed: int) -> dict[str, NDArray[np.generic]]:
    """Daily counts of one run by ``COUNT_COLUMNS``: `simulate`, then `count_columns`.

    Examples
    --------
    >>> counts = synthetic_counts(made_world(actors=2, days=10), seed=1)
    >>> list(counts)[:4], counts["date"][0].item()
    (['source', 'date', 'known_at', 'actor'], datetime.date(2015, 1, 1))
    """
    return count_columns(world, simulate(world, seed=seed))


def panel_columns(world: World, run: Simulated) -> dict[str, NDArray[np.generic]]:
    """Simulated counts as the columns that a panel of the outside view is made from.

    ``day``, ``known``, ``actor``, ``recipient``, ``code``, ``count``, ``actor_group`` and
    ``recipient_group`` (the bloc). Rows known after the last day of record are left out, as no
    reader within the record could have seen them.
    """
    seen = run.known < world.days
    series = run.series[seen]
    names, blocs = np.array(world.actors), np.array(world.blocs)
    return {
        "day": run.day[seen],
        "known": run.known[seen],
        "actor": names[world.sender[series]],
        "recipient": names[world.recipient[series]],
        "code": np.array(world.classes)[world.code[series]],
        "count": run.n[seen].astype(np.float64),
        "actor_group": blocs[world.sender[series]],
        "recipient_group": blocs[world.recipient[series]],
    }


def true_probability(
    world: World,
    *,
    run: Simulated,
    actor: str,
    recipient: str,
    code: str,
    day: int,
    horizon: int,
    inserted: str | None = None,
    paths: int = 2000,
    seed: int = 0,
) -> float:
    r"""True probability of at least one event of a series, given everything before `day`.

    .. math:: P = 1 - \mathrm E\Big[\prod_{u = t}^{t + h - 1} e^{-\lambda_s(u)}\Big]

    over the future of the dyad in both directions with no event of the series itself. For h = 1
    this is :math:`1 - e^{-\lambda_s(t)}`, exact; beyond it the mean runs over `paths` simulated
    futures, and its standard error falls with their square root.

    Parameters
    ----------
    world, run
        The world and the run whose days before `day` are the history.
    actor, recipient, code : str
        The series; it must be one of the world's.
    day : int
        First day of the window, from 0.
    horizon : int
        Days of the window, at least 1.
    inserted : str, optional
        A class of which one more event by `recipient` on `actor` is placed on ``day - 1``.
    paths, seed : int
        Of the Monte Carlo, for ``horizon > 1``.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    TermError
        If the world has no such series.
    MethodError
        If `day` or `horizon` is out of range.

    Examples
    --------
    >>> world = made_world(actors=2, events_per_day=0.5, responses=[
    ...     Response(trigger="19", response="14", factor=3.0, days=5)])
    >>> run = simulate(world, seed=3)
    >>> ask = dict(run=run, actor="XAA", recipient="XAB", code="14", day=400, horizon=7)
    >>> plain = true_probability(world, **ask)
    >>> plain < true_probability(world, **ask, inserted="19")
    True
    """
    if not day >= 0 or horizon < 1:
        raise MethodError(f"day {day} and horizon {horizon}: expected day >= 0 and horizon >= 1.")
    target = world.index_of(actor, recipient=recipient, code=code)
    two = {world.actors.index(actor), world.actors.index(recipient)}
    pair = [
        int(k)
        for k in np.flatnonzero(np.isin(world.sender, list(two)))
        if int(world.recipient[k]) in two
    ]
    dyad = world.part(pair)
    history = np.zeros((day, len(pair)))
    local = np.full(len(world.rate), -1, dtype=np.int64)
    local[pair] = np.arange(len(pair))
    near = (local[run.series] >= 0) & (run.day < day)
    np.add.at(history, (run.day[near], local[run.series[near]]), run.n[near])
    if inserted is not None:
        if day == 0:
            raise MethodError("nothing can be inserted before day 0.")
        by = world.index_of(recipient, recipient=actor, code=inserted)
        history[day - 1, local[by]] += 1
    at = int(local[target])
    rng = np.random.default_rng(seed)
    many = paths if horizon > 1 else 1
    return 1.0 - survival_after(
        dyad, history=history, target=at, horizon=horizon, paths=many, rng=rng
    )
