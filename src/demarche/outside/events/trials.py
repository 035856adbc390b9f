"""Trials of the later part of a record: what the state said before each day, and what came after.

Lifts, their gates and the width of ranges are judged on the same dyads and days, whatever is asked.
They are gone through once per record, with a bound on days, so that a question reads a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.outside.events.doubt import misfit_variance
from demarche.outside.events.fit import HazardFit
from demarche.outside.events.forecast import probabilities
from demarche.outside.events.lift import Trials, recalibrate
from demarche.outside.events.occasions import (
    DIRECT_ROLES,
    Dyads,
    Occasions,
    Role,
    event_mask,
    find_occasions,
    first_responses,
)
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import settled
from demarche.outside.events.series import index_series, make_scheme, seen, universe

__all__ = ["Tried", "trial_days", "try_states"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_DYADS, FEWEST_DYADS, MOST_CELLS = 200, 20, 120_000
"""Dyads of a class, fullest first, that are tried, and cells of all classes together."""
MOST_DAYS = 150
"""Days of the later part, evenly spread, that are tried; more where the cells leave room."""
QUIET_DAYS, MOST_QUIET = 15, 3_000
"""Days on which those without the trigger are looked at, and how many of them at most."""
MOST_SERIES, FEWEST_DAYS = 3_000_000, 6
"""Series of all days on which wider classes are read at most, but never fewer days than that."""
SINCE = (1, 2, 4, 8, 15)
"""Days since a trigger last fired that are taken together."""
FEWEST_EVENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tried:
    """Dyads by days of the later part, for one class as the response.

    Attributes
    ----------
    horizon : int
    actor, recipient : int array, shape (D,)
        Index into the panel's actors.
    days : int array, shape (T,)
    quiet : bool array, shape (T,)
        Days on which those without a trigger are looked at.
    tried : bool array, shape (T,)
        Days on which occasions are looked at.
    p : array, shape (D, T)
        Probability by the state of relations, learned from the earlier part.
    y : bool array, shape (D, T)
        Whether the response came within the horizon.
    fired : bool array, shape (2, triggers, D, T)
        Whether each trigger fired, by role: Z on X, X on Z.
    """

    horizon: int
    actor: Ints
    recipient: Ints
    days: Ints
    quiet: Flags
    tried: Flags
    p: Floats
    y: Flags
    fired: Flags

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays by name; `from_arrays` makes the same of them."""
        numbers = {"of": np.array([self.horizon], dtype=np.int64)}
        return numbers | {name: getattr(self, name) for name in _ARRAYS}

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Tried:
        """The table that `arrays` was taken from."""
        rest: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
        return Tried(horizon=int(arrays["of"][0]), **rest)

    def _trials(self, dyad: Ints, at: Ints) -> Trials:
        return Trials(
            dyad=dyad,
            actor=np.asarray(self.actor)[dyad],
            day=np.asarray(self.days)[at],
            p=np.asarray(self.p[dyad, at]),
            y=np.asarray(self.y[dyad, at]).astype(np.float64),
            horizon=self.horizon,
        )

    def place(self, *, actor: int, recipient: int) -> int:
        """Number of a dyad in the trials; -1 where it is not among those tried."""
        here = (np.asarray(self.actor) == actor) & (np.asarray(self.recipient) == recipient)
        return int(np.argmax(here)) if here.any() else -1

    def occasions(self, role: Role, *, trigger: int) -> Trials:
        """Days on which a trigger, by its number, fired in a direct role, by dyad and day."""
        fired = np.asarray(self.fired[DIRECT_ROLES.index(role), trigger])
        dyad, at = np.nonzero(fired & self.tried)
        return self._trials(dyad, at)

    def misfit(self) -> float:
        """Variance of log-odds between days that the state takes for equal and triggers tell apart.

        Days are taken together by how long ago each trigger last fired in the same dyad, after
        recalibration on all of them alike: see `misfit_variance`. Acts of a trigger that already
        happened may move what follows as supposed ones do.
        """
        dyad, at = (m.ravel() for m in np.indices(self.p.shape))
        every = self._trials(dyad, at)
        if not every.p.size:
            return 0.0
        p = recalibrate(every)(every.p)
        labels = [
            np.digitize(_since(np.asarray(fired), days=np.asarray(self.days)), SINCE).ravel()
            for role in np.asarray(self.fired)
            for fired in role
        ]
        return misfit_variance(
            every.y - p, information=p * (1 - p), series=dyad.astype(np.int64), labels=labels
        )

    def without(self, role: Role | None = None, *, trigger: int = 0, seed: int = 0) -> Trials:
        """Days without that trigger, or all alike where no role is given; a sample of them."""
        at, dyad = np.meshgrid(np.flatnonzero(self.quiet), np.arange(len(self.actor)),
                               indexing="ij")  # fmt: skip
        keep = np.ones(at.shape, dtype=np.bool_)
        if role is not None:
            fired = np.asarray(self.fired[DIRECT_ROLES.index(role), trigger])
            keep = ~fired[dyad, at]
        dyad, at = dyad[keep], at[keep]
        if len(dyad) > MOST_QUIET:
            rng = np.random.default_rng(seed)
            some = np.sort(rng.choice(len(dyad), MOST_QUIET, replace=False))
            dyad, at = dyad[some], at[some]
        return self._trials(dyad, at)


