"""Opinion pools: several views of one question into one, by weights that are stated or earned."""

from demarche.pooling.crowds import (
    median,
    recency_weighted_median,
    recency_weights,
    trimmed_mean,
)
from demarche.pooling.pools import (
    Coherent,
    cohere,
    extremised,
    linear,
    log_odds,
    mixture_range,
)
from demarche.pooling.weights import (
    EarnedWeights,
    Shadow,
    TrackRecord,
    earned_weights,
    stacking,
)

__all__ = [
    "Coherent",
    "EarnedWeights",
    "Shadow",
    "TrackRecord",
    "cohere",
    "earned_weights",
    "extremised",
    "linear",
    "log_odds",
    "median",
    "mixture_range",
    "recency_weighted_median",
    "recency_weights",
    "stacking",
    "trimmed_mean",
]
