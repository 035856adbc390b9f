"""Which rows count, and from when until when: four rules, the same for any order of rows.

1. *Same event.* Rows with one identity (``event_id``; with the date where a source uses its ids
   again) are versions of one event, dated by ``known_at``. A version counts until a later one
   with other content is known, or until the source withdraws the event. A later version with the
   same content changes nothing (``unchanged``); of several known on one day the one of the newest
   source version stays (``same day``). Where the day is assumed, one of an older source version
   than is known already comes too late (``older release``). Of rows that differ and of which no
   source version tells the later one, the first stays (``undecided``).
2. *Whole row.* Rows equal in all but their place in the files count once (``whole row``).
3. *One story, one vote* (sources coded by machine). Rows equal in story, date, actor, recipient,
   their sectors, CAMEO root and PLOVER type count once; the first by (``known_at``, ``event_id``)
   stays. Another counts only from the day on which no earlier one does (``one story``).
4. *Provisional rows end with the release that replaces them* (`PROVISIONAL`). UCDP's candidate
   events of a month count until a yearly release that has events of that month is known; those
   known only afterwards do not count (``yearly release``). A yearly row whose release is not
   stated is taken to be known some days after its event; it replaces the candidate events of its
   month up to its own day.

What counts as of a day depends on rows known by that day alone, and the whole is a function of
the set of rows: neither order nor batches can change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from demarche.record._stage import Rows

__all__ = ["PROVISIONAL", "REVISED", "RULES", "STORED", "WITHDRAWALS", "mark", "replaced_days"]

REVISED = frozenset({"acled", "ucdp_candidate", "ucdp_ged"})
"""Sources coded by hand that revise their rows, dates included; ids are unique across months."""

PROVISIONAL: Mapping[str, str] = {"ucdp_candidate": "ucdp_ged"}
"""Sources whose rows are provisional, and the source whose releases replace them."""

WITHDRAWALS: Mapping[str, str] = {"acled_deleted": "acled"}
"""Sources that list the withdrawn events of another."""

RULES = (
    *("whole row", "same day", "unchanged", "one story", "yearly release"),
    *("older release", "undecided"),
)
"""Why a row was set aside."""

_NAMES = tuple(column.name for column in EVENT_COLUMNS)
STORED = (*_NAMES, "counted_from", "counted_until")
"""Columns of a file of events."""

_PLACE = {"source_file", "source_row", "source_version", "known_at", "known_at_kind", "deleted_at"}
_CONTENT = tuple(name for name in _NAMES if name not in _PLACE)
_STORY = (
    *("story", "date", "actor", "actor_sector"),
    *("recipient", "recipient_sector", "root", "event"),
)

HASH = "hash({})"
"""Rows of one story have one hash; rows of one hash may still be of several."""
_MARK = (
    "rid BIGINT, place BIGINT, rule VARCHAR, kept_id VARCHAR, counted_from DATE, counted_until DATE"
)


def mark(
    con: DuckDBPyConnection,
    rows: Rows,
    *,
    across: bool,
    votes: bool,
    deleted: str | None,
    yearly: str | None = None,
    marks: str = "_marks",
) -> None:
    """Make a table of the rows that need a mark: set aside, replaced, withdrawn or delayed.

    It has the columns rid, place, rule, kept_id, counted_from, counted_until; a row that is not in
    it counts from its ``known_at`` on. ``rule`` is NULL where the row counts; ``place`` orders the
    rows of one event. Beside it the connection gets a temporary table ``_light`` of all rows: rid,
    id, date, known_at, and the hash of the story.

    Parameters
    ----------
    con : DuckDBPyConnection
    rows : Rows
    across : bool
        Ids are unique across dates: rows of one id and several dates are one event.
    votes : bool
        Stories have a vote.
    deleted : str or None
        Name of a table (event_id, deleted_at) of events that the source withdrew.
    yearly : str, optional
        Name of a table of `replaced_days`, where the rows are provisional.
    marks : str
        Name of the table to make.
    """
    story = "NULL::UBIGINT"
    names = ["date", "known_at"]
    if votes:
        story = f"CASE WHEN r.story IS NOT NULL THEN {HASH.format(_listed('r', _STORY))} END"
        names = list(dict.fromkeys([*names, *_STORY]))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _light AS "
        f"SELECT r.rid, r.id, r.date, r.known_at, {story} AS h FROM ({rows.only(names)}) r"
    )
    identity = ("id",) if across else ("id", "date")
    many = _made(
        con,
        f"CREATE OR REPLACE TEMP TABLE _many AS SELECT {', '.join(identity)} FROM _light "
        "GROUP BY ALL HAVING count(*) > 1",
    )
    marked = bool(many or deleted or yearly)
    if many:
        _versions(con, rows, marks, identity)
    elif marked or not votes:
        con.execute(f"CREATE OR REPLACE TABLE {marks} ({_MARK})")
    if deleted is not None:
        _withdraw(con, rows, marks, deleted)
    if yearly is not None:
        _replace(con, rows, marks, yearly)
    if votes:
        _stories(con, rows, marks, marked=marked)


def _listed(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _made(con: DuckDBPyConnection, query: str) -> int:
    """Rows of the table that a query makes."""
    ((rows,),) = con.execute(query).fetchall()
    return int(rows)


def _versions(con: DuckDBPyConnection, rows: Rows, marks: str, identity: Sequence[str]) -> None:
    same = " AND ".join(f"r.{name} = m.{name}" for name in identity)
    # releases are numbers: 25.0.10 is later than 25.0.9, and 20230410 than 20230405120000
    release = "CAST(regexp_extract_all(r.source_version, '[0-9]{1,8}') AS BIGINT[])"
    oldest_first = f"{release} NULLS FIRST, r.source_version NULLS FIRST"
    content = f"md5(CAST(row({_listed('r', _CONTENT)}) AS VARCHAR))"
    con.execute(f"""
        CREATE OR REPLACE TABLE {marks} AS
        WITH hashed AS (
          SELECT r.rid, dense_rank() OVER (ORDER BY {_listed("r", identity)}) AS id, r.event_id,
            r.known_at, r.source_version AS v, r.source_file AS f, r.source_row AS n,
            r.known_at_kind AS kind, {content} AS content,
            dense_rank() OVER (ORDER BY {oldest_first}) AS release
          FROM ({rows.only(_NAMES)}) r JOIN _many m ON {same}
        ), ranked AS (
          SELECT *, row_number() OVER day AS nth, first_value(content) OVER day AS best,
            first_value(release) OVER day AS newest,
            row_number() OVER (PARTITION BY id ORDER BY known_at, v, f, n, kind, content, rid)
              AS place
          FROM hashed
          WINDOW day AS (PARTITION BY id, known_at
            ORDER BY release DESC, content, f, n, kind, rid)
        ), days AS (
          SELECT *, max(release) OVER (PARTITION BY id ORDER BY known_at) AS known,
            first_value(content) OVER (PARTITION BY id, release ORDER BY known_at) AS first
          FROM ranked WHERE nth = 1
        ), late AS (
          SELECT rid, CASE WHEN release < known THEN 'older release' ELSE 'undecided' END AS why
          FROM days WHERE kind = 'assumed' AND (release < known OR content <> first)
        ), stays AS (
          SELECT *, lag(content) OVER (PARTITION BY id ORDER BY known_at) AS before
          FROM days ANTI JOIN late USING (rid)
        ), starts AS (
          SELECT rid, lead(known_at) OVER (PARTITION BY id ORDER BY known_at) AS until
          FROM stays WHERE before IS DISTINCT FROM content
        )
        SELECT r.rid, r.place,
          CASE WHEN r.nth > 1 AND r.content = r.best THEN 'whole row'
               WHEN r.nth > 1 AND r.release = r.newest THEN 'undecided'
               WHEN r.nth > 1 THEN 'same day'
               WHEN s.rid IS NULL THEN coalesce(l.why, 'unchanged') END AS rule,
          CASE WHEN r.nth > 1 OR s.rid IS NULL THEN r.event_id END AS kept_id,
          r.known_at AS counted_from, s.until AS counted_until
        FROM ranked r LEFT JOIN starts s USING (rid) LEFT JOIN late l USING (rid)""")


def _withdraw(con: DuckDBPyConnection, rows: Rows, marks: str, deleted: str) -> None:
    """A withdrawn event counts until the first such day on or after the version was known."""
    events = rows.only(("event_id", "known_at"))
    con.execute(f"""
        CREATE OR REPLACE TABLE {marks} AS
        WITH gone AS (
          SELECT r.rid, min(d.deleted_at) AS day
          FROM ({events}) r JOIN {deleted} d
            ON d.event_id = r.event_id AND d.deleted_at >= r.known_at GROUP BY 1
        )
        SELECT coalesce(m.rid, g.rid) AS rid, m.place, m.rule, m.kept_id,
          coalesce(m.counted_from, r.known_at) AS counted_from,
          least(m.counted_until, g.day) AS counted_until
        FROM {marks} m FULL JOIN gone g ON m.rid = g.rid
        JOIN ({events}) r ON r.rid = coalesce(m.rid, g.rid)
        """)


def replaced_days(con: DuckDBPyConnection, name: str, rows: str) -> None:
    """Table of the days on which provisional rows of a month end: (month, day, known).

    Parameters
    ----------
    con : DuckDBPyConnection
    name : str
        Table to make. ``day`` is empty where the release is stated and replaces the whole month;
        else rows up to ``day`` end.
    rows : str
        SQL of the rows that replace them.
    """
    con.execute(f"""
        CREATE OR REPLACE TABLE {name} AS
        SELECT date_trunc('month', date)::DATE AS month,
          CASE WHEN known_at_kind IS DISTINCT FROM 'release' THEN date END AS day,
          min(known_at) AS known
        FROM {rows} GROUP BY ALL""")


def _replace(con: DuckDBPyConnection, rows: Rows, marks: str, yearly: str) -> None:
    """A provisional row counts until its month is released; one known only later, never."""
    events = rows.only(("event_id", "known_at", "date"))
    con.execute(f"""
        CREATE OR REPLACE TABLE {marks} AS
        WITH days AS (
          SELECT r.rid, r.event_id, r.known_at, coalesce(
            min(y.known) FILTER (y.day IS NULL OR y.day >= r.date), max(y.known)) AS day
          FROM ({events}) r JOIN {yearly} y ON y.month = date_trunc('month', r.date)::DATE
          GROUP BY ALL
        )
        SELECT coalesce(m.rid, d.rid) AS rid, m.place,
          CASE WHEN m.rule IS NULL AND d.day <= d.known_at THEN 'yearly release'
               ELSE m.rule END AS rule,
          CASE WHEN m.rule IS NULL AND d.day <= d.known_at THEN d.event_id
               ELSE m.kept_id END AS kept_id,
          coalesce(m.counted_from, d.known_at) AS counted_from,
          least(m.counted_until, d.day) AS counted_until
        FROM {marks} m FULL JOIN days d ON m.rid = d.rid""")


def _stories(con: DuckDBPyConnection, rows: Rows, marks: str, *, marked: bool) -> None:
    """Count a story's rows once; a later row steps in only when every earlier one has ended.

    Where no row of a story has a mark yet, none of them ends, and the first keeps the vote.
    """
    told = "SELECT h FROM _light WHERE h IS NOT NULL GROUP BY h HAVING count(*) > 1"
    hard = 0
    if marked:
        hard = _made(
            con,
            f"CREATE OR REPLACE TEMP TABLE _hard AS SELECT DISTINCT h FROM ({told}) "
            f"SEMI JOIN (SELECT h FROM _light SEMI JOIN {marks} USING (rid)) USING (h)",
        )
    # rows of one hash are candidates; the story itself decides
    easy = f"SELECT h FROM ({told}) ANTI JOIN _hard USING (h)" if hard else told
    keys = rows.only(("event_id", *_STORY))
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in _STORY)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _late AS
        WITH easy AS ({easy}), firsts AS (
          SELECT rid, h, first_value(rid) OVER (PARTITION BY h ORDER BY known_at, id, rid) AS first
          FROM _light SEMI JOIN easy USING (h)
        )
        SELECT f.rid, f.h, b.event_id AS first_id, {same} AS same
        FROM firsts f JOIN ({keys}) a ON a.rid = f.rid JOIN ({keys}) b ON b.rid = f.first
        WHERE f.rid <> f.first""")
    mixed = con.execute("SELECT h FROM _late WHERE NOT same LIMIT 1").fetchall()
    late = "FROM _late"
    if mixed:
        held = "UNION FROM _hard" if hard else ""
        con.execute(
            "CREATE OR REPLACE TEMP TABLE _hard AS "
            f"SELECT DISTINCT h FROM _late WHERE NOT same {held}"
        )
        late = "FROM _late ANTI JOIN _hard USING (h)"
    make = f"INSERT INTO {marks}" if marked else f"CREATE OR REPLACE TABLE {marks} AS"
    con.execute(
        f"{make} SELECT rid, NULL::BIGINT AS place, 'one story' AS rule, first_id AS kept_id, "
        f"NULL::DATE AS counted_from, NULL::DATE AS counted_until {late}"
    )
    con.execute("DROP TABLE _late")
    if hard or mixed:
        _votes(con, rows, marks)


