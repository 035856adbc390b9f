"""What was known of an ICB crisis at its trigger, as features, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

US, SOVIET = 2, 365
FIRST_NON_STATE = 950
"""ICB's entity codes from here on are not states (995-997: internal, non-state, several)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One crisis actor: its state, when it was triggered, and codes about it before the trigger."""

    state: int
    begins: float
    order: int
    codes: dict[str, float]
    threat: float
    power_gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """One crisis. `us`, `soviet`, `ends` and later actors are read only for later crises."""

    number: int
    name: str
    begins: float
    triggered: float
    ends: float
    trigger: float
    entity: float
    place: float
    conflict: float
    ethnic: float
    us: float
    soviet: float
    outcomes: tuple[float, float, float, float]
    actors: tuple[Actor, ...]

    def first(self) -> tuple[Actor, ...]:
        """Return the actors triggered with the crisis; later ones are not known yet."""
        now = tuple(actor for actor in self.actors if actor.begins <= self.triggered)
        return now or self.actors[:1]

    def states(self) -> frozenset[int]:
        """Return every state actor, known once the crisis is over, and the triggering state."""
        return frozenset(actor.state for actor in self.actors) | _state(self.entity)

    def states_at_trigger(self) -> frozenset[int]:
        """Return first actors, their source of threat, and the triggering state."""
        out = {actor.state for actor in self.first()} | _state(self.entity)
        for actor in self.first():
            out |= _state(actor.threat)
        return frozenset(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A column: how it is compared, how it is read, and why it was known at the trigger."""

    name: str
    kind: str
    why: str
    read: Callable[[Crisis, Sequence[Crisis]], float]


def _state(code: float) -> frozenset[int]:
    """Return the state a code stands for, or nothing."""
    return frozenset() if np.isnan(code) or code >= FIRST_NON_STATE else frozenset({int(code)})


def _region(crisis: Crisis) -> float:
    """Continent of the place, the Middle East apart: the tens digit of ICB's code."""
    if np.isnan(crisis.place):
        return float("nan")
    return 15.0 if crisis.place == 15 else float(crisis.place // 10)


def _rank(name: str, top: int) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Read a ranked code 1..top of the first actor, scaled to [0, 1]."""

    def read(crisis: Crisis, past: Sequence[Crisis]) -> float:
        code = crisis.first()[0].codes[name]
        return (code - 1) / (top - 1) if 1 <= code <= top else float("nan")

    return read


def _category(name: str, top: int) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Read a category 1..top of the first actor."""

    def read(crisis: Crisis, past: Sequence[Crisis]) -> float:
        code = crisis.first()[0].codes[name]
        return code if 1 <= code <= top else float("nan")

    return read


def _power_gap(crisis: Crisis, past: Sequence[Crisis]) -> float:
    """Power of the first actor less that of its adversary, cut at 50 either way, in [0, 1]."""
    return float((np.clip(crisis.first()[0].power_gap, -50, 50) + 50) / 100)


def _is_threat(state: int) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Did this state trigger the crisis, or is it what the first actors feel threatened by?"""

    def read(crisis: Crisis, past: Sequence[Crisis]) -> float:
        threats = {actor.threat for actor in crisis.first()}
        return float(crisis.entity == state or state in threats)

    return read


def _is_first(state: int) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Is this state itself among the first crisis actors?"""
    return lambda crisis, past: float(state in {actor.state for actor in crisis.first()})


def _mean(past: Sequence[Crisis], who: str, last: int) -> float:
    """Mean activity level, 0 (none) to 1 (direct military), over the last crises; NaN if none."""
    levels = [(getattr(crisis, who) - 1) / 3 for crisis in past]
    known = [level for level in levels if not np.isnan(level)][-last:]
    return float(np.mean(known)) if known else float("nan")


def _before_here(who: str) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Activity in the last five crises in the same sub-region."""
    return lambda crisis, past: _mean([c for c in past if c.place == crisis.place], who, 5)


def _before_actors(who: str) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Activity in the last three crises of any state known at the trigger, the powers apart."""

    def read(crisis: Crisis, past: Sequence[Crisis]) -> float:
        mine = crisis.states_at_trigger() - {US, SOVIET}
        return _mean([c for c in past if c.states() & mine], who, 3)

    return read


def _before_conflict(who: str) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Activity in the last three crises of the same protracted conflict."""

    def read(crisis: Crisis, past: Sequence[Crisis]) -> float:
        return _mean(
            [c for c in past if crisis.conflict > 1 and c.conflict == crisis.conflict], who, 3
        )

    return read


def _before_all(who: str) -> Callable[[Crisis, Sequence[Crisis]], float]:
    """Activity in the last twenty crises anywhere."""
    return lambda crisis, past: _mean(past, who, 20)


def _protracted(crisis: Crisis, past: Sequence[Crisis]) -> float:
    """Has this protracted conflict had a crisis before? (A first one is recognised only later.)"""
    return float(any(crisis.conflict > 1 and c.conflict == crisis.conflict for c in past))


def _trigger(crisis: Crisis, past: Sequence[Crisis]) -> float:
    """Kind of trigger, 1 (verbal act) to 9 (violent act)."""
    return crisis.trigger if 1 <= crisis.trigger <= 9 else float("nan")


def _violent(crisis: Crisis, past: Sequence[Crisis]) -> float:
    """Was the trigger a violent act, direct or indirect (8, 9)?"""
    return float("nan") if np.isnan(crisis.trigger) else float(crisis.trigger >= 8)


def _ethnic(crisis: Crisis, past: Sequence[Crisis]) -> float:
    """Is the dispute secessionist (1), irredentist (2) or neither (3)?"""
    return crisis.ethnic if 1 <= crisis.ethnic <= 3 else float("nan")


_STATED = "a property of the state before the crisis"
_PAST = "read from crises that had ended before this one was triggered"

FEATURES: tuple[Feature, ...] = (
    Feature(name="trigger", kind="categorical", why="it is the trigger", read=_trigger),
    Feature(name="violent-trigger", kind="yes/no", why="it is the trigger", read=_violent),
    Feature(
        name="region",
        kind="categorical",
        why="where the trigger happened",
        read=lambda crisis, past: _region(crisis),
    ),
    Feature(name="ethnic", kind="categorical", why="what the dispute is about", read=_ethnic),
    Feature(name="power-status", kind="ordinal", why=_STATED, read=_rank("powsta", 4)),
    Feature(name="nuclear", kind="ordinal", why=_STATED, read=_rank("nuclear", 4)),
    Feature(
        name="distance",
        kind="ordinal",
        why="of the first actor from the place",
        read=_rank("cractloc", 4),
    ),
    Feature(
        name="threat-power",
        kind="ordinal",
        why="power of the source of threat at the trigger",
        read=_rank("southpow", 4),
    ),
    Feature(name="regime", kind="categorical", why=_STATED, read=_category("regime", 5)),
    Feature(name="alliance", kind="categorical", why=_STATED, read=_category("allycap", 4)),
    Feature(name="power-gap", kind="ordinal", why=_STATED, read=_power_gap),
    Feature(name="us-is-threat", kind="yes/no", why="it is the trigger", read=_is_threat(US)),
    Feature(name="us-is-first-actor", kind="yes/no", why="it is the trigger", read=_is_first(US)),
    Feature(
        name="soviet-is-threat", kind="yes/no", why="it is the trigger", read=_is_threat(SOVIET)
    ),
    Feature(
        name="soviet-is-first-actor", kind="yes/no", why="it is the trigger", read=_is_first(SOVIET)
    ),
    Feature(name="us-before-here", kind="ordinal", why=_PAST, read=_before_here("us")),
    Feature(name="soviet-before-here", kind="ordinal", why=_PAST, read=_before_here("soviet")),
    Feature(name="us-before-actors", kind="ordinal", why=_PAST, read=_before_actors("us")),
    Feature(name="soviet-before-actors", kind="ordinal", why=_PAST, read=_before_actors("soviet")),
    Feature(name="us-before-conflict", kind="ordinal", why=_PAST, read=_before_conflict("us")),
    Feature(
        name="soviet-before-conflict", kind="ordinal", why=_PAST, read=_before_conflict("soviet")
    ),
    Feature(name="us-before-all", kind="ordinal", why=_PAST, read=_before_all("us")),
    Feature(name="soviet-before-all", kind="ordinal", why=_PAST, read=_before_all("soviet")),
    Feature(name="protracted", kind="yes/no", why=_PAST, read=_protracted),
)


def feature_table(crises: Sequence[Crisis], *, unused: dict[str, int]) -> FloatArray:
    """Features of crises sorted by trigger, shape (n, F); codes not used here are counted.

    Parameters
    ----------
    crises : sequence of Crisis
        In the order they began.
    unused : dict
        Filled with the number of codes per column that are in no documented range.

    Returns
    -------
    array, shape (n, F)
        NaN where not known.
    """
    limits = {"southpow": 4, "cractloc": 4, "regime": 5, "allycap": 4, "nuclear": 4, "powsta": 4}
    by_end = sorted(crises, key=lambda crisis: (crisis.ends, crisis.number))
    out = np.empty((len(crises), len(FEATURES)))
    for i, crisis in enumerate(crises):
        past = [c for c in by_end if c.ends < crisis.begins]
        out[i] = [feature.read(crisis, past) for feature in FEATURES]
        for name, top in limits.items():
            code = crisis.first()[0].codes[name]
            if code == 0 or code > top:
                unused[name] = unused.get(name, 0) + 1
    return out
