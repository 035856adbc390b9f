"""What the commands of the event record say on the terminal."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demarche.record.ingest import Ingested
    from demarche.record.store import Status

__all__ = ["Progress", "out", "say_empty", "say_ingested", "say_status"]


def out(text: str) -> None:
    """Write text without what steers a terminal."""
    sys.stdout.write("".join(c if c == "\n" or c.isprintable() else " " for c in text))


def say_ingested(done: Ingested, root: Path) -> None:
    """Say what one sync did."""
    known = f"; {done.known:,} known already" if done.known else ""
    if not done.files:
        out(
            f"{done.source}: nothing new in {done.known:,} files, known by their content; {root} "
            f"is as it was.\nTo read them another way, drop the source first: demarche record drop "
            f"--source {done.source} --yes\n"
        )
    else:
        out(
            f"{done.source}: {done.files:,} files read{known}; {done.lines:,} lines: "
            f"{done.read:,} rows read, {done.rejected:,} rejected"
            + (f", {done.outside:,} outside the period" if done.outside else "")
            + f".\n{done.kept:+,} rows that count, {done.duplicated:+,} duplicates set aside"
            + (f", {done.withdrawn:,} withdrawals" if done.withdrawn else "")
            + f", in {len(done.months)} months of {root}.\n"
        )
    if done.undecided > 0:
        out(
            f"undecided {done.undecided:,}: rows of one id that differ, and no release says which "
            "is later; drop the source, and sync the later file with --version\n"
        )
    for reason, rows in sorted(done.reasons.items(), key=lambda row: (-row[1], row[0]))[:10]:
        out(f"rejected {rows:,}: {reason}\n")
    for name, reason in done.refused:
        out(f"refused {name}: {reason}\n")
    ranked = sorted(done.warnings.items(), key=lambda row: (-row[1], row[0]))
    for warning, rows in ranked[:10]:
        out(f"warning {rows:,}: {warning}\n")
    if len(ranked) > 10:
        out(f"{len(ranked) - 10:,} more kinds of warnings: demarche record status --json\n")


WORDS = {
    "check": ("checking", "files"),
    "read": ("reading", "batches of files"),
    "write": ("writing", "months"),
    "count": ("counting", "months"),
    "history": ("going through the record,", "days"),
    "features": ("looking at", "questions to learn from"),
    "trees": ("learning,", "trees"),
}
"""What is done at each step of long work, and in what it is counted."""


class Progress:
    """How far long work is, on the error stream; work of a few seconds says nothing to a file.

    On a terminal one line is rewritten, ten times a second at most; elsewhere a plain line is
    added at most every `every` seconds, the first after as long.

    Parameters
    ----------
    quiet : bool
        Say nothing at all.
    every : float
        Seconds between two plain lines.
    clock : callable
        Seconds now.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        every: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.quiet, self.every, self.clock = quiet, every, clock
        self.shown = 0
        self.last = clock()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Show what is done and how far it is; bytes of a download where `what` is a name."""
        if self.quiet:
            return
        now, terminal = self.clock(), sys.stderr.isatty()
        if now - self.last < (0.1 if terminal and self.shown else 0.0 if terminal else self.every):
            return
        self.last = now
        line = self._line(what, done, total)
        if not terminal:
            sys.stderr.write(line + "\n")
        else:
            line = line[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write("\r" + line.ljust(self.shown))
            self.shown = len(line)
        sys.stderr.flush()

    @staticmethod
    def _line(what: str, done: int, total: int | None) -> str:
        plain = "".join(c if c.isprintable() else " " for c in what)
        if what in WORDS:
            doing, unit = WORDS[what]
            return f"{doing} {done:,} of {total or done:,} {unit}"
        if total is None:
            return f"{plain}: {done:,}"
        return f"{plain}: {done / 1e6:,.1f} of {max(total, done) / 1e6:,.1f} MB"

    def end(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r" + " " * self.shown + "\r")
            sys.stderr.flush()
            self.shown = 0


def say_empty(root: Path) -> None:
    """Say that a store holds nothing, and what fills it."""
    out(f"{root} holds nothing yet; demarche record sync --source S --from FILE fills it.\n")


def say_status(found: Status) -> None:
    """Say what a store holds."""
    if not found.sources:
        say_empty(Path(found.store))
        return
    out(f"{found.store}: {found.bytes / 1e6:,.1f} MB, state {found.hash[:16]}\n")
    for s in found.sources:
        out(
            f"\n{s.source}: {s.kept:,} rows that count, {s.first or '-'} to {s.last or '-'}, "
            f"known by {s.last_known or '-'}\n"
            f"  {s.files:,} files, {s.lines:,} lines: {s.read:,} read, {s.rejected:,} rejected"
            + (f", {s.outside:,} outside the period" if s.outside else "")
            + f"; {s.duplicated:,} duplicates set aside; {len(s.months)} months\n"
        )
        for gap in s.gaps:
            out(f"  gap: {gap}\n")
        if s.thin_end is not None:
            out(f"  next to nothing at its end: {s.thin_end}\n")
        for rule, rows in s.duplicates.items():
            out(f"  duplicate {rows:,}: {rule}\n")
        if s.withdrawn:
            out(f"  withdrawn by the source: {s.withdrawn:,}\n")
        for reason, rows in s.reasons.items():
            out(f"  rejected {rows:,}: {reason}\n")
        for warning, rows in list(s.warnings.items())[:10]:
            out(f"  warning {rows:,}: {warning}\n")
    out("\ndaily counts: " + ("ready\n" if found.counts else "not made\n"))
