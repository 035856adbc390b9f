"""Decisions of the European Union: the data set read, and the powers of the treaty in force."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError
from demarche.inside import shapley_shubik

__all__ = ["DeuIssue", "DeuRecord", "Treaty", "capabilities", "read_deu", "treaty_of"]

Floats = NDArray[np.float64]
INSTITUTIONS = ("com", "ep")
UNANIMOUS = ("Unan", "UNA", "Unanimity")


def _table(text: str) -> dict[str, int]:
    """Numbers of members, written as ``de 10, fr 10``."""
    return {name: int(value) for name, value in (pair.split() for pair in text.split(","))}


VOTES_1995 = _table(
    "at 4, be 5, dk 3, fi 3, fr 10, de 10, el 5, ie 3, it 10, lu 2, nl 5, pt 5, es 8, se 4, uk 10"
)
VOTES_NICE = _table(
    "de 29, uk 29, fr 29, it 29, es 27, pl 27, nl 13, el 12, cz 12, be 12, hu 12, pt 12, se 10, "
    "at 10, sk 7, dk 7, fi 7, ie 7, lt 7, lv 4, si 4, ee 4, cy 4, lu 4, mt 3"
)
JOINED_2007 = _table("ro 14, bu 10")
POPULATION_2013 = _table(
    "de 805, fr 656, uk 639, it 597, es 467, pl 385, ro 200, nl 168, el 112, be 111, pt 105, "
    "cz 105, hu 99, se 96, at 85, bu 73, dk 56, sk 54, fi 54, ie 46, cr 43, lt 30, lv 21, si 21, "
    "ee 13, cy 9, lu 5, mt 4"
)
"""Population of 2013 in units of 100 000, for the double majority of the Lisbon treaty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treaty:
    """A voting rule of the Council: votes (or population) of each member, and what is needed."""

    name: str
    votes: dict[str, int]
    quota: int
    members: int = 0


