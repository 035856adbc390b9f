"""A tiny format of our own, and its reader, so that the store is tested apart from the readers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche.terms.events import EVENT_COLUMNS

FIELDS = (
    *("id", "date", "known_at", "actor", "recipient", "root", "story"),
    *("version", "mode", "deleted_at"),
)
TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE"}


@dataclass
class Read:
    source: str
    events: Any
    rejects: Any
    lines: int
    read: int
    rejected: int
    warnings: tuple = ()
    packed: Any = None
    names: tuple = ()
    files: tuple = ()
    refused: tuple = ()

    def close(self):
        pass


def write(path: Path, rows: list[dict]) -> Path:
    """One line per row, fields joined by a bar; what a row leaves out is filled in."""
    usual = {"date": "2020-01-05", "actor": "AAA", "recipient": "BBB", "root": "14"}
    lines = []
    for row in rows:
        if "line" in row:
            lines.append(row["line"])
            continue
        full = {**usual, **row}
        full.setdefault("known_at", full["date"])
        lines.append("|".join(str(full.get(name, "")) for name in FIELDS))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def read_small(paths, *, source, con, version=None):
    """Reader of that format: a row without a date is rejected."""
    con.execute("CREATE OR REPLACE TEMP TABLE _small (f VARCHAR, n BIGINT, part VARCHAR[])")
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [(path.name, n, line.split("|")) for n, line in enumerate(lines, 1)]
        if rows:
            con.executemany("INSERT INTO _small VALUES (?, ?, ?)", rows)
    field = {name: f"nullif(part[{n}], '')" for n, name in enumerate(FIELDS, 1)}
    own = {
        "event_id": f"'{source}:' || {field['id']}",
        "source": f"'{source}'",
        "source_version": field["version"],
        "source_file": "f",
        "source_row": "n",
        "known_at_kind": "'stamped'",
        "directed": "true",
        **{k: field[k] for k in FIELDS if k not in ("id", "version")},
    }
    columns = ", ".join(
        f"CAST({own.get(c.name, 'NULL')} AS {TYPES.get(c.type, 'BOOLEAN')}) AS {c.name}"
        for c in EVENT_COLUMNS
    )
    good = f"try_cast({field['date']} AS DATE) IS NOT NULL"
    count = con.execute(f"SELECT count(*), count(*) FILTER ({good}) FROM _small").fetchone()
    return Read(
        source=source,
        events=con.sql(f"SELECT {columns} FROM _small WHERE {good}"),
        rejects=con.sql(
            f"SELECT '{source}' AS source, f AS source_file, n AS source_row, 'date' AS column, "
            f"'no date' AS reason, array_to_string(part, '|') AS value FROM _small "
            f"WHERE NOT ({good})"
        ),
        lines=count[0],
        read=count[1],
        rejected=count[0] - count[1],
        files=tuple(path.name for path in paths),
    )