def _votes(con: DuckDBPyConnection, rows: Rows, marks: str) -> None:
    """The votes of stories of which a row has a mark, or the hash of another story."""
    key = _listed("r", _STORY)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _votes AS
        WITH told AS (
          SELECT r.rid, m.place, {key}, r.event_id, r.known_at,
            coalesce(m.counted_until, DATE 'infinity') AS until
          FROM ({rows.only(("event_id", "known_at", *_STORY))}) r
          JOIN (SELECT rid FROM _light SEMI JOIN _hard USING (h)) g ON g.rid = r.rid
          LEFT JOIN {marks} m ON m.rid = r.rid WHERE m.rule IS NULL
        )
        SELECT rid, place, until, known_at,
          max(until) OVER earlier AS free, first_value(event_id) OVER earlier AS first_id
        FROM told r
        WINDOW earlier AS (PARTITION BY {key} ORDER BY known_at, event_id, rid
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)""")
    con.execute(f"""
        CREATE OR REPLACE TABLE {marks} AS
        WITH late AS (
          SELECT rid, place, first_id, free AS since, until
          FROM _votes WHERE free > known_at
        )
        SELECT m.rid, m.place, m.rule, m.kept_id, m.counted_from, m.counted_until
        FROM {marks} m ANTI JOIN late USING (rid)
        UNION ALL BY NAME
        SELECT rid, place, CASE WHEN since >= until THEN 'one story' END AS rule,
          CASE WHEN since >= until THEN first_id END AS kept_id,
          CASE WHEN since < until THEN since END AS counted_from,
          CASE WHEN until < DATE 'infinity' THEN until END AS counted_until
        FROM late""")
