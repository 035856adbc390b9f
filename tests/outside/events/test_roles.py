"""Yesterday's acts by role, beside their definition."""

from __future__ import annotations

import numpy as np

from demarche.outside.events.roles import ROLES, role_columns
from demarche.outside.events.series import entries, index_series, make_scheme, universe
from tests.outside.events.panels import drop_rows, made


def test_columns_are_the_acts_that_became_known_the_day_before():
    panel = made(seed=6, days=120, late=0.3)
    # a dyad whose reverse never met, and acts of an actor on itself
    panel = drop_rows(panel, ~((panel.actor == 2) & (panel.recipient == 3)))
    panel.recipient[::29] = panel.actor[::29]
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    rows = universe(panel, index=index, scheme=scheme, origins=np.arange(40, 120, 9), min_events=1)
    found = role_columns(panel, index=index, rows=rows)
    quad, entered = panel.quad[panel.code] - 1, entries(panel)
    for r in range(0, len(rows), 5):
        x, z = index.actor[rows.dyad[r]], index.recipient[rows.dyad[r]]
        by = {
            "Z to X": (panel.actor == z) & (panel.recipient == x),
            "X to Z": (panel.actor == x) & (panel.recipient == z),
            "others to X": (panel.actor != z) & (panel.recipient == x),
            "others to Z": (panel.actor != x) & (panel.recipient == z),
        }
        told = [
            panel.count[by[role] & (quad == q) & (entered == rows.day[r] - 1)].sum()
            for role in ROLES
            for q in range(4)
        ]
        np.testing.assert_allclose(found[r], np.log1p(told).astype(np.float32), rtol=1e-6)
    assert (found > 0).any(axis=0).sum() >= 12
