"""What a user may state about the similarity of cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demarche.errors import TermError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is stated about the similarity; everything set to None is estimated.

    The stated values are defaults chosen on ICB forecasts of 1950-1970 (docs/validation-icb.md).

    Attributes
    ----------
    feature_weights : tuple of float, optional
        Relative weights, one per feature, not negative. Estimated by leave-one-out likelihood with
        a pull towards equality if None.
    sharpness : float, optional
        How fast similarity falls: two cases that differ on everything have similarity
        ``exp(-sharpness)`` (before score and time).
    score_sharpness : float, optional
        Fall of similarity per unit (log odds) of distance in the prognostic score; 0 switches the
        score off.
    prior_strength : float, optional
        m of the beta-binomial, in cases.
    half_life : float, optional
        Of time decay, in the unit of ``Cases.times``. None means no decay.
    trees : int
        Randomised trees per forest; 0 switches the forest off.
    per_course : bool
        Besides the forest and weights of all courses together, a forest and weights of its own for
        each course: for few courses and many cases. Default one for all (fewer parameters).
    pull : float
        Penalty towards equal feature weights when they are estimated; larger is more equal.
    seed : int
        Of the trees. Same seed, same bytes.
    base_parent, base_strength : float, optional
        Of the base rate; see :func:`demarche.outside.base_rates`.

    Raises
    ------
    TermError
        If a number is outside its range.
    """

    feature_weights: tuple[float, ...] | None = None
    sharpness: float | None = 3.0
    score_sharpness: float | None = 0.25
    prior_strength: float | None = 0.5
    half_life: float | None = None
    trees: int = 60
    per_course: bool = False
    pull: float = 3.0
    seed: int = 0
    base_parent: float | None = None
    base_strength: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("sharpness", "score_sharpness"):
            value = getattr(self, name)
            if value is not None and not (value >= 0 and np.isfinite(value)):
                raise TermError(
                    f"{name} is {value}; expected a finite number of at least 0, or None "
                    "to have it estimated."
                )
        for name in ("prior_strength", "half_life", "base_strength"):
            value = getattr(self, name)
            if value is not None and not (value > 0 and np.isfinite(value)):
                raise TermError(f"{name} is {value}; expected a finite number above 0, or None.")
        if not self.pull > 0:
            raise TermError(f"pull is {self.pull}; expected a number above 0.")
        if self.trees < 0:
            raise TermError(f"trees is {self.trees}; expected 0 (no forest) or more.")
        weights = self.feature_weights
        if weights is not None and not (min(weights, default=0) >= 0 and sum(weights) > 0):
            raise TermError(
                "feature_weights must not be negative and not all be 0. Leave them at "
                "None to have them estimated."
            )