ACCESSION_1995 = Treaty(name="votes of 1995, 62 of 87", votes=VOTES_1995, quota=62)
NICE_25 = Treaty(name="Nice, 232 of 321", votes=VOTES_NICE, quota=232, members=13)
NICE_27 = Treaty(
    name="Nice, 255 of 345", votes={**VOTES_NICE, **JOINED_2007}, quota=255, members=14
)
LISBON_28 = Treaty(
    name="Lisbon, 65 % of the population and 16 of 28",
    votes=POPULATION_2013,
    quota=int(np.ceil(0.65 * sum(POPULATION_2013.values()))),
    members=16,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeuIssue:
    """One issue: who takes part with which position (0-100) and salience (0-1), and the outcome.

    ``members`` are the states that take part in any issue of the same proposal.
    """

    proposal: str
    issue: str
    rule: str
    procedure: str
    actors: tuple[str, ...]
    position: Floats
    salience: Floats
    reference: float | None
    outcome: float
    members: frozenset[str] = frozenset()

    @property
    def dichotomous(self) -> bool:
        """Whether every position and the reference point lie at one of the two ends."""
        known = [*self.position, *([] if self.reference is None else [self.reference])]
        return all(x in (0.0, 100.0) for x in known)

    @property
    def unanimous(self) -> bool:
        """Whether the Council decides by unanimity."""
        return self.rule in UNANIMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeuRecord:
    """Issues with an outcome and a position, and what was left out and why."""

    issues: tuple[DeuIssue, ...]
    notes: tuple[str, ...]


def _number(row: dict[str, str], key: str, *, place: str) -> float | None:
    text = (row.get(key) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 100:
        raise DataError(f"{place}: {key} must be a number from 0 to 100 or empty, got {text!r}.")
    return value


def read_deu(folder: Path) -> DeuRecord:
    """Issues of the data set on Decision-making in the European Union.

    Reads every ``deu*.tsv`` of the folder, or the one file named: tab-separated, positions
    ``p<country>`` and saliences ``s<country>`` (0-100), ``rp``, ``out``, ``counvte``, ``proc``.
    Empty is not known. Dates are not used. The data are not shipped: Arregui & Perarnaud
    2021, doi:10.34810/data53.

    Raises
    ------
    DataError
        If the folder holds no such file, a column is missing or a value is out of range.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("deu*.tsv"))
    if not files:
        raise DataError(
            f"{folder} holds no deu*.tsv: get the data set (doi:10.34810/data53), save its issues "
            "as tab-separated text there and name the folder."
        )
    issues: list[DeuIssue] = []
    without = empty = silent = 0
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read: {error}.") from None
        reader = csv.DictReader(lines, delimiter="\t")
        columns = reader.fieldnames or []
        for needed in ("prnr", "isnr", "counvte", "proc", "rp", "out", "pcom", "scom"):
            if needed not in columns:
                raise DataError(f"{path}: column {needed!r} is missing.")
        names = [c[1:] for c in columns if c.startswith("p") and f"s{c[1:]}" in columns]
        for number, row in enumerate(reader, start=2):
            place = f"{path}, line {number}"
            outcome = _number(row, "out", place=place)
            if outcome is None:
                without += 1
                continue
            found = _actors(row, names=names, place=place)
            if not found:
                empty += 1
                continue
            silent += sum(s == 0 for _, _, s in found)
            issues.append(
                DeuIssue(
                    proposal=row["prnr"],
                    issue=row["isnr"],
                    rule=row["counvte"],
                    procedure=row["proc"],
                    actors=tuple(name for name, _, _ in found),
                    position=np.array([x for _, x, _ in found]),
                    salience=np.array([s for _, _, s in found]) / 100,
                    reference=_number(row, "rp", place=place),
                    outcome=outcome,
                )
            )
    taking: dict[str, set[str]] = {}
    for issue in issues:
        states = {a for a in issue.actors if a not in INSTITUTIONS}
        taking.setdefault(issue.proposal, set()).update(states)
    issues = [replace(issue, members=frozenset(taking[issue.proposal])) for issue in issues]
    notes = (
        f"{len(issues)} issues of {len({i.proposal for i in issues})} proposals",
        f"{without} issues without an outcome were left out",
        f"{empty} issues without any position were left out",
        f"{silent} positions have salience 0: they count in unweighted methods only",
    )
    return DeuRecord(issues=tuple(issues), notes=notes)


def _actors(
    row: dict[str, str], *, names: Sequence[str], place: str
) -> list[tuple[str, float, float]]:
    """Those with a position: name, position, salience (0-100); a salience not known is an error."""
    found = []
    for name in names:
        x = _number(row, f"p{name}", place=place)
        if x is None:
            continue
        s = _number(row, f"s{name}", place=place)
        if s is None:
            raise DataError(f"{place}: {name} has a position but no salience.")
        found.append((name, x, s))
    return found


def treaty_of(issue: DeuIssue, *, among: Sequence[str] | None = None) -> Treaty:
    """Voting rule in force, told by the newest member that takes part in the proposal.

    Raises
    ------
    DataError
        If somebody takes part of whom no vote is known.
    """
    taking = {a for a in (among or issue.members | {*issue.actors}) if a not in INSTITUTIONS}
    for treaty in (ACCESSION_1995, NICE_25, NICE_27, LISBON_28):
        if taking <= set(treaty.votes):
            return treaty
    known = set(LISBON_28.votes)
    raise DataError(f"issue {issue.issue}: no votes are known of {', '.join(taking - known)}.")


_POWERS: dict[tuple[str, int], dict[str, float]] = {}


def capabilities(issue: DeuIssue, *, basis: str = "votes") -> Floats:
    """Capability of each actor of an issue, the strongest member at one.

    ``votes``: votes of the treaty in force (population under Lisbon). ``shapley-shubik``: the
    power index of the rule, equal for all members under unanimity. ``equal``: all alike. The
    Commission and the Parliament take the largest member's.

    Raises
    ------
    DataError
        If the basis is unknown.
    """
    treaty = treaty_of(issue)
    if basis == "votes":
        table = {name: float(v) for name, v in treaty.votes.items()}
    elif basis == "equal" or (basis == "shapley-shubik" and issue.unanimous):
        table = dict.fromkeys(treaty.votes, 1.0)
    elif basis == "shapley-shubik":
        members = 10 if issue.rule == "QMV(10)" else treaty.members
        key = (treaty.name, members)
        if key not in _POWERS:
            names = list(treaty.votes)
            index = shapley_shubik(
                [treaty.votes[n] for n in names], quota=treaty.quota, members=members
            )
            _POWERS[key] = dict(zip(names, index.tolist(), strict=True))
        table = _POWERS[key]
    else:
        raise DataError(f"capability must be votes, shapley-shubik or equal, got {basis!r}.")
    top = max(table.values())
    return np.array([1.0 if a in INSTITUTIONS else table[a] / top for a in issue.actors])
