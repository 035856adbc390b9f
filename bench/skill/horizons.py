"""How answers about narrow courses do by horizon: the state of relations beside the base rate.

    python bench/skill/horizons.py FOLDER NAME --end 214 [--horizons 7,30,90] [--step 15]
        [--fewest 1] [--most 20000]

FOLDER and NAME as for events.py; train and valid only, so that no test month is read. Ten CAMEO
roots are learned together as courses of a case are, from what was known before day END, and series
with at least one earlier act are asked about on every STEP-th day after it: at most 20,000 of them,
drawn at random. Prints observed over expected, and the skill over the base rate that stands beside
the forecast.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
from events import read

from demarche.outside.events.fit import HazardFit, fit_hazard
from demarche.outside.events.forecast import forecasts
from demarche.outside.events.panel import Panel
from demarche.outside.events.series import Rows, happened, index_series, make_scheme, universe
from demarche.scores import brier, log_score

ROOTS = ("04", "06", "10", "11", "12", "13", "15", "17", "18", "19")
LEARNED_ROWS, EVERY = 60_000, 5
"""As many windows, from every so many origins, as `demarche ask` learns from on a full record."""
EDGES = (1, 2, 5, 20, np.inf)


def questions(
    panel: Panel, *, fit: HazardFit, end: int, step: int, fewest: int, most: int
) -> tuple[Rows, np.ndarray]:
    """Series to ask about, by day, and whether the act came."""
    index, scheme = index_series(panel), make_scheme(panel, classes=fit.classes)
    origins = np.arange(end, panel.days - fit.horizon + 1, step)
    rows = universe(panel, index=index, scheme=scheme, origins=origins, min_events=fewest)
    if len(rows) > most:
        drawn = np.random.default_rng(0).choice(len(rows), most, replace=False)
        rows = rows.take(np.sort(drawn))
    came = happened(panel, index=index, scheme=scheme, rows=rows, horizon=fit.horizon)
    return rows, came.astype(float)


def answers(fit: HazardFit, panel: Panel, *, rows: Rows) -> np.ndarray:
    """Probability, base rate and earlier events of each question, shape (rows, 3)."""
    index, names = index_series(panel), list(fit.classes)
    out = np.empty((len(rows), 3))
    for day in np.unique(rows.day):
        at = np.flatnonzero(rows.day == day)
        asked = [
            (panel.actors[index.actor[d]], panel.actors[index.recipient[d]], names[c])
            for d, c in zip(rows.dyad[at], rows.cls[at], strict=True)
        ]
        found = forecasts(fit, panel, asked=asked, day=int(day) - 1)
        out[at] = [(one.probability, one.base_rate, one.n) for one in found]
    return out


def skill(found: np.ndarray, came: np.ndarray) -> str:
    """Log and Brier skill of the state over the base rate, and observed over expected."""
    p, base = found[:, 0], found[:, 1]
    logs = [log_score(q, outcome=came).values.mean() for q in (p, base)]
    briers = [brier(q, outcome=came).mean() for q in (p, base)]
    gained = [100 * (1 - ours / its) for ours, its in (logs, briers)]
    return f"{gained[0]:+6.2f} {gained[1]:+6.2f} {came.sum() / p.sum():5.2f}"


def main() -> None:
    """Print a line for each horizon."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("--end", type=int, required=True, help="first day that is not learned from")
    parser.add_argument("--horizons", default="7,30,90")
    parser.add_argument("--step", type=int, default=15)
    parser.add_argument("--fewest", type=int, default=1)
    parser.add_argument("--most", type=int, default=20_000)
    given = parser.parse_args()
    panel = read(given.folder, name=given.name, splits=["train", "valid"])
    print("horizon learned      n   rate  base O/E | log and Brier skill %, O/E: all, by events")
    for horizon in map(int, given.horizons.split(",")):
        fit = fit_hazard(
            panel, as_of_day=given.end - 1, horizon=horizon, trees=False, most=LEARNED_ROWS,
            every=min(EVERY, (horizon + 1) // 2), classes={r: [r] for r in ROOTS},
        )  # fmt: skip
        rows, came = questions(
            panel, fit=fit, end=given.end, step=given.step, fewest=given.fewest, most=given.most
        )
        found = answers(fit, panel, rows=rows)
        parts = [np.ones(len(came), bool)]
        parts += [(found[:, 2] >= low) & (found[:, 2] < high) for low, high in pairwise(EDGES)]
        print(
            f"{horizon:7} {fit.fitted_horizon:7} {len(came):6,} {came.mean():6.4f} "
            f"{came.sum() / found[:, 1].sum():9.2f} | "
            + " | ".join(skill(found[part], came[part]) for part in parts),
            flush=True,
        )


if __name__ == "__main__":
    main()
