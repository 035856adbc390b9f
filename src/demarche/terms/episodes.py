"""Episodes: one trigger and what one actor with a stake then did, on the shared taxonomy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from demarche.terms._base import STRICT
from demarche.terms.sources import Source

Known = Literal["yes", "no", "not known"]

_YES_NO = (
    "alliance",
    "arms_client",
    "neighbour",
    "forces_present",
    "prior_involvement",
    "rival_involved",
    "rival_forces",
    "nuclear_side",
    "own_war",
    "client_losing",
    "direct_stake",
    "request",
    "veto_power",
)

FEATURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "region": (
            "middle-east",
            "europe",
            "former-soviet",
            "africa",
            "south-asia",
            "east-asia",
            "americas",
        ),
        "conflict": (
            "interstate-war",
            "civil-war",
            "intervention",
            "strike",
            "coup-or-uprising",
            "standoff",
        ),
        "violence": ("none", "minor", "serious", "war"),
        "relation": ("backs-one-side", "ties-to-both", "no-ties"),
        "power": ("superpower", "major", "regional"),
        **dict.fromkeys(_YES_NO, ("yes", "no")),
    }
)
"""Features of a situation and the words each may take, besides ``not known``."""

ORDERED_FEATURES = ("violence",)
"""Features whose words are in order, so that near words are near situations."""

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Whether one course was taken in an episode's window, when first, and how sure we are."""

    __pydantic_config__ = STRICT
    value: Known
    confidence: Literal["high", "medium", "low"]
    source: str
    date: dt.date | None = None
    precision: Literal["day", "month"] = "day"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One trigger and what one actor then did within its window.

    References
    ----------
    .. [1] Brecher, M. & Wilkenfeld, J. (2000). A Study of Crisis. University of Michigan Press:
       a crisis actor's trigger and major response.
    """

    __pydantic_config__ = STRICT
    id: str
    actor: str
    title: str
    trigger: str
    trigger_date: dt.date
    favours: tuple[str, ...]
    against: tuple[str, ...]
    response: str
    window_days: int
    coder: str
    checked: bool
    features: dict[str, str]
    courses: dict[str, Taken]
    sources: tuple[Source, ...]
    note: str = ""

    def outcome(self, kind: str, *, horizon_days: int) -> float:
        """1 if the course was taken within the horizon, 0 if not, NaN if that is not known.

        A yes whose day lies after the horizon is a no for that horizon. A no holds only for
        horizons up to the coded window: beyond it the outcome is not known.
        """
        taken = self.courses[kind]
        if taken.value == NOT_KNOWN:
            return float("nan")
        if taken.value == "yes" and taken.date is not None:
            return float((taken.date - self.trigger_date).days <= horizon_days)
        return 0.0 if horizon_days <= self.window_days else float("nan")

    def known_on(self, day: dt.date) -> bool:
        """Whether the trigger and its whole window lie on or before a day."""
        return self.trigger_date + dt.timedelta(days=self.window_days) <= day
