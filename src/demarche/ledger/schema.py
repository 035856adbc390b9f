"""Tables of a ledger, the same in SQLite and PostgreSQL, and the triggers that guard them.

The version of the tables is kept in ``ledger_schema``, one row per step that was taken; steps go
forward only. It is apart from the version of the entries, which each entry states itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    inspect,
)

from demarche.errors import LedgerError
from demarche.terms.ledger import GENESIS

__all__ = [
    "GUARDS",
    "STEPS",
    "TABLES",
    "entries",
    "lost_guards",
    "migrate",
    "refuse_foreign",
    "tables_version",
    "versions",
]

metadata = MetaData()
WHOLE = BigInteger().with_variant(Integer, "sqlite")
entries = Table(
    "ledger_entries",
    metadata,
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("prev_hash", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("record", Text, nullable=False),
    Index("ledger_by_subject", "subject", "kind"),
    Index("ledger_by_kind", "kind", "seq"),
)
versions = Table(
    "ledger_schema",
    metadata,
    Column("version", WHOLE, primary_key=True, autoincrement=False),
    Column("tool", Text, nullable=False),
    Column("at", Text, nullable=False),
)
REFUSAL = "the ledger is append-only"


def _sqlite() -> tuple[str, ...]:
    found = []
    for table in (entries.name, versions.name):
        for act in ("UPDATE", "DELETE"):
            found.append(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
    found.append(
        f"CREATE TRIGGER {entries.name}_chain BEFORE INSERT ON {entries.name} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: an entry must follow the last one') WHERE "
        f"NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM {entries.name}) OR "
        f"NEW.prev_hash IS NOT COALESCE((SELECT hash FROM {entries.name} "
        f"ORDER BY seq DESC LIMIT 1), '{GENESIS}'); END"
    )
    return tuple(found)


def _postgresql() -> tuple[str, ...]:
    found = [
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE FUNCTION ledger_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.seq IS DISTINCT FROM (SELECT COALESCE(MAX(seq), 0) + 1 FROM {entries.name}) OR "
        f"NEW.prev_hash IS DISTINCT FROM COALESCE((SELECT hash FROM {entries.name} "
        f"ORDER BY seq DESC LIMIT 1), '{GENESIS}') THEN "
        f"RAISE EXCEPTION '{REFUSAL}: an entry must follow the last one'; "
        "END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {entries.name}_chain BEFORE INSERT ON {entries.name} "
        "FOR EACH ROW EXECUTE FUNCTION ledger_follow()",
    ]
    for table in (entries.name, versions.name):
        for act in ("UPDATE", "DELETE"):
            found.append(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
            )
        found.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        )
    return tuple(found)


Step = Mapping[str, Sequence[str]]
STEPS: tuple[Step, ...] = (MappingProxyType({"sqlite": _sqlite(), "postgresql": _postgresql()}),)
"""Statements of each step by dialect; step 1 also makes the tables. Steps are only ever added."""
TABLES = len(STEPS)
"""Version of the tables that this package makes and writes."""


THERE = MappingProxyType(
    {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = "
        f"'{versions.name}'",
        "postgresql": f"SELECT count(to_regclass('{versions.name}'))",
    }
)
GUARDS = MappingProxyType(
    {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
)
"""How the triggers that are there and switched on are asked for."""
VERSION = f"SELECT max(version) FROM {versions.name}"


def lost_guards(names: Collection[str], *, dialect: str, version: int) -> tuple[str, ...]:
    """Triggers that refuse edits and should be there, and are not.

    Examples
    --------
    >>> lost_guards((), dialect="sqlite", version=0)
    ()
    >>> len(lost_guards((), dialect="sqlite", version=1))
    5
    """
    made = [row for step in STEPS[:version] for row in step.get(dialect, ())]
    wanted = [found[1] for row in made if (found := re.match(r"CREATE TRIGGER (\w+)", row))]
    return tuple(name for name in wanted if name not in names)


def refuse_foreign(names: Sequence[str], *, label: str = "the database") -> None:
    """Refuse a file of SQLite whose tables are another program's.

    Raises
    ------
    LedgerError
    """
    if names and versions.name not in names:
        raise LedgerError(
            f"{label} holds {', '.join(sorted(names))[:120]} and is no ledger; name another place."
        )


def tables_version(connection: Connection, *, there: bool = False) -> int:
    """Version of the tables that are there; 0 if there are none.

    Parameters
    ----------
    connection : Connection
    there : bool
        They were seen before, so that nobody need look for them again.

    Raises
    ------
    LedgerError
        If there are tables, and they are no ledger's, or the version of them was removed.
    """
    if not there and not connection.exec_driver_sql(THERE[connection.dialect.name]).scalar():
        if connection.dialect.name == "sqlite":
            refuse_foreign(inspect(connection).get_table_names())
        return 0
    version = connection.exec_driver_sql(VERSION).scalar()
    if version is None:
        raise LedgerError(
            f"the table {versions.name} of the ledger is empty: the version of its tables was "
            "removed. Nothing is read or written; restore the ledger from an export."
        )
    return int(version)


def migrate(connection: Connection, *, tool: str, at: str, steps: Sequence[Step] = STEPS) -> None:
    """Bring the tables forward, step by step; call it within a transaction that writes.

    Raises
    ------
    LedgerError
        If the tables are of a newer version: they can be read, and are never written.
    """
    version = tables_version(connection)
    if version > len(steps):
        raise LedgerError(
            f"its tables are of version {version}, made by a newer demarche; this one writes "
            f"version {len(steps)}. It can be read, and is not written: update demarche."
        )
    for number in range(version + 1, len(steps) + 1):
        if number == 1:
            metadata.create_all(connection, checkfirst=False)
        for statement in steps[number - 1][connection.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.execute(versions.insert().values(version=number, tool=tool, at=at))
