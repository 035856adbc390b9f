"""Weights that views earn: by their record of resolved questions, forward in time only.

Weights maximise the log score of the linear pool over what is known, drawn towards equal weights.
With no record they are equal, and say so. They enter a pool only after the same rule, applied
forward in time, has done no worse than equal weights; until then they wait in a shadow lane, where
they are scored and shown. So do views that are not in the pool yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError

__all__ = ["EarnedWeights", "Shadow", "TrackRecord", "earned_weights", "stacking"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PRIOR = 20.0
"""Questions that equal weights count for (a convention of this project)."""
LEAST = 20
"""Questions forecast forward in time before earned weights, or a new view, may enter a pool."""
CLIP = 1e-6
LEVEL = 0.9
GROWTH = 1.02
"""Weights are fitted anew forward in time when this many times as many questions are known."""
TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackRecord:
    """Resolved forecasts of several views.

    Attributes
    ----------
    views : tuple of str
    p : array, shape (n, K)
        Probability of yes of each view; NaN where it was silent.
    outcome : array, shape (n,)
    questions : tuple of str
        A question counts once, however many courses it has.
    issued, known : array of int, shape (n,)
        Day of the forecast, and day from which the outcome was known, as ordinals.
    """

    views: tuple[str, ...]
    p: Floats
    outcome: Floats
    questions: tuple[str, ...]
    issued: Ints
    known: Ints

    def __post_init__(self) -> None:
        n = len(self.questions)
        if self.p.shape != (n, len(self.views)) or not self.views:
            raise TermError(
                f"a record needs one probability per forecast and view, got {self.p.shape} for "
                f"{n} and {len(self.views)}."
            )
        if not len(self.outcome) == len(self.issued) == len(self.known) == n:
            raise TermError("a record needs one outcome and two days per forecast.")
        spoken = self.p[~np.isnan(self.p)]
        if not np.all((spoken >= 0) & (spoken <= 1)):
            raise TermError(
                "a record holds probabilities in [0, 1], or NaN where a view is silent."
            )
        if not np.all((self.outcome == 0) | (self.outcome == 1)):
            raise TermError("a record holds resolved forecasts; an outcome is 0 or 1.")

    def take(self, kept: NDArray[np.bool_]) -> TrackRecord:
        """Some of its rows."""
        return TrackRecord(
            views=self.views,
            p=self.p[kept],
            outcome=self.outcome[kept],
            questions=tuple(np.asarray(self.questions, dtype=object)[kept].tolist()),
            issued=self.issued[kept],
            known=self.known[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A view that is scored but has no weight: its log score beside the equal pool's.

    ``gain`` is the pool's mean log score minus the view's, above 0 is better. ``ready`` says that
    it has been scored on enough questions to be considered; it never enters on its own.
    """

    view: str
    questions: int
    log: float | None
    pool_log: float | None
    gain: float | None
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedWeights:
    """Weights of a pool with the record they rest on.

    Attributes
    ----------
    views : tuple of str
    weights : tuple of float
        Those that enter the pool; they sum to one.
    fitted : tuple of float
        Those that the record gives, drawn towards equal; the same if ``in_force``.
    low, high : tuple of float
        90 % bootstrap interval of the fitted weights, questions resampled whole.
    in_force : bool
    basis : str
        In one sentence, how the weights came about.
    as_of : int
        Ordinal of the day before which everything used was known.
    n, questions : int
        Forecasts and questions used.
    first, last : int or None
        Ordinals of the first and last day of issue among them.
    forward_questions : int
        Questions on which the rule was tried forward in time.
    forward_gain : float or None
        Equal weights' mean log score minus earned weights' there, nats; above 0 is better.
    forward_low, forward_high : float or None
        90 % bootstrap interval by question.
    prior : float
        Questions that equal weights count for.
    clipped : int
        Probabilities of exactly what did not happen, clipped at 0.000001.
    later, silent : int
        Forecasts not used: outcome not known before ``as_of``, or a view silent.
    shadow : tuple of Shadow
    """

    views: tuple[str, ...]
    weights: tuple[float, ...]
    fitted: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    in_force: bool
    basis: str
    as_of: int
    n: int
    questions: int
    first: int | None
    last: int | None
    forward_questions: int
    forward_gain: float | None
    forward_low: float | None
    forward_high: float | None
    prior: float
    clipped: int
    later: int
    silent: int
    shadow: tuple[Shadow, ...]


