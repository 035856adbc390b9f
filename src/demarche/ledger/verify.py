"""Verify a ledger or an export: offline, without writing, and naming where it first breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from demarche.errors import LedgerError, counted
from demarche.ledger.links import (
    Break,
    BreakState,
    End,
    Link,
    Walk,
    classify,
    file_links,
    row_links,
)
from demarche.ledger.merkle import Roots
from demarche.ledger.store import Reading
from demarche.terms.ledger import SCHEMA, Checkpoint
from demarche.terms.plain import instant_text

__all__ = [
    "CheckedPoint",
    "State",
    "Verification",
    "entries_that_hold",
    "needed",
    "verify_export",
    "verify_reading",
]

State = Literal["intact", "empty", "newer", BreakState, "damaged"]
"""intact; empty: no entry yet; newer: intact, and some entries are of a newer schema: read, never
written; all others are broken: changed: a chain rebuilt after a checkpoint; behind: rolled back;
damaged: the entries that are read hold, and the database says that its file is not whole."""
Links = Callable[[], Iterable[Link | End | bytes]]
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPoint:
    """A checkpoint held against the ledger: whether the first ``size`` entries are those it saw."""

    checkpoint: Checkpoint
    consistent: bool
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verifying found.

    Attributes
    ----------
    state : State
    seq : int or None
        First entry that does not hold.
    sentence : str
    entries : int
        Entries that hold, from the first.
    ledger, head, root : str
        Id of the ledger, hash of its last good entry, Merkle root over the good ones.
    checkpoints : tuple of CheckedPoint
    warnings : tuple of str
        Clocks that went back, checkpoints of other ledgers.
    tail : int
        Bytes of a torn last line.
    deep : bool
        Whether every content was read by its term.
    """

    state: State
    seq: int | None
    sentence: str
    entries: int
    ledger: str
    head: str
    root: str
    checkpoints: tuple[CheckedPoint, ...]
    warnings: tuple[str, ...]
    tail: int
    deep: bool

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return self.state in ("intact", "empty", "newer")

    @property
    def consistent(self) -> tuple[Checkpoint, ...]:
        """Checkpoints that the ledger is consistent with."""
        return tuple(item.checkpoint for item in self.checkpoints if item.consistent)


def verify_reading(
    reading: Reading, *, checkpoints: Sequence[Checkpoint] = (), deep: bool = True
) -> Verification:
    """Verify a ledger as it is at one moment.

    Parameters
    ----------
    reading : Reading
    checkpoints : sequence of Checkpoint
        Known ones; those of other ledgers are passed over with a warning.
    deep : bool
        Also read every content by its term, and let SQLite check its file; without it the chain
        alone is followed.
    """
    found = _verify(
        lambda: row_links(reading.raw()), checkpoints=checkpoints, deep=deep, file=False
    )
    lost = reading.lost_guards()
    if lost:
        said = (
            f"what refuses edits of the ledger was removed ({', '.join(lost)}): the chain shows "
            "edits, not that none can be made. Import an export that verifies into a new ledger."
        )
        found = replace(found, warnings=(*found.warnings, said))
    damage = reading.damage() if deep and found.holds else ""
    if not damage:
        return found
    sentence = (
        f"{_hold(found.entries)}, but the file is damaged ({damage}): entries may be "
        "missing. Keep it as it is, and take a copy or an export that verifies."
    )
    return replace(found, state="damaged", sentence=sentence)


def verify_export(
    path: Path, *, checkpoints: Sequence[Checkpoint] = (), deep: bool = True
) -> Verification:
    """Verify an export; see `verify_reading`.

    Raises
    ------
    LedgerError
        If it cannot be read or is no export.
    """
    return _verify(lambda: file_links(path), checkpoints=checkpoints, deep=deep, file=True)


class _Points:
    """Known checkpoints, held against the root as the chain grows past their sizes."""

    def __init__(self, points: Sequence[Checkpoint]) -> None:
        self.points = sorted(points, key=lambda point: point.size)
        self.at = 0
        self.found: list[CheckedPoint] = []
        self.roots = Roots()
        self.latest = ("", 0)

    def add(self, hash: str, *, at: str) -> None:
        """Grow by one entry of the instant ``at``."""
        self.roots.add(bytes.fromhex(hash))
        self.latest = max(self.latest, (at, self.roots.size))
        while self.at < len(self.points) and self.points[self.at].size == self.roots.size:
            point = self.points[self.at]
            self._possible(point)
            same = self.roots.root().hex() == point.root
            self.found.append(
                CheckedPoint(
                    checkpoint=point,
                    consistent=same,
                    because="" if same else f"its root is not that of the first {point.size}",
                )
            )
            self.at += 1

    def _possible(self, point: Checkpoint) -> None:
        """Refuse one from outside that states a time before an entry that it covers."""
        stated, (at, seq) = instant_text(point.at), self.latest
        if point.outside and stated < at:
            raise LedgerError(
                f"the checkpoint {point.name} states {stated[:19]}, before entry {seq} of "
                f"{at[:19]} (UTC) that it covers; its time cannot be true. Give the day on which "
                "others saw it: FILE=DAY."
            )

    def rest(self, state: str) -> None:
        """Those beyond the last entry that holds."""
        for point in self.points[self.at :]:
            because = f"it covers {_entries(point.size)}, {self.roots.size:,} hold" + (
                "" if state == "intact" else f" ({state})"
            )
            self.found.append(CheckedPoint(checkpoint=point, consistent=False, because=because))

    def broken(self) -> Break | None:
        """The smallest checkpoint that does not fit, as a break."""
        wrong = next((item for item in self.found if not item.consistent), None)
        if wrong is None:
            return None
        point = wrong.checkpoint
        if point.size > self.roots.size:
            text = (
                f"the ledger is behind checkpoint {point.name}: that covers "
                f"{_entries(point.size)}, here are {self.roots.size}; it was rolled back, or this "
                "is an older copy."
            )
            return Break("behind", self.roots.size + 1, text)
        good = max((i.checkpoint.size for i in self.found if i.consistent), default=0)
        text = (
            f"an entry from {good + 1} to {point.size} was changed and the chain rebuilt: "
            f"checkpoint {point.name} saw others."
        )
        return Break("changed", good + 1, text)


