"""One form in bytes for every entry, and the hash that chains it to the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from demarche.errors import LedgerError, TermError
from demarche.terms.ledger import CONTENTS, SCHEMA, Content, EntryKind, LedgerEntry
from demarche.terms.plain import from_plain, instant_text, to_plain

__all__ = [
    "KEYS",
    "PREFIX",
    "canonical",
    "decoded",
    "entry_of",
    "hash_of",
    "made_entry",
    "newer",
    "parse",
    "read_object",
    "record_of",
    "subject_of",
]

PREFIX = b"demarche ledger entry 1\n"
"""What is hashed before the canonical bytes: format and version of the hash."""
KEYS = ("at", "content", "kind", "prev_hash", "run", "schema", "seq", "step", "tool")
"""Keys of an entry's record, sorted; the hash is over all of them."""
WHOLE = frozenset({"schema", "seq", "step"})


def canonical(data: Any) -> bytes:
    """JSON with sorted keys, no blanks and UTF-8; numbers that are not whole have no place in it.

    Examples
    --------
    >>> canonical({"b": ["0.1", 2], "a": None})
    b'{"a":null,"b":["0.1",2]}'
    """
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def hash_of(record: bytes) -> str:
    """SHA-256 over `PREFIX` and the canonical bytes of an entry without its hash."""
    return hashlib.sha256(PREFIX + record).hexdigest()


def subject_of(kind: EntryKind, content: Any) -> str:
    """What an entry is about, for look-ups: a question, a source's forecast, or another entry."""
    if kind in ("issue", "reveal"):
        question = content.forecast.question if kind == "reveal" else content.question
        return str(question.id)
    if kind in ("revise", "resolve", "condition"):
        return str(content.question)
    if kind == "source":
        day = content.asked.isoformat() if content.asked is not None else ""
        return f"{content.source}|{content.id}|{day}"
    if kind == "verdict":
        return f"entry {content.of}"
    return str(content.digest if kind == "hidden" else content.ledger)


def made_entry(
    content: Content,
    *,
    kind: EntryKind,
    seq: int,
    prev_hash: str,
    at: dt.datetime,
    tool: str,
    run: str,
    step: int,
) -> tuple[LedgerEntry, bytes]:
    """A new entry and its canonical bytes.

    Raises
    ------
    TermError
        If the content holds what cannot be written.
    """
    record = {
        "at": instant_text(at),
        "content": to_plain(content),
        "kind": kind,
        "prev_hash": prev_hash,
        "run": run,
        "schema": SCHEMA,
        "seq": seq,
        "step": step,
        "tool": tool,
    }
    raw = canonical(record)
    return decoded(record, hash=hash_of(raw)), raw


def parse(raw: bytes) -> dict[str, Any]:
    """Record of canonical bytes; whatever is not in that form is refused.

    Raises
    ------
    LedgerError
        If the bytes are no JSON object with the keys of an entry in canonical form.
    """
    record = read_object(raw)
    if tuple(sorted(record)) != KEYS:
        raise LedgerError(f"it has the keys {', '.join(sorted(record))[:200]}")
    try:
        same = canonical(record) == raw
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"its content cannot be written again ({error})") from None
    if not same:
        raise LedgerError("its bytes are not in canonical form")
    for key in KEYS:
        type = int if key in WHOLE else str
        if key != "content" and record[key].__class__ is not type:
            raise LedgerError(f"its {key} is {str(record[key])[:40]}")
    return record


def read_object(raw: bytes) -> dict[str, Any]:
    """JSON object of some bytes in UTF-8 that holds no number but whole ones.

    Raises
    ------
    LedgerError
        If it is none.
    """
    try:
        found = json.loads(raw.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number)
    except LedgerError:
        raise
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"its bytes are no JSON in UTF-8 ({error})") from None
    if not isinstance(found, dict):
        raise LedgerError("it is no JSON object")
    return found


def _no_number(text: str) -> Any:
    raise LedgerError(f"it holds the bare number {text[:40]}")


def entry_of(raw: bytes, *, hash: str) -> LedgerEntry:
    """The entry that canonical bytes hold.

    Raises
    ------
    LedgerError
        If its schema is newer than this version reads, or it holds what no entry may.
    """
    return decoded(parse(raw), hash=hash)


def newer(record: dict[str, Any]) -> LedgerError:
    """Refusal of an entry that a newer version wrote."""
    return LedgerError(
        f"entry {record['seq']} was written by a newer version ({record['tool']}, schema "
        f"{record['schema']}); this one reads schema {SCHEMA}. Update demarche."
    )


def decoded(record: dict[str, Any], *, hash: str) -> LedgerEntry:
    """The entry of a record that `parse` returned; see `entry_of`."""
    seq, schema = record["seq"], record["schema"]
    if schema > SCHEMA:
        raise newer(record)
    kind = record["kind"]
    if kind not in CONTENTS:
        raise LedgerError(f"entry {seq} is of the unknown kind {kind!r}.")
    try:
        return LedgerEntry(
            seq=seq,
            kind=kind,
            content=from_plain(CONTENTS[kind], record["content"]),
            at=from_plain(dt.datetime, record["at"], at="at"),
            schema=schema,
            tool=from_plain(str, record["tool"], at="tool"),
            run=from_plain(str, record["run"], at="run"),
            step=from_plain(int, record["step"], at="step"),
            prev_hash=record["prev_hash"],
            hash=hash,
        )
    except TermError as error:
        raise LedgerError(f"entry {seq} does not hold together: {error}") from None


def record_of(entry: LedgerEntry) -> bytes:
    """Canonical bytes of an entry, made again from its parts."""
    return canonical(
        {
            "at": instant_text(entry.at),
            "content": to_plain(entry.content),
            "kind": entry.kind,
            "prev_hash": entry.prev_hash,
            "run": entry.run,
            "schema": entry.schema,
            "seq": entry.seq,
            "step": entry.step,
            "tool": entry.tool,
        }
    )
