"""Daily counts as numbered columns: what the desk hands to the views, kept ready on disk."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, MethodError
from demarche.record._parts import literal, parquet
from demarche.record.count_reads import sort_order
from demarche.record.store import connect

__all__ = ["UNITS", "EncodedCounts", "Unit", "encode_counts", "organ_counts", "rows_by_day"]

Ints = NDArray[np.int32]
Places = NDArray[np.int64]
Floats = NDArray[np.float64]
Unit = Literal["actor", "name", "sector"]
UNITS: tuple[Unit, ...] = ("actor", "name", "sector")
"""What a dyad joins: states and groups; the names of the source; the organs of each actor."""
FORMAT = 5
DATED_BACK: Mapping[str, int] = {"gdelt1": 1, "gdelt2": 0}
"""Sources whose files hold rows of days long before them, and the days from such a file's day to
that on which it is known. What they tell of days before the first file is no record of these."""
BACK_FILE = (dt.date(2013, 4, 1), 7)
"""Rows of GDELT 1.0 known by then are of files by day of the event, known days later."""
ARRAYS = ("day", "known", "actor", "recipient", "code", "count", "group")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedCounts:
    """Daily counts of one source as arrays, sorted by actor, recipient, day, code and day known.

    The rows of an actor, and of a dyad, lie together: `rows_of` finds them without reading others.

    Attributes
    ----------
    source : str
    unit : str
        ``actor``, ``name`` or ``sector``.
    start, end : date
        First and last day of the record.
    last_known : date
        Day on which the last row became known.
    day, known : int array, shape (N,)
        Days from `start`; ``known`` is the day on which a row could first be known.
    actor, recipient : int array, shape (N,)
        Index into `actors`.
    code : int array, shape (N,)
        Index into `codes`: CAMEO codes, or PLOVER types where the source has none.
    count : float array, shape (N,)
    actors, codes, groups : tuple of str
    group : int array, shape (A,)
        Country of each actor, index into `groups`; -1 where there is none.
    event : tuple of str
        PLOVER type of each code; empty where it has none.
    quad : tuple of int
        Quad class of each code.
    left_out : tuple of (str, int)
        Rows that could not be used, by reason.
    key : str
        Hash of the events that it was made from; empty where it is not known.
    """

    source: str
    unit: Unit
    start: dt.date
    end: dt.date
    last_known: dt.date
    day: Ints
    known: Ints
    actor: Ints
    recipient: Ints
    code: Ints
    count: Floats
    actors: tuple[str, ...]
    codes: tuple[str, ...]
    groups: tuple[str, ...]
    group: Ints
    event: tuple[str, ...]
    quad: tuple[int, ...]
    left_out: tuple[tuple[str, int], ...]
    key: str = ""

    @property
    def days(self) -> int:
        """Number of days of the record."""
        return (self.end - self.start).days + 1

    def rows_of(self, *, actor: int | None = None, recipient: int | None = None) -> Places:
        """Places of the rows of an actor, of a recipient, or of a dyad, in order.

        Parameters
        ----------
        actor, recipient : int, optional
            Index into `actors`; at least one of them.

        Raises
        ------
        MethodError
            If neither is given.
        """
        if actor is None and recipient is None:
            raise MethodError("rows of nobody were asked for; name an actor or a recipient.")
        if actor is None:
            return self._received(int(recipient or 0))
        low, high = _span(self.actor, value=actor)
        if recipient is not None:
            first, last = _span(self.recipient[low:high], value=recipient)
            low, high = low + first, low + last
        return np.arange(low, high, dtype=np.int64)

    def _received(self, recipient: int) -> Places:
        """Places of the rows of a recipient: under every actor, found for all of them at once."""
        of = np.searchsorted(self.actor, np.arange(len(self.actors) + 1, dtype=self.actor.dtype))
        first, end = (
            _halved(self.recipient, low=of[:-1], high=of[1:], value=recipient + more)
            for more in (0, 1)
        )
        many = end - first
        return np.repeat(first - np.cumsum(many) + many, many) + np.arange(many.sum())


def _halved(values: Ints, *, low: Places, high: Places, value: int) -> Places:
    """First place of a number that is not below `value`, in each of some sorted stretches."""
    low, high = low.copy(), high.copy()
    while (left := np.flatnonzero(low < high)).size:
        middle = (low[left] + high[left]) // 2
        below = values[middle] < value
        low[left[below]] = middle[below] + 1
        high[left[~below]] = middle[~below]
    return low


def _span(values: Ints, *, value: int) -> tuple[int, int]:
    """Where one value lies among sorted ones; of their own type, or all would be copied."""
    at = np.array([value], dtype=values.dtype)
    return (
        int(np.searchsorted(values, at, side="left")[0]),
        int(np.searchsorted(values, at, side="right")[0]),
    )


def encode_counts(
    paths: Sequence[Path],
    *,
    source: str,
    unit: Unit,
    cache: Path | None = None,
    key: str = "",
) -> EncodedCounts:
    """Daily counts of a source with numbers in place of names, read from Parquet or from a cache.

    Rows without an actor, a recipient or a class are left out and counted; so are, in the unit
    ``actor``, acts of an actor on itself (domestic events), and rows of GDELT dated before the
    first file was published, or after the last: days of which a few rows alone are held.

    Parameters
    ----------
    paths : sequence of Path
        Parquet files of daily counts, with the columns of ``COUNT_COLUMNS``.
    source : str
    unit : {"actor", "name", "sector"}
        ``sector`` makes every organ an actor of its own, as in ``RUS/military``.
    cache : Path, optional
        Folder in which the arrays are kept, to be mapped into memory the next time.
    key : str
        What the arrays were made from (the hash of the counts); part of the cache's name.

    Returns
    -------
    EncodedCounts

    Raises
    ------
    DataError
        If there is no usable row.
    """
    folder = None
    if cache is not None:
        name = hashlib.sha256(
            json.dumps([FORMAT, source, unit, key, [p.name for p in paths]]).encode()
        )
        folder = cache / f"arrays-{source}-{unit}-{name.hexdigest()[:16]}"
        if (folder / "about.json").is_file():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                return _mapped(folder, key=key)
            shutil.rmtree(folder, ignore_errors=True)  # cut short: made again
    made = _encode(paths, source=source, unit=unit, key=key)
    if folder is None:
        return made
    try:
        _keep(made, folder=folder)
    except OSError:
        return made  # a folder that cannot be written to is left as it is
    return _mapped(folder, key=key)


def rows_by_day(paths: Sequence[Path], *, source: str, unit: Unit = "actor") -> dict[dt.date, int]:
    """Rows of each day that `encode_counts` does not leave out; days without one are not named."""
    with connect() as con:
        reasons = _unusable(con, paths, source=source, unit=unit)
        out = " OR ".join(f"coalesce({where}, false)" for _, where in reasons)
        rows = f"SELECT date, sum(n)::BIGINT FROM counts WHERE NOT ({out}) GROUP BY date"
        return dict(con.execute(rows).fetchall())


def organ_counts(
    paths: Sequence[Path], *, source: str, start: dt.date, end: dt.date, as_of: dt.date
) -> dict[str, list[tuple[str, tuple[int, int, int, int]]]]:
    """Acts of every actor on others by organ and quad class in some days, as known on a day.

    Parameters
    ----------
    paths : sequence of Path
        Files of daily counts; those of months outside the days are not opened.
    source : str
    start, end : date
        First and last day of the events.
    as_of : date

    Returns
    -------
    dict of str to list of (str, four int)
        By actor; an act of nobody's organ in particular comes under the empty one. Most active
        first.
    """
    first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
    files = [p for p in paths if first <= p.name[:7] <= last]
    if not files:
        return {}
    con = connect()
    rows = con.execute(
        f"""SELECT actor, coalesce(actor_sector, ''), quad_code, sum(n)::BIGINT
            FROM {parquet(files)}
            WHERE source = ? AND date BETWEEN ? AND ? AND known_at <= ? AND actor IS NOT NULL
              AND actor <> recipient AND coalesce(cameo, root, event) IS NOT NULL
              AND quad_code IS NOT NULL GROUP BY ALL""",
        [source, start, end, as_of],
    ).fetchall()
    con.close()
    table: dict[str, dict[str, list[int]]] = {}
    for actor, organ, quad, n in rows:
        table.setdefault(actor, {}).setdefault(organ, [0, 0, 0, 0])[quad - 1] += n
    return {
        actor: sorted(
            ((organ, (q[0], q[1], q[2], q[3])) for organ, q in organs.items() if any(q)),
            key=lambda row: (-sum(row[1]), row[0]),
        )
        for actor, organs in sorted(table.items())
    }


def _end(side: str, *, unit: Unit) -> str:
    if unit == "sector":
        return (
            f"CASE WHEN {side}_sector IS NULL THEN {side} ELSE {side} || '/' || {side}_sector END"
        )
    return side


def _encode(paths: Sequence[Path], *, source: str, unit: Unit, key: str) -> EncodedCounts:
    if not paths:
        raise DataError(f"the record holds no counts of {source!r}; run demarche record sync.")
    con = connect()
    con.execute("SET preserve_insertion_order = false")
    reasons = _unusable(con, paths, source=source, unit=unit)
    left_out, sound = [], "true"
    for reason, where in reasons:
        (rows,) = _one(con, f"SELECT coalesce(sum(n), 0) FROM counts WHERE ({where}) AND {sound}")
        sound += f" AND NOT coalesce({where}, false)"
        if rows:
            left_out.append((reason, int(rows)))
    start, end = _one(con, f"SELECT min(date), max(date) FROM counts WHERE {sound}")
    if start is None:
        said = "; ".join(f"{n:,} rows {reason}" for reason, n in left_out)
        raise DataError(f"no row of {source!r} can be used as counts ({said or 'there is none'}).")
    con.execute(
        f"""CREATE TEMP TABLE ends AS SELECT name, max(country) AS country,
           ((row_number() OVER (ORDER BY name)) - 1)::INTEGER AS id FROM (
             SELECT DISTINCT actor AS name, actor_country AS country FROM counts WHERE {sound}
             UNION ALL SELECT DISTINCT recipient, recipient_country FROM counts WHERE {sound})
           GROUP BY name"""
    )
    con.execute(
        f"""CREATE TEMP TABLE types AS SELECT code, max(event) AS event, max(quad_code) AS quad,
           ((row_number() OVER (ORDER BY code)) - 1)::INTEGER AS id FROM counts WHERE {sound}
           GROUP BY code"""
    )
    columns = _sorted_columns(
        [_numbers(con, str(path), start=start, sound=sound) for path in paths]
    )  # fmt: skip
    ends = con.execute("SELECT name, coalesce(country, '') FROM ends ORDER BY id").fetchall()
    types = con.execute("SELECT code, coalesce(event, ''), quad FROM types ORDER BY id").fetchall()
    con.close()
    groups = tuple(sorted({country for _, country in ends if country}))
    at = {name: index for index, name in enumerate(groups)}
    return EncodedCounts(
        source=source,
        unit=unit,
        start=start,
        end=end,
        last_known=start + dt.timedelta(days=int(columns["known"].max())),
        **columns,
        actors=tuple(name for name, _ in ends),
        codes=tuple(code for code, _, _ in types),
        groups=groups,
        group=np.array([at.get(country, -1) for _, country in ends], dtype=np.int32),
        event=tuple(event for _, event, _ in types),
        quad=tuple(int(quad) for _, _, quad in types),
        left_out=tuple(left_out),
        key=key,
    )


def _unusable(con: Any, paths: Sequence[Path], *, source: str, unit: Unit) -> list[tuple[str, str]]:
    """Make the view ``counts`` of some files; reason and condition of its rows of no use."""
    con.execute(
        f"""CREATE TEMP VIEW counts AS
        SELECT date, known_at, {_end("actor", unit=unit)} AS actor,
               {_end("recipient", unit=unit)} AS recipient, actor_country, recipient_country,
               coalesce(cameo, root, event) AS code, event, quad_code, n, filename
        FROM {parquet(paths, filename=True)} WHERE source = {literal(source)}"""
    )
    reasons = [
        *_undated(con, source=source),
        ("without an actor or a recipient", "actor IS NULL OR recipient IS NULL"),
        ("without a class", "code IS NULL OR quad_code IS NULL"),
    ]
    if unit == "actor":
        reasons.append(("within one actor", "actor = recipient"))
    return reasons


def _undated(con: Any, *, source: str) -> list[tuple[str, str]]:
    """Reason and condition of rows dated to days whose own files a record does not hold."""
    if source not in DATED_BACK:
        return []
    first, last = _one(con, "SELECT min(known_at), max(known_at) FROM counts")
    if first is None:
        return []
    ended, lag = BACK_FILE
    if source != "gdelt1" or first > ended:
        lag = DATED_BACK[source]
    begun = first - dt.timedelta(days=lag)
    return [
        (f"dated before the record's files begin ({begun})", f"date < DATE '{begun}'"),
        (f"dated after the record's files end ({last})", f"date > DATE '{last}'"),
    ]


def _numbers(con: Any, name: str, *, start: dt.date, sound: str) -> dict[str, NDArray[Any]]:
    """Usable rows of one file with numbers in place of names."""
    got = con.execute(
        f"""SELECT (date_diff('day', ?::DATE, c.date))::INTEGER AS day,
                   (date_diff('day', ?::DATE, c.known_at))::INTEGER AS known,
                   a.id AS actor, r.id AS recipient, t.id AS code, sum(n)::DOUBLE AS count
            FROM (SELECT * FROM counts WHERE filename = ? AND {sound}) c
            JOIN ends a ON a.name = c.actor JOIN ends r ON r.name = c.recipient
            JOIN types t ON t.code = c.code GROUP BY ALL""",
        [start, start, name],
    ).fetchnumpy()
    return {name: np.asarray(got[name]) for name in ARRAYS[:-1]}


def _sorted_columns(parts: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Rows of all files as one, sorted; no two share a key, for a file holds whole months."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in ARRAYS[:-1]}
    keys = [whole[name] for name in ("actor", "recipient", "day", "code")]
    order = sort_order([*keys, whole["known"] - whole["day"]])
    return {name: values[order] for name, values in whole.items()}


def _one(con: Any, query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = con.execute(query).fetchone()
    return row


def _keep(made: EncodedCounts, *, folder: Path) -> None:
    """Write the arrays aside and move them into place whole."""
    aside = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        for name in ARRAYS:
            np.save(aside / f"{name}.npy", getattr(made, name), allow_pickle=False)
        about = {
            "source": made.source,
            "unit": made.unit,
            "start": made.start.isoformat(),
            "end": made.end.isoformat(),
            "last_known": made.last_known.isoformat(),
            "actors": made.actors,
            "codes": made.codes,
            "groups": made.groups,
            "event": made.event,
            "quad": made.quad,
            "left_out": made.left_out,
        }
        (aside / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        os.replace(aside, folder)
    except OSError:
        # another process may have put the same arrays there in the meantime
        if not (folder / "about.json").is_file():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _mapped(folder: Path, *, key: str) -> EncodedCounts:
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    arrays = {n: np.load(folder / f"{n}.npy", mmap_mode="r", allow_pickle=False) for n in ARRAYS}
    return EncodedCounts(
        source=about["source"],
        unit=about["unit"],
        start=dt.date.fromisoformat(about["start"]),
        end=dt.date.fromisoformat(about["end"]),
        last_known=dt.date.fromisoformat(about["last_known"]),
        actors=tuple(about["actors"]),
        codes=tuple(about["codes"]),
        groups=tuple(about["groups"]),
        event=tuple(about["event"]),
        quad=tuple(about["quad"]),
        left_out=tuple((reason, n) for reason, n in about["left_out"]),
        key=key,
        **arrays,
    )
