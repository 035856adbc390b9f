"""Graph model, continued: coalitions, ways from the status quo, and the inverse question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from demarche.errors import MethodError, TermError
from demarche.inside.graph import Conflict
from demarche.inside.stable_states import CONCEPTS, Moves, reach

__all__ = [
    "CoalitionMove",
    "Requirement",
    "Way",
    "coalition_moves",
    "coalition_stable",
    "evolution",
    "stabilising_preferences",
    "stable_shares",
]

COALITION_CONCEPTS = CONCEPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalitionMove:
    """A joint move that every member gains by: from ``state`` to ``to``, with a way (from 0)."""

    members: tuple[int, ...]
    state: int
    to: int
    way: tuple[tuple[int, int], ...]


def coalition_moves(
    conflict: Conflict, *, state: int, members: Sequence[int], most: int | Moves = 1_000_000
) -> tuple[CoalitionMove, ...]:
    """Joint improvements of a coalition: states it can reach that every member prefers.

    Raises
    ------
    TermError
        If the coalition has fewer than two members or names one twice.
    MethodError
        If the search passes ``most`` moves.

    References
    ----------
    .. [1] Kilgour, D. M., Hipel, K. W., Fang, L. & Peng, X. (2001). Group Decision and Negotiation
       10.

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> dilemma = conflict(options=[Option(name="c2"), Option(name="c1")],
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> [move.to for move in coalition_moves(dilemma, state=0, members=[0, 1])]
    [3]
    """
    group = _group(conflict, members)
    ways = reach(conflict, start=state, movers=group, most=most)
    return tuple(
        CoalitionMove(members=group, state=state, to=t, way=way)
        for t, way in sorted(ways.items())
        if all(conflict.prefers(i, t, state) for i in group)
    )


def _group(conflict: Conflict, members: Sequence[int]) -> tuple[int, ...]:
    group = tuple(sorted(set(members)))
    count = len(conflict.makers)
    if len(group) != len(members) or len(group) < 2 or group[0] < 0 or group[-1] >= count:
        raise TermError(
            f"a coalition needs two or more different decision makers from 0 to {count - 1}, got "
            f"{list(members)}."
        )
    return group


def coalition_stable(
    conflict: Conflict,
    *,
    state: int,
    concept: str = "Nash",
    members: Sequence[int] | None = None,
    most: int | Moves = 1_000_000,
) -> bool:
    """Whether no coalition (or the one named) would leave a state, by one concept.

    Nash: no joint improvement. GMR: each is met by moves of those outside to a state that some
    member does not prefer. SMR: and whatever the coalition can reach from there, some member does
    not prefer it either. SEQ: as GMR with every outside step an improvement for its mover. SIM: it
    is undone by improvements that some of those outside make at the same time. The coalition of
    all can be met by nobody.

    Raises
    ------
    TermError
        If the concept or the coalition is unknown.
    MethodError
        If the search, over all coalitions, passes ``most`` moves.

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> dilemma = conflict(options=[Option(name="c2"), Option(name="c1")],
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> coalition_stable(dilemma, state=0), coalition_stable(dilemma, state=3)
    (False, True)
    """
    if concept not in COALITION_CONCEPTS:
        raise TermError(f"a coalition concept is one of {COALITION_CONCEPTS}, got {concept!r}.")
    moves = most if isinstance(most, Moves) else Moves(most)
    everyone = range(len(conflict.makers))
    groups: Iterable[tuple[int, ...]]
    if members is not None:
        groups = [_group(conflict, members)]
    else:
        groups = (g for size in range(2, len(everyone) + 1) for g in combinations(everyone, size))
    return all(
        _met(conflict, move=move, concept=concept, most=moves)
        for group in groups
        for move in _moves_of(conflict, state=state, group=group, moves=moves)
    )


def _moves_of(
    conflict: Conflict, *, state: int, group: tuple[int, ...], moves: Moves
) -> tuple[CoalitionMove, ...]:
    moves.take(state=state)  # a coalition that cannot move at all counts too: there are 2^n
    return coalition_moves(conflict, state=state, members=group, most=moves)


def _met(conflict: Conflict, *, move: CoalitionMove, concept: str, most: Moves) -> bool:
    if concept == "Nash":
        return False
    outside = [j for j in range(len(conflict.makers)) if j not in move.members]
    if not outside:
        return False

    def hurts(z: int) -> bool:
        return any(not conflict.may_prefer(i, z, move.state) for i in move.members)

    if concept == "SIM":
        joint = _joint(conflict, state=move.state, move=move.to, by=outside, moves=most)
        return any(hurts(z) for z in joint)
    answers = reach(conflict, start=move.to, movers=outside, improving=concept == "SEQ", most=most)
    for z in answers:
        if not hurts(z):
            continue
        if concept != "SMR":
            return True
        if all(hurts(w) for w in reach(conflict, start=z, movers=move.members, most=most)):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A state that can be reached, and a shortest way to it of (mover, state), from 0.

    ``improving`` says whether some way exists in which every mover gains at each step; if so the
    way shown is of that kind.
    """

    state: int
    way: tuple[tuple[int, int], ...]
    improving: bool


def evolution(conflict: Conflict, *, status_quo: int, most: int = 1_000_000) -> tuple[Way, ...]:
    """States that can come about from the status quo, nobody moving twice in a row.

    Raises
    ------
    TermError
        If the status quo is no state.
    MethodError
        If the search passes ``most`` moves.

    References
    ----------
    .. [1] Xu, H., Kilgour, D. M., Hipel, K. W. & Kemkes, G. (2010). Using matrices to link conflict
       evolution and resolution in a graph model. European Journal of Operational Research 207(1).
       doi:10.1016/j.ejor.2010.03.025

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> c = conflict(options=[Option(name="strike", direction="fwd"), Option(name="answer")],
    ...     makers=[("A", [0], [1, 2, 3, 4]), ("B", [1], [1, 4, 2, 3])])
    >>> [(w.state, w.improving) for w in evolution(c, status_quo=1)]
    [(3, True)]
    """
    if not 0 <= status_quo < conflict.size:
        raise TermError(f"states are 0 to {conflict.size - 1} here, got {status_quo}.")
    everyone = range(len(conflict.makers))
    gaining = reach(conflict, start=status_quo, movers=everyone, improving=True, most=most)
    ways = reach(conflict, start=status_quo, movers=everyone, most=most)
    return tuple(
        Way(state=s, way=gaining.get(s, way), improving=s in gaining)
        for s, way in sorted(ways.items())
        if s != status_quo
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What must hold of one decision maker's preference so that one of its moves is no threat.

    The state is stable against the move to ``move`` if it does not prefer ``move`` to the state,
    or if for some set in ``sanctions`` it prefers none of its states to the state. Numbered from 0.
    """

    state: int
    maker: int
    move: int
    sanctions: tuple[frozenset[int], ...]

    def met(self, at_most: Callable[[int, int], bool]) -> bool:
        """Whether an order meets it; ``at_most(z, s)`` says that z is not preferred to s."""
        return at_most(self.move, self.state) or any(
            all(at_most(z, self.state) for z in sanction) for sanction in self.sanctions
        )


def stabilising_preferences(
    conflict: Conflict, *, state: int, maker: int, concept: str = "GMR", most: int = 1_000_000
) -> tuple[Requirement, ...]:
    """The inverse question: which preferences of a decision maker make a state stable for it.

    One requirement per move; all must be met. The decision maker's own order in the conflict is
    not used; that of the others is, where the concept asks whether their steps are improvements.

    Raises
    ------
    TermError
        If the concept is unknown.
    MethodError
        If the search passes ``most`` moves.

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> dilemma = conflict(options=[Option(name="c2"), Option(name="c1")],
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> row = stabilising_preferences(dilemma, state=3, maker=0)[0]
    >>> row.move, [sorted(s) for s in row.sanctions]
    (2, [[0]])
    """
    if concept not in CONCEPTS:
        raise TermError(f"stability concept must be one of {CONCEPTS}, got {concept!r}.")
    others = [j for j in range(len(conflict.makers)) if j != maker]
    moves = Moves(most)
    rows = []
    for t in conflict.moves(maker, state):
        moves.take(state=state)
        sanctions: list[frozenset[int]] = []
        if concept == "SIM":
            joint = _joint(conflict, state=state, move=t, by=others, moves=moves)
            sanctions = [frozenset([z]) for z in joint]
        elif concept != "Nash":
            ways = reach(conflict, start=t, movers=others, improving=concept == "SEQ", most=moves)
            for z in sorted(ways):
                own = list(conflict.moves(maker, z)) if concept == "SMR" else []
                moves.take(state=state, count=len(own))
                sanctions.append(frozenset([z, *own]) - {state})
        rows.append(
            Requirement(state=state, maker=maker, move=t, sanctions=_least(sanctions, moves=moves))
        )
    return tuple(rows)


def _joint(
    conflict: Conflict, *, state: int, move: int, by: Sequence[int], moves: Moves
) -> list[int]:
    from demarche.inside.stable_states import _together

    return sorted(
        set(_together(conflict, state=state, move=move, others=by, unknown=False, moves=moves))
    )


def _least(sets: Sequence[frozenset[int]], *, moves: Moves) -> tuple[frozenset[int], ...]:
    """Drop sets that contain another: the smaller one already suffices."""
    kept: list[frozenset[int]] = []
    ordered = sorted(set(sets), key=lambda s: (len(s), sorted(s)))
    if ordered and len(ordered[0]) == len(ordered[-1]):
        return tuple(ordered)
    for candidate in ordered:
        moves.take(state=min(candidate, default=0), count=len(kept))
        if not any(other <= candidate for other in kept):
            kept.append(candidate)
    return tuple(kept)


def stable_shares(
    versions: Sequence[tuple[float, Conflict]], *, concept: str = "Nash"
) -> tuple[float, ...]:
    """Share of the weight of versions of a conflict under which each state is stable for all.

    For uncertain preferences: the versions differ in what someone prefers. The share is a share
    of versions, not a probability that the state comes about.

    Raises
    ------
    MethodError
        If there is no version, weights are not positive, or the states differ.

    Examples
    --------
    >>> from demarche.inside.graph import Option, conflict
    >>> options = [Option(name="c2"), Option(name="c1")]
    >>> a = conflict(options=options,
    ...     makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])])
    >>> b = conflict(options=options,
    ...     makers=[("One", [0], [4, 3, 1, 2]), ("Two", [1], [4, 2, 1, 3])])
    >>> stable_shares([(3, a), (1, b)])
    (1.0, 0.0, 0.0, 0.25)
    """
    from demarche.inside.stable_states import stability

    if not versions or any(weight <= 0 for weight, _ in versions):
        raise MethodError("uncertain preferences need versions with positive weights.")
    size = versions[0][1].size
    if any(version.size != size for _, version in versions):
        raise MethodError("the versions of a conflict must have the same states.")
    total = sum(weight for weight, _ in versions)
    shares = [0.0] * size
    for weight, version in versions:
        for state in stability(version, concepts=[concept]).equilibria(concept):
            shares[state - 1] += weight / total
    return tuple(shares)
