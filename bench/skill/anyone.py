"""What an actor does to anyone: forecasts and base rates by earlier events of the series.

    python bench/skill/anyone.py FOLDER NAME --ends 250,300 [--horizons 7,30] [--ranks 10,50]
        [--no-rare]

FOLDER and NAME as for events.py; train and valid only. At each day of `--ends` every actor that has
acted is asked about in every CAMEO root, whether or not it has done it before. `--ranks` parts
actors by how much they did until then; `--no-rare` answers series with fewer than five earlier
events by the model of those with more.
"""

from __future__ import annotations

import argparse
from itertools import pairwise, product
from pathlib import Path

import numpy as np
from events import read

from demarche.outside.events.asked import asked_rows, asked_tables
from demarche.outside.events.fit import HazardFit, asked_dyads, fit_hazard
from demarche.outside.events.forecast import probabilities
from demarche.outside.events.panel import Panel
from demarche.outside.events.series import (
    Rows,
    happened,
    index_series,
    make_scheme,
    seen,
    to_anyone,
    universe,
)
from demarche.scores import log_score

EDGES = (0, 1, 3, 5, 20, np.inf)


def asked(panel: Panel, *, fit: HazardFit, day: int) -> tuple[np.ndarray, ...]:
    """Earlier events, probability, base rate, outcome and rank of every series on a day."""
    past = to_anyone(seen(panel, as_of_day=day - 1))
    index, scheme = index_series(past), make_scheme(past, classes=fit.classes)
    rows = universe(
        past, index=index, scheme=scheme, origins=np.array([day]), min_events=0,
        dyads=asked_dyads(past, index=index, anyone=True),
    )  # fmt: skip
    ends = {"actor": index.actor[rows.dyad], "recipient": index.recipient[rows.dyad]}
    names = list(fit.classes)
    p = probabilities(
        fit, past, **ends, cls=[names[c] for c in rows.cls], day=rows.day - 1
    )  # fmt: skip
    base = fit.rare_base or fit.known_base
    least = fit.min_events if fit.rare is None else 0
    table, rates, _ = asked_tables(
        asked_rows(fit, past, **ends, cls=rows.cls, day=rows.day - 1), fit=fit, least=least,
        base=base,
    )  # fmt: skip
    whole = to_anyone(panel)
    later = index_series(whole)
    then = Rows(day=rows.day, dyad=later.dyads(ends["actor"], ends["recipient"]), cls=rows.cls)
    outcome = happened(
        whole, index=later, scheme=make_scheme(whole, classes=fit.classes), rows=then,
        horizon=fit.horizon,
    )  # fmt: skip
    acts = np.bincount(past.actor, minlength=len(past.actors))
    acts[-1] = 0  # what anyone does
    rank = np.empty(len(acts), dtype=np.int64)
    rank[np.argsort(-acts, kind="stable")] = np.arange(len(acts))
    return table.events, p, rates, outcome, rank[ends["actor"]]


def log_loss(p: np.ndarray, outcome: np.ndarray) -> float:
    """Mean log score in nats."""
    return float(log_score(p, outcome=outcome, clip=1e-9).values.mean())


def main() -> int:
    """Fit before each day and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("--ends", required=True)
    parser.add_argument("--horizons", default="7,30")
    parser.add_argument("--ranks", default="")
    parser.add_argument("--no-rare", action="store_true")
    given = parser.parse_args()
    panel = read(given.folder, name=given.name, splits=["train", "valid"])
    ranks = [0, *(int(r) for r in given.ranks.split(",") if r), np.inf]
    print("| days | actors | earlier | series | happened | forecast | log loss | base | log loss |")
    print("|---|---|---|---|---|---|---|---|---|")
    for horizon in map(int, given.horizons.split(",")):
        parts = []
        for day in map(int, given.ends.split(",")):
            fit = fit_hazard(
                panel, as_of_day=day - 1, horizon=horizon, classes="root", anyone=True,
                rare=not given.no_rare, trees=False,
            )  # fmt: skip
            parts.append(asked(panel, fit=fit, day=day))
        n, p, rates, outcome, rank = map(np.concatenate, zip(*parts, strict=True))
        for (first, last), (low, high) in product(pairwise(ranks), pairwise(EDGES)):
            own = (n >= low) & (n < high) & (rank >= first) & (rank < last)
            print(
                f"| {horizon} | {first + 1} to {last:.0f} | {low:.0f} to {high - 1:.0f} "
                f"| {own.sum():,} | {outcome[own].mean():.4f} "
                f"| {p[own].mean():.4f} | {log_loss(p[own], outcome[own]):.4f} "
                f"| {rates[own].mean():.4f} | {log_loss(rates[own], outcome[own]):.4f} |"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
