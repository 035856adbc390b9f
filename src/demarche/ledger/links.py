"""The links of a chain, from a database or an export, and what breaks it first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from demarche.errors import LedgerError
from demarche.ledger.canonical import canonical, decoded, hash_of, parse, read_object, subject_of
from demarche.ledger.store import Raw
from demarche.terms.ledger import GENESIS, SCHEMA, Opened

__all__ = [
    "EXPORT",
    "Break",
    "BreakState",
    "End",
    "Link",
    "Walk",
    "classify",
    "end_line",
    "export_line",
    "file_links",
    "row_links",
]

EXPORT = "demarche ledger export 1"
"""Format and version of an export; stands in its last line."""
HEAD, MIDDLE, TAIL = b'{"entry":', b',"hash":"', b'"}'
HASH = 64
LONGEST = 64 * 1024 * 1024
"""Bytes of the longest line of an export that is read."""

BreakState = Literal[
    "edited",
    "removed",
    "swapped",
    "repeated",
    "fork",
    "torn",
    "invalid",
    "changed",
    "behind",
]


class Break(NamedTuple):
    """Where a chain first breaks, and how."""

    state: BreakState
    seq: int
    sentence: str


class End(NamedTuple):
    """Last line of an export: what it holds in all."""

    entries: int
    head: str
    ledger: str
    root: str


class Link(NamedTuple):
    """One entry as it lies in a database or export: bytes, stated hash, and columns if any."""

    record: bytes
    hash: str
    columns: tuple[Any, Any, Any, Any] | None = None
    fault: str = ""


def row_links(rows: Iterable[Raw]) -> Iterator[Link]:
    """Links of the rows of a database."""
    for row in rows:
        yield Link(row.record, str(row.hash), (row.seq, row.prev_hash, row.kind, row.subject))


def export_line(record: bytes, *, hash: str) -> bytes:
    """Line of an export: the canonical bytes as they are, and their hash."""
    return HEAD + record + MIDDLE + hash.encode("ascii") + TAIL + b"\n"


def end_line(end: End) -> bytes:
    """Last line of an export."""
    return canonical({"end": end._asdict(), "format": EXPORT}) + b"\n"


def file_links(path: Path) -> Iterator[Link | End | bytes]:
    """Links of an export, then its `End`; a last line that is torn comes as bytes.

    Raises
    ------
    LedgerError
        If the file cannot be read, is empty, or is no export at all.
    """
    try:
        with path.open("rb") as handle:
            yield from _lines(handle, path)
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}.") from None


def _lines(handle: Any, path: Path) -> Iterator[Link | End | bytes]:
    count = 0
    while line := handle.readline(LONGEST):
        if count == 0 and not line.startswith(HEAD[: len(line)]):
            raise LedgerError(f"{path} is no export of a ledger: it begins {line[:20]!r}.")
        count += 1
        if not line.endswith(b"\n"):
            yield line
            continue
        if line.startswith(b'{"end":'):
            yield _end(line)
            continue
        cut = len(line) - 1 - len(TAIL) - HASH - len(MIDDLE)
        framed = (
            cut > len(HEAD)
            and line.startswith(HEAD)
            and line[cut : cut + len(MIDDLE)] == MIDDLE
            and line.endswith(TAIL + b"\n")
        )
        if not framed:
            yield Link(line[:-1], "", fault="its line is not framed as an export's line is")
        else:
            stated = line[cut + len(MIDDLE) : cut + len(MIDDLE) + HASH]
            yield Link(line[len(HEAD) : cut], stated.decode("latin-1"))
    if not count:
        raise LedgerError(f"{path} is empty; an export has at least one line.")


def _end(line: bytes) -> Link | End:
    try:
        data = read_object(line[:-1])
        end = End(**data["end"])
        texts = (end.head, end.ledger, end.root)
        typed = end.entries.__class__ is int and all(text.__class__ is str for text in texts)
        if typed and end_line(end) == line:
            return end
    except (LedgerError, KeyError, TypeError, ValueError):
        pass
    return Link(line[:-1], "", fault="the last line was edited")


class Walk:
    """Follows a chain link by link and remembers no more than the last one.

    Parameters
    ----------
    deep : bool
        Also read every content by its term.
    """

    def __init__(self, *, deep: bool) -> None:
        self.deep = deep
        self.count = 0
        self.head = GENESIS
        self.ledger = ""
        self.schema = 0
        self.at = ""
        self.back: list[int] = []

    def take(self, link: Link) -> Break | None:
        """Follow one link; ``None`` if it holds, else a first idea of what broke."""
        seq = self.count + 1
        if link.fault:
            return Break("edited", seq, f"entry {seq}: {link.fault}.")
        if hash_of(link.record) != link.hash:
            return Break("edited", seq, f"entry {seq} was edited: its hash is not its content's.")
        try:
            record = parse(link.record)
        except LedgerError as error:
            return Break("edited", seq, f"entry {seq}: {error}.")
        if record["seq"] != seq or record["prev_hash"] != self.head:
            return Break("edited", seq, f"entry {seq} does not follow the one before.")
        wrong = self._content(record, link)
        if wrong is not None:
            return wrong
        self._note(record, seq)
        self.count, self.head = seq, link.hash
        return None

    def _content(self, record: dict[str, Any], link: Link) -> Break | None:
        seq = self.count + 1
        if link.columns is not None:
            stated = (record["seq"], record["prev_hash"], record["kind"])
            if link.columns[:3] != stated:
                return Break("edited", seq, f"entry {seq}: its columns are not its content's.")
        if record["schema"] > SCHEMA or (not self.deep and seq > 1):
            return None
        try:
            entry = decoded(record, hash=link.hash)
        except LedgerError as error:
            return Break("invalid", seq, str(error))
        if link.columns is not None and link.columns[3] != subject_of(entry.kind, entry.content):
            return Break("edited", seq, f"entry {seq}: its subject is not its content's.")
        if (seq == 1) != isinstance(entry.content, Opened):
            return Break("invalid", seq, f"entry {seq} is of kind {entry.kind!r}: not its place.")
        if isinstance(entry.content, Opened):
            self.ledger = entry.content.ledger
        return None

    def _note(self, record: dict[str, Any], seq: int) -> None:
        self.schema = max(self.schema, record["schema"])
        if record["at"] < self.at:
            self.back.append(seq)
        self.at = record["at"]


class _Seen(NamedTuple):
    """What classification needs of one link."""

    stated: str
    true: str
    seq: int
    prev: str


def _seen(link: Link) -> _Seen:
    true = hash_of(link.record)
    try:
        record = parse(link.record)
    except LedgerError:
        return _Seen(link.hash, true, -1, "")
    return _Seen(link.hash, true, record["seq"], record["prev_hash"])


def classify(found: Break, links: Iterable[Link | End | bytes]) -> Break:
    """Say how a chain broke, from all of its links: edited, removed, swapped, repeated or fork."""
    if found.state != "edited":
        return found
    rows, head = [], ""
    for link in links:
        if isinstance(link, Link):
            rows.append(_seen(link))
        elif isinstance(link, End):
            head = link.head
    at = found.seq - 1
    if at >= len(rows):
        return found
    row, k = rows[at], found.seq
    if row.stated != row.true:
        for other in rows:
            if other.seq != row.seq and other.stated == row.true != other.true:
                return Break("swapped", k, f"entries {k} and {row.seq} are swapped.")
        return found
    if row.seq < 0:
        return found
    return _misplaced(found, rows, at=at, head=head)


def _misplaced(found: Break, rows: Sequence[_Seen], *, at: int, head: str) -> Break:
    """A link that is whole by itself and does not follow the one before it."""
    row, k = rows[at], at + 1
    before = rows[at - 1].true if at else GENESIS
    same = [i for i, other in enumerate(rows) if other.stated == row.stated and i != at]
    if same and row.seq != k:
        return Break("repeated", k, f"entry {row.seq} is there twice, the second time as {k}.")
    if row.seq > k:
        if any(other.seq == k for other in rows[at + 1 :]):
            return Break("swapped", k, f"entry {k} is not in its place: entry {row.seq} is there.")
        gone = f"entry {k} was" if row.seq == k + 1 else f"entries {k} to {row.seq - 1} were"
        return Break("removed", k, f"{gone} removed.")
    if row.seq < k:
        return _fork(row.seq)
    twin = [other for other in rows[at + 1 :] if other.seq == k and other.prev == before]
    if twin or any(other.prev == row.prev for i, other in enumerate(rows) if i < at):
        return _fork(k)
    if row.prev == before:
        return found
    after = rows[at + 1].prev if at + 1 < len(rows) else head
    if at and after == row.true:
        text = f"entry {k - 1} was replaced: entry {k} names another one before it."
        return Break("edited", k - 1, text)
    if not after:
        text = f"entry {k} does not name entry {k - 1} before it: one of the two was replaced."
        return Break("edited", k, text)
    return Break("edited", k, f"entry {k} was replaced: it does not name entry {k - 1} before it.")


def _fork(seq: int) -> Break:
    return Break(
        "fork",
        seq,
        f"fork: there are two entries {seq}. demarche does not pick one; keep both files and go "
        "back to a copy that verifies.",
    )
