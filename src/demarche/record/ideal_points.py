"""Reader for ideal points of states from votes in the General Assembly of the United Nations.

The file is not shipped. Put the table of Bailey, Strezhnev and Voeten (``IdealpointsJuly2025.csv``
or another version, comma-separated) in a folder.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import DataError

__all__ = ["CITATION", "OLDEST", "IdealPoint", "IdealPoints", "read_ideal_points"]

CITATION = (
    "Bailey, M. A., Strezhnev, A. & Voeten, E. (2017). Estimating dynamic state preferences from "
    "United Nations voting data. Journal of Conflict Resolution 61(2), 430-456. "
    "doi:10.1177/0022002715595700"
)
OLDEST = 5
"""Years before the day asked about from which an ideal point is still taken."""
LARGEST = 50_000_000
FIRST_SESSION = 1945
NEEDED = ("iso3c", "idealpointall")
HOW_TO_GET = (
    "It does not ship: get the ideal points of Bailey, Strezhnev and Voeten "
    "(doi:10.7910/DVN/LEJUQZ) and save them as Idealpoints*.csv."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdealPoint:
    """Where a state stood in a year's votes, with the 5 and 95 % points where the table has them.

    Higher is nearer to the United States and its allies; the scale has no unit.
    """

    code: str
    name: str
    year: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdealPoints:
    """Latest ideal point per state before a year, by ISO code, and what was left out, counted."""

    file: str
    before: int
    points: Mapping[str, IdealPoint]
    left_out: tuple[tuple[str, int], ...]


def read_ideal_points(folder: Path, *, before: int) -> IdealPoints:
    """Latest ideal point of each state from years before the given one, at most five years old.

    Parameters
    ----------
    folder : Path
        Holds one ``Idealpoints*.csv``.
    before : int
        Year; votes of that year and later are not looked at.

    Raises
    ------
    DataError
        If the folder has no such file or several, a column is missing, or no row can be used.

    References
    ----------
    .. [1] Bailey, M. A., Strezhnev, A. & Voeten, E. (2017). Estimating dynamic state preferences
       from United Nations voting data. Journal of Conflict Resolution 61(2), 430-456.
       doi:10.1177/0022002715595700
    """
    path = _file(folder)
    seen: dict[tuple[str, int], IdealPoint | None] = {}
    left = dict.fromkeys(
        ("no country code", "no ideal point", "not a number", "two values for one year"), 0
    )
    used = 0
    for row in _rows(path):
        point = _point(row)
        if isinstance(point, str):
            left[point] += 1
            continue
        key = (point.code, point.year)
        if key in seen:
            left["two values for one year"] += 1 if seen[key] is None else 2
            seen[key] = None
            continue
        seen[key] = point
        used += 1
    if not used:
        raise DataError(f"{path} holds no row with a country code, a year and an ideal point.")
    latest: dict[str, IdealPoint] = {}
    for (code, year), kept in sorted(seen.items(), key=lambda item: item[0]):
        if kept is not None and before - OLDEST <= year < before:
            latest[code] = kept
    return IdealPoints(
        file=path.name,
        before=before,
        points=latest,
        left_out=tuple((why, count) for why, count in left.items() if count),
    )


def _file(folder: Path) -> Path:
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder. {HOW_TO_GET}")
    found = sorted(p for p in folder.iterdir() if p.name.lower().startswith("idealpoint"))
    found = [p for p in found if p.suffix.lower() == ".csv" and p.is_file()]
    if len(found) != 1:
        names = ", ".join(p.name for p in found) or "none"
        raise DataError(f"{folder} must hold one Idealpoints*.csv, found {names}. {HOW_TO_GET}")
    if found[0].stat().st_size > LARGEST:
        raise DataError(f"{found[0]} has more than {LARGEST} bytes.")
    return found[0]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            lacking = [name for name in NEEDED if name not in names]
            if "year" not in names and "session" not in names:
                lacking.append("year (or session)")
            if lacking:
                held = ", ".join(names)[:200]
                raise DataError(f"{path} lacks the columns {', '.join(lacking)}; it has {held}.")
            reader.fieldnames = names
            for row in reader:
                yield {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as comma-separated text: {error}.") from None


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _point(row: Mapping[str, str]) -> IdealPoint | str:
    """One row's point, or why it is left out."""
    code = row["iso3c"]
    if not code or code == "NA":
        return "no country code"
    if row["idealpointall"] in ("", "NA"):
        return "no ideal point"
    value = _number(row["idealpointall"])
    said = row.get("year", "")
    year = _number(said) if said else _number(row.get("session", ""))
    if value is None or year is None or year != int(year):
        return "not a number"
    return IdealPoint(
        code=code,
        name=row.get("countryname", ""),
        year=int(year) if said else int(year) + FIRST_SESSION,
        value=value,
        low=_number(row.get("q5all", "")),
        high=_number(row.get("q95all", "")),
    )
