"""How the inside view's time grows with draws, actors, factions and courses, and a model of it.

    python bench/inside_growth.py [--svg docs/figures/inside-growth.svg] [--quick]

Made-up cases; one thing varies at a time around a middle case, then some cases off the axes. Time
is processor time of a whole answer (both arms, three levels of anticipation), best of a few runs.
Printed are the exponent of each axis (a straight line through logarithms, and that of its last
step) and one model for all points of the rule compromise, fitted by least squares of relative
errors with coefficients that cannot be negative.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import time
import tracemalloc
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.optimize import nnls

from demarche.inside import build_game, inside_view
from demarche.inside.levels import BLOCK, bytes_per_draw
from demarche.terms import (
    Actor,
    Case,
    CaseQuestion,
    Cost,
    CourseOfAction,
    Effect,
    Faction,
    Issue,
    Range,
    Settings,
    Shift,
    Stance,
    Trigger,
)

ISSUES = 3
MIDDLE = {"draws": 4000, "actors": 4, "factions": 3, "courses": 4}
AXES = {
    "draws": (500, 1000, 2000, 4000, 8000, 16000, 32000),
    "actors": (2, 3, 4, 6, 8, 12, 16),
    "factions": (1, 2, 3, 4, 6, 8, 12),
    "courses": (1, 2, 3, 4, 5, 6),
}
WORDS = {
    "draws": "draws",
    "actors": "actors",
    "factions": "factions of each actor",
    "courses": "strategies of each actor (2 to the power of its courses)",
}
OFF = (
    {"draws": 8000, "actors": 2, "factions": 2, "courses": 6},
    {"draws": 2000, "actors": 8, "factions": 2, "courses": 5},
    {"draws": 8000, "actors": 6, "factions": 5, "courses": 3},
    {"draws": 1000, "actors": 10, "factions": 4, "courses": 4},
    {"draws": 8000, "actors": 3, "factions": 1, "courses": 5},
    {"draws": 4000, "actors": 5, "factions": 5, "courses": 5},
)


def between(rng, low: float, high: float) -> Range:
    a, b, c = np.sort(rng.uniform(low, high, 3))
    return Range(float(a), float(b), float(c))


def made_up(*, actors: int, factions: int, courses: int, rule: str) -> Case:
    """A case of that size; all patterns of courses are feasible."""
    rng = np.random.default_rng(100 * actors + 10 * factions + courses)
    issues = tuple(
        Issue(id=f"i{k}", name=f"i{k}", low="-", high="-", because="-",
              status_quo=between(rng, 30, 70))
        for k in range(ISSUES)
    )  # fmt: skip
    groups, acts = [], []
    for a in range(actors):
        own = [f"f{a}x{f}" for f in range(factions)]
        for id in own:
            stances = tuple(
                Stance(issue=issue.id, position=between(rng, 0, 100), because="-",
                       salience=between(rng, 0.1, 1))
                for issue in issues
            )  # fmt: skip
            groups.append(
                Faction(id=id, actor=f"A{a}", name=id, wants="-", because="-", stances=stances,
                        capability=between(rng, 0.2, 2))
            )  # fmt: skip
        for c in range(courses):
            acts.append(
                CourseOfAction(
                    id=f"c{a}x{c}", actor=f"A{a}", label=f"c{a}x{c}", rung=c % 3, resolution="-",
                    observability="public", feasibility=between(rng, 0.5, 1),
                    effects=tuple(
                        Effect(issue=issue.id, points=between(rng, -4, 4), because="-")
                        for issue in issues
                    ),
                    costs=tuple(
                        Cost(faction=id, share=between(rng, 0, 0.2), because="-") for id in own
                    ),
                )
            )  # fmt: skip
    shift = Shift(on="position", of=("f0x0", "i0"), how="set", because="-", by=between(rng, 0, 100))
    return Case(
        format=1, id="g", title="-", summary="-", ladder=("0", "1", "2"),
        question=CaseQuestion(text="-", actor="A0", as_of=dt.date(2020, 1, 1), horizon_days=90),
        actors=tuple(Actor(id=f"A{a}", name=f"A{a}", rule=rule) for a in range(actors)),
        issues=issues, factions=tuple(groups), courses=tuple(acts),
        triggers=(Trigger(id="t", label="t", rule="-", shifts=(shift,)),),
        settings=Settings(because="-"),
    )  # fmt: skip


def seconds(size: dict[str, int], *, rule: str = "compromise", times: int = 3) -> float:
    """Processor time of a whole answer of that size, best of a few."""
    shape = {k: v for k, v in size.items() if k != "draws"}
    game = build_game(made_up(rule=rule, **shape), trigger="t")
    took = []
    for _ in range(times):
        start = time.process_time()
        inside_view(game, seed=1, draws=size["draws"])
        took.append(time.process_time() - start)
    return min(took)


def memory(size: dict[str, int]) -> tuple[float, int]:
    """Bytes per draw at the peak, measured and by the estimate that refuses too many draws."""
    shape = {k: v for k, v in size.items() if k != "draws"}
    game = build_game(made_up(rule="compromise", **shape), trigger="t")
    tracemalloc.start()
    inside_view(game, seed=1, draws=size["draws"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / size["draws"], bytes_per_draw(game)


def features(size: dict[str, int]) -> list[float]:
    """What the model counts: calls by block, utilities of factions, beliefs, inputs drawn."""
    b, n, f, c = size["draws"], size["actors"], size["factions"], size["courses"]
    s = 2**c
    return [-(-b // BLOCK) * n * s * c, b * n * f * s, b * n * s, b * n * f * c]


def measured(*, times: int) -> dict[str, list[tuple[dict[str, int], float]]]:
    found: dict[str, list[tuple[dict[str, int], float]]] = {}
    for axis, values in AXES.items():
        found[axis] = [
            (size, seconds(size, times=times)) for size in ({**MIDDLE, axis: v} for v in values)
        ]
    found["courses, condorcet"] = [
        (size, seconds(size, rule="condorcet", times=times))
        for size in ({**MIDDLE, "courses": v} for v in AXES["courses"])
    ]
    found["off the axes"] = [(size, seconds(size, times=times)) for size in OFF]
    return found


def place(axis: str, size: dict[str, int]) -> float:
    """Where a case stands on its axis: strategies for courses."""
    name = axis.split(",")[0]
    return float(2 ** size["courses"] if name == "courses" else size[name])


def exponents(axis: str, rows) -> tuple[float, float]:
    """Slope through the logarithms of all points, and of the last step."""
    x = np.log([place(axis, size) for size, _ in rows])
    y = np.log([t for _, t in rows])
    return float(np.polyfit(x, y, 1)[0]), float((y[-1] - y[-2]) / (x[-1] - x[-2]))


def fitted(found) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the model, seconds each, and its relative errors."""
    rows = [row for axis, part in found.items() if "condorcet" not in axis for row in part]
    table = np.array([features(size) for size, _ in rows])
    t = np.array([t for _, t in rows])
    scale = table.max(axis=0)
    weights, _ = nnls(table / scale / t[:, None], np.ones(t.size))
    model = weights / scale
    return model, table @ model / t - 1