def stacking(
    of_outcome: ArrayLike, *, questions: Sequence[str], prior: float = PRIOR
) -> Floats:  # fmt: skip
    r"""Weights of a linear pool by its log score, drawn towards equal weights; they sum to one.

    .. math:: \hat w = \arg\max_w \sum_q \frac{1}{n_q} \sum_{j \in q} \ln \sum_i w_i f_{ij}
        + \frac{m}{K} \sum_i \ln w_i

    with :math:`f_{ij}` the probability that view i gave to what happened, K views and m the
    prior. Each question counts once. Found by expectation maximisation, which climbs to the one
    maximum.

    Parameters
    ----------
    of_outcome : array, shape (n, K)
    questions : sequence of str, length n
    prior : float
        m, above 0.

    Raises
    ------
    TermError
        If shapes differ, a value is not in (0, 1] or the prior is not positive.

    References
    ----------
    .. [1] Yao, Y., Vehtari, A., Simpson, D. & Gelman, A. (2018). Using stacking to average Bayesian
       predictive distributions. Bayesian Analysis 13(3), 917-1007. doi:10.1214/17-BA1091

    Examples
    --------
    >>> stacking([[0.9, 0.5]] * 30, questions=[str(i) for i in range(30)]).round(3).tolist()
    [0.672, 0.328]
    >>> stacking(np.empty((0, 2)), questions=[]).tolist()
    [0.5, 0.5]
    """
    f = np.asarray(of_outcome, dtype=np.float64)
    if f.ndim != 2 or len(questions) != f.shape[0] or not f.shape[1]:
        raise TermError(f"expected one row per forecast, got {f.shape} and {len(questions)}.")
    if not prior > 0 or not np.all((f > 0) & (f <= 1)):
        raise TermError("expected a prior above 0 and probabilities in (0, 1].")
    count = f.shape[1]
    if not len(f):
        return np.full(count, 1 / count)
    _, which, size = np.unique(
        np.asarray(questions, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    return _climb(f, share=1 / size[which], prior=prior, total=float(len(size)))


def _climb(f: Floats, *, share: Floats, prior: float, total: float) -> Floats:
    count = f.shape[1]
    w = np.full(count, 1 / count)
    for _ in range(10_000):
        mixed = f * w
        credit = share @ (mixed / mixed.sum(axis=1, keepdims=True))
        new = (credit + prior / count) / (total + prior)
        done = float(np.max(np.abs(new - w))) < TOLERANCE
        w = new
        if done:
            break
    return np.asarray(w / w.sum())


def earned_weights(
    record: TrackRecord,
    *,
    as_of: int,
    views: Sequence[str],
    rng: np.random.Generator,
    prior: float = PRIOR,
    least: int = LEAST,
    draws: int = 500,
) -> EarnedWeights:
    """Weights of the views in a pool, from what was known before a day.

    Parameters
    ----------
    record : TrackRecord
    as_of : int
        Ordinal; only outcomes known before this day are used.
    views : sequence of str
        Views in the pool, in its order. Other views of the record are shadows.
    rng : numpy.random.Generator
    prior : float
    least : int
        Questions forward in time before the fitted weights enter the pool.
    draws : int

    Raises
    ------
    TermError
        If a view is not in the record, or given twice.

    Examples
    --------
    >>> empty = TrackRecord(views=("outside", "inside"), p=np.empty((0, 2)), outcome=np.empty(0),
    ...                     questions=(), issued=np.empty(0, int), known=np.empty(0, int))
    >>> found = earned_weights(empty, as_of=738000, views=("outside", "inside"),
    ...                        rng=np.random.default_rng(1))
    >>> found.weights, found.basis
    ((0.5, 0.5), 'equal: there is no record yet to earn weights from')
    """
    if len(set(views)) != len(views) or not set(views) <= set(record.views) or not views:
        raise TermError(
            f"the views of a pool must be in the record ({', '.join(record.views)}), each once; "
            f"got {', '.join(views) or 'none'}."
        )
    at = [record.views.index(view) for view in views]
    past = record.take((record.known < as_of) & (record.issued < as_of))
    spoken = np.asarray(~np.isnan(past.p[:, at]).any(axis=1))
    used = past.take(spoken)
    raw = np.where(used.outcome[:, None] == 1, used.p[:, at], 1 - used.p[:, at])
    f = np.clip(raw, CLIP, 1 - CLIP)
    fitted = stacking(f, questions=used.questions, prior=prior)
    low, high = _interval(f, questions=used.questions, prior=prior, rng=rng, draws=draws)
    gains = _forward(f, used=used, prior=prior)
    forward = _Forward(gains, rng=rng, draws=draws)
    count, n_questions = len(views), len(set(used.questions))
    mean = forward.mean
    in_force = forward.questions >= least and mean is not None and mean >= 0
    weights = fitted if in_force else np.full(count, 1 / count)
    return EarnedWeights(
        views=tuple(views),
        weights=_floats(weights),
        fitted=_floats(fitted),
        low=_floats(low),
        high=_floats(high),
        in_force=in_force,
        basis=_basis(n_questions, forward=forward, in_force=in_force, least=least),
        as_of=as_of,
        n=len(used.questions),
        questions=n_questions,
        first=int(used.issued.min()) if len(used.issued) else None,
        last=int(used.issued.max()) if len(used.issued) else None,
        forward_questions=forward.questions,
        forward_gain=forward.mean,
        forward_low=forward.low,
        forward_high=forward.high,
        prior=prior,
        clipped=int(np.count_nonzero((raw < CLIP) | (raw > 1 - CLIP))),
        later=len(record.questions) - len(past.questions),
        silent=int(np.count_nonzero(~spoken)),
        shadow=_shadows(past, at=at, views=views, least=least),
    )


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(x), 12) for x in values)


