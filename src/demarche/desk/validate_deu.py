"""Back-test of the inside view's methods on decisions of the European Union."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.desk.deu import DeuIssue, DeuRecord, capabilities, read_deu
from demarche.desk.deu_methods import METHODS, Spread, crps, forecast
from demarche.errors import MethodError
from demarche.scores import paired_difference

__all__ = ["PARTS", "DeuRow", "DeuTable", "validate_deu"]

Floats = NDArray[np.float64]
DRAWS = 10_000
SEED = 20231101
LEVEL = 0.95
OTHERS = "outcomes of other proposals"
REFERENCE = "weighted mean"
PARTS: dict[str, Callable[[DeuIssue], bool]] = {
    "all": lambda i: True,
    "qualified majority": lambda i: not i.unanimous,
    "unanimity": lambda i: i.unanimous,
    "dichotomous": lambda i: i.dichotomous,
    "scaled": lambda i: not i.dichotomous,
    "with a reference point": lambda i: i.reference is not None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeuRow:
    """Errors of one method on one part of the issues; smaller is better.

    ``gain_50`` and ``gain_mean`` are (value, low, high): error of the constant 50 and of the
    weighted mean minus the method's, on the issues it answers; above 0 the method is better.
    ``crps_gain`` is the same for the CRPS against the weighted mean's spread.
    """

    part: str
    method: str
    issues: int
    declined: int
    mean_absolute_error: float
    crps: float
    gain_50: tuple[float, float, float] | None
    gain_mean: tuple[float, float, float] | None
    crps_gain: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeuTable:
    """The back-test: one row per part and method, and what was left out."""

    basis: str
    rows: tuple[DeuRow, ...]
    notes: tuple[str, ...]

    def row(self, method: str, *, part: str = "all") -> DeuRow:
        """One row.

        Raises
        ------
        KeyError
            If there is none.
        """
        for row in self.rows:
            if (row.method, row.part) == (method, part):
                return row
        raise KeyError((method, part))


def _others(record: DeuRecord) -> list[Spread]:
    """What other proposals came to: the reference for a forecast that knows nothing of an issue."""
    found = []
    for issue in record.issues:
        y = np.array([i.outcome for i in record.issues if i.proposal != issue.proposal])
        if y.size == 0:
            raise MethodError("a back-test needs issues of at least two proposals.")
        found.append(
            Spread(places=y, chance=np.full(y.size, 1.0 / y.size), point=float(np.median(y)))
        )
    return found


def validate_deu(
    folder: Path, *, basis: str = "votes", methods: Sequence[str] | None = None, seed: int = SEED
) -> DeuTable:
    """Absolute error and CRPS of every method on every part of the issues.

    Parameters
    ----------
    folder : Path
        With the data set's ``deu*.tsv``.
    basis : {"votes", "shapley-shubik", "equal"}
        Capability of the members.
    methods : sequence of str, optional
        Some of ``METHODS``; the constant 50 and the weighted mean are always there.
    seed : int
        Of the paired bootstrap over proposals, 10,000 draws.

    Raises
    ------
    DataError
        If the data cannot be read.
    MethodError
        If a method is unknown.
    """
    record = read_deu(folder)
    names = list(METHODS) if methods is None else list(methods)
    for name in names:
        if name not in METHODS:
            raise MethodError(f"no method {name!r}; there are {', '.join(METHODS)}.")
    names = list(dict.fromkeys(["constant 50", REFERENCE, *names]))
    spreads: dict[str, list[Spread | None]] = {name: [] for name in names}
    for issue in record.issues:
        weight = capabilities(issue, basis=basis) * issue.salience
        if weight.sum() <= 0:
            weight = capabilities(issue, basis=basis)
        for name in names:
            spreads[name].append(forecast(name, issue, weight=weight))
    spreads[OTHERS] = list(_others(record))
    rows = []
    for part, member in PARTS.items():
        kept = [k for k, issue in enumerate(record.issues) if member(issue)]
        for name in spreads:
            row = _row(part, name, record=record, spreads=spreads, kept=kept, seed=seed)
            if row is not None:
                rows.append(row)
    return DeuTable(basis=basis, rows=tuple(rows), notes=(*record.notes, *NOTES))


NOTES = (
    "gains are reference minus method, 95 % intervals by paired bootstrap over proposals",
    "a point forecast's CRPS is its absolute error; spreads are scored as they stand",
    "an issue is dichotomous if every position and the reference point lie at 0 or 100",
    "methods that answer by states (graph model) or check assumptions (cross-impacts) forecast no "
    "outcome on a scale; quantal responses and levels need a game between deciders and are not "
    "defined on one issue of one Council: the rules they use inside an actor are the logit rows",
)


def _row(
    part: str,
    name: str,
    *,
    record: DeuRecord,
    spreads: dict[str, list[Spread | None]],
    kept: Sequence[int],
    seed: int,
) -> DeuRow | None:
    pairs = [(k, spread) for k in kept if (spread := spreads[name][k]) is not None]
    if not pairs:
        return None
    y = np.array([record.issues[k].outcome for k, _ in pairs])
    clusters = [record.issues[k].proposal for k, _ in pairs]

    def scores(of: str, *, ranked: bool) -> Floats | None:
        found = [spreads[of][k] for k, _ in pairs]
        if any(spread is None for spread in found):
            return None
        return np.array(
            [
                crps(s, outcome=float(t)) if ranked else abs(s.point - t)
                for s, t in zip(found, y, strict=True)
                if s is not None
            ]
        )

    own, own_ranked = scores(name, ranked=False), scores(name, ranked=True)
    assert own is not None and own_ranked is not None

    def gain(of: str, *, ranked: bool = False) -> tuple[float, float, float] | None:
        other = scores(of, ranked=ranked)
        if other is None or name == of:
            return None
        found = paired_difference(
            own_ranked if ranked else own,
            reference=other,
            clusters=clusters,
            rng=np.random.default_rng(seed),
            draws=DRAWS,
            level=LEVEL,
        )
        return None if found is None else (found.value, found.low, found.high)

    return DeuRow(
        part=part,
        method=name,
        issues=len(pairs),
        declined=len(kept) - len(pairs),
        mean_absolute_error=float(own.mean()),
        crps=float(own_ranked.mean()),
        gain_50=gain("constant 50"),
        gain_mean=gain(REFERENCE),
        crps_gain=gain(REFERENCE, ranked=True),
    )
