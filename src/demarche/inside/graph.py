"""The graph model of a conflict: options, states, one-way moves, preferences known or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, TermError, near_miss

__all__ = ["Conflict", "DecisionMaker", "Option", "Unknown", "conflict", "conflict_from"]

Ints = NDArray[np.int64]
MOST_OPTIONS = 62
MOST_STATES = 2**20
DIRECTIONS = {"both": "both", "fwd": "fwd", "back": "back", "forward": "fwd", "backward": "back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One yes/no option; ``direction`` says if it may be switched both ways, on only, off only."""

    name: str
    direction: str = "both"

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise TermError(
                f"option {self.name!r}: direction must be both, fwd (only on) or back (only off), "
                f"got {self.direction!r}. {near_miss(self.direction, DIRECTIONS)}".rstrip()
            )
        object.__setattr__(self, "direction", DIRECTIONS[self.direction])


@dataclass(frozen=True, slots=True)
class Unknown:
    """States at one place of an order whose preference among each other is not known."""

    states: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMaker:
    """Who holds which options, and its order over states as intervals of ranks, best highest.

    ``low`` and ``high`` are equal where the place is known. s is surely preferred to t if
    ``low[s] > high[t]``; the preference is unknown where two intervals overlap and are not the
    same single rank.
    """

    name: str
    options: tuple[int, ...]
    low: Ints
    high: Ints

    @property
    def known(self) -> bool:
        """Whether the whole order is known."""
        return bool(np.array_equal(self.low, self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A checked conflict; states are bit patterns, option 0 the lowest bit, numbered from 1."""

    name: str
    options: tuple[Option, ...]
    makers: tuple[DecisionMaker, ...]
    patterns: Ints
    _groups: dict[int, dict[int, Ints]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Number of feasible states."""
        return int(self.patterns.size)

    def label(self, state: int) -> str:
        """A state (numbered from 0) as Y and N, option by option."""
        bits = int(self.patterns[state])
        return "".join("Y" if bits >> o & 1 else "N" for o in range(len(self.options)))

    def maker(self, name: str) -> int:
        """Place of a decision maker.

        Raises
        ------
        TermError
            If there is none of this name.
        """
        names = [maker.name for maker in self.makers]
        if name not in names:
            raise TermError(
                f"no decision maker {name!r}; there are {', '.join(names)}. "
                f"{near_miss(name, names)}".rstrip()
            )
        return names.index(name)

    def masks(self, maker: int) -> tuple[int, int, int]:
        """Bits a decision maker controls, those only switched on, those only switched off."""
        own = fwd = back = 0
        for o in self.makers[maker].options:
            own |= 1 << o
            fwd |= (1 << o) * (self.options[o].direction == "fwd")
            back |= (1 << o) * (self.options[o].direction == "back")
        return own, fwd, back

    def moves(self, maker: int, state: int) -> Iterator[int]:
        """States one decision maker can reach in one move of its own options."""
        own, fwd, back = self.masks(maker)
        here = int(self.patterns[state])
        if maker not in self._groups:
            self._groups[maker] = _grouped(self.patterns & ~np.int64(own))
        for t in self._groups[maker][here & ~own]:
            there = int(self.patterns[t])
            if t != state and not (here & fwd & ~there) and not (there & back & ~here):
                yield int(t)

    def prefers(self, maker: int, better: int, worse: int) -> bool:
        """Whether the first state is surely preferred to the second."""
        who = self.makers[maker]
        return bool(who.low[better] > who.high[worse])

    def may_prefer(self, maker: int, better: int, worse: int) -> bool:
        """Whether the first state is preferred to the second, or the preference is unknown."""
        who = self.makers[maker]
        return better != worse and bool(who.high[better] > who.low[worse])


def _grouped(keys: Ints) -> dict[int, Ints]:
    """States by key, each group in order."""
    order = np.argsort(keys, kind="stable")
    values, firsts = np.unique(keys[order], return_index=True)
    parts = np.split(order, firsts[1:])
    return {int(key): part for key, part in zip(values, parts, strict=True)}


Order = Sequence["int | Sequence[int] | Unknown"]


def conflict(
    *,
    options: Sequence[Option],
    makers: Sequence[tuple[str, Sequence[int], Order]],
    states: Sequence[str] | None = None,
    name: str = "",
    unplaced: Mapping[str, Sequence[int]] | None = None,
) -> Conflict:
    """Build a conflict from its options, who holds them, and what everyone prefers.

    Parameters
    ----------
    options : list of Option
    makers : list of (name, options held, states best first)
        States are numbered from 1; equally preferred ones in an inner list; ``Unknown((4, 7))``
        where the preference among some is not known. Unnamed states are an error.
    states : list of str, optional
        Feasible states as Y and N per option; all combinations if absent.
    unplaced : mapping of name to states, optional
        States whose place in the whole order of that decision maker is not known.

    Raises
    ------
    TermError
        If an option belongs to nobody or to two, a state is missing from an order or twice in it.
    MethodError
        If there are more options or states than the budget.

    References
    ----------
    .. [1] Fang, L., Hipel, K. W. & Kilgour, D. M. (1993). Interactive Decision Making: The Graph
       Model for Conflict Resolution. Wiley.

    Examples
    --------
    >>> c = conflict(options=[Option(name="a"), Option(name="b")],
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> c.size, c.label(2), list(c.moves(0, 2))
    (4, 'NY', [3])
    """
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise MethodError(f"a conflict holds 1 to {MOST_OPTIONS} options, got {len(options)}.")
    held = [o for _, own, _ in makers for o in own]
    if sorted(held) != list(range(len(options))):
        raise TermError(
            f"every option (0 to {len(options) - 1}) must belong to one decision maker, got "
            f"{sorted(held)}."
        )
    names = [who for who, _, _ in makers]
    if len(set(names)) != len(names) or len(names) < 2:
        raise TermError(f"at least two decision makers with names of their own, got {names}.")
    patterns = _patterns(states, count=len(options))
    placed = dict(unplaced or {})
    for who in placed:
        if who not in names:
            raise TermError(f"unplaced states name {who!r}. {near_miss(who, names)}".rstrip())
    built = []
    for who, own, order in makers:
        low, high = _ranks(order, count=patterns.size, who=who, free=placed.get(who, ()))
        built.append(DecisionMaker(name=who, options=tuple(own), low=low, high=high))
    return Conflict(name=name, options=tuple(options), makers=tuple(built), patterns=patterns)


def _patterns(states: Sequence[str] | None, *, count: int) -> Ints:
    if states is None:
        if 2**count > MOST_STATES:
            raise MethodError(
                f"{count} options have {2**count} states, the budget is {MOST_STATES}: list the "
                "feasible ones."
            )
        return np.arange(2**count, dtype=np.int64)
    if not 1 <= len(states) <= MOST_STATES:
        raise MethodError(f"a conflict holds 1 to {MOST_STATES} states, got {len(states)}.")
    found = []
    for number, text in enumerate(states, start=1):
        if len(text) != count or set(text) - set("YN"):
            raise TermError(f"state {number}: expected {count} letters Y or N, got {text!r}.")
        found.append(sum(1 << o for o, letter in enumerate(text) if letter == "Y"))
    patterns = np.array(found, dtype=np.int64)
    if np.any(np.diff(patterns) <= 0):
        at = int(np.argmax(np.diff(patterns) <= 0)) + 2
        raise TermError(
            f"states must be in order of binary value, option 0 the lowest bit, each once; state "
            f"{at} ({states[at - 1]}) is out of order."
        )
    return patterns


def _ranks(order: Order, *, count: int, who: str, free: Sequence[int]) -> tuple[Ints, Ints]:
    low, high = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    groups = list(order)
    total = sum(len(g.states) if isinstance(g, Unknown) else 1 for g in groups)
    rank = total
    seen: list[int] = []
    for group in groups:
        if isinstance(group, Unknown):
            members, span = list(group.states), len(group.states)
        else:
            members, span = list(group) if isinstance(group, Sequence) else [group], 1
        rank -= span
        for state in members:
            if not isinstance(state, int | np.integer) or not 1 <= state <= count:
                raise TermError(
                    f"preference of {who!r}: states are numbered 1 to {count}, got {state!r}."
                )
            seen.append(int(state))
            low[state - 1], high[state - 1] = rank, rank + span - 1
    for state in free:
        if not 1 <= state <= count:
            raise TermError(f"unplaced of {who!r}: states are 1 to {count}, got {state!r}.")
        seen.append(int(state))
        low[state - 1], high[state - 1] = -1, total
    missing = sorted(set(range(1, count + 1)) - set(seen))
    double = sorted(state for state, times in Counter(seen).items() if times > 1)
    if missing or double or len(seen) != count:
        raise TermError(
            f"preference of {who!r}: every state once; missing {missing[:8]}, twice {double[:8]}. "
            "Name a state whose place is not known under 'unplaced'."
        )
    return low, high


INPUT_KEYS = {"name", "options", "decision_makers", "states"}
OTHER_KEYS = {
    "conventions",
    "definitions",
    "description",
    "equilibria",
    "note",
    "observed",
    "source",
    "stability",
    "title",
    "tolerance",
    "use",
}
"""What describes a conflict or says what is expected of it."""
MAKER_KEYS = {"name", "options", "preference_best_first", "unplaced"}


def conflict_from(table: Mapping[str, Any]) -> Conflict:
    """A conflict from plain data: ``options``, ``decision_makers``, ``states``.

    As in the JSON form of the reference conflicts: options with ``name`` and ``direction``,
    decision makers with ``name``, ``options`` and ``preference_best_first`` (ties in inner lists,
    ``{"unknown": [...]}`` for a group not known) and, optionally, ``unplaced``.

    Raises
    ------
    TermError
        If a key is unknown or missing, or the conflict does not hold together.
    """
    for key in table:
        if key not in INPUT_KEYS | OTHER_KEYS:
            raise TermError(
                f"a conflict has no key {key!r}. {near_miss(key, INPUT_KEYS | OTHER_KEYS)}".rstrip()
            )
    try:
        options = [
            Option(name=str(o["name"]), direction=str(o.get("direction", "both")))
            for o in table["options"]
        ]
        makers, unplaced = [], {}
        for entry in table["decision_makers"]:
            for key in entry:
                if key not in MAKER_KEYS:
                    hint = near_miss(key, MAKER_KEYS)
                    raise TermError(f"a decision maker has no key {key!r}. {hint}".rstrip())
            order = [
                Unknown(tuple(g["unknown"])) if isinstance(g, Mapping) else g
                for g in entry["preference_best_first"]
            ]
            makers.append((str(entry["name"]), [int(o) for o in entry["options"]], order))
            unplaced[str(entry["name"])] = [int(s) for s in entry.get("unplaced", ())]
    except KeyError as error:
        raise TermError(f"the conflict lacks the key {error}.") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise TermError(
            f"the conflict is not in the expected form ({error}): options need a name, decision "
            "makers name, options and preference_best_first by number, states letters Y and N."
        ) from None
    return conflict(
        name=str(table.get("name", "")),
        options=options,
        makers=makers,
        states=table.get("states"),
        unplaced=unplaced,
    )
