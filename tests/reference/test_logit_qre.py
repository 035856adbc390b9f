"""Quantal response equilibria against another solver's numbers (data/reference/logit-qre.json).

The values there are pygambit 16.7.0's; games of Goeree & Holt 2001, textbook and random ones.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from tests.shared import need

from demarche.errors import MethodError
from demarche.inside import quantal_response, quantal_search


def payoffs_of(case):
    """Tables of a case; large random ones are written down as how to draw them again."""
    if not isinstance(case["payoffs"], str):
        return case["payoffs"]
    found = re.search(
        r"default_rng\((\d+)\).*\((\d+),\)\*(\d+)\),(\d+)\) for _ in range\((\d+)\)",
        case["payoffs"],
    )
    seed, size, axes, digits, players = (int(v) for v in found.groups())
    rng = np.random.default_rng(seed)
    return [np.round(rng.uniform(0, 1, (size,) * axes), digits) for _ in range(players)]


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_every_equilibrium_of_the_reference_is_reached(engine):
    reference = json.loads(need("data", "reference", "logit-qre.json").read_text())
    seen = 0
    for case in reference["cases"]:
        for precision, expected in case["by_lambda"].items():
            found = quantal_search(payoffs_of(case), precision=float(precision), engine=engine)
            assert found.converged
            assert found.residual < 1e-8
            if expected["compare"] == "equality":
                assert found.uniqueness in ("proved", "searched"), case["name"]
                for p, q in zip(found.profile, expected["profile"], strict=True):
                    np.testing.assert_allclose(p, q, atol=reference["tolerance"])
            seen += 1
    assert seen >= 20


def test_chicken_at_precision_two_is_refused_as_not_unique():
    reference = json.loads(need("data", "reference", "logit-qre.json").read_text())
    chicken = next(c for c in reference["cases"] if c["name"].startswith("chicken"))
    with pytest.raises(MethodError, match="not unique"):
        quantal_response(chicken["payoffs"], precision=2.0)
    followed = quantal_response(chicken["payoffs"], precision=2.0, several="follow")
    other = chicken["by_lambda"]["2"]["profile"]
    assert any(
        all(np.allclose(p, q, atol=1e-6) for p, q in zip(point, other, strict=True))
        for point in followed.fixed_points
    )
