"""What a reader finds in a text: claims with their place, holder, hedge, condition and horizon."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "CLAIM_KINDS",
    "FORECAST_KINDS",
    "Band",
    "ClaimWord",
    "Holder",
    "Horizon",
    "ReadClaim",
    "ReadCondition",
    "Reading",
    "Span",
]

ClaimWord = Literal[
    "prediction",
    "conditional",
    "commitment",
    "red_line",
    "threat",
    "past_prediction",
    "assessment",
    "causal",
    "normative",
    "question",
    "counterfactual",
]
CLAIM_KINDS: tuple[ClaimWord, ...] = get_args(ClaimWord)
"""Kinds of claims a reader tells apart; the last three are recorded and never forecasts."""
FORECAST_KINDS: tuple[ClaimWord, ...] = ("prediction", "conditional", "past_prediction")
"""Kinds that carry a probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in the normalised text: code points from ``start`` up to ``end``, and the words."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Interval of the probability of the positive proposition that the words convey.

    ``hedge`` is the class in `demarche.terms.hedges.HEDGES`, or ``number`` where the text states
    one; ``heard`` is what readers hear in the class's phrase (10 %, median, 90 %); ``word`` is the
    ICD 203 word of the band's middle.
    """

    low: float
    high: float
    hedge: str
    words: str
    origin: Literal["numeric", "verbal"]
    table: str
    version: str
    word: str
    heard: tuple[float, float, float] | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose claim it is: the innermost believer; ``chain`` names those who pass it on."""

    name: str
    type: Literal["author", "named", "office", "anonymous", "collective", "pronoun", "unnamed"]
    speech: Literal["authorial", "indirect", "direct"]
    span: Span | None = None
    chain: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCondition:
    """The words that carry a condition. ``negated``: it must *not* happen (unless, barring)."""

    span: Span
    type: Literal["if", "unless", "once", "without", "should", "provided", "event", "had"]
    negated: bool = False
    presupposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The words that carry a horizon, as a closed interval of whole days where it has one.

    ``end_strict`` is the earlier reading of an ambiguous *by*; ``alternatives`` lists other
    readings; ``flags`` say what was assumed or left open.
    """

    span: Span
    type: str
    start: dt.date | None = None
    end: dt.date | None = None
    end_strict: dt.date | None = None
    alternatives: tuple[tuple[dt.date, dt.date], ...] = ()
    precision: str = ""
    anchor: dt.date | None = None
    anchor_source: Literal["published", "spoken", "unknown"] = "unknown"
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadClaim:
    """One claim found in a text, proposed for review.

    ``polarity`` is the direction of the wording (``+`` asserts or leaves open, ``-`` denies or
    leans against); ``change`` says that the holder sees it rise or fall. ``sure`` is the reader's
    own word for how sure it is of its reading, with its ``doubts``; it is no probability.
    """

    id: str
    kind: ClaimWord
    span: Span
    sentence: Span
    line: int
    paragraph: int
    holder: Holder
    polarity: Literal["+", "-"] | None
    change: Literal["up", "down", ""]
    cue: Span
    modality: str
    band: Band | None
    actor: Span | None
    action: Span | None
    recipient: Span | None
    condition: ReadCondition | None
    horizon: Horizon | None
    resolvable: Literal["yes", "partly", "no"]
    missing: tuple[str, ...]
    resolves: str
    sure: Literal["high", "medium", "low"]
    doubts: tuple[str, ...]
    found_by: str
    review: Literal["proposed", "accepted", "edited", "rejected"] = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Claims of one text in order, what was left out and how often, and by which version.

    ``counts`` is what was left out; ``noted`` what is read as it stands though it may mean
    something else (irony, words in quotation marks) or is recorded apart (questions, explanations).
    ``stopped_at`` is the offset at which reading stopped because there were too many claims.
    """

    claims: tuple[ReadClaim, ...]
    sentences: int
    sha256: str
    published: dt.date | None
    language: str
    counts: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    version: str
    stopped_at: int | None = None
    noted: tuple[tuple[str, int], ...] = ()
