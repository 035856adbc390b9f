"""Courses of action, the postures that combine them, and the taxonomy they are coded by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from demarche.terms._base import STRICT, Range

Observability = Literal["public", "reported", "covert"]
PLOVER: tuple[str, ...] = (
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
)
"""The event types of PLOVER 0.8, in its order; their modes and CAMEO roots: the codebooks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseKind:
    """One class of the taxonomy on which cases and episodes are coded alike."""

    id: str
    label: str
    rung: int
    counts: str


def _kinds() -> Mapping[str, CourseKind]:
    rows = (
        ("mediation", 1, "Hosting and mediating", "hosts talks, sends terms, offers a plan"),
        ("un_action", 1, "Security Council draft or veto", "tables a draft or casts a veto"),
        ("coordination", 1, "Joint position with others", "takes a joint public position"),
        ("downgrade", 2, "Diplomatic or economic downgrade", "lowers relations with a side"),
        ("withdraw_consent", 2, "Withdrawal of consent", "withdraws access or an arrangement"),
        ("hold_third_party", 2, "Holding a third party in check", "keeps a third party in check"),
        ("force_threat", 2, "Threat of force", "threatens force or raises alert as a signal"),
        ("arms_open", 3, "Open arms supply", "openly begins or enlarges arms deliveries"),
        ("air_defence", 3, "Air-defence systems", "supplies or mans ground-based air defence"),
        ("intelligence", 3, "Intelligence to a side", "gives a side intelligence for the fighting"),
        ("arms_covert", 3, "Arms through third parties", "supplies arms covertly"),
        ("volunteers", 4, "Volunteers or unofficial forces", "sends or lets go volunteers"),
        ("deployment", 5, "Declared deployment", "openly deploys own forces in or next to it"),
        ("combat", 6, "Direct combat", "own forces fight"),
    )
    return MappingProxyType(
        {
            id: CourseKind(id=id, rung=rung, label=label, counts=counts)
            for id, rung, label, counts in rows
        }
    )


COURSE_KINDS: Mapping[str, CourseKind] = _kinds()
"""The taxonomy shared by cases and episodes; see docs/episodes-codebook.md."""

STATEMENTS_ONLY = "statements_only"
"""Derived kind: yes when every course of the taxonomy is a known no, no when any is a yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Event codes by which a course or a trigger is found in a record (its operationalization).

    A row of the record is counted if its CAMEO code is one of ``cameo`` or begins with one; in a
    source without CAMEO codes, if its PLOVER type is one of ``plover``. ``recipients`` are ids of
    actors of the case (none: towards anyone). ``match`` says whether such a row is the course
    itself (``same``) or whether the codes cover more than the course does (``wider``); the record's
    number for a wider set is shown beside the answer and not pooled.
    """

    __pydantic_config__ = STRICT
    plover: tuple[str, ...] = ()
    cameo: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    match: Literal["same", "wider"] = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """By how many points a course, once it happens, moves an issue."""

    __pydantic_config__ = STRICT
    issue: str
    points: Range
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a course costs a faction, as a share of a full-scale loss (1 = the whole scale)."""

    __pydantic_config__ = STRICT
    faction: str
    share: Range
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseOfAction:
    """Something an actor may do at least once within the horizon; a yes/no of its own.

    ``kind`` links it to the episodes' taxonomy (empty: no precedents are used). A course that is
    ``under_way`` was taken before the question was asked and cannot be undone within the horizon.
    """

    __pydantic_config__ = STRICT
    id: str
    actor: str
    label: str
    rung: int
    observability: Observability
    resolution: str
    kind: str = ""
    coded_as: Codes = Codes()
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    under_way: bool = False
    feasibility: Range = Range(1.0, 1.0, 1.0)
    feasibility_because: str = ""
    effects: tuple[Effect, ...] = ()
    costs: tuple[Cost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """A set of courses taken together; ``fallback`` is what happens if nothing is agreed."""

    __pydantic_config__ = STRICT
    id: str
    actor: str
    label: str
    courses: tuple[str, ...] = ()
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How a trigger changes one input of the inside view.

    ``on`` names the input, ``of`` the ids it belongs to (for a position: faction, issue).
    """

    __pydantic_config__ = STRICT
    on: Literal[
        "position",
        "salience",
        "capability",
        "effect",
        "cost",
        "feasibility",
        "status_quo",
        "coupling",
        "audience",
    ]
    of: tuple[str, ...]
    how: Literal["add", "multiply", "set"]
    by: Range
    because: str
    ends: Literal["refuse", "hold"] = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The *Y* of "What would X do if Y happened?", with a rule two strangers would apply alike.

    References
    ----------
    .. [1] Brecher, M. & Wilkenfeld, J. (2000). A Study of Crisis. University of Michigan Press.
    """

    __pydantic_config__ = STRICT
    id: str
    label: str
    rule: str
    aliases: tuple[str, ...] = ()
    actor: str = ""
    recipient: str = ""
    coded_as: Codes = Codes()
    shifts: tuple[Shift, ...] = ()
    evidence: tuple[str, ...] = ()


NO_TRIGGER = "none"
"""Id of the arm in which no trigger happens; every case has it."""
