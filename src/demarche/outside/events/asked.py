"""Rows of questions made ready for a fit: indexed, sorted by day, beside the series of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.outside.events._distinct import distinct
from demarche.outside.events.base import BaseFit, cell_means, ladder, ladder_weights, shares
from demarche.outside.events.fit import HazardFit, asked_dyads
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import Table, make_table, subset
from demarche.outside.events.series import (
    Index,
    Rows,
    Scheme,
    find_sorted,
    index_series,
    make_scheme,
    universe,
)
from demarche.outside.events.state import State

__all__ = ["AskedRows", "asked_rows", "asked_tables"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AskedRows:
    """A panel made ready for questions."""

    panel: Panel
    index: Index
    scheme: Scheme
    rows: Rows
    order: Ints


def asked_rows(
    fit: HazardFit, panel: Panel, *, actor: Ints, recipient: Ints, cls: Ints, day: Ints
) -> AskedRows:
    """Index the dyads asked about and sort the questions by day."""
    pairs = sorted(set(zip(actor.tolist(), recipient.tolist(), strict=True)))
    index = index_series(panel, extra=pairs)
    scheme = make_scheme(panel, classes=fit.classes)
    order = np.argsort(day, kind="stable")
    dyad = index.dyads(actor[order], recipient[order])
    rows = Rows(day=day[order] + 1, dyad=dyad, cls=cls[order])
    return AskedRows(panel=panel, index=index, scheme=scheme, rows=rows, order=order)


def _with_universe(
    asked: AskedRows, *, fit: HazardFit, least: int, wider: Ints | None = None
) -> tuple[Rows, Ints, Floats]:
    """The universe of each day asked about with the rows asked added; where these are.

    Last, 1 for rows of the universe and 0 for rows only asked about: what is asked together must
    not change what is answered. With `wider`, rows are put on the last of these origins by then.
    """
    keep = asked_dyads(asked.panel, index=asked.index, anyone=fit.anyone)
    own = asked.rows
    if wider is not None:
        at = np.maximum(np.searchsorted(wider, own.day, side="right") - 1, 0)
        own = replace(own, day=np.minimum(wider[at], own.day))
    days = distinct(own.day)
    rows = universe(
        asked.panel, index=asked.index, scheme=asked.scheme, origins=days, min_events=least,
        dyads=keep,
    )  # fmt: skip
    # Wider classes of a row hold only rows of its class or of its dyad.
    rows = rows.take(np.isin(rows.cls, asked.rows.cls) | np.isin(rows.dyad, asked.rows.dyad))
    kinds = len(asked.scheme.targets)
    wide = len(asked.index.actor) * kinds

    def key(r: Rows) -> Ints:
        return r.day * wide + r.dyad * kinds + r.cls

    there = key(rows)  # sorted, as the rows are
    every = distinct(np.r_[there, key(own)])
    both = Rows(day=every // wide, dyad=every % wide // kinds, cls=every % kinds)
    counted = find_sorted(there, every)[1].astype(np.float64)
    return both, np.searchsorted(every, key(own)), counted


def asked_tables(
    asked: AskedRows,
    *,
    fit: HazardFit,
    least: int,
    base: BaseFit | None = None,
    state: State | None = None,
    wider: Ints | None = None,
) -> tuple[Table, Floats, Ints]:
    """Inputs of the rows asked about, their base rates, and the level that carries most.

    The last two are empty where no `base` is given.
    """
    every, where, counted = _with_universe(asked, fit=fit, least=least, wider=wider)
    common: dict[str, Any] = {
        "rows": every, "index": asked.index, "panel": asked.panel, "scheme": asked.scheme
    }  # fmt: skip
    held = shares(horizon=fit.fitted_horizon, **common)
    common["counted"] = counted
    cells = cell_means(held, **common)
    rates, heaviest = np.zeros(0), np.zeros(0, dtype=np.int64)
    if base is not None:
        rates = ladder(base, shares=held, **common)[where, -1]
        heaviest = np.argmax(ladder_weights(base, shares=held, **common)[where], axis=1)
    table = make_table(
        asked.panel,
        index=asked.index,
        scheme=asked.scheme,
        rows=asked.rows,
        horizon=fit.fitted_horizon,
        cells=cells[where],
        given=subset(held, where) if wider is None else None,
        state=state,
        outcome=np.zeros(len(asked.rows)),
        span=fit.horizon,
    )
    return table, rates, heaviest
