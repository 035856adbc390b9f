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

__all__ = [
    "Coherent",
    "cohere",
    "extremised",
    "linear",
    "log_odds",
    "median",
    "mixture_range",
    "recency_weighted_median",
    "recency_weights",
    "trimmed_mean",
]
