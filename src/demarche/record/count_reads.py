"""Reads of the daily counts: some actors or classes, as known on a day, as numbered columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, near_miss
from demarche.record._parts import parquet
from demarche.record.store import connect
from demarche.terms.events import COUNT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["CountRows", "Match", "read_counts", "sort_order"]

Match = Literal["either", "both", "actor", "recipient"]
_DAYS = ("date", "known_at")
_NUMBERS = ("quad_code", "directed", "n")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountRows:
    """Daily counts as numbered columns, sorted by the columns asked for.

    Attributes
    ----------
    columns : mapping of str to array, shape (N,)
        ``date`` and ``known_at`` as datetime64[D]; text as int32 numbers into `labels`, -1 where
        empty; ``quad_code`` int8, 0 where empty; ``directed`` bool; ``n`` int64, at least 1.
    labels : mapping of str to tuple of str
        Words of each text column, sorted.
    """

    columns: Mapping[str, NDArray[Any]]
    labels: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.columns["n"])

    def text(self, name: str) -> NDArray[np.str_]:
        """A text column as words; empty ones as the empty string."""
        words: NDArray[np.str_] = np.array([*self.labels[name], ""])[self.columns[name]]
        return words


def read_counts(
    paths: Sequence[Path],
    *,
    as_of: dt.date,
    source: str | None = None,
    actors: Collection[str] | None = None,
    match: Match = "either",
    classes: Collection[str] | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    columns: Sequence[str] = COUNT_COLUMNS,
    con: DuckDBPyConnection | None = None,
) -> CountRows:
    """Daily counts as they were known on a day.

    Rows known later change nothing. Events that had stopped counting by `as_of` are gone from the
    result, taken from the earliest rows of their key first, so that ``n`` is at least 1 throughout.

    Parameters
    ----------
    paths : sequence of Path
        Files of daily counts.
    as_of : date
        Only rows with ``known_at`` on or before it.
    source : str, optional
        One source; all by default.
    actors : collection of str, optional
        Only rows that name these, as `match` says.
    match : {"either", "both", "actor", "recipient"}
        ``either``: the actor or the recipient is among them (a dyad and its neighbours); ``both``:
        the actor and the recipient are.
    classes : collection of str, optional
        CAMEO roots, or PLOVER types where a row has no root.
    start, end : date, optional
        First and last day of the events.
    columns : sequence of str
        Which of ``COUNT_COLUMNS`` to keep, with ``n``; rows are added up over the others.
    con : DuckDBPyConnection, optional

    Returns
    -------
    CountRows

    Raises
    ------
    DataError
        If there is no file, a column or `match` is unknown, or `as_of` is no date.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from demarche.record.counts import MonthEvents, build_counts
    >>> from demarche.record.synthetic import made_world
    >>> from demarche.record.synthetic_files import write_events
    >>> with TemporaryDirectory() as there:
    ...     files = write_events(made_world(days=31), Path(there), rows=500, seed=1)
    ...     month = MonthEvents(source="synthetic", month="2015-01", paths=(files[0].path,))
    ...     made = build_counts([month], Path(there))
    ...     rows = read_counts([made[0].path], as_of=dt.date(2015, 1, 9), actors=["XAA"],
    ...                        columns=["date", "actor", "root"], match="actor")
    >>> rows.labels["actor"], rows.columns["date"].max()
    (('XAA',), np.datetime64('2015-01-09'))
    """
    import narwhals as nw

    _check(paths, as_of=as_of, match=match, columns=columns)
    keys = [c for c in COUNT_COLUMNS if c in columns and c != "n"]
    held = [*keys, *(["known_at"] if "known_at" not in keys else [])]
    own = con if con is not None else connect()
    try:
        frame = nw.from_native(own.sql(f"FROM {parquet(paths)}"))
        frame = frame.filter(nw.col("known_at") <= nw.lit(as_of))
        for name, op in (("start", start), ("end", end)):
            if op is not None:
                day = nw.col("date")
                frame = frame.filter(day >= nw.lit(op) if name == "start" else day <= nw.lit(op))
        if source is not None:
            frame = frame.filter(nw.col("source") == nw.lit(source))
        if actors is not None:
            named = sorted(actors)
            by, to = nw.col("actor").is_in(named), nw.col("recipient").is_in(named)
            chosen = {"either": by | to, "both": by & to, "actor": by, "recipient": to}
            frame = frame.filter(chosen[match])
        if classes is not None:
            frame = frame.filter(nw.coalesce("root", "event").is_in(sorted(classes)))
        table: Any = (
            frame.group_by(*held)
            .agg(nw.col("n").sum())
            .select(*held, nw.col("n").cast(nw.Int64))
            .to_native()
            .to_arrow_table()
        )
    finally:
        if con is None:
            own.close()
    return _net(_numbered(table), keys=keys)


def _check(paths: Sequence[Path], *, as_of: dt.date, match: str, columns: Sequence[str]) -> None:
    if not isinstance(as_of, dt.date):
        raise DataError(f"as_of must be a date, got {as_of!r}: every read says as of when.")
    if not paths:
        raise DataError("there are no daily counts to read; run demarche record sync.")
    if match not in ("either", "both", "actor", "recipient"):
        raise DataError(f"match is {match!r}; expected 'either', 'both', 'actor' or 'recipient'.")
    for name in columns:
        if name not in COUNT_COLUMNS:
            raise DataError(
                f"{name!r} is no column of the counts. {near_miss(name, COUNT_COLUMNS)}".rstrip()
            )


def _numbered(table: Any) -> CountRows:
    columns: dict[str, NDArray[Any]] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if name in _DAYS:
            columns[name] = column.to_numpy(zero_copy_only=False).astype("datetime64[D]")
        elif name in _NUMBERS:
            kind = {"n": np.int64, "quad_code": np.int8, "directed": np.bool_}[name]
            columns[name] = (
                column.fill_null(False if name == "directed" else 0)
                .to_numpy(zero_copy_only=False)
                .astype(kind)
            )
        else:
            coded = column.dictionary_encode()
            words = np.array(coded.dictionary.to_pylist(), dtype=np.str_)
            order = np.argsort(words, kind="stable")
            rank = np.empty(len(words) + 1, dtype=np.int32)
            rank[order] = np.arange(len(words))
            rank[-1] = -1
            index = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
            columns[name] = rank[index]
            labels[name] = tuple(words[order].tolist())
    return CountRows(columns=columns, labels=labels)


def _net(rows: CountRows, *, keys: Sequence[str]) -> CountRows:
    """Rows sorted, withdrawals taken off the earliest of their key, and added up over `keys`."""
    whole = [name for name in rows.columns if name not in {"n", "known_at"}]
    order = sort_order([rows.columns[name] for name in (*whole, "known_at")])
    at = {name: values[order] for name, values in rows.columns.items()}
    n = at["n"].copy()
    if n.size and n.min() < 0:
        first = _starts([at[name] for name in whole], size=len(n))
        last = np.r_[first[1:], len(n)]
        for here in np.unique(np.searchsorted(first, np.flatnonzero(n < 0), side="right") - 1):
            part = n[first[here] : last[here]]
            gone = -int(part[part < 0].sum())
            came = np.maximum(part, 0)
            before = np.cumsum(came) - came
            n[first[here] : last[here]] = came - np.clip(gone - before, 0, came)
    left = n > 0
    at, n = {name: values[left] for name, values in at.items()}, n[left]
    kept = {name: at[name] for name in keys}
    if "known_at" not in keys and len(n):
        first = _starts([kept[name] for name in keys], size=len(n))
        kept = {name: values[first] for name, values in kept.items()}
        n = np.add.reduceat(n, first)
    kept["n"] = n
    labels = {name: rows.labels[name] for name in keys if name in rows.labels}
    return CountRows(columns=kept, labels=labels)


def sort_order(columns: Sequence[NDArray[Any]]) -> NDArray[np.intp]:
    """Order of the rows by all columns, the first one first.

    The columns are packed into one whole number where they fit: one sort in place of many. Where
    the number of the row fits too, it is the last of them: numbers sort faster than places do.
    """
    size, packed = 1, np.zeros(len(columns[0]), dtype=np.int64)
    if not len(packed):
        return np.zeros(0, dtype=np.intp)
    for values in columns:
        place = values.astype(np.int64)
        low = int(place.min())
        span = int(place.max()) - low + 1
        if size > np.iinfo(np.int64).max // span:
            return np.lexsort(columns[::-1])
        size *= span
        packed *= span
        packed += place - low
    if size > np.iinfo(np.int64).max // len(packed):
        return np.argsort(packed, kind="stable")
    packed *= len(packed)
    packed += np.arange(len(packed))
    packed.sort()
    packed %= len(packed)
    return packed.astype(np.intp, copy=False)


def _starts(columns: Sequence[NDArray[Any]], *, size: int) -> NDArray[np.intp]:
    """First row of each run of equal rows."""
    change = np.zeros(size, dtype=np.bool_)
    change[:1] = True
    for values in columns:
        change[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(change)
