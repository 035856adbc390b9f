"""Cases made for the tests: ours, not anybody's data."""

from __future__ import annotations

import numpy as np
import pytest

from demarche.outside import Cases

NAN = float("nan")


def made(n: int = 40, *, seed: int = 3, courses: int = 3, unknown: float = 0.15) -> Cases:
    """Return cases with six features of all kinds and courses that depend on the first two."""
    rng = np.random.default_rng(seed)
    features = np.column_stack(
        [
            rng.integers(0, 2, n),
            rng.integers(0, 2, n),
            rng.integers(1, 5, n),
            rng.integers(0, 4, n) / 3,
            rng.random(n).round(2),
            rng.integers(0, 2, n),
        ]
    ).astype(float)
    odds = 2.0 * features[:, [0]] - 2.0 * features[:, [1]] + rng.normal(size=(1, courses))
    outcomes = (rng.random((n, courses)) < 1 / (1 + np.exp(-odds))).astype(float)
    features[rng.random(features.shape) < unknown] = NAN
    outcomes[rng.random(outcomes.shape) < unknown] = NAN
    return Cases(
        features=features,
        outcomes=outcomes,
        kinds=("yes/no", "yes/no", "categorical", "ordinal", "ordinal", "yes/no"),
        feature_names=("ally", "distant", "region", "violence", "power", "request"),
        courses=tuple(f"course {c}" for c in range(courses)),
        times=np.linspace(1950, 1990, n),
    )


@pytest.fixture
def cases() -> Cases:
    return made()
