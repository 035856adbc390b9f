"""Sources, evidence, red lines and claims: what was said and shown, by whom and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from demarche.terms._base import STRICT, Range
from demarche.terms.courses import Cost

ClaimKind = Literal[
    "prediction",
    "conditional",
    "commitment",
    "red_line",
    "cannot_be_ruled_out",
    "causal",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text one can look up, with its slant noted in words and no score."""

    __pydantic_config__ = STRICT
    id: str
    title: str
    publisher: str
    author: str = ""
    date: dt.date | None = None
    url: str = ""
    slant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One dated fact in neutral words, with the source it can be looked up in."""

    __pydantic_config__ = STRICT
    id: str
    date: dt.date
    what: str
    source: str
    precision: Literal["day", "month", "year"] = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One time a red line was crossed, tested or respected, and what followed."""

    __pydantic_config__ = STRICT
    date: dt.date
    what: str
    followed: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedLine:
    """What an actor said it would not let pass, what crosses it and what was said would follow.

    It is *broken* when a trigger or another actor's course crosses it and the actor takes none of
    ``answers``; each faction then bears its ``audience`` cost.
    """

    __pydantic_config__ = STRICT
    id: str
    actor: str
    statement: str
    asserted_by: str
    crossed_by: tuple[str, ...] = ()
    crossed_by_triggers: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    audience: tuple[Cost, ...] = ()
    history: tuple[Crossing, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A forward-looking statement of a source, coded in neutral words, kept as the source's own.

    ``low`` and ``high`` bound the probability its hedge conveys for the positive proposition;
    commitments and red lines asserted of others carry none. ``courses`` are the courses it is
    about; ``said`` is ``+`` if it says they will be taken, ``-`` if it says they will not.
    """

    __pydantic_config__ = STRICT
    id: str
    source: str
    paragraph: int
    holder: str
    kind: ClaimKind
    text: str
    hedge: str = ""
    said: Literal["+", "-"] = "+"
    low: float | None = None
    high: float | None = None
    actor: str = ""
    courses: tuple[str, ...] = ()
    condition: str = ""
    horizon_days: int | None = None
    resolves: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """An elicited probability that the actor does something the case does not list."""

    __pydantic_config__ = STRICT
    actor: str
    probability: Range
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """Something one could see that would move the judgement of one course, and which way.

    ``ratio`` is its likelihood ratio, a range of P(seen | taken) / P(seen | not taken); the range
    [1, 1, 1] says that none is stated. ``evidence`` names the times it was seen; ``quiet_since`` is
    the day since which it was looked for and not seen.
    """

    __pydantic_config__ = STRICT
    id: str
    what: str
    course: str
    direction: Literal["+", "-"]
    because: str
    ratio: Range = Range(1.0, 1.0, 1.0)
    evidence: tuple[str, ...] = ()
    quiet_since: dt.date | None = None
