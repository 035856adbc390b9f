"""How alike two cases are: feature weights, a prognostic score, time; estimated or stated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demarche.errors import TermError
from demarche.outside._cases import BoolArray, Cases, FloatArray, IntArray
from demarche.outside._forest import Forest, grow
from demarche.outside._kernels import differences, expected_differences
from demarche.outside._neighbours import Neighbours, neighbours_of
from demarche.outside._options import Options
from demarche.outside._prognosis import PENALTIES, Encoding, encode, fit_encoding, fit_score
from demarche.outside._scales import fit_scales
from demarche.outside.base_rate import base_rates

__all__ = ["Options", "Similarity", "fit_similarity"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Similarity:
    """A fitted similarity. Nothing in it is hidden; all of it is stated in the result.

    Attributes
    ----------
    feature_weights : array, shape (C, F)
        Per course, sum 1. Equal rows unless estimated per course.
    sharpness, score_sharpness, prior_strength : array, shape (C,)
    half_life : float or None
    expected : array, shape (F,)
        Difference counted where a value is not known.
    coefficients : array, shape (C, P + 1)
        Of the prognostic score, intercept first.
    penalties : array, shape (C,)
        Chosen ridge penalty per course.
    scores : array, shape (n, C)
        Prognostic score of each case, as if left out, in log odds.
    forests : tuple of Forest
        The one of all courses, then one per course if estimated per course; empty if switched off.
    encoding : Encoding
    base_parent, base_strength : float
    base_strength_from : str
        ``"stated"`` or ``"beta-binomial marginal likelihood"``.
    estimated : tuple of str
        Names of what was estimated rather than stated.
    """

    feature_weights: FloatArray
    sharpness: FloatArray
    score_sharpness: FloatArray
    prior_strength: FloatArray
    half_life: float | None
    expected: FloatArray
    coefficients: FloatArray
    penalties: FloatArray
    scores: FloatArray
    forests: tuple[Forest, ...]
    encoding: Encoding
    base_parent: float
    base_strength: float
    base_strength_from: str
    estimated: tuple[str, ...]

    def take(self, rows: IntArray | BoolArray) -> Similarity:
        """Return the same similarity for the cases in `rows` only."""
        return replace(
            self,
            scores=self.scores[rows],
            forests=tuple(forest.take(rows) for forest in self.forests),
        )

    def between(
        self, query: FloatArray, *, cases: Cases, time: float | None = None
    ) -> tuple[FloatArray, FloatArray]:
        r"""Similarity of a query to every case, and the agreement of their features.

        .. math:: s_{ic} = \omega_{ic}\, 2^{-(t - t_i)/h} \exp\Bigl(-a_c \sum_k w_{ck}
            \delta_k(x, x_i) - u_c\,|\eta_c(x) - \eta_{ic}|\Bigr)

        with :math:`\omega = 1` without a forest. With one, :math:`W_{ic}` is the mean over trees of
        1 / (known cases in the leaf of x) where case i shares that leaf, else 0, and
        :math:`\omega_{ic} = W_{ic} \sum_j W_{jc} / \sum_j W_{jc}^2`, so that they sum to the
        effective number of neighbours.

        Returns
        -------
        tuple of array
            Similarities, shape (n, C), 0 where the outcome is not known; agreement
            :math:`1 - \sum_k w_{ck} \delta_k`, shape (n, C), in [0, 1].

        Raises
        ------
        TermError
            If a half-life is set and `time` or ``cases.times`` is missing, or a case is later.
        """
        return self.beside(query, cases=cases, time=time).all()

    def beside(self, query: FloatArray, *, cases: Cases, time: float | None = None) -> Beside:
        """What :meth:`between` is made of; also gives similarities with one case left out.

        Raises
        ------
        TermError
            As :meth:`between`.
        """
        gaps = differences(
            query[None, :], right=cases.features, kinds=cases.kinds, expected=self.expected
        )[:, 0, :]
        columns = encode(query[None, :], encoding=self.encoding)[0]
        scores = self.coefficients[:, 0] + self.coefficients[:, 1:] @ columns
        known = ~np.isnan(cases.outcomes)
        return Beside(
            similarity=self,
            gaps=gaps,
            score_gaps=np.abs(scores[:, None] - self.scores.T).T,
            decay=self._decay(cases, time),
            known=known,
            neighbours=neighbours_of(columns, forests=self.forests, known=known),
        )

    def _decay(self, cases: Cases, time: float | None) -> FloatArray:
        """Time decay of each case, shape (n,)."""
        if self.half_life is None:
            return np.ones(len(cases))
        if time is None or cases.times is None:
            raise TermError(
                "A half-life is set, but the query or the cases have no time. Give "
                "`time` and `Cases.times`, or leave the half-life at None."
            )
        age = time - cases.times
        if len(age) and age.min() < 0:
            raise TermError(
                f"{cases.labels[int(age.argmin())]!r} began after the query; a forecast "
                "may use earlier cases only. Take the earlier cases."
            )
        return np.asarray(0.5 ** (age / self.half_life), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beside:
    """A query beside the cases: differences, decay and neighbours that make up its similarities."""

    similarity: Similarity
    gaps: FloatArray
    score_gaps: FloatArray
    decay: FloatArray
    known: BoolArray
    neighbours: Neighbours

    def all(self) -> tuple[FloatArray, FloatArray]:
        """Similarity to every case, and agreement, both of shape (n, C)."""
        apart = self.similarity.feature_weights @ self.gaps
        s = self._alike(apart, self.score_gaps, self.decay, self.known)
        return s * self.neighbours.weights(), 1 - apart.T

    def without(self, case: int) -> FloatArray:
        """Similarity to every case where one is not there, shape (n - 1, C)."""
        rest = np.flatnonzero(np.arange(len(self.known)) != case)
        apart = self.similarity.feature_weights @ self.gaps.take(rest, axis=1)
        s = self._alike(apart, self.score_gaps[rest], self.decay[rest], self.known[rest])
        return s * self.neighbours.without(case)

    def _alike(
        self, apart: FloatArray, score_gaps: FloatArray, decay: FloatArray, known: BoolArray
    ) -> FloatArray:
        """Similarities without the neighbours of the forest, (n, C); 0 where nothing is known."""
        distance = self.similarity.sharpness[:, None] * apart
        distance = distance + self.similarity.score_sharpness[:, None] * score_gaps.T
        return np.asarray(np.exp(-distance).T * decay[:, None] * known, dtype=np.float64)


def fit_similarity(
    cases: Cases, *, options: Options | None = None, scales: Similarity | None = None
) -> Similarity:
    """Estimate what `options` leaves open, from the cases alone, deterministically.

    The prognostic score of each course is a penalised logistic regression [1]_; cases are placed by
    the score they have when left out. Feature weights, and scales set to None, maximise the
    leave-one-out likelihood of the known outcomes without the forest (supervised metric, [2]_).
    Forests give adaptive neighbourhoods [3]_. Cases without any known outcome take no part.

    Parameters
    ----------
    cases : Cases
        At least one, with at least one known outcome.
    options : Options, optional
    scales : Similarity, optional
        Take feature weights, scales and ridge penalties from this one, fitted on other cases;
        prognostic scores, trees and base rates still come from `cases`.

    Returns
    -------
    Similarity

    Raises
    ------
    TermError
        If there are no cases or no known outcomes, or stated weights do not fit the features.

    References
    ----------
    .. [1] Hansen, The prognostic analogue of the propensity score, Biometrika 95 (2008),
       doi:10.1093/biomet/asn004.
    .. [2] Weinberger & Tesauro, Metric learning for kernel regression, AISTATS 2007.
    .. [3] Lin & Jeon, Random forests and adaptive nearest neighbors, JASA 101 (2006),
       doi:10.1198/016214505000001230.

    Examples
    --------
    >>> cases = Cases(features=[[1.0], [1.0], [0.0], [0.0]], outcomes=[[1.0], [1.0], [0.0], [0.0]],
    ...               kinds=("yes/no",), feature_names=("ally",), courses=("arms",))
    >>> fit_similarity(cases).estimated
    ('feature_weights',)
    """
    options = Options() if options is None else options
    if len(cases) == 0:
        raise TermError(
            "The reference class is empty; expected at least one case. Widen the class."
        )
    count = cases.features.shape[1]
    if options.feature_weights is not None and len(options.feature_weights) != count:
        raise TermError(
            f"{len(options.feature_weights)} feature weights were stated for {count} "
            f"features: {', '.join(cases.feature_names)}. State one per feature."
        )
    if options.half_life is not None and cases.times is None:
        raise TermError("A half-life is set, but the cases have no times. Give `Cases.times`.")
    rates = base_rates(cases.outcomes, parent=options.base_parent, strength=options.base_strength)
    used = np.asarray((~np.isnan(cases.outcomes)).any(axis=1), dtype=np.bool_)
    known = cases.take(used)
    encoding = fit_encoding(known.features, kinds=cases.kinds)
    columns = encode(cases.features, encoding=encoding)
    coefficients, scores, penalties = _scores(
        columns,
        cases.outcomes,
        used,
        use=options.score_sharpness != 0,
        penalties=None if scales is None else scales.penalties,
    )
    expected = expected_differences(known.features, kinds=cases.kinds)
    parent, strength = rates[0].parent, rates[0].strength
    if scales is None:
        logs = fit_scales(known, scores[used], expected, options, parent, strength)
    else:
        logs = _logs(scales)
    speeds = np.exp(logs[:, :count])
    total = speeds.sum(axis=1, keepdims=True)
    return Similarity(
        feature_weights=np.divide(speeds, total, out=np.zeros_like(speeds), where=total > 0),
        sharpness=total[:, 0],
        score_sharpness=np.exp(logs[:, -2]),
        prior_strength=np.exp(logs[:, -1]),
        half_life=options.half_life,
        expected=expected,
        coefficients=coefficients,
        penalties=penalties,
        scores=scores,
        forests=_forests(columns, cases.outcomes, used, options),
        encoding=encoding,
        base_parent=parent,
        base_strength=strength,
        base_strength_from=rates[0].strength_from,
        estimated=tuple(
            name
            for name in ("feature_weights", "sharpness", "score_sharpness", "prior_strength")
            if getattr(options, name) is None
        ),
    )


def _scores(
    columns: FloatArray,
    outcomes: FloatArray,
    used: BoolArray,
    *,
    use: bool,
    penalties: FloatArray | None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return coefficients (C, P + 1), scores (n, C) and penalties (C,); zeros if not in use."""
    none = np.full(int(used.sum()), np.nan)
    fits = []
    for c in range(outcomes.shape[1]):
        stated = None if penalties is None or np.isnan(penalties[c]) else (float(penalties[c]),)
        fits.append(
            fit_score(
                columns[used],
                outcome=outcomes[used, c] if use else none,
                penalties=stated or PENALTIES,
            )
        )
    coefficients = np.array([fit[0] for fit in fits])
    scores = coefficients[:, 0] + columns @ coefficients[:, 1:].T
    scores[used] = np.column_stack([fit[1] for fit in fits])
    return coefficients, scores, np.array([fit[2] for fit in fits])


