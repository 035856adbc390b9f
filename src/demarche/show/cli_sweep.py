"""demarche sweep: every trigger by every decision rule, in parts that survive a kill."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["SweepProgress", "sweep_command"]


def sweep_command(
    what: str,
    /,
    *,
    output: Annotated[str, Parameter(name=["-o", "--output"])],
    actor: str | None = None,
    draws: int = 100_000,
    seed: int = 20231101,
    workers: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Inside view under every trigger by every decision rule; goes on where it was stopped.

    Parameters
    ----------
    what
        Id of a shipped case or path of a case file.
    output
        Folder of this sweep: finished parts, then result.json and result.csv.
    actor
        Actor with courses of its own, if not the focal one.
    draws
        Draws from the ranges of the inputs, per trigger and rule.
    seed
        Same seed, same bytes, for any number of workers.
    workers
        Processes; one per core by default.
    json
        Print one JSON object.
    """
    from demarche.cases import find_case
    from demarche.desk.sweep import sweep
    from demarche.desk.sweep_folder import write_atomically
    from demarche.show.sweep_text import sweep_csv, sweep_json, sweep_text

    case = find_case(what)
    folder = Path(output)
    progress = SweepProgress()
    try:
        found = sweep(
            case,
            folder=folder,
            actor=actor,
            seed=seed,
            draws=draws,
            workers=workers,
            progress=progress,
        )
    except KeyboardInterrupt:
        progress.end()
        sys.stderr.write(f"finished parts are kept in {folder}; the same command goes on there.\n")
        raise
    progress.end()
    if found.damaged:
        sys.stderr.write(
            f"{found.damaged} files of parts were not whole and were worked out again.\n"
        )
    write_atomically(folder / "result.json", sweep_json(found))
    write_atomically(folder / "result.csv", sweep_csv(found))
    sys.stdout.write(sweep_json(found) if json else sweep_text(found))
    sys.stderr.write(f"wrote {folder / 'result.json'} and result.csv\n")


class SweepProgress:
    """How far it is, on the error stream: one line rewritten on a terminal, else at each tenth."""

    def __init__(self) -> None:
        self.begun = 0.0
        self.before = -1
        self.tenth = 0
        self.shown = False

    def __call__(self, done: int, total: int) -> None:
        """Show parts done, and how long the rest will take at the speed so far."""
        now = time.monotonic()
        if self.before < 0:
            self.begun, self.before, self.tenth = now, done, 10 * done // max(total, 1)
            if done:
                sys.stderr.write(f"{done} of {total} parts are there already.\n")
            return
        left = (now - self.begun) / (done - self.before) * (total - done)
        line = f"{done:,} of {total:,} parts, about {left:,.0f} s left"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{line:<60}")
            sys.stderr.flush()
            self.shown = True
        elif 10 * done // total > self.tenth:
            self.tenth = 10 * done // total
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r" + " " * 60 + "\r")