def _interval(
    f: Floats,
    *,
    questions: Sequence[str],
    prior: float,
    rng: np.random.Generator,
    draws: int,
) -> tuple[Floats, Floats]:
    """Percentiles of the weights over resampled questions; the prior alone gives no width."""
    count = f.shape[1]
    names = sorted(set(questions))
    if len(names) < 2:
        return np.zeros(count), np.ones(count)
    _, which, size = np.unique(
        np.asarray(questions, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    drawn = np.empty((draws, count))
    for row in range(draws):
        times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        kept = times[which] > 0
        drawn[row] = _climb(
            f[kept],
            share=(times / size)[which][kept],
            prior=prior,
            total=float(len(names)),
        )
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def _forward(f: Floats, *, used: TrackRecord, prior: float) -> dict[str, float]:
    """Gain over equal weights of each question, by weights from what was known before its issue."""
    count = f.shape[1]
    begun: dict[str, int] = {}
    for question, day in zip(used.questions, used.issued.tolist(), strict=True):
        begun[question] = min(begun.get(question, day), day)
    ended: dict[str, int] = {}
    for question, day in zip(used.questions, used.known.tolist(), strict=True):
        ended[question] = max(ended.get(question, day), day)
    rows: dict[str, list[int]] = {}
    for i, question in enumerate(used.questions):
        rows.setdefault(question, []).append(i)
    gains: dict[str, float] = {}
    fit, fitted_on = np.full(count, 1 / count), 0
    for question in sorted(begun, key=lambda q: (begun[q], q)):
        known = [q for q, day in ended.items() if day < begun[question]]
        if not known:
            continue
        if not fitted_on or len(known) >= max(fitted_on + 1, GROWTH * fitted_on):
            at = [i for q in sorted(known) for i in rows[q]]
            fit = stacking(f[at], questions=[used.questions[i] for i in at], prior=prior)
            fitted_on = len(known)
        mine = f[rows[question]]
        gains[question] = float(np.mean(np.log(mine @ fit) - np.log(mine.mean(axis=1))))
    return gains


class _Forward:
    """Mean gain forward in time with its interval by question."""

    def __init__(
        self, gains: dict[str, float], *, rng: np.random.Generator, draws: int
    ) -> None:  # fmt: skip
        values = np.array([gains[q] for q in sorted(gains)])
        self.questions = len(values)
        self.mean = round(float(values.mean()), 12) + 0.0 if len(values) else None
        self.low: float | None = None
        self.high: float | None = None
        if len(values) > 1:
            drawn = values[rng.integers(0, len(values), (draws, len(values)))].mean(axis=1)
            low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            self.low, self.high = float(low), float(high)


def _basis(questions: int, *, forward: _Forward, in_force: bool, least: int) -> str:
    if not questions:
        return "equal: there is no record yet to earn weights from"
    many = f"{questions} resolved question{'' if questions == 1 else 's'}"
    if forward.questions < least:
        return (
            f"equal: {many}, of which {forward.questions} could be forecast from earlier ones; "
            f"earned weights wait in the shadow lane until {least}"
        )
    gain = forward.mean or 0.0
    if not in_force:
        return (
            f"equal: on {forward.questions} questions forward in time earned weights were worse "
            f"than equal ones by {-gain:.4f} nats"
        )
    return (
        f"earned on {many}; forward in time better than equal weights by {gain:.4f} nats on "
        f"{forward.questions} questions"
    )


def _shadows(
    past: TrackRecord, *, at: Sequence[int], views: Sequence[str], least: int
) -> tuple[Shadow, ...]:
    found = []
    for k, view in enumerate(past.views):
        if view in views:
            continue
        both = np.asarray(~np.isnan(past.p[:, [*at, k]]).any(axis=1))
        rows = past.take(both)
        questions = len(set(rows.questions))
        if not questions:
            found.append(
                Shadow(view=view, questions=0, log=None, pool_log=None, gain=None, ready=False)
            )
            continue
        yes = rows.outcome == 1
        pool = rows.p[:, at].mean(axis=1)
        own, other = (
            float(-np.mean(np.log(np.clip(np.where(yes, q, 1 - q), CLIP, 1 - CLIP))))
            for q in (rows.p[:, k], pool)
        )
        found.append(
            Shadow(
                view=view,
                questions=questions,
                log=own,
                pool_log=other,
                gain=other - own,
                ready=questions >= least,
            )
        )
    return tuple(found)
