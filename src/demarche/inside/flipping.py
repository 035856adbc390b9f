"""What would flip the answer: the smallest change of one input, others at their modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.inside.draws import at_modes
from demarche.inside.game import Game
from demarche.inside.levels import InsideView, Level0, groups_of, uniform_level0
from demarche.inside.one_actor import answers
from demarche.inside.rules import Group

__all__ = ["Flip", "flips"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Signatures = NDArray[np.int64]
"""By draw, the most probable strategy, and which courses are above one half."""
AHEAD = 3
"""Halvings of a bisection that are solved at once, for every way the first of them may turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The smallest change of one input, others at their modes, that changes the answer."""

    parameter: str
    because: str
    mode: float
    value: float
    moved: float
    what: str


def flips(
    view: InsideView,
    *,
    actor: int,
    level0: tuple[Level0, Level0] | None = None,
    grid: int = 8,
    steps: int = 10,
) -> tuple[Flip, ...]:
    """Per ranged input, the nearest value in its range at which the answer changes.

    The answer changes when the most probable strategy does, or when a course crosses one half.
    Searched on a grid and refined by bisection, all inputs at once; inputs that change nothing
    within their range do not appear. Nearest first, as a share of the range.
    """
    game = view.game
    rows = [r for r, p in enumerate(game.parameters) if p.range.low < p.range.high]
    if not rows:
        return ()
    search = _Search(
        game=game,
        actor=actor,
        start=level0 or (uniform_level0(game), uniform_level0(game)),
        groups=groups_of(game),
    )
    points = np.linspace(0.0, 1.0, grid + 1)
    places = [
        np.unique(np.concatenate([_values(game, r, points), [game.parameters[r].range.mode]]))
        for r in rows
    ]
    seen = search.signatures(np.repeat(rows, [p.size for p in places]), np.concatenate(places))
    ends = np.cumsum([p.size for p in places])
    modes = [int(np.searchsorted(p, game.parameters[r].range.mode))
             for r, p in zip(rows, places, strict=True)]  # fmt: skip
    state = seen[:, modes[0]]
    brackets = []
    for r, values, at, end in zip(rows, places, modes, ends, strict=True):
        brackets += _bracket(r, values, seen[:, end - values.size : end], at=at, state=state)
    found = search.bisect(brackets, state=state, steps=steps)
    return tuple(sorted(found, key=lambda flip: (flip.moved, flip.parameter)))


def _values(game: Game, row: int, points: Floats) -> Floats:
    low, _, high = game.parameters[row].range
    return low + points * (high - low)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bracket:
    """Two values of one input between which the answer changes, and what is seen at the latter."""

    row: int
    same: float
    other: float
    after: Signatures


def _bracket(
    row: int, values: Floats, seen: Signatures, *, at: int, state: Signatures
) -> list[_Bracket]:
    """The change nearest to the mode, which is the value in place ``at``."""
    changed = np.flatnonzero((seen != state[:, None]).any(axis=0))
    below, above = changed[changed < at], changed[changed > at]
    nearest = [(int(j[0]), -1) for j in (above[:1],) if j.size]
    nearest += [(int(j[0]), 1) for j in (below[-1:],) if j.size]
    if not nearest:
        return []
    j, back = min(nearest, key=lambda pair: abs(float(values[pair[0]]) - float(values[at])))
    return [
        _Bracket(row=row, same=float(values[j + back]), other=float(values[j]), after=seen[:, j])
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The game in which a change is looked for."""

    game: Game
    actor: int
    start: tuple[Level0, Level0]
    groups: Sequence[Group]

    def signatures(self, rows: Ints, values: Floats) -> Signatures:
        """What is seen where one input after the other takes a value, the others at their modes."""
        count = len(values)
        batch = at_modes(self.game, draws=max(2, count))
        batch[rows, np.arange(count)] = values
        under = answers(
            self.game, values=batch, actor=self.actor, groups=[self.groups], level0=self.start
        )[0]
        return np.vstack([np.argmax(under.p, axis=0), under.courses > 0.5])[:, :count]

    def bisect(
        self, brackets: Sequence[_Bracket], *, state: Signatures, steps: int
    ) -> list[Flip]:  # fmt: skip
        """The change inside every bracket, halved ``steps`` times."""
        if not brackets:
            return []
        rows = np.array([b.row for b in brackets])
        same, other = np.array([b.same for b in brackets]), np.array([b.other for b in brackets])
        after = np.column_stack([b.after for b in brackets])
        each = np.arange(rows.size)
        while steps > 0:
            ahead = min(AHEAD, steps)
            steps -= ahead
            middles = _middles(same, other, ahead=ahead)
            seen = self.signatures(np.tile(rows, len(middles)), middles.ravel())
            seen = seen.reshape(len(seen), *middles.shape)
            at = np.zeros(rows.size, dtype=np.intp)
            for _ in range(ahead):
                middle, what = middles[at, each], seen[:, at, each]
                turned = (what != state[:, None]).any(axis=0)
                same, other = np.where(turned, same, middle), np.where(turned, middle, other)
                after = np.where(turned, what, after)
                at = 2 * at + 1 + turned
        return [
            self._flip(int(r), float(x), before=state, after=after[:, column])
            for column, (r, x) in enumerate(zip(rows, other, strict=True))
        ]

    def _flip(self, row: int, value: float, *, before: Signatures, after: Signatures) -> Flip:
        parameter = self.game.parameters[row]
        span = parameter.range.high - parameter.range.low
        return Flip(
            parameter=parameter.label,
            because=parameter.because,
            mode=parameter.range.mode,
            value=value,
            moved=abs(value - parameter.range.mode) / span,
            what=self._change(before, after),
        )

    def _change(self, before: Signatures, after: Signatures) -> str:
        id = self.game.actors[self.actor].id
        courses = [course for course in self.game.courses if course.actor == id]
        crossed = [
            f"{course.label} {'rises above' if new else 'falls below'} one half"
            for course, old, new in zip(courses, before[1:], after[1:], strict=True)
            if old != new
        ]
        menu = self.game.strategies[self.actor]
        if before[0] != after[0]:
            crossed.insert(0, f"the most probable set becomes: {menu[int(after[0])].label}")
        return "; ".join(crossed)


def _middles(same: Floats, other: Floats, *, ahead: int) -> Floats:
    """Middles of the next halvings, whichever way each turns: node k's are 2k + 1 and 2k + 2.

    2k + 1 where the answer is still the same at the middle of k, 2k + 2 where it is another.
    """
    between = [(same, other)]
    middles: list[Floats] = []
    for k in range(2**ahead - 1):
        low, high = between[k]
        middles.append((low + high) / 2)
        between += [(middles[k], high), (low, middles[k])]
    return np.array(middles)
