"""The level of forecasts of narrow courses on a public record: observed against expected."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from demarche.outside.events.fit import fit_hazard
from demarche.outside.events.forecast import probabilities
from demarche.outside.events.panel import panel_from_columns
from demarche.outside.events.series import Rows, happened, index_series, make_scheme, seen
from demarche.terms.codebooks import COUNTRIES, cameo_by_label, country_of_entity, quad_of_root
from tests.shared import need

SETS = {
    "downgrade": ("161", "163"),
    "fight": ("190", "194", "195"),
    "consult": ("040", "050"),
    "accuse": ("112",),
}
DAYS = (150, 200, 240)


@pytest.fixture(scope="module")
def panel():
    folder = need("data", "icews14")
    names = {}
    for kind in ("entity", "relation"):
        lines = (folder / f"{kind}2id.txt").read_text(encoding="utf-8").splitlines()
        names[kind] = {int(n): label.strip() for label, n in (x.rsplit("\t", 1) for x in lines)}
    state = {i: country_of_entity(label)[0] or "" for i, label in names["entity"].items()}
    code = {i: cameo_by_label(label) for i, label in names["relation"].items()}
    rows = np.concatenate(
        [
            np.loadtxt(folder / f"{split}.txt", dtype=np.int64, usecols=(0, 1, 2, 3))
            for split in ("train", "valid", "test")
        ]
    )
    kept = [row for row in rows.tolist() if _state(state[row[0]]) and _state(state[row[2]])]
    kept = [row for row in kept if state[row[0]] != state[row[2]]]
    exact = {c for group in SETS.values() for c in group}
    label = {i: c if c in exact else c[:2] for i, c in code.items()}
    return panel_from_columns(
        {
            "day": [row[3] // 24 for row in kept],
            "known": [row[3] // 24 for row in kept],
            "actor": [state[row[0]] for row in kept],
            "recipient": [state[row[2]] for row in kept],
            "code": [label[row[1]] for row in kept],
            "count": [1.0] * len(kept),
            "actor_group": [""] * len(kept),
            "recipient_group": [""] * len(kept),
        },
        source="icews14", start=dt.date(2014, 1, 1), days=365,
        quad_of={c: quad_of_root(c[:2]) for c in set(label.values())},
    )  # fmt: skip


def _state(code):
    return code in COUNTRIES


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [30, 90])
def test_narrow_courses_happen_about_as_often_as_forecast(panel, horizon):
    """Dyads without a past act of the course once came out at two to four times too much."""
    index = index_series(panel)
    seen_before, expected, observed = [], [], []
    for day in DAYS:
        fit = fit_hazard(
            panel, as_of_day=day, horizon=horizon, classes=SETS, trees=False, most=60_000, every=5
        )
        known = seen(panel, as_of_day=day)
        then = index_series(known)
        scheme = make_scheme(panel, classes=SETS)
        dyad = index.dyads(then.actor, then.recipient)
        for number, name in enumerate(SETS):
            rows = Rows(day=np.full(len(dyad), day + 1), dyad=dyad, cls=np.full(len(dyad), number))
            observed.append(happened(panel, index=index, scheme=scheme, rows=rows, horizon=horizon))
            expected.append(
                probabilities(
                    fit, known, actor=then.actor, recipient=then.recipient, cls=name,
                    day=np.full(len(dyad), day),
                )
            )  # fmt: skip
            own = scheme.member[known.code, number]
            seen_before.append(
                np.bincount(then.event_dyad[own], weights=known.count[own], minlength=len(dyad))
            )
    p, y, n = (np.concatenate(v) for v in (expected, observed, seen_before))
    for low, high in ((0, 0), (1, 4), (5, np.inf)):
        band = (n >= low) & (n <= high)
        ratio = y[band].sum() / p[band].sum()
        assert p[band].sum() > 30
        assert 0.7 < ratio < 1.4, f"{low}: {y[band].sum():.0f} of {p[band].sum():.0f}"
