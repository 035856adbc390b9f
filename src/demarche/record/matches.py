"""Rows of the record that match an actor, recipients and codes within a window, with coverage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._damage import reading
from demarche.record._parts import literal
from demarche.record.store import connect, events

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Matched", "Window", "open_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One row that matched: enough to look it up."""

    event_id: str
    date: dt.date
    known_at: dt.date
    actor: str
    recipient: str
    code: str
    headline: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """Events of one source between two days, as known on a third; made by `open_window`.

    Attributes
    ----------
    source : str
    start, end, as_of : date
    rows : int
        Rows of anyone within the window.
    covered : int
        Days of the window on which the source has any row.
    last : date or None
        Last day of any event of the source that was known on ``as_of``.
    """

    source: str
    start: dt.date
    end: dt.date
    as_of: dt.date
    rows: int
    covered: int
    last: dt.date | None
    con: DuckDBPyConnection

    @property
    def days(self) -> int:
        """Days of the window."""
        return (self.end - self.start).days + 1

    def knows(self, names: Sequence[str]) -> bool:
        """Whether any row of the source, of any day, names such an actor."""
        found = self.con.sql(f"SELECT 1 FROM held WHERE actor IN ({_texts(names)}) LIMIT 1")
        return bool(found.fetchall())

    def match(
        self,
        *,
        actors: Sequence[str],
        recipients: Sequence[str] = (),
        cameo: Sequence[str] = (),
        plover: Sequence[str] = (),
        limit: int = 5,
    ) -> tuple[int, tuple[Matched, ...]]:
        """Number of matching rows, and the first of them by date.

        A row matches if its CAMEO code is one of ``cameo`` or begins with one; a row without a
        CAMEO code, if its PLOVER type is one of ``plover``; without recipients, towards anyone.
        """
        codes = [f"starts_with(cameo, {_texts([code])})" for code in cameo]
        kinds = f"coalesce(cameo, '') = '' AND event IN ({_texts(plover)})"
        wanted = " OR ".join([*codes, *([f"({kinds})"] if plover else [])])
        if not wanted or not actors:
            return 0, ()
        where = f"actor IN ({_texts(actors)}) AND ({wanted})"
        if recipients:
            where += f" AND recipient IN ({_texts(recipients)})"
        ((count,),) = self.con.sql(f"SELECT count(*) FROM span WHERE {where}").fetchall()
        found = self.con.sql(
            "SELECT event_id, date, known_at, actor, coalesce(recipient, ''), "
            "coalesce(nullif(cameo, ''), event, ''), coalesce(headline, ''), coalesce(url, '') "
            f"FROM span WHERE {where} ORDER BY date, event_id LIMIT {int(limit)}"
        ).fetchall()
        names = ("event_id", "date", "known_at", "actor", "recipient", "code", "headline", "url")
        rows = tuple(Matched(**dict(zip(names, row, strict=True))) for row in found)
        return int(count), rows

    def close(self) -> None:
        """Give the connection back."""
        self.con.close()


def _texts(values: Sequence[str]) -> str:
    return ", ".join(map(literal, values))


def open_window(root: Path, *, source: str, start: dt.date, end: dt.date, as_of: dt.date) -> Window:
    """Rows of one source of a store between two days, as known on ``as_of``.

    Raises
    ------
    DataError
        If the store holds nothing of the source.
    """
    con = connect()
    with reading(root):
        held = events(root, as_of=as_of, source=source, con=con)
        held.create_view("held")
        con.sql(
            "CREATE TEMP TABLE span AS SELECT event_id, date, known_at, actor, recipient, cameo, "
            f"event, headline, url FROM held WHERE date >= DATE '{start}' AND date <= DATE '{end}'"
        )
        ((rows, covered),) = con.sql("SELECT count(*), count(DISTINCT date) FROM span").fetchall()
        ((last,),) = con.sql("SELECT max(date) FROM held").fetchall()
    return Window(
        source=source,
        start=start,
        end=end,
        as_of=as_of,
        rows=int(rows),
        covered=int(covered),
        last=last,
        con=con,
    )
