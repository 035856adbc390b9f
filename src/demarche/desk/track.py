"""A ledger's record at the desk: rows for scoring, and the weights that views earned by them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from demarche.ledger.faults import needed_sqlalchemy
from demarche.ledger.items import Said
from demarche.pooling import EarnedWeights, TrackRecord, earned_weights
from demarche.terms.ledger import (
    Checkpoint,
    EntryKind,
    LedgerEntry,
    ResolvedLadder,
    ResolvedRow,
    SourceForecast,
)

if TYPE_CHECKING:
    from demarche.ledger.store import Reading
    from demarche.ledger.verify import Verification

__all__ = ["POOLED", "Track", "earned", "no_clock", "read_track", "track_record"]

POOLED = ("outside", "inside")
"""Views in the pool of an answer, in the order of its weights."""
NO_VIEW = frozenset({"pool", "base_rate"})
SEED = 20231101


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What a ledger holds for scoring.

    ``label`` says where it is, without a password; ``entries`` how many entries hold; ``sealed``
    names the sources' forecasts that an outside checkpoint covers before their outcome.
    """

    label: str
    ledger: str
    entries: int
    rows: tuple[ResolvedRow, ...]
    ladders: tuple[ResolvedLadder, ...]
    sources: tuple[SourceForecast, ...]
    sealed: frozenset[Said]
    warnings: tuple[str, ...]


class _Until:
    """Entries of a ledger up to one of them."""

    def __init__(self, reading: Reading, *, until: int) -> None:
        self.reading, self.until = reading, until

    def entries(
        self, *, kinds: Sequence[EntryKind] = (), subject: str | None = None
    ) -> Iterator[LedgerEntry]:
        """As of `Reading`, without what was entered later."""
        for entry in self.reading.entries(kinds=kinds, subject=subject):
            if entry.seq > self.until:
                return
            yield entry


def no_clock() -> dt.datetime:
    """Clock of those who only read a ledger: it is never asked."""
    raise AssertionError("reading needs no clock")


@contextlib.contextmanager
def followed(
    where: str | Path, *, what: str, checkpoints: Sequence[Checkpoint] = ()
) -> Iterator[tuple[Reading, Verification, str]]:
    """A ledger opened to be read after its chain was followed: reading, what was found, label.

    Raises
    ------
    LedgerError
        If there is no ledger, or it is not as it was written.
    MethodError
        If the extra for ledgers is not installed.
    """
    needed_sqlalchemy()
    from demarche.ledger.store import open_ledger
    from demarche.ledger.verify import needed, verify_reading

    with (
        open_ledger(where, clock=no_clock, read_only=True) as ledger,
        ledger.reading() as reading,
    ):
        verified = verify_reading(reading, checkpoints=checkpoints, deep=False)
        needed(verified, what=what)
        yield reading, verified, ledger.place.label


def read_track(
    where: str | Path, *, checkpoints: Sequence[Checkpoint] = (), until: int | None = None
) -> Track:
    """Read a ledger for scoring, after its chain was followed.

    Parameters
    ----------
    where : path or address
    checkpoints : sequence of Checkpoint
        Checkpoints kept outside; only those that the ledger agrees with seal a forecast.
    until : int, optional
        Only entries up to this one, to see the scores as they were then.

    Raises
    ------
    LedgerError
        If there is no ledger, or it is not as it was written.
    MethodError
        If the extra for ledgers is not installed.
    """
    needed_sqlalchemy()
    from demarche.ledger.others import source_forecasts
    from demarche.ledger.questions import all_questions
    from demarche.ledger.rows import is_sealed, resolved_ladders, resolved_rows

    with followed(where, what="scoring", checkpoints=checkpoints) as (reading, verified, label):
        held = reading if until is None else cast("Reading", _Until(reading, until=until))
        states = all_questions(held)
        sources = source_forecasts(held)
    return Track(
        label=label,
        ledger=verified.ledger,
        entries=verified.entries if until is None else min(until, verified.entries),
        rows=resolved_rows(states, checkpoints=verified.consistent),
        ladders=resolved_ladders(states, checkpoints=verified.consistent),
        sources=tuple(forecast for _, forecast in sources),
        sealed=frozenset(
            (f.source, f.id, f.asked)
            for seq, f in sources
            if is_sealed(seq, on=f.resolved_on, checkpoints=verified.consistent)
        ),
        warnings=verified.warnings,
    )


def track_record(rows: Sequence[ResolvedRow], *, views: Sequence[str] = POOLED) -> TrackRecord:
    """Resolved forecasts of the views side by side: the last entry before the event counts.

    Late rows, voids and unknown outcomes are not in it. Every further view of the rows, but for
    the pool and the base rate, follows the named ones.
    """
    parts: dict[tuple[str, str], dict[int, list[ResolvedRow]]] = defaultdict(
        lambda: defaultdict(list)
    )
    others = set()
    for row in rows:
        if row.outcome in ("yes", "no") and not row.late and row.resolved_on is not None:
            if row.view in NO_VIEW:
                continue
            parts[row.question, row.course][row.seq].append(row)
            others.add(row.view)
    names = (*views, *sorted(others - set(views)))
    last = [entries[max(entries)] for _, entries in sorted(parts.items())]
    p = np.full((len(last), len(names)), np.nan)
    for i, spoken in enumerate(last):
        for row in spoken:
            p[i, names.index(row.view)] = row.probability
    return TrackRecord(
        views=names,
        p=p,
        outcome=np.array([float(spoken[0].outcome == "yes") for spoken in last]),
        questions=tuple(spoken[0].question for spoken in last),
        issued=np.array([spoken[0].issued_at.toordinal() for spoken in last], dtype=np.int64),
        known=np.array(
            [spoken[0].resolved_on.toordinal() for spoken in last if spoken[0].resolved_on],
            dtype=np.int64,
        ),
    )


def earned(track: Track | None, *, as_of: dt.date, seed: int = SEED) -> EarnedWeights:
    """Weights that the views of the pool earned by a ledger before a day; equal without one.

    Parameters
    ----------
    track : Track or None
    as_of : date
        Only questions whose outcome was known before this day are used.
    seed : int
        Of the bootstrap.
    """
    return earned_weights(
        track_record(track.rows if track is not None else ()),
        as_of=as_of.toordinal(),
        views=POOLED,
        rng=np.random.default_rng(seed),
    )
