"""What the ledger holds: forecasts as issued, what happened, and the row that scoring reads.

An entry of the ledger has a ``kind`` and a ``content``; `CONTENTS` says which content each kind
has. Entries are never edited: a later forecast is a `Revision`, a correction is a new `Resolution`
that names the entry it corrects. Scoring reads `ResolvedRow` and `ResolvedLadder`, made by
``demarche.ledger.rows`` from the entries; it never needs the entries themselves.

Days and instants: ``opens`` and ``closes`` are days, both included; an instant is in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from demarche.errors import TermError
from demarche.terms._base import STRICT
from demarche.terms.issued import (
    POOL,
    Condition,
    HiddenForecast,
    IssuedForecast,
    Making,
    Party,
    ResolutionRule,
    Reveal,
    Revision,
    ViewForecast,
    check_hex,
)
from demarche.terms.resolved import (
    FORECASTERS,
    ConditionResolution,
    CourseResolution,
    ForecasterKind,
    Outcome,
    Resolution,
    ResolvedLadder,
    ResolvedRow,
    RowOutcome,
    SourceForecast,
    SourceResolution,
    Verdict,
)

__all__ = [
    "CONTENTS",
    "FORECASTERS",
    "GENESIS",
    "POOL",
    "SCHEMA",
    "Checkpoint",
    "Condition",
    "ConditionResolution",
    "Content",
    "CourseResolution",
    "EntryKind",
    "ForecasterKind",
    "HiddenForecast",
    "IssuedForecast",
    "LedgerEntry",
    "Making",
    "Opened",
    "Outcome",
    "Party",
    "Resolution",
    "ResolutionRule",
    "ResolvedLadder",
    "ResolvedRow",
    "Reveal",
    "Revision",
    "RowOutcome",
    "SourceForecast",
    "SourceResolution",
    "Verdict",
    "ViewForecast",
]

SCHEMA = 1
"""Version of the entries that this package writes; it reads this one and older ones."""
GENESIS = "0" * 64
"""``prev_hash`` of the first entry."""
EntryKind = Literal[
    "opened",
    "issue",
    "revise",
    "resolve",
    "condition",
    "source",
    "verdict",
    "hidden",
    "reveal",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """First entry of every ledger: its random id, which no other ledger shares."""

    __pydantic_config__ = STRICT
    ledger: str
    note: str = ""

    def __post_init__(self) -> None:
        check_hex(self.ledger, length=32, what="the id of a ledger")


Content = (
    Opened
    | IssuedForecast
    | Revision
    | Resolution
    | ConditionResolution
    | SourceForecast
    | SourceResolution
    | HiddenForecast
    | Reveal
)
CONTENTS: Mapping[EntryKind, type[Content]] = MappingProxyType(
    {
        "opened": Opened,
        "issue": IssuedForecast,
        "revise": Revision,
        "resolve": Resolution,
        "condition": ConditionResolution,
        "source": SourceForecast,
        "verdict": SourceResolution,
        "hidden": HiddenForecast,
        "reveal": Reveal,
    }
)
"""Content of each kind of entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry: its place in the chain, when and by what it was written, and its content.

    ``seq`` counts from 1 and alone decides order; ``at`` is the writer's clock. ``hash`` is
    SHA-256 over a fixed prefix and the canonical bytes of all the rest (docs/ledger.md).
    """

    seq: int
    kind: EntryKind
    content: Content
    at: dt.datetime
    schema: int
    tool: str
    run: str
    step: int
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Size and Merkle root of a ledger at one moment, to be kept where its author cannot reach.

    ``origin`` is the ledger's id. ``outside`` says that the user gave it back from elsewhere; only
    such a checkpoint can seal a forecast. ``at`` is when it says it was made.
    """

    origin: str
    size: int
    root: str
    at: dt.datetime
    outside: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        check_hex(self.origin, length=32, what="the origin of a checkpoint")
        check_hex(self.root, length=64, what="the root of a checkpoint")
        if not 1 <= self.size < 2**63:
            raise TermError(f"a checkpoint covers 1 to 2**63 - 1 entries, got size {self.size}.")
        if self.at.utcoffset() is None:
            raise TermError(f"a checkpoint's time needs a zone, got {self.at.isoformat()}.")
