"""The reference class: what was done in cases like this one, with the precedents by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from demarche.errors import TermError
from demarche.outside._cases import Cases, FloatArray, check_query
from demarche.outside.base_rate import BaseRate, base_rates, beta_range, mean_of, mean_rates
from demarche.outside.similarity import Beside, Options, Similarity, fit_similarity

FEW = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRate:
    """Forecast of one course.

    Attributes
    ----------
    course : str
    probability : float
        Strictly between 0 and 1.
    low, high : float
        Central range of the rate (80 % unless stated otherwise).
    effective_cases : float
        Kish's effective number of the cases with a known outcome, ``(sum s)^2 / sum s^2``.
    evidence : float
        Sum of the similarities: weight of the precedents against `prior_strength` of the base rate.
    prior_strength : float
        m.
    base : BaseRate
        Shrunken rate of the wider class, which is drawn upon with weight m.
    not_known : int
        Cases left out because their outcome is not known.
    """

    course: str
    probability: float
    low: float
    high: float
    effective_cases: float
    evidence: float
    prior_strength: float
    base: BaseRate
    not_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """One case the forecast rests on.

    Attributes
    ----------
    index : int
        Row in the cases.
    label : str
    agreement : float
        Weighted share of the features on which it agrees with the query, in [0, 1].
    similarity : float
        What its outcomes count for, in cases; mean over the courses with a known outcome.
    weights : tuple of float
        Share of each course's forecast that rests on this case, base rate included; 0 where its
        outcome is not known.
    outcome : tuple of float
        1, 0 or NaN per course.
    removal : tuple of float
        Probability without this case minus probability with it, per course, holding what was fitted
        (weights, scores, trees); the base rate moves.
    """

    index: int
    label: str
    agreement: float
    similarity: float
    weights: tuple[float, ...]
    outcome: tuple[float, ...]
    removal: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferenceClass:
    """Answer of :func:`reference_class`.

    Attributes
    ----------
    courses : tuple of CourseRate
    precedents : tuple of Precedent
        Nearest first.
    similarities : array, shape (n, C)
        0 where the outcome is not known.
    similarity : Similarity
        All weights and scales used, estimated or stated.
    cases : int
        Size of the class.
    warnings : tuple of str
        What a reader should know; empty if nothing.
    """

    courses: tuple[CourseRate, ...]
    precedents: tuple[Precedent, ...]
    similarities: FloatArray
    similarity: Similarity
    cases: int
    warnings: tuple[str, ...]

    @property
    def probabilities(self) -> FloatArray:
        """Probabilities, shape (C,)."""
        return np.array([course.probability for course in self.courses])


def reference_class(
    query: object,
    *,
    cases: Cases,
    similarity: Similarity | None = None,
    options: Options | None = None,
    time: float | None = None,
    precedents: int = 10,
    coverage: float = 0.8,
    base: tuple[BaseRate, ...] | None = None,
) -> ReferenceClass:
    r"""Forecast each course from similar cases, drawn towards the rate of the wider class.

    .. math:: p_c = \frac{m_c \mu_c + \sum_i s_{ic} y_{ic}}{m_c + \sum_i s_{ic}}

    the mean of
    :math:`\mathrm{Beta}\bigl(m\mu + \sum_i s_i y_i,\; m(1-\mu) + \sum_i s_i (1-y_i)\bigr)`, with
    similarity :math:`s_{ic} \ge 0` (:meth:`Similarity.between`), outcome :math:`y_{ic}`, base rate
    :math:`\mu_c` and prior strength :math:`m_c`. Cases whose outcome is not known are left out for
    that course and counted.

    Parameters
    ----------
    query : sequence of float, length F
        The case to forecast, coded like ``cases.features``; NaN where not known.
    cases : Cases
        The reference class.
    similarity : Similarity, optional
        As fitted on exactly these cases; fitted here by `options` if not given.
    options : Options, optional
        Refused if `similarity` is given.
    time : float, optional
        When the query begins; needed with a half-life.
    precedents : int
        How many to return, weightiest first.
    coverage : float
        Of the range, default 80 %.
    base : tuple of BaseRate, optional
        As :func:`rates_of` gives them; worked out here if not given.

    Returns
    -------
    ReferenceClass

    Raises
    ------
    TermError
        If the class is empty, the query does not fit, or both `similarity` and `options` are given.

    References
    ----------
    .. [1] Green & Armstrong, Structured analogies for forecasting, Int. J. Forecasting 23 (2007),
       doi:10.1016/j.ijforecast.2007.05.005.

    Examples
    --------
    >>> cases = Cases(features=[[1.0], [1.0], [0.0]], outcomes=[[1.0], [1.0], [0.0]],
    ...               kinds=("yes/no",), feature_names=("ally",), courses=("arms",))
    >>> stated = Options(feature_weights=(1.0,), sharpness=50.0, score_sharpness=0.0,
    ...                  prior_strength=2.0, trees=0, base_parent=0.5, base_strength=2.0)
    >>> answer = reference_class([1.0], cases=cases, options=stated)
    >>> round(answer.courses[0].probability, 6)   # (2 * 0.6 + 2) / (2 + 2)
    0.8
    >>> answer.precedents[0].label, round(answer.precedents[0].removal[0], 4)
    ('case 0', -0.1333)
    """
    if len(cases) == 0:
        raise TermError(
            "The reference class is empty; expected at least one case. Widen the class."
        )
    row = check_query(query, cases=cases)
    if similarity is None:
        similarity = fit_similarity(cases, options=options)
    elif options is not None:
        raise TermError(
            "Both `similarity` and `options` were given; expected one of them. A fitted "
            "similarity already holds its options."
        )
    if similarity.scores.shape != cases.outcomes.shape:
        raise TermError(
            f"The similarity was fitted on {len(similarity.scores)} cases and the class "
            f"has {len(cases)}; expected the same cases. Fit it again or use `take`."
        )
    beside = similarity.beside(row, cases=cases, time=time)
    s, agreement = beside.all()
    base = rates_of(cases, similarity=similarity, coverage=coverage) if base is None else base
    m = similarity.prior_strength
    p = _blend(s, cases.outcomes, m, mean_rates(base))
    courses = tuple(
        _course(cases.courses[c], base[c], float(m[c]), s[:, c], cases.outcomes[:, c], coverage)
        for c in range(len(cases.courses))
    )
    return ReferenceClass(
        courses=courses,
        precedents=_precedents(cases, beside, (s, agreement, p), precedents),
        similarities=s,
        similarity=similarity,
        cases=len(cases),
        warnings=_warnings(courses),
    )


def rates_of(
    cases: Cases, *, similarity: Similarity, coverage: float = 0.8
) -> tuple[BaseRate, ...]:  # fmt: skip
    """Base rates of a reference class, the same for every query."""
    return base_rates(
        cases.outcomes,
        parent=similarity.base_parent,
        strength=similarity.base_strength,
        strength_from=similarity.base_strength_from,
        coverage=coverage,
    )


def rates_alone(
    query: object,
    *,
    cases: Cases,
    similarity: Similarity,
    base: tuple[BaseRate, ...],
    courses: Collection[str],
) -> dict[str, float]:
    """Probabilities of some courses as :func:`reference_class` gives them, and nothing else."""
    s, _ = similarity.between(check_query(query, cases=cases), cases=cases)
    found = {}
    for c, name in enumerate(cases.courses):
        if name in courses:
            m = float(similarity.prior_strength[c])
            alpha, beta, _ = _posterior(base[c], m, s[:, c], cases.outcomes[:, c])
            found[name] = alpha / (alpha + beta)
    return found


def probabilities(
    query: FloatArray, *, cases: Cases, similarity: Similarity, time: float | None = None
) -> FloatArray:
    """Return only the probabilities of :func:`reference_class`, shape (C,), for back-tests."""
    s, _ = similarity.between(query, cases=cases, time=time)
    mu = mean_of(cases.outcomes, parent=similarity.base_parent, strength=similarity.base_strength)
    return _blend(s, cases.outcomes, similarity.prior_strength, mu)


def _blend(s: FloatArray, outcomes: FloatArray, m: FloatArray, mu: FloatArray) -> FloatArray:
    """Similarity-weighted rate drawn towards the base rate; s is 0 where nothing is known."""
    yes = (s * np.nan_to_num(outcomes)).sum(axis=0)
    return np.asarray((m * mu + yes) / (m + s.sum(axis=0)), dtype=np.float64)


def _course(
    name: str, base: BaseRate, m: float, s: FloatArray, outcome: FloatArray, coverage: float
) -> CourseRate:
    """Assemble the forecast of one course."""
    alpha, beta, total = _posterior(base, m, s, outcome)
    squares = float(s @ s)
    low, high = beta_range(alpha, beta=beta, coverage=coverage)
    return CourseRate(
        course=name,
        probability=alpha / (alpha + beta),
        low=low,
        high=high,
        effective_cases=total**2 / squares if squares > 0 else 0.0,
        evidence=total,
        prior_strength=m,
        base=base,
        not_known=base.not_known,
    )


def _posterior(
    base: BaseRate, m: float, s: FloatArray, outcome: FloatArray
) -> tuple[float, float, float]:
    """Parameters of the beta distribution of a rate, and the sum of the similarities."""
    yes, total = float(s @ np.nan_to_num(outcome)), float(s.sum())
    return m * base.rate + yes, m * (1 - base.rate) + total - yes, total


def _precedents(
    cases: Cases, beside: Beside, found: tuple[FloatArray, FloatArray, FloatArray], count: int
) -> tuple[Precedent, ...]:
    """Weightiest cases, each with the effect of forecasting without it."""
    s, agreement, p = found
    similarity = beside.similarity
    shares = s / (similarity.prior_strength + s.sum(axis=0))
    closeness = shares.sum(axis=1)
    near = agreement.mean(axis=1)
    order = np.lexsort((np.arange(len(s)), -near, -closeness))[: max(0, count)]
    known = (~np.isnan(cases.outcomes)).sum(axis=1)
    out: list[Precedent] = []
    for i in order:
        without = p
        if known[i] and len(cases) > 1:
            rest = cases.outcomes[np.arange(len(cases)) != i]
            mu = mean_of(rest, parent=similarity.base_parent, strength=similarity.base_strength)
            without = _blend(beside.without(int(i)), rest, similarity.prior_strength, mu)
        out.append(
            Precedent(
                index=int(i),
                label=cases.labels[i],
                agreement=float(near[i]),
                similarity=float(s[i].sum() / max(1, known[i])),
                weights=tuple(float(x) for x in shares[i]),
                outcome=tuple(float(x) for x in cases.outcomes[i]),
                removal=tuple(float(x) for x in without - p),
            )
        )
    return tuple(out)


def _warnings(courses: tuple[CourseRate, ...]) -> tuple[str, ...]:
    """Say where the class is thin."""
    empty = [course.course for course in courses if course.base.known == 0]
    thin = [
        course.course
        for course in courses
        if course.base.known > 0 and course.effective_cases < FEW
    ]
    out: list[str] = []
    if empty:
        out.append(
            f"No known outcome for {len(empty)} course(s) ({', '.join(empty)}): the forecast "
            "is the parent rate alone."
        )
    if thin:
        out.append(
            f"Fewer than {FEW:g} effective cases for {len(thin)} course(s) "
            f"({', '.join(thin)}): read the range, not the number."
        )
    return tuple(out)
