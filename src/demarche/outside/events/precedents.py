"""Precedents: the dated occasions of a trigger, what followed, and matched days without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from demarche.errors import DataError, TermError, near_miss
from demarche.outside.events.occasions import Dyads, Occasions
from demarche.outside.events.panel import Panel

__all__ = [
    "Precedent",
    "Precedents",
    "match_controls",
    "precedents",
    "score_deciles",
    "wilson_interval",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """One dated occasion, or one control.

    Attributes
    ----------
    id : str
        Source, kind, actor, recipient and day; the same in every run.
    actor, recipient : str
        X and Z; "anyone" for a dyad with anyone.
    day : date
        Day of the trigger, or of the control.
    followed : date or None
        Day of the first response strictly after, within the horizon; None for none.
    state : float or None
        Probability by the state of relations on that day, where known.
    """

    id: str
    actor: str
    recipient: str
    day: dt.date
    followed: dt.date | None
    state: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedents:
    """n of N occasions on which a response followed; evidence to look at, never the estimate.

    Attributes
    ----------
    kind : str
        ``occasion`` or ``control``.
    horizon : int
        h, days.
    items : tuple of Precedent
        By day.
    open : int
        Occasions left out because their window had not ended by the day asked about.
    removed : tuple of str
        Ids taken out by the reader.
    coverage : float
    """

    kind: str
    horizon: int
    items: tuple[Precedent, ...]
    open: int
    removed: tuple[str, ...] = ()
    coverage: float = 0.8

    @property
    def n(self) -> int:
        """Occasions on which the response followed."""
        return sum(item.followed is not None for item in self.items)

    @property
    def total(self) -> int:
        """Occasions."""
        return len(self.items)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson interval of n of N; 0 to 1 where there is no occasion."""
        if not self.items:
            return 0.0, 1.0
        return wilson_interval(self.n, total=self.total, coverage=self.coverage)

    def without(self, ids: Collection[str]) -> Precedents:
        """Return the same without some occasions.

        Raises
        ------
        DataError
            If there is no occasion of that id.
        """
        known = {item.id for item in self.items}
        for id in ids:
            if id not in known:
                raise DataError(f"no precedent has the id {id!r}. {near_miss(id, known)}".strip())
        return replace(
            self,
            items=tuple(item for item in self.items if item.id not in ids),
            removed=tuple(sorted({*self.removed, *ids})),
        )


def wilson_interval(n: int, *, total: int, coverage: float = 0.95) -> tuple[float, float]:
    r"""Score interval of a binomial proportion.

    .. math:: \frac{\hat p + z^2/2N \pm z \sqrt{\hat p (1 - \hat p)/N + z^2/4N^2}}{1 + z^2/N}

    Parameters
    ----------
    n, total : int
        n of N, ``0 <= n <= N``, N at least 1.
    coverage : float
        Strictly between 0 and 1.

    Returns
    -------
    (float, float)
        Within [0, 1].

    Raises
    ------
    TermError
        If a number is outside its range.

    References
    ----------
    .. [1] Wilson, E. B. (1927). JASA 22(158), 209-212, doi:10.1080/01621459.1927.10502953.
    .. [2] Newcombe, R. G. (1998). Statistics in Medicine 17(8), 857-872,
       doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, Table I, method 3.

    Examples
    --------
    >>> low, high = wilson_interval(81, total=263)
    >>> round(low, 4), round(high, 4)
    (0.2553, 0.3662)
    """
    if total < 1 or not 0 <= n <= total:
        raise TermError(f"{n} of {total}; expected 0 <= n <= N with at least one occasion.")
    if not 0 < coverage < 1:
        raise TermError(f"the coverage is {coverage}; expected strictly between 0 and 1.")
    z = float(ndtri((1 + coverage) / 2))
    p = n / total
    centre = p + z * z / (2 * total)
    reach = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # at n = 0 and n = N the end is 0 and 1 exactly; rounding must not say otherwise
    low = 0.0 if n == 0 else float((centre - reach) / scale)
    high = 1.0 if n == total else float((centre + reach) / scale)
    return low, high


