"""Decision rules on the table of the method's specification: the rule moves the answer most.

Hawks of weight .6 (utilities of restrain, limited, all-out: 0, .7, 1), doves of weight .4
(1, .6, 0); probabilities to two decimals.
"""

from __future__ import annotations

import numpy as np
import pytest

from demarche.inside.rules import Group, apply_rule

TABLE = [
    ("contest", 5.0, 1.0, (0.35, 0.16, 0.49)),
    ("contest", 10.0, 1.0, (0.39, 0.04, 0.57)),
    ("compromise", 5.0, 1.0, (0.14, 0.50, 0.37)),
    ("compromise", 10.0, 1.0, (0.05, 0.62, 0.34)),
    ("condorcet", 5.0, 1.0, (0.14, 0.53, 0.33)),
    ("condorcet", 5.0, 2.0, (0.05, 0.66, 0.29)),
    ("leader", 5.0, 1.0, (0.01, 0.18, 0.81)),
]


@pytest.mark.parametrize(("rule", "precision", "exponent", "expected"), TABLE)
def test_every_rule_gives_the_specified_distribution(rule, precision, exponent, expected):
    v = np.array([[0.0, 0.7, 1.0], [1.0, 0.6, 0.0]])[:, :, None]
    group = Group(
        rule=rule,
        allowed=np.ones((2, 3), dtype=bool),
        leader=0,
        veto=(),
        fallback=0,
        exponent=exponent,
        floor=1e-8,
    )
    parts = apply_rule(
        rule,
        v=v,
        weights=np.array([[0.6], [0.4]]),
        precision=np.array([precision]),
        group=group,
    )
    share, p = parts[rule]
    assert share == 1.0
    np.testing.assert_allclose(p[:, 0], expected, atol=0.0065)
