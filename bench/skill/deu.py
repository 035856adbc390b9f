"""Variants of the weights and of the logit rules on the European Union's decisions.

Beside `demarche validate deu`: what was tried on the same issues, each against the weighted mean
with the votes of the treaty in force, with paired intervals over proposals.

    python bench/skill/deu.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from demarche.desk import deu_methods
from demarche.desk.deu import capabilities, read_deu
from demarche.desk.deu_methods import crps, forecast
from demarche.scores import paired_difference


def without_parliament(issue, weight):
    """Parliament counts for nothing where it is only consulted."""
    consulted = issue.procedure == "CNS"
    heard = np.array([not (consulted and a == "ep") for a in issue.actors])
    return weight * heard


VARIANTS = {
    "votes x salience (the weighted mean)": lambda i: capabilities(i) * i.salience,
    "Shapley-Shubik x salience": lambda i: capabilities(i, basis="shapley-shubik") * i.salience,
    "equal x salience": lambda i: i.salience,
    "votes only": lambda i: capabilities(i),
    "votes x salience squared": lambda i: capabilities(i) * i.salience**2,
    "no Parliament where only consulted": lambda i: without_parliament(
        i, capabilities(i) * i.salience
    ),
}


def scores(issues, *, method, weight):
    error, ranked = [], []
    for issue in issues:
        w = weight(issue)
        spread = forecast(method, issue, weight=w if w.sum() > 0 else capabilities(issue))
        error.append(abs(spread.point - issue.outcome))
        ranked.append(crps(spread, outcome=issue.outcome))
    return np.array(error), np.array(ranked)


def main() -> None:
    issues = read_deu(Path(sys.argv[1])).issues
    clusters = [issue.proposal for issue in issues]
    votes = VARIANTS["votes x salience (the weighted mean)"]
    base = scores(issues, method="weighted mean", weight=votes)

    def line(label, found):
        gains = [
            paired_difference(
                own, reference=ref, clusters=clusters, rng=np.random.default_rng(1), level=0.95
            )
            for own, ref in zip(found, base, strict=True)
        ]
        text = " ".join(f"{g.value:+6.2f} ({g.low:+6.2f},{g.high:+6.2f})" for g in gains)
        print(f"{label:<44} {found[0].mean():6.2f} {found[1].mean():6.2f}  {text}")

    print(f"{'variant':<44} {'error':>6} {'CRPS':>6}  gain in error, gain in CRPS")
    for label, weight in VARIANTS.items():
        line(label, scores(issues, method="weighted mean", weight=weight))
    for rule in ("logit, contest", "logit, compromise"):
        for precision in (1.0, 2.0, 5.0, 10.0, 20.0):
            deu_methods.PRECISION = precision
            line(f"{rule}, precision {precision:g}", scores(issues, method=rule, weight=votes))


if __name__ == "__main__":
    main()
