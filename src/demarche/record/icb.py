"""Reader for the International Crisis Behavior data (ICB, version 14): crises and crisis actors.

The files are not shipped. Put ``icb1v14*.csv`` (one row per crisis) and ``icb2v14*.csv`` (one row
per crisis actor) in one folder. Only what was known at the trigger becomes a feature;
``docs/validation-icb.md`` says, variable by variable, what is used, what is not, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError
from demarche.record._icb_features import FEATURES, Actor, Crisis, feature_table
from demarche.record._icb_rows import Row, Table, read_table

FloatArray = NDArray[np.float64]

TARGETS = (
    "us-low-level",
    "us-semi-military",
    "soviet-low-level",
    "soviet-semi-military",
)
"""US, then Soviet or Russian, activity: at least code 2 (low-level), 3 (covert, semi-military)."""

CITATION = (
    "Brecher, M. & Wilkenfeld, J. (1997), A Study of Crisis; Brecher, M., Wilkenfeld, J., "
    "Beardsley, K., James, P. & Quinn, D., International Crisis Behavior Data, version 14. "
    "https://sites.duke.edu/icbdata/"
)

_CRISIS_COLUMNS = (
    "crisno",
    "crisname",
    "break",
    "trigent",
    "yrtrig",
    "motrig",
    "datrig",
    "yrterm",
    "moterm",
    "daterm",
    "usinv",
    "suinv",
    "geog",
    "pcid",
    "ethnic",
)
_ACTOR_COLUMNS = (
    "crisno",
    "cracno",
    "cracid",
    "yrtrig",
    "motrig",
    "datrig",
    "southv",
    "southpow",
    "cractloc",
    "regime",
    "allycap",
    "nuclear",
    "powsta",
    "powdis",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that could be read but not used, and why."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IcbRecord:
    """Crises as arrays, sorted by the day they began.

    Attributes
    ----------
    features : array, shape (n, F)
        Known at the trigger; NaN where not known.
    kinds : tuple of str
        ``"categorical"``, ``"ordinal"`` (in [0, 1]) or ``"yes/no"`` per feature.
    feature_names : tuple of str
    outcomes : array, shape (n, 4)
        1, 0 or NaN (not coded) per entry of `targets`.
    targets : tuple of str
    labels : tuple of str
        Name and year of each crisis.
    numbers : array of int, shape (n,)
        ICB's crisis number.
    times : array, shape (n,)
        Earliest day the trigger can have been, in years (1962.79 = mid-October 1962).
    known_at : array, shape (n,)
        Latest day the crisis can have ended; infinity where no end is coded. Its activity codes and
        its list of actors are used only for crises triggered after that.
    rejected : tuple of Rejected
    unused_codes : tuple of (str, int)
        Columns with codes beyond those used here, and how many; they count as not known.
    files : tuple of str
    citation : str
    """

    features: FloatArray
    kinds: tuple[str, ...]
    feature_names: tuple[str, ...]
    outcomes: FloatArray
    targets: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: NDArray[np.int64]
    times: FloatArray
    known_at: FloatArray
    rejected: tuple[Rejected, ...]
    unused_codes: tuple[tuple[str, int], ...]
    files: tuple[str, ...]
    citation: str = CITATION


def read_icb(folder: str | Path, *, before: int | None = None) -> IcbRecord:
    """Read ICB crises and crisis actors from a folder.

    Parameters
    ----------
    folder : path
        Holds exactly one ``icb1v14*.csv`` and one ``icb2v14*.csv``.
    before : int, optional
        Leave out crises triggered in this year or later (counted as rejected).

    Returns
    -------
    IcbRecord

    Raises
    ------
    DataError
        If a file is missing or doubled, a column is missing, a code is not a whole number in its
        range, or a crisis number occurs twice. The message names file, column and row.

    References
    ----------
    .. [1] Brecher, Wilkenfeld, Beardsley, James & Quinn, International Crisis Behavior Data
       Codebook, version 12 (23 August 2017), and later versions.

    Examples
    --------
    >>> read_icb("no/such/folder")
    Traceback (most recent call last):
        ...
    demarche.errors.DataError: no/such/folder: expected a folder with icb1v14*.csv and icb2v14*.csv.
    """
    where = Path(folder)
    if not where.is_dir():
        raise DataError(f"{folder}: expected a folder with icb1v14*.csv and icb2v14*.csv.")
    first = read_table(_single(where, "icb1v14*.csv"), columns=_CRISIS_COLUMNS)
    second = read_table(_single(where, "icb2v14*.csv"), columns=_ACTOR_COLUMNS)
    rejected: list[Rejected] = []
    actors = _actors(second, first, rejected)
    crises = _crises(first, actors, before, rejected)
    if not crises:
        raise DataError(
            f"{first.file}: no usable crisis among {len(first.rows)} rows; expected at "
            f"least one. First reason: {rejected[0].reason if rejected else 'no rows'}"
        )
    unused: dict[str, int] = {}
    table = feature_table(crises, unused=unused)
    return IcbRecord(
        features=table,
        kinds=tuple(feature.kind for feature in FEATURES),
        feature_names=tuple(feature.name for feature in FEATURES),
        outcomes=np.array([crisis.outcomes for crisis in crises], dtype=np.float64),
        targets=TARGETS,
        labels=tuple(f"{crisis.name.title()}, {int(crisis.begins)}" for crisis in crises),
        numbers=np.array([crisis.number for crisis in crises], dtype=np.int64),
        times=np.array([crisis.begins for crisis in crises], dtype=np.float64),
        known_at=np.array([crisis.ends for crisis in crises], dtype=np.float64),
        rejected=tuple(rejected),
        unused_codes=tuple(sorted(unused.items())),
        files=(first.file, second.file),
    )


def _single(folder: Path, pattern: str) -> Path:
    """Return the one file that matches."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        seen = ", ".join(path.name for path in found) or "none"
        raise DataError(f"{folder}: expected exactly one {pattern}, found {len(found)} ({seen}).")
    return found[0]