def _verify(
    links: Links, *, checkpoints: Sequence[Checkpoint], deep: bool, file: bool
) -> Verification:
    walk, warnings = Walk(deep=deep), []
    points, end, tail, found = _Points(()), None, 0, None
    for link in links():
        if isinstance(link, bytes):
            tail = len(link)
        elif isinstance(link, End):
            end = link
        elif end is not None:
            found = Break("repeated", walk.count + 1, "there are lines after the last one.")
        else:
            found = walk.take(link)
            if found is None:
                if walk.count == 1:
                    points = _Points([c for c in checkpoints if c.origin == walk.ledger])
                points.add(link.hash, at=walk.at)
        if found is not None:
            found = classify(found, links())
            break
    if found is None and file:
        found = _ending(walk, end, tail, points)
    for point in checkpoints:
        if walk.ledger and point.origin != walk.ledger:
            warnings.append(f"{point.name} is a checkpoint of another ledger ({point.origin[:8]}).")
    points.rest(found.state if found is not None else "intact")
    seen = points.broken()
    if found is None or (found.state == "torn" and seen is not None and seen.state == "changed"):
        found = seen
    return _result(walk, points, found=found, warnings=warnings, tail=tail)


def _ending(walk: Walk, end: End | None, tail: int, points: _Points) -> Break | None:
    """What is wrong with the end of an export whose entries hold."""
    after = walk.count + 1
    if tail or end is None:
        torn = f"{tail} bytes of a torn line follow" if tail else "its last line is missing"
        return Break("torn", after, f"torn after entry {walk.count}: {torn}; the entries hold.")
    if end.entries > walk.count:
        return Break("removed", after, f"entries {after} to {end.entries} were removed.")
    if end != End(walk.count, walk.head, walk.ledger, points.roots.root().hex()):
        return Break("edited", after, "the last line does not fit the entries before it.")
    return None


def _result(
    walk: Walk, points: _Points, *, found: Break | None, warnings: list[str], tail: int
) -> Verification:
    if walk.back:
        some = ", ".join(map(str, walk.back[:SHOWN])) + (" ..." if len(walk.back) > SHOWN else "")
        warnings.append(
            f"the clock went back at {_entries(len(walk.back))} ({some}); the sequence decides "
            "order."
        )
    state: State = "intact" if walk.count else "empty"
    sentence = f"{_entries(walk.count)}, each follows the one before."
    if not walk.count:
        sentence = (
            "there is no entry: nothing was entered yet, or all was removed; only a checkpoint "
            "kept outside tells which."
        )
    elif walk.schema > SCHEMA:
        state = "newer"
        sentence = (
            f"{_hold(walk.count)}; some are of schema {walk.schema}, newer than this "
            f"version's {SCHEMA}: they are not read, and nothing is written. Update demarche."
        )
    if found is not None:
        state, sentence = found.state, found.sentence
    return Verification(
        state=state,
        seq=found.seq if found is not None else None,
        sentence=sentence,
        entries=walk.count,
        ledger=walk.ledger,
        head=walk.head if walk.count else "",
        root=points.roots.root().hex(),
        checkpoints=tuple(points.found),
        warnings=tuple(warnings),
        tail=tail,
        deep=walk.deep,
    )


def _entries(n: int) -> str:
    return counted(n, "entry", "entries")


def _hold(n: int) -> str:
    return f"{_entries(n)} hold{'s' if n == 1 else ''}"


def needed(verification: Verification, *, what: str) -> None:
    """Refuse to go on with a ledger that does not hold.

    Raises
    ------
    LedgerError
    """
    if not verification.holds:
        raise LedgerError(f"{what}: {verification.sentence}")


def entries_that_hold(path: Path, *, verification: Verification) -> Iterator[Link]:
    """The good entries of an export that was verified."""
    for count, link in enumerate(file_links(path)):
        if count >= verification.entries:
            return
        if isinstance(link, Link):
            yield link