_ARRAYS = ("actor", "recipient", "days", "quiet", "tried", "p", "y", "fired")


def _since(fired: Flags, *, days: Ints) -> Ints:
    """Days since a trigger last fired in each dyad, on days that were looked at; many for never."""
    last = np.where(fired, days, days[0] - SINCE[-1])
    return np.asarray(days - np.maximum.accumulate(last, axis=1), dtype=np.int64)


def trial_days(*, first: int, last: int, most: int = MOST_DAYS) -> tuple[Ints, Flags, Flags]:
    """Days that are tried, which of them for occasions, and which for days without a trigger.

    Examples
    --------
    >>> days, occasions, quiet = trial_days(first=101, last=120)
    >>> len(days), int(occasions.sum()), int(quiet.sum())
    (20, 20, 15)
    """
    quiet = np.unique(np.linspace(first, last, QUIET_DAYS).astype(np.int64))
    every = np.arange(first, last + 1, dtype=np.int64)
    if len(every) > most:
        every = np.unique(np.linspace(first, last, most).astype(np.int64))
    days = np.union1d(every, quiet)
    return days, np.isin(days, every), np.isin(days, quiet)


def _dyads(panel: Panel, *, codes: Sequence[str], early: int, most: int) -> Dyads:
    """Dyads with a past in a class by the end of the earlier part, fullest first."""
    past = seen(panel, as_of_day=early)
    own = event_mask(panel, codes=tuple(codes))[past.code]
    size = len(panel.actors)
    keys, where = np.unique(
        past.actor[own].astype(np.int64) * size + past.recipient[own], return_inverse=True
    )
    n = np.bincount(where, weights=past.count[own]) if len(keys) else np.zeros(0)
    full = np.flatnonzero(n >= FEWEST_EVENTS)
    chosen = keys[np.sort(full[np.argsort(-n[full], kind="stable")][:most])]
    return Dyads(actor=chosen // size, recipient=chosen % size)


def try_states(
    fit: HazardFit,
    panel: Panel,
    *,
    triggers: Sequence[Sequence[str]],
    early: int,
    last_day: int,
) -> dict[str, Tried]:
    """Go through the later part of a record for every class of a fit.

    Parameters
    ----------
    fit : HazardFit
        Of acts towards one recipient, learned up to the day `early`.
    panel : Panel
    triggers : sequence of sequence of str
        Exact types of each trigger.
    early : int
        Last day of the earlier part.
    last_day : int
        Last day known.

    Returns
    -------
    dict of str to Tried
        One for each class in which there is a dyad with a past.

    Raises
    ------
    MethodError
        If the later part is shorter than the horizon, or all of its windows lie across a gap.

    Notes
    -----
    No window holds days of which more is still to become known by the last day: see `settled`.
    """
    horizon, told = fit.horizon, settled(panel, end=last_day + 1) - 1
    last = told - horizon
    if last <= early:
        raise MethodError(f"no window of {horizon} days ends between days {early} and {told}.")
    cells = MOST_CELLS // max(len(fit.classes), 1)
    most = max(FEWEST_DYADS, min(MOST_DYADS, cells // MOST_DAYS))
    found = {
        cls: _dyads(panel, codes=codes, early=early, most=most)
        for cls, codes in fit.classes.items()
    }
    found = {cls: dyads for cls, dyads in found.items() if dyads.actor.size}
    if not found:
        return {}
    fullest = max(dyads.actor.size for dyads in found.values())
    days, tried, quiet = trial_days(
        first=early + 1, last=last, most=max(MOST_DAYS, cells // fullest)
    )
    whole = panel.unbroken(days, horizon=horizon)
    days, tried, quiet = days[whole], tried[whole], quiet[whole]
    if not len(days):
        raise MethodError(f"every window of {horizon} days after day {early} lies across a gap.")
    p = _states(fit, panel, dyads=found, days=days)
    out: dict[str, Tried] = {}
    for cls, dyads in found.items():
        size = dyads.actor.size
        dyad, at = (m.ravel() for m in np.meshgrid(np.arange(size), np.arange(len(days)),
                                                   indexing="ij"))  # fmt: skip
        every = Occasions(role="X->Z", dyad=dyad, day=days[at])
        after = first_responses(
            panel, dyads=dyads, response=event_mask(panel, codes=tuple(fit.classes[cls])),
            occasions=every, as_of=last_day,
        )  # fmt: skip
        wait = (after - days[at]).reshape(size, len(days))
        out[cls] = Tried(
            horizon=horizon,
            actor=dyads.actor,
            recipient=dyads.recipient,
            days=days,
            quiet=quiet,
            tried=tried,
            p=p[cls],
            y=(wait > 0) & (wait <= horizon),
            fired=_fired(panel, triggers=triggers, dyads=dyads, days=days, last_day=last_day),
        )
    return out


def _states(
    fit: HazardFit, panel: Panel, *, dyads: Mapping[str, Dyads], days: Ints
) -> dict[str, Floats]:
    """Probabilities of every dyad and day, by class; the record is gone through once."""
    actor = np.concatenate([np.repeat(each.actor, len(days)) for each in dyads.values()])
    to = np.concatenate([np.repeat(each.recipient, len(days)) for each in dyads.values()])
    cls = [name for name, each in dyads.items() for _ in range(each.actor.size)]
    p = probabilities(
        fit, panel, actor=actor, recipient=to, cls=np.repeat(cls, len(days)).tolist(),
        day=np.tile(days, len(cls)), wider=_wider_days(fit, panel, days=days),
    )  # fmt: skip
    cuts = np.cumsum([each.actor.size * len(days) for each in dyads.values()])[:-1]
    return {
        name: np.clip(part, 1e-9, 1 - 1e-9).reshape(-1, len(days))
        for name, part in zip(dyads, np.split(p, cuts), strict=True)
    }


def _wider_days(fit: HazardFit, panel: Panel, *, days: Ints) -> Ints | None:
    """Days on which wider classes are read: all, or some where their series are too many."""
    past = seen(panel, as_of_day=int(days[-1]))
    rows = universe(
        past, index=index_series(past), scheme=make_scheme(past, classes=fit.classes),
        origins=days[-1:] + 1, min_events=fit.min_events,
    )  # fmt: skip
    many = max(FEWEST_DAYS, MOST_SERIES // max(len(rows), 1))
    if many >= len(days):
        return None
    return days[np.unique(np.linspace(0, len(days) - 1, many).astype(np.int64))]


def _fired(
    panel: Panel, *, triggers: Sequence[Sequence[str]], dyads: Dyads, days: Ints, last_day: int
) -> Flags:
    """Whether each trigger fired in each direct role, by dyad and day."""
    shape = (len(DIRECT_ROLES), len(triggers), dyads.actor.size, len(days))
    out = np.zeros(shape, dtype=np.bool_)
    for k, role in enumerate(DIRECT_ROLES):
        for number, codes in enumerate(triggers):
            held = tuple(code for code in codes if code in panel.classes)
            if not held:
                continue
            found = find_occasions(
                panel, dyads=dyads, role=role, trigger=event_mask(panel, codes=held),
                as_of=last_day,
            )  # fmt: skip
            at = np.searchsorted(days, found.day)
            inside = (at < len(days)) & (days[np.minimum(at, len(days) - 1)] == found.day)
            out[k, number, found.dyad[inside], at[inside]] = True
    return out