def score_deciles(dyad: Ints, *, p: Floats, fewest: int = 30) -> Ints:
    """Decile, 0 to 9, of each day's state score among the days of the same dyad.

    Dyads with fewer than `fewest` days take the deciles of all days together.

    Parameters
    ----------
    dyad : int array, shape (N,)
    p : float array, shape (N,)
    fewest : int

    Returns
    -------
    int array, shape (N,)

    Examples
    --------
    >>> score_deciles(np.zeros(10, dtype=int), p=np.arange(10) / 10, fewest=10).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    out = _deciles(p)
    order = np.argsort(dyad, kind="stable")
    _, start = np.unique(dyad[order], return_index=True)
    for at in np.split(order, start[1:]) if order.size else []:
        if at.size >= fewest:
            out[at] = _deciles(p[at])
    return out


def _deciles(p: Floats) -> Ints:
    """Deciles by average rank, so that equal scores share one."""
    values, inverse, many = np.unique(p, return_inverse=True, return_counts=True)
    below = np.cumsum(many) - many
    middle = (below + (many - 1) / 2) / max(p.size, 1)
    return np.minimum((10 * middle[inverse]).astype(np.int64), 9) if values.size else inverse


def match_controls(
    dyad: Ints, *, day: Ints, p: Floats, fired: NDArray[np.bool_], per: int = 3
) -> tuple[Ints, Ints]:
    """Controls of each occasion: days of the same dyad and decile on which no trigger fired.

    Parameters
    ----------
    dyad, day : int array, shape (N,)
        All days of each dyad on which the state has a score and the window has ended.
    p : float array, shape (N,)
        State score.
    fired : bool array, shape (N,)
        Whether the trigger fired on that day.
    per : int
        Controls per occasion at most: those nearest in score, the earlier first among equals;
        none is used twice.

    Returns
    -------
    (int array, int array)
        Positions of occasions and, beside each, of a control.

    Raises
    ------
    DataError
        If a dyad has the same day twice.
    """
    if np.unique(np.stack([dyad, day]), axis=1).shape[1] != dyad.size:
        raise DataError("a day of a dyad is given twice; expected each once.")
    decile = score_deciles(dyad, p=p)
    score = np.log(p) - np.log1p(-p)
    free: dict[tuple[int, int], list[int]] = {}
    for at in np.lexsort((day, dyad)).tolist():
        if not fired[at]:
            free.setdefault((int(dyad[at]), int(decile[at])), []).append(at)
    left: list[int] = []
    right: list[int] = []
    for at in np.flatnonzero(fired)[np.lexsort((day[fired], dyad[fired]))].tolist():
        pool = free.get((int(dyad[at]), int(decile[at])), [])
        nearest = sorted(pool, key=lambda c: (abs(score[c] - score[at]), day[c]))[:per]
        for control in nearest:
            pool.remove(control)
            left.append(at)
            right.append(control)
    return np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)


def precedents(
    panel: Panel,
    *,
    dyads: Dyads,
    occasions: Occasions,
    followed: Ints,
    horizon: int,
    as_of: int,
    kind: str = "occasion",
    state: Floats | None = None,
    coverage: float = 0.8,
    recipient: str = "",
) -> Precedents:
    """Dated occasions whose window had ended by some day, and what followed.

    Where it lies across a gap of the record, what followed is not known: it counts as not ended.

    Parameters
    ----------
    panel : Panel
    dyads : Dyads
    occasions : Occasions
        Of triggers, or of controls (`kind` "control").
    followed : int array, shape (N,)
        Day of the first response after each, as from `first_responses`; -1 for none.
    horizon : int
        A response later than this many days after is none.
    as_of : int
        Last day whose acts are known.
    kind : str
        ``occasion`` or ``control``.
    state : float array, shape (N,), optional
        Probability by the state of relations.
    coverage : float
        Of the Wilson interval.
    recipient : str, optional
        Name of the recipients, where a response to any of several counts; else the dyad's own.

    Returns
    -------
    Precedents

    Raises
    ------
    TermError
        If the kind is neither.
    """
    if kind not in ("occasion", "control"):
        raise TermError(f"{kind!r} is no kind of precedent; expected occasion or control.")
    ended = occasions.day + horizon <= as_of
    ended &= panel.unbroken(occasions.day, horizon=horizon)
    items = []
    for at in np.flatnonzero(ended)[np.lexsort((occasions.dyad[ended], occasions.day[ended]))]:
        x, z = int(dyads.actor[occasions.dyad[at]]), int(dyads.recipient[occasions.dyad[at]])
        day = panel.date_of(int(occasions.day[at]))
        wait = int(followed[at]) - int(occasions.day[at])
        names = panel.actors[x], recipient or (panel.actors[z] if z >= 0 else "anyone")
        items.append(
            Precedent(
                id=f"{panel.source}:{kind}:{names[0]}:{names[1]}:{day.isoformat()}",
                actor=names[0],
                recipient=names[1],
                day=day,
                followed=day + dt.timedelta(days=wait) if 0 < wait <= horizon else None,
                state=None if state is None else float(state[at]),
            )
        )
    return Precedents(
        kind=kind,
        horizon=horizon,
        items=tuple(items),
        open=int((~ended).sum()),
        coverage=coverage,
    )
