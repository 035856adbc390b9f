"""Actors, the factions inside them, the issues they differ on, and how conflicts are coupled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from demarche.terms._base import STRICT, Range

ActorKind = Literal["state", "armed group", "organisation", "coalition", "authority"]
RuleName = Literal["leader", "contest", "compromise", "condorcet", "consensus", "mixture"]
ActorRule = Literal["leader", "contest", "compromise", "condorcet", "consensus", "mixture", ""]
RULES: tuple[RuleName, ...] = (
    "leader",
    "contest",
    "compromise",
    "condorcet",
    "consensus",
    "mixture",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleShare:
    """How likely one decision rule is in an actor whose rule is not known (``mixture``)."""

    __pydantic_config__ = STRICT
    rule: RuleName
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A state or another international actor, with the rule by which it decides.

    ``rule`` names the decision unit: ``leader``, ``contest``, ``compromise``, ``condorcet``,
    ``consensus`` or ``mixture``. An empty rule means ``compromise``, and the answer says so.

    References
    ----------
    .. [1] Hermann, M. G. (2001). How decision units shape foreign policy. International Studies
       Review 3(2), 47-81.
    """

    __pydantic_config__ = STRICT
    id: str
    name: str
    kind: ActorKind = "state"
    aliases: tuple[str, ...] = ()
    rule: ActorRule = ""
    rule_because: str = ""
    leader: str = ""
    veto: tuple[str, ...] = ()
    mixture: tuple[RuleShare, ...] = ()
    members: tuple[str, ...] = ()
    administered_by: str = ""
    claimed_by: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A 0-100 scale with two named ends, and where things stand on it now.

    Effects may carry an outcome past an end: with ``ends = "open"`` the loss goes on growing
    beyond it, and the answer says so; with ``"hold"`` outcomes stop at the end of the scale.
    """

    __pydantic_config__ = STRICT
    id: str
    name: str
    low: str
    high: str
    status_quo: Range
    because: str
    ends: Literal["open", "hold"] = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What a faction wants on one issue (0-100) and how much it cares (0-1)."""

    __pydantic_config__ = STRICT
    issue: str
    position: Range
    salience: Range
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Faction:
    """A group inside an actor, named by what it wants and not by who holds it.

    ``capability`` is relative to the other factions of the same actor, in any positive unit.
    ``unacceptable`` lists courses it rules out before any trade-off.
    """

    __pydantic_config__ = STRICT
    id: str
    actor: str
    name: str
    wants: str
    capability: Range
    because: str
    stances: tuple[Stance, ...]
    unacceptable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How movement on one issue carries over to another: points per point, with the mechanism."""

    __pydantic_config__ = STRICT
    id: str
    from_issue: str
    to_issue: str
    weight: Range
    because: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A dated link between two actors; it decays, and it may be revoked.

    Strength on day t: ``strength * 0.5 ** ((t - since) / half_life_days)``, zero before ``since``
    and from ``revoked`` on. ``sign`` is ``+`` for cooperation, ``-`` for its opposite.
    """

    __pydantic_config__ = STRICT
    id: str
    actor: str
    recipient: str
    kind: str
    sign: Literal["+", "-"]
    since: dt.date
    strength: Range
    half_life_days: float
    because: str
    evidence: tuple[str, ...]
    revoked: dt.date | None = None

    def strength_at(self, day: dt.date) -> float:
        """Strength of the tie (its mode) on a day, 0 to 1, after decay and revocation.

        Examples
        --------
        >>> tie = Tie(id="t", actor="A", recipient="B", kind="arms contract", sign="+",
        ...     since=dt.date(2010, 1, 1), strength=Range(0.2, 0.4, 0.6), half_life_days=365.0,
        ...     because="", evidence=())
        >>> tie.strength_at(dt.date(2011, 1, 1))
        0.2
        >>> tie.strength_at(dt.date(2009, 1, 1))
        0.0
        """
        if day < self.since or (self.revoked is not None and day >= self.revoked):
            return 0.0
        return float(self.strength.mode * 0.5 ** ((day - self.since).days / self.half_life_days))