def figure(found, model) -> str:
    """Four panels on logarithmic scales: points measured, line of the model, crosses condorcet."""
    width, height, pad = 330, 250, 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * width} {2 * height + 18}" '
        'font-family="sans-serif" font-size="11" role="img">',
        "<title>Seconds of a whole answer by draws, actors, factions and strategies</title>",
        f'<rect width="{2 * width}" height="{2 * height + 18}" fill="white"/>',
    ]
    for at, axis in enumerate(AXES):
        rows = found[axis]
        more = found["courses, condorcet"] if axis == "courses" else []
        xs = np.log10([place(axis, size) for size, _ in rows])
        line = np.log10([float(np.dot(features(size), model)) for size, _ in rows])
        ys = np.log10([t for _, t in rows])
        other = np.log10([t for _, t in more]) if more else np.array([])
        every = np.concatenate([ys, line, other])
        low, high = np.floor(every.min() * 2) / 2, np.ceil(every.max() * 2) / 2
        left, top = (at % 2) * width + pad, (at // 2) * height + 14
        w, h = width - pad - 16, height - 60

        def px(x, xs=xs, left=left, w=w):
            return left + (x - xs[0]) / (xs[-1] - xs[0]) * w

        def py(y, low=low, high=high, top=top, h=h):
            return top + (high - y) / (high - low) * h

        parts.append(f'<path d="M{left},{top}V{top + h}H{left + w}" fill="none" stroke="#888"/>')
        for y in np.arange(low, high + 0.01, 0.5):
            parts.append(
                f'<path d="M{left},{py(y):.1f}h{w}" stroke="#eee"/><text x="{left - 6}" '
                f'y="{py(y) + 4:.1f}" text-anchor="end">{10**y:.2g}</text>'
            )
        for (size, _), x in zip(rows, xs, strict=True):
            parts.append(
                f'<text x="{px(x):.1f}" y="{top + h + 15}" text-anchor="middle">'
                f"{place(axis, size):.0f}</text>"
            )
        parts.append(
            f'<text x="{left + w / 2}" y="{top + h + 32}" text-anchor="middle">{WORDS[axis]}</text>'
        )
        path = "L".join(f"{px(x):.1f},{py(y):.1f}" for x, y in zip(xs, line, strict=True))
        parts.append(f'<path d="M{path}" fill="none" stroke="#1b6ca8" stroke-width="1.5"/>')
        for x, y in zip(xs, ys, strict=True):
            parts.append(f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="3.5" fill="#1b6ca8"/>')
        for x, y in zip(xs, other, strict=False):
            parts.append(
                f'<path d="M{px(x) - 4:.1f},{py(y) - 4:.1f}l8,8m0,-8l-8,8" stroke="#c1440e" '
                'stroke-width="1.5"/>'
            )
    parts.append(
        f'<text x="{2 * width - 16}" y="{2 * height + 12}" text-anchor="end">seconds, both scales '
        "logarithmic; dots: measured, line: model, crosses: rule condorcet</text></svg>"
    )
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--svg", type=Path, help="write the figure here")
    parser.add_argument("--quick", action="store_true", help="each case once")
    given = parser.parse_args()
    found = measured(times=1 if given.quick else 5)
    for axis, rows in found.items():
        print(f"\n{axis}")
        for size, t in rows:
            shape = " ".join(f"{k} {v}" for k, v in size.items())
            print(f"  {shape:<46} {t:8.4f} s   {1e6 * t / size['draws']:8.2f} us/draw")
        if axis != "off the axes":
            whole, last = exponents(axis, rows)
            print(f"  exponent {whole:.2f}, of the last step {last:.2f}")
    model, error = fitted(found)
    names = ("K n S C", "B n F S", "B n S", "B n F C")
    print(
        "\nmodel of the time in ns: B draws in K blocks, n actors, F factions, C courses, S = 2^C:"
    )
    print("  t = " + " + ".join(f"{1e9 * c:.3g} {n}" for c, n in zip(model, names, strict=True)))
    print(
        f"  relative error of {error.size} points: median {np.median(np.abs(error)):.0%}, largest "
        f"{np.abs(error).max():.0%}"
    )
    print("\nmemory at the peak, bytes per draw: measured, and the estimate that refuses")
    for size in (MIDDLE, {**MIDDLE, "actors": 12}, {**MIDDLE, "factions": 12},
                 {**MIDDLE, "courses": 6}):  # fmt: skip
        real, guess = memory(size)
        print(f"  {' '.join(f'{k} {v}' for k, v in size.items()):<46} {real:9.0f} {guess:9.0f}")
    if given.svg:
        given.svg.parent.mkdir(parents=True, exist_ok=True)
        given.svg.write_text(figure(found, model), encoding="utf-8")
        print(f"\nwrote {given.svg}")


if __name__ == "__main__":
    main()