def _actors(table: Table, crises: Table, rejected: list[Rejected]) -> dict[int, list[Actor]]:
    """Actors by crisis, earliest trigger first; rows of unknown crises are set aside."""
    known = {row.whole("crisno", low=1, high=9999) for row in crises.rows}
    out: dict[int, list[Actor]] = {}
    for row in table.rows:
        number = row.whole("crisno", low=1, high=9999)
        if number not in known:
            rejected.append(
                Rejected(
                    file=table.file,
                    row=row.number,
                    reason=f"crisis {number} is not in {crises.file}",
                )
            )
            continue
        year = row.code("yrtrig", low=1900, high=2100)
        state = row.code("cracid", low=1, high=999)
        if np.isnan(year) or np.isnan(state):
            rejected.append(
                Rejected(file=table.file, row=row.number, reason="no trigger year or no state code")
            )
            continue
        out.setdefault(number, []).append(
            Actor(
                state=int(state),
                begins=_date(row, "yrtrig", "motrig", "datrig", latest=True),
                order=row.whole("cracno", low=1, high=99999),
                codes={
                    name: row.code(name, low=0, high=9)
                    for name in ("southpow", "cractloc", "regime", "allycap", "nuclear", "powsta")
                },
                threat=row.code("southv", low=1, high=999),
                power_gap=row.code("powdis", low=-999, high=999),
            )
        )
    for rows in out.values():
        rows.sort(key=lambda actor: (actor.begins, actor.order))
    return out


def _crises(
    table: Table, actors: dict[int, list[Actor]], before: int | None, rejected: list[Rejected]
) -> list[Crisis]:
    """Usable crises in the order they began."""
    out: list[Crisis] = []
    seen: dict[int, int] = {}
    for row in table.rows:
        number = row.whole("crisno", low=1, high=9999)
        if number in seen:
            raise DataError(
                f"{table.file}, column crisno, row {row.number}: crisis {number} was "
                f"already in row {seen[number]}; expected each once."
            )
        seen[number] = row.number
        reason = _unusable(row, number, actors, before)
        if reason:
            rejected.append(Rejected(file=table.file, row=row.number, reason=reason))
            continue
        us, soviet = (row.code(name, low=1, high=4) for name in ("usinv", "suinv"))
        out.append(
            Crisis(
                number=number,
                name=row.text("crisname"),
                begins=_date(row, "yrtrig", "motrig", "datrig", latest=False),
                triggered=_date(row, "yrtrig", "motrig", "datrig", latest=True),
                ends=_date(row, "yrterm", "moterm", "daterm", latest=True),
                trigger=row.code("break", low=0, high=9),
                entity=row.code("trigent", low=1, high=999),
                place=row.code("geog", low=1, high=99),
                conflict=row.code("pcid", low=0, high=999),
                ethnic=row.code("ethnic", low=0, high=9),
                us=us,
                soviet=soviet,
                outcomes=(
                    _at_least(us, 2),
                    _at_least(us, 3),
                    _at_least(soviet, 2),
                    _at_least(soviet, 3),
                ),
                actors=tuple(actors[number]),
            )
        )
    out.sort(key=lambda crisis: (crisis.begins, crisis.number))
    return out


def _unusable(row: Row, number: int, actors: dict[int, list[Actor]], before: int | None) -> str:
    """Say why a crisis cannot be used, or return an empty string."""
    year = row.code("yrtrig", low=1900, high=2100)
    if np.isnan(year):
        return "no trigger year"
    if before is not None and year >= before:
        return f"triggered in {before} or later"
    if number not in actors:
        return "no crisis actor in the actor file"
    if np.isnan(row.code("usinv", low=1, high=4)) and np.isnan(row.code("suinv", low=1, high=4)):
        return "neither US nor Soviet activity is coded"
    return ""


def _at_least(code: float, level: int) -> float:
    """1 if the code reaches the level, 0 if not, NaN if not coded."""
    return float("nan") if np.isnan(code) else float(code >= level)


def _date(row: Row, year: str, month: str, day: str, *, latest: bool) -> float:
    """Date in years; the earliest or latest it can have been where month or day is not known.

    Days above 31 (ICB writes 66, 77, 88 for a part of the month) count as not known.
    """
    y = row.code(year, low=1900, high=2100)
    m = row.code(month, low=1, high=12)
    d = row.code(day, low=1, high=99)
    if np.isnan(y):
        return float("inf") if latest else float("nan")
    if np.isnan(m):
        m, d = (12.0, 31.0) if latest else (1.0, 1.0)
    if np.isnan(d) or d > 31:
        d = 31.0 if latest else 1.0
    return float(y + (m - 1) / 12 + (d - 1) / 372)