def _forests(
    columns: FloatArray, outcomes: FloatArray, used: BoolArray, options: Options
) -> tuple[Forest, ...]:
    """Grow the forest of all courses and, if wanted, one per course; place unused cases too."""
    if options.trees == 0 or columns.shape[1] == 0:
        return ()
    groups = [list(range(outcomes.shape[1]))]
    if options.per_course and outcomes.shape[1] > 1:
        groups += [[c] for c in range(outcomes.shape[1])]
    out: list[Forest] = []
    for group in groups:
        rows = used & (~np.isnan(outcomes[:, group])).any(axis=1)
        if not rows.any():
            rows = used
        forest = grow(
            columns[rows], outcomes=outcomes[rows][:, group], trees=options.trees, seed=options.seed
        )
        leaves = np.empty((len(columns), options.trees), dtype=np.int64)
        leaves[rows] = forest.leaves
        for i in np.flatnonzero(~rows):
            leaves[i] = forest.place(columns[i])
        out.append(replace(forest, leaves=leaves))
    return tuple(out)


def _logs(similarity: Similarity) -> FloatArray:
    """Return ln v, ln u, ln m of a fitted similarity, shape (C, F + 2)."""
    with np.errstate(divide="ignore"):
        return np.log(
            np.column_stack(
                [
                    similarity.feature_weights * similarity.sharpness[:, None],
                    similarity.score_sharpness,
                    similarity.prior_strength,
                ]
            )
        )
