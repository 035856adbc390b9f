"""The legacy challenge model on the emission standards (data/reference/bdm-1985-emissions.json).

Bueno de Mesquita 1994, table 1; rounds of Scholz, Calbert & Smith 2011, table 2, and of an open
reproduction.
"""

from __future__ import annotations

import json

import numpy as np
from tests.shared import need

from demarche.inside import challenge


def run(reading):
    data = json.loads(need("data", "reference", "bdm-1985-emissions.json").read_text())
    actors = data["actors"]
    return data, challenge(
        [a["position"] for a in actors],
        capability=[a["capability"] for a in actors],
        salience=[a["salience"] for a in actors],
        rounds=10,
        reading=reading,
    )


def test_the_printed_rounds_are_met_but_for_the_second():
    data, played = run("replicated")
    table = data["published"]["scholz_2011_table2"]
    kept = [0, *range(2, 8)]
    np.testing.assert_allclose(played.median[1:9][kept], np.array(table["median"])[kept], atol=0.1)
    np.testing.assert_allclose(played.mean[1:9], table["mean"], atol=0.1)


def test_an_open_reproduction_is_met_in_every_round():
    data, played = run("replicated")
    theirs = data["replications"]["jmckib (Python)"]
    np.testing.assert_allclose(played.median, theirs["median_by_round"], atol=1e-6)
    np.testing.assert_allclose(played.mean, theirs["mean_by_round"], atol=1e-6)


def test_it_does_not_settle_and_says_so():
    _, played = run("replicated")
    assert not played.settled
    assert any("does not settle" in fault for fault in played.known_faults)
