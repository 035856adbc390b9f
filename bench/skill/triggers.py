"""How often did conditioning on a trigger help beyond the state of relations, on ICEWS14?

Run from the project's folder, with the folder that holds train.txt, valid.txt, test.txt and
relation2id.txt (74,845 split)::

    python -m bench.skill.triggers FOLDER

State: pooled logistic on climatology and decayed counts of the triple, the pair, its reverse, the
actor and the recipient, refitted forward in time. Lifts are fitted on days 150-279 and tested on
days 280-364; nothing was tuned on these figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from demarche.outside.events.gate import FEWEST_EVENTS, Cell, gate_family
from demarche.outside.events.lift import Trials, apply_lift, class_lift
from demarche.outside.events.occasions import (
    ROLES,
    Dyads,
    best_partners,
    event_mask,
    find_occasions,
    first_responses,
    shift_occasions,
)
from demarche.outside.events.panel import Panel, panel_from_columns
from demarche.terms.codebooks import cameo, cameo_by_label

HALF_LIVES = np.array([1.0, 3.0, 7.0, 14.0, 30.0, 90.0])
QUADS = ("VC", "MC", "VX", "MX")
FIRST, SPLIT, BURN, FEWEST, REFIT = 150, 280, 60, 5, 30


def read_panel(folder: Path) -> Panel:
    """Panel of quad classes, named by the file's own numbers."""
    rows = np.concatenate(
        [
            np.loadtxt(folder / f"{part}.txt", dtype=np.int64, usecols=(0, 1, 2, 3))
            for part in ("train", "valid", "test")
        ]
    )
    quad = {}
    for line in (folder / "relation2id.txt").read_text(encoding="utf-8").splitlines():
        label, number = line.split("\t")[:2]
        quad[int(number)] = cameo(cameo_by_label(label)).quad
    day = (rows[:, 3] // 24).astype(int)
    blank = np.full(len(rows), "")
    return panel_from_columns(
        {
            "day": day,
            "known": day,
            "actor": rows[:, 0].astype(str),
            "recipient": rows[:, 2].astype(str),
            "code": np.array([QUADS[quad[r] - 1] for r in rows[:, 1].tolist()]),
            "count": np.ones(len(rows)),
            "actor_group": blank,
            "recipient_group": blank,
        },
        source="icews14",
        start=dt.date(2014, 1, 1),
        days=int(day.max()) + 1,
        quad_of={name: k + 1 for k, name in enumerate(QUADS)},
    )


class Table(NamedTuple):
    """Rows of eligible triples by day: what the state knows at the end of the day."""

    day: np.ndarray
    series: np.ndarray
    x: np.ndarray


class Series(NamedTuple):
    """Triples ever eligible."""

    actor: np.ndarray
    recipient: np.ndarray
    code: np.ndarray


def eligible_series(panel: Panel) -> Series:
    """Triples with at least five events by the last day."""
    size, classes = len(panel.actors), len(panel.classes)
    key = (panel.actor.astype(np.int64) * size + panel.recipient) * classes + panel.code
    keys, many = np.unique(key, return_counts=True)
    keys = keys[many >= FEWEST]
    return Series(keys // classes // size, keys // classes % size, keys % classes)


def build(panel: Panel, *, series: Series, horizon: int) -> tuple[Table, np.ndarray, np.ndarray]:
    """State table, labels and climatology: one pass over the days."""
    size, classes, n = len(panel.actors), len(panel.classes), series.actor.size
    order = np.searchsorted(panel.day, np.arange(panel.days + 1))
    pair = np.unique(panel.actor.astype(np.int64) * size + panel.recipient)
    keep = 0.5 ** (1 / HALF_LIVES)[:, None, None]
    by_pair = np.zeros((6, classes, pair.size + 1), dtype=np.float32)
    out = np.zeros((3, classes, size), dtype=np.float32)
    got = np.zeros((3, classes, size), dtype=np.float32)
    short = np.array([1, 2, 4])

    def place(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        key = a.astype(np.int64) * size + b
        at = np.minimum(np.searchsorted(pair, key), pair.size - 1)
        return np.where(pair[at] == key, at, pair.size)

    mine, back = place(series.actor, series.recipient), place(series.recipient, series.actor)
    active = np.zeros((panel.days, n), dtype=bool)
    total = np.zeros((panel.days, n))
    rows: list[np.ndarray] = []
    days: list[np.ndarray] = []
    ids: list[np.ndarray] = []
    count = np.zeros(n)
    for day in range(panel.days):
        part = slice(order[day], order[day + 1])
        a, b, c = panel.actor[part], panel.recipient[part], panel.code[part]
        for values, at, k in ((by_pair, place(a, b), range(6)), (out, a, short), (got, b, short)):
            today = np.zeros(values.shape[1:], dtype=np.float32)
            np.add.at(today, (c, at), 1.0)
            g = keep[list(k)].astype(np.float32)
            values *= g
            values += (1 - g) * today
            if values is by_pair:
                active[day] = today[series.code, mine] > 0
                count = count + today[series.code, mine]
        total[day] = count
        known = np.flatnonzero(count >= FEWEST)
        if day < BURN or not known.size:
            continue
        c, m, r = series.code[known], mine[known], back[known]
        x, z = series.actor[known], series.recipient[known]
        columns = [*by_pair[:, c, m], *by_pair[short][:, c, r]]
        columns += [*by_pair[short].sum(axis=1)[:, m], *by_pair[short].sum(axis=1)[:, r]]
        columns += [*by_pair[short][:, 2:][:, :, r].sum(axis=1)]
        columns += [*out[:, c, x], *got[:, c, z], *out.sum(axis=1)[:, x], *out.sum(axis=1)[:, z]]
        columns += [*got.sum(axis=1)[:, x]]
        rows.append(np.log1p(30 * np.stack(columns, axis=1)).astype(np.float32))
        days.append(np.full(known.size, day))
        ids.append(known)
    seen = np.concatenate([np.zeros((1, n)), np.cumsum(active, axis=0)])
    label = np.full((panel.days, n), np.nan)
    label[: panel.days - horizon] = seen[1 + horizon :] > seen[1 : panel.days - horizon + 1]
    hits = np.cumsum(np.nan_to_num(label), axis=0)
    climate = np.zeros((panel.days, n))
    for day in range(horizon, panel.days):
        windows, known = day - horizon + 1, total[day] >= FEWEST
        for c in range(classes):
            of = series.code == c
            rate = (
                (hits[day - horizon, of & known].mean() + 0.05) / (windows + 1)
                if np.any(of & known)
                else 0.05
            )
            climate[day, of] = (hits[day - horizon, of] + 20 * rate) / (windows + 20)
    return (
        Table(np.concatenate(days), np.concatenate(ids), np.concatenate(rows)),
        label,
        np.clip(climate, 1e-4, 1 - 1e-4),
    )


def design(panel: Panel, *, table: Table, series: Series, climate: np.ndarray) -> np.ndarray:
    """Inputs: state, climatology, class, weekday of the day after."""
    week = (panel.start.weekday() + table.day + 1) % 7
    columns = [np.ones(table.day.size), logit(climate[table.day, table.series])]
    columns += [(series.code[table.series] == c).astype(float) for c in (1, 2, 3)]
    columns += [(week == k).astype(float) for k in range(1, 7)]
    return np.column_stack([*columns, table.x]).astype(np.float32)


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ridge logistic fit."""
    mean, scale = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    mean[0], scale[0] = 0.0, 1.0
    scale = np.where(scale > 0, scale, 1.0)
    z = (x - mean) / scale
    ridge = 5.0 * np.eye(z.shape[1])
    ridge[0, 0] = 0.0
    beta = np.zeros(z.shape[1])
    for _ in range(30):
        q = expit(z @ beta)
        step = np.linalg.solve(
            (z * (q * (1 - q))[:, None]).T @ z + ridge, z.T @ (q - y) + ridge @ beta
        )
        beta -= step
        if np.abs(step).max() < 1e-8:
            break
    return mean, scale, beta


def prequential(x: np.ndarray, *, table: Table, label: np.ndarray, horizon: int) -> np.ndarray:
    """Forecast of each row from FIRST on, by fits on windows that had ended before; else NaN."""
    p = np.full(table.day.size, np.nan)
    y = label[table.day, table.series]
    for start in range(FIRST, int(table.day.max()) + 1, REFIT):
        past = (table.day + horizon < start) & (table.day % 2 == 0)
        mean, scale, beta = logistic(x[past], y[past])
        now = (table.day >= start) & (table.day < start + REFIT)
        p[now] = expit(((x[now] - mean) / scale) @ beta)
    return np.clip(p, 1e-5, 1 - 1e-5)


def cells_of(panel, *, series, p, climate, label, horizon, role, placebo=False):
    """Every cell of a role: trials under the state, under climatology, and controls."""
    rng = np.random.default_rng(7)
    out = []
    partners = best_partners(panel, as_of=FIRST - 1)
    for response in QUADS:
        code = panel.classes.index(response)
        mine = np.flatnonzero(series.code == code)
        dyads = Dyads(actor=series.actor[mine], recipient=series.recipient[mine])
        for trigger in QUADS:
            found = find_occasions(
                panel,
                dyads=dyads,
                role=role,
                trigger=event_mask(panel, codes=(trigger,)),
                as_of=panel.days - 1,
                partners=partners,
            )
            if placebo:
                by = rng.integers(10, 31, found.day.size) * rng.choice([-1, 1], found.day.size)
                found = shift_occasions(found, by=by, days=panel.days)
            after = first_responses(
                panel,
                dyads=dyads,
                response=event_mask(panel, codes=(response,)),
                occasions=found,
                as_of=panel.days - 1,
            )
            fired = np.zeros((panel.days, mine.size), dtype=bool)
            fired[found.day, found.dyad] = True
            usable = ~np.isnan(p[:, mine]) & ~np.isnan(label[:, mine])
            kept = usable[found.day, found.dyad]
            day, dyad = found.day[kept], found.dyad[kept]
            wait = after[kept] - day
            trials = Trials(
                dyad=mine[dyad],
                actor=series.actor[mine[dyad]],
                day=day,
                p=p[day, mine[dyad]],
                y=((wait > 0) & (wait <= horizon)).astype(float),
                horizon=horizon,
            )
            quiet_day, quiet = np.nonzero(usable & ~fired)
            controls = Trials(
                dyad=mine[quiet],
                actor=series.actor[mine[quiet]],
                day=quiet_day,
                p=p[quiet_day, mine[quiet]],
                y=label[quiet_day, mine[quiet]],
                horizon=horizon,
            )
            cell = Cell(role=role, trigger=trigger, response=response, horizon=horizon)
            out.append((cell, trials, climate[day, mine[dyad]], controls))
    return out


def loss(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log loss, nats."""
    return -np.log(np.where(y == 1, p, 1 - p))


def line(role: str, *, cells, horizon: int, gated, placebo) -> str:
    """One row of the table: role, horizon, cells, occasions, lifts, gains, gate."""
    tested = helped = occasions = 0
    gain = state = 0.0
    for _, trials, base, _ in cells:
        early = trials.day + horizon < SPLIT
        late = trials.day >= SPLIT
        before, after = trials.where(early), trials.where(late)
        if min(before.p.sum(), after.p.sum()) < FEWEST_EVENTS:
            continue
        tested += 1
        lifted = apply_lift(after.p, lift=class_lift(before).value)
        here = loss(after.p, after.y) - loss(lifted, after.y)
        helped += int(here.mean() > 0)
        gain += float(here.sum())
        state += float((loss(base[late], after.y) - loss(after.p, after.y)).sum())
        occasions += int(late.sum())
    opened = [f"{g.cell.trigger} then {g.cell.response}, {g.rung}" for g in gated if g.rung]
    passed = sum(g.rung is not None for g in placebo)
    some = max(occasions, 1)
    return (
        f"| {role} | {horizon} | {occasions:,} | {tested} | {helped} | {1000 * state / some:+.1f} "
        f"| {1000 * gain / some:+.2f} | {'; '.join(opened) or 'none'} | {passed} |"
    )


def lifts_of(cells, *, horizon: int) -> list[str]:
    """Observed over expected of some pooled cells, earlier and later, under both bases."""
    wanted = (("VC", "VC"), ("VC", "MC"), ("MX", "MX"), ("VX", "VX"), ("VX", "MX"))
    out = []
    for cell, trials, base, _ in cells:
        if (cell.trigger, cell.response) not in wanted:
            continue
        parts = []
        for p in (base, trials.p):
            for part in (trials.day + horizon < SPLIT, trials.day >= SPLIT):
                parts.append(f"{trials.y[part].sum() / max(p[part].sum(), 1e-9):.2f}")
        out.append(
            f"| {cell.role} | {cell.trigger} then {cell.response} | {horizon} "
            f"| {int((trials.day >= SPLIT).sum()):,} | {parts[0]} to {parts[1]} "
            f"| {parts[2]} to {parts[3]} |"
        )
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--horizons", type=int, nargs="+", default=[1, 7, 30])
    options = parser.parse_args()
    panel = read_panel(options.folder)
    series = eligible_series(panel)
    print("| role | h | later occasions | cells | helped | state | lift | opened | placebo |")
    print("|---|---|---|---|---|---|---|---|---|")
    tables: list[str] = []
    for horizon in options.horizons:
        table, label, climate = build(panel, series=series, horizon=horizon)
        x = design(panel, table=table, series=series, climate=climate)
        flat = prequential(x, table=table, label=label, horizon=horizon)
        p = np.full(label.shape, np.nan)
        p[table.day, table.series] = flat
        options_ = {
            "series": series,
            "p": p,
            "climate": climate,
            "label": label,
            "horizon": horizon,
        }
        cells = {role: cells_of(panel, role=role, **options_) for role in ROLES}
        moved = {role: cells_of(panel, role=role, placebo=True, **options_) for role in ROLES}
        gated, placebo = (
            gate_family([(c, t, q) for role in ROLES for c, t, _, q in each[role]], split=SPLIT)
            for each in (cells, moved)
        )
        for role in ROLES:
            mine, shifted = ([g for g in each if g.cell.role == role] for each in (gated, placebo))
            print(line(role, cells=cells[role], horizon=horizon, gated=mine, placebo=shifted))
        for role in ("Z->X", "X->Z", "W->X", "Z->partner"):
            tables += lifts_of(cells[role], horizon=horizon)
    print("\n| role | trigger then response | h | later occasions | E0 | state |")
    print("|---|---|---|---|---|---|")
    print("\n".join(tables))


if __name__ == "__main__":
    main()
