"""Which states of a conflict hold (Nash, GMR, SMR, SEQ, SIM), and what holds a move off."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.graph import Conflict

__all__ = ["CONCEPTS", "Held", "StabilityTable", "holds", "reach", "stability", "what_holds"]

Ints = NDArray[np.int64]
Verdicts = NDArray[np.int8]
CONCEPTS = ("Nash", "GMR", "SMR", "SEQ", "SIM")
BUDGET = 20_000_000_000
OWN = 1_000_000
"""Moves of its own that a decision maker looks through whatever the budget."""
NEVER = np.iinfo(np.int64).max


@dataclass(slots=True)
class Moves:
    """A budget of moves that several searches share."""

    most: int
    looked: int = 0

    def take(self, *, state: int, count: int = 1) -> None:
        """Count moves looked at.

        Raises
        ------
        MethodError
            If there were more than the budget.
        """
        self.looked += count
        if self.looked > self.most:
            raise MethodError(
                f"more than {self.most} moves from state {state + 1}: raise the budget or list "
                "fewer states."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilityTable:
    """Verdicts by concept: arrays (decision makers, states) of 1 stable, 0 not, -1 not decided.

    ``unfinished`` names the concepts and decision makers for whom the budget of moves ran out.
    """

    conflict: Conflict
    verdicts: Mapping[str, Verdicts]
    looked_at: int
    unfinished: tuple[tuple[str, str], ...]

    def equilibria(self, concept: str) -> tuple[int, ...]:
        """States stable for all, numbered from 1."""
        return tuple(int(s) + 1 for s in np.flatnonzero((self.verdicts[concept] == 1).all(axis=0)))

    def written(self, concept: str) -> tuple[str, ...]:
        """Verdicts as text, one string per decision maker: 1, 0, or ? where not decided."""
        return tuple("".join("01?"[v] for v in row) for row in self.verdicts[concept])


def stability(
    conflict: Conflict,
    *,
    concepts: Sequence[str] = CONCEPTS,
    unknown_moves: bool = False,
    unknown_sanctions: bool = False,
    budget: int = BUDGET,
) -> StabilityTable:
    r"""Stability of every state for every decision maker.

    With :math:`R_i^+(s)` the improvements of i, :math:`R_H(t)` what its opponents can reach in any
    sequence in which nobody moves twice in a row, and z <= s for "i does not prefer z to s":

    - Nash: :math:`R_i^+(s)` is empty;
    - GMR: every improvement t has some z in :math:`R_H(t)` with z <= s;
    - SMR: as GMR, and w <= s for all w that i can move to from z;
    - SEQ: as GMR with every step of the opponents an improvement for its mover;
    - SIM: every improvement is undone by improvements of some opponents made at the same time.

    The search spreads each state backwards over (state, last mover), so time and memory grow with
    the number of moves; no table of states by states is made.

    Parameters
    ----------
    concepts : list of str
        Some of Nash, GMR, SMR, SEQ, SIM.
    unknown_moves : bool
        Whether a decision maker would move to a state whose preference to its own is unknown.
    unknown_sanctions : bool
        Whether it is deterred by a state whose preference is unknown, and takes moves of
        opponents of unknown preference for possible. Together with the first: four attitudes.
    budget : int
        Most moves looked at per concept and decision maker (a million of its own are always
        looked through); where it is hit the verdicts are -1.
        States of unknown place are judged one by one, all together within a thousandth of it.

    Raises
    ------
    MethodError
        If a concept is unknown or the budget is below 1.

    References
    ----------
    .. [1] Kilgour, D. M., Hipel, K. W. & Fang, L. (1987). The graph model for conflicts.
       Automatica 23(1), 41-55.
    .. [2] Fang, L., Hipel, K. W. & Kilgour, D. M. (1993). Interactive Decision Making. Wiley.
    .. [3] Li, K. W., Hipel, K. W., Kilgour, D. M. & Fang, L. (2004). Preference uncertainty in the
       graph model for conflict resolution. IEEE Transactions on Systems, Man, and Cybernetics A
       34(4), 507-520 (four ways to treat unknown preferences).

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> dilemma = conflict(options=[Option(name="c2"), Option(name="c1")],
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> found = stability(dilemma)
    >>> found.equilibria("Nash"), found.equilibria("GMR"), found.written("SEQ")
    ((1,), (1, 4), ('1011', '1101'))
    """
    for concept in concepts:
        if concept not in CONCEPTS:
            raise MethodError(f"stability concept must be one of {CONCEPTS}, got {concept!r}.")
    if budget < 1:
        raise MethodError(f"the budget of moves must be at least 1, got {budget}.")
    shape = (len(conflict.makers), conflict.size)
    verdicts = {concept: np.full(shape, -1, dtype=np.int8) for concept in concepts}
    tables = _Tables.of(conflict)
    looked, unfinished = 0, []
    for i in range(shape[0]):
        for concept in concepts:
            used = tables.verdict(
                concept,
                focal=i,
                unknown=(unknown_moves, unknown_sanctions),
                most=budget,
                out=verdicts[concept][i],
            )
            if used < 0:
                verdicts[concept][i] = -1
                unfinished.append((concept, conflict.makers[i].name))
                used = budget
            looked += used
    unfinished += _intervals(
        conflict, verdicts=verdicts, unknown=(unknown_moves, unknown_sanctions),
        moves=Moves(max(1, budget // 1000)),
    )  # fmt: skip
    return StabilityTable(
        conflict=conflict, verdicts=verdicts, looked_at=looked, unfinished=tuple(unfinished)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """The conflict as arrays for the loops."""

    patterns: Ints
    order: Ints
    first: Ints
    last: Ints
    fwd: Ints
    back: Ints
    low: Ints
    high: Ints

    @classmethod
    def of(cls, conflict: Conflict) -> _Tables:
        n, size = len(conflict.makers), conflict.size
        order, first, last = (np.empty((n, size), dtype=np.int64) for _ in range(3))
        masks = np.array([conflict.masks(i) for i in range(n)], dtype=np.int64)
        for i in range(n):
            key = conflict.patterns & ~masks[i, 0]
            order[i] = np.argsort(key, kind="stable")
            grouped = key[order[i]]
            first[i] = np.searchsorted(grouped, key, side="left")
            last[i] = np.searchsorted(grouped, key, side="right")
        return cls(
            patterns=conflict.patterns,
            order=order,
            first=first,
            last=last,
            fwd=masks[:, 1].copy(),
            back=masks[:, 2].copy(),
            low=np.stack([maker.low for maker in conflict.makers]),
            high=np.stack([maker.high for maker in conflict.makers]),
        )

    def verdict(
        self, concept: str, *, focal: int, unknown: tuple[bool, bool], most: int, out: Verdicts
    ) -> int:
        from demarche.inside import _graph_kernels as loops

        graph = (self.patterns, self.order, self.first, self.last)
        own = int((self.last[focal] - self.first[focal]).sum())
        if own * (2 if concept == "SMR" else 1) > max(most, OWN):
            return -1
        if concept == "SIM":
            return int(
                loops.simultaneous(
                    *graph, self.fwd, self.back, self.low, self.high, focal, *unknown, most, out
                )
            )
        size = self.patterns.size
        reached = np.full(size, NEVER, dtype=np.int64)
        rank = self.low[focal] if unknown[1] else self.high[focal]
        threshold = self.high[focal] if unknown[1] else self.low[focal]
        looked = 0
        if concept != "Nash":
            value = rank.copy()
            if concept == "SMR":
                loops.best_of_own(
                    *graph, int(self.fwd[focal]), int(self.back[focal]), focal, rank, value
                )
            looked = int(
                loops.reach_least(
                    *graph, self.fwd, self.back, self.low, self.high, focal, concept == "SEQ",
                    unknown[1], value, np.argsort(value, kind="stable"), most, reached,
                )
            )  # fmt: skip
        if looked >= 0:
            loops.judge(
                *graph, int(self.fwd[focal]), int(self.back[focal]), focal, self.low[focal],
                self.high[focal], unknown[0], reached, threshold, out,
            )  # fmt: skip
        return looked


def _intervals(
    conflict: Conflict, *, verdicts: dict[str, Verdicts], unknown: tuple[bool, bool], moves: Moves
) -> list[tuple[str, str]]:
    """States of unknown place are not better than themselves: judged one by one, by definition.

    Returns what the budget did not suffice for.
    """
    unfinished: list[tuple[str, str]] = []
    if unknown[1]:
        return unfinished
    for i, maker in enumerate(conflict.makers):
        for s in np.flatnonzero(maker.low < maker.high):
            for concept, table in verdicts.items():
                if concept in ("GMR", "SMR", "SEQ") and table[i, s] >= 0:
                    try:
                        table[i, s] = holds(
                            conflict,
                            state=int(s),
                            maker=i,
                            concept=concept,
                            unknown_moves=unknown[0],
                            unknown_sanctions=unknown[1],
                            most=moves,
                        )
                    except MethodError:
                        table[i, s] = -1
                        if (concept, maker.name) not in unfinished:
                            unfinished.append((concept, maker.name))
    return unfinished


def _not_better(conflict: Conflict, i: int, *, unknown: bool) -> Callable[[int, int], bool]:
    """Test "i does not prefer z to s"; where unknown, as the attitude says."""
    maker = conflict.makers[i]

    def test(z: int, s: int) -> bool:
        if z == s:
            return True
        if unknown:
            return bool(maker.low[z] <= maker.high[s])
        return bool(maker.high[z] <= maker.low[s])

    return test


def reach(
    conflict: Conflict,
    *,
    start: int,
    movers: Sequence[int],
    improving: bool = False,
    unknown: bool = False,
    most: int | Moves = 1_000_000,
    until: Callable[[int], bool] | None = None,
) -> dict[int, tuple[tuple[int, int], ...]]:
    """States a group can reach from one, nobody moving twice in a row, with a shortest way each.

    Returns ``{state: ((mover, state), ...)}``, numbered from 0; the start itself only if the
    group can come back to it. With ``until`` the search ends at the first state that meets it.

    Raises
    ------
    MethodError
        If more than ``most`` moves would have to be looked at.
    """
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    seen: set[tuple[int, int]] = set()
    queue: deque[tuple[int, int, tuple[tuple[int, int], ...]]] = deque([(start, -1, ())])
    moves = most if isinstance(most, Moves) else Moves(most)
    while queue:
        here, last, way = queue.popleft()
        for j in movers:
            if j == last:
                continue
            for t in conflict.moves(j, here):
                moves.take(state=start)
                if improving and not (
                    conflict.may_prefer(j, t, here) if unknown else conflict.prefers(j, t, here)
                ):
                    continue
                if (t, j) in seen:
                    continue
                seen.add((t, j))
                longer = (*way, (j, t))
                found.setdefault(t, longer)
                if until is not None and until(t):
                    return found
                queue.append((t, j, longer))
    return found


def _better(conflict: Conflict, *, state: int, maker: int, unknown: bool) -> list[int]:
    test = conflict.may_prefer if unknown else conflict.prefers
    return [t for t in conflict.moves(maker, state) if test(maker, t, state)]


def holds(
    conflict: Conflict,
    *,
    state: int,
    maker: int,
    concept: str,
    unknown_moves: bool = False,
    unknown_sanctions: bool = False,
    most: int | Moves = 1_000_000,
) -> bool:
    """Whether one state (from 0) is stable for one decision maker, straight from the definition.

    Raises
    ------
    TermError
        If the concept is unknown.
    MethodError
        If more than ``most`` moves would have to be looked at.
    """
    moves = most if isinstance(most, Moves) else Moves(most)
    if concept not in CONCEPTS:
        raise TermError(f"stability concept must be one of {CONCEPTS}, got {concept!r}.")
    better = _better(conflict, state=state, maker=maker, unknown=unknown_moves)
    below = _not_better(conflict, maker, unknown=unknown_sanctions)
    others = [j for j in range(len(conflict.makers)) if j != maker]
    for t in better:
        if concept == "Nash":
            return False
        if concept == "SIM":
            answers = [
                z
                for z in _together(
                    conflict,
                    state=state,
                    move=t,
                    others=others,
                    unknown=unknown_sanctions,
                    moves=moves,
                )
                if below(z, state)
            ]
        else:
            ways = reach(
                conflict,
                start=t,
                movers=others,
                improving=concept == "SEQ",
                unknown=unknown_sanctions,
                most=moves,
            )
            answers = [z for z in ways if below(z, state)]
        if concept == "SMR":
            answers = [z for z in answers if all(below(w, state) for w in conflict.moves(maker, z))]
        if not answers:
            return False
    return True


def _together(
    conflict: Conflict,
    *,
    state: int,
    move: int,
    others: Sequence[int],
    unknown: bool,
    moves: Moves,
) -> list[int]:
    """States that arise when some opponents improve from ``state`` while the focal one moves."""
    place = {int(p): s for s, p in enumerate(conflict.patterns)}
    here = int(conflict.patterns[state])
    found = [int(conflict.patterns[move])]
    plain = set(found)
    for j in others:
        flips = [
            here ^ int(conflict.patterns[z])
            for z in _better(conflict, state=state, maker=j, unknown=unknown)
        ]
        moves.take(state=state, count=len(found) * len(flips))
        found += [p ^ flip for p in found for flip in flips]
    return [place[p] for p in found if p in place and p not in plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One improvement, and what holds it off: the shortest sanction, credible or not.

    ``to`` is the state moved to; ``sanction`` a way of (mover, state) by opponents to a state not
    better than the start, empty if there is none; ``credible`` whether every step of some such way
    improves its mover's lot, and then ``sanction`` is that way; ``escape`` whether the one who
    moved could get out of the sanction again. All numbered from 0.
    """

    maker: int
    state: int
    to: int
    sanction: tuple[tuple[int, int], ...]
    credible: bool
    escape: bool


def what_holds(
    conflict: Conflict, *, state: int, maker: int, most: int = 20_000_000
) -> tuple[Held, ...]:
    """For every improvement from a state: what its opponents can answer with.

    Raises
    ------
    MethodError
        If more than ``most`` moves would have to be looked at.

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> dilemma = conflict(options=[Option(name="c2"), Option(name="c1")],
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> row = what_holds(dilemma, state=3, maker=0)[0]
    >>> row.to, row.sanction, row.credible
    (2, ((1, 0),), True)
    """
    moves = Moves(most)
    others = [j for j in range(len(conflict.makers)) if j != maker]
    below = _not_better(conflict, maker, unknown=False)
    rows = []
    for t in _better(conflict, state=state, maker=maker, unknown=False):
        way: tuple[tuple[int, int], ...] = ()
        credible = False
        for improving in (True, False):
            ways = reach(
                conflict,
                start=t,
                movers=others,
                improving=improving,
                until=lambda z: below(z, state),
                most=moves,
            )
            fitting = [z for z in ways if below(z, state)]
            if fitting:
                way, credible = ways[fitting[0]], improving
                break
        end = way[-1][1] if way else t
        escape = bool(way) and any(not below(w, state) for w in conflict.moves(maker, end))
        rows.append(
            Held(maker=maker, state=state, to=t, sanction=way, credible=credible, escape=escape)
        )
    return tuple(rows)
