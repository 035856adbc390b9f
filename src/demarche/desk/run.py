"""One actor's views of a case, computed arm by arm and kept for the answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche import inside
from demarche.desk.blend import Pooled, blend, carry
from demarche.desk.event_half import EventHalf
from demarche.desk.outer import Outer, join_halves
from demarche.desk.precedents import Library, OutsideView, libraries_of, outside_view
from demarche.inside import Game, InsideView
from demarche.pooling import EarnedWeights
from demarche.terms import NO_TRIGGER, Case

__all__ = ["Run"]

Floats = NDArray[np.float64]


class Run:
    """One actor's views of a case, computed arm by arm and kept."""

    def __init__(
        self,
        *,
        case: Case,
        actor: str,
        library: Library | None,
        base: Library | None,
        seed: int,
        draws: int,
        weights: tuple[float, float],
        events: EventHalf | None = None,
        earned: EarnedWeights | None = None,
    ) -> None:
        self.case, self.actor, self.library, self.base = case, actor, library, base
        self.seed, self.draws, self.weights = seed, draws, weights
        self.courses = case.courses_of(actor)
        self.events = events
        self.earned = earned
        self._outside: dict[tuple[str, str, bool], OutsideView | None] = {}
        self._outside_named: dict[tuple[str, str, bool], bool] = {}
        self._level0: dict[str, list[Floats]] = {}
        self.gaps: dict[str, tuple[str, float]] = {}

    @classmethod
    def as_coded(cls, case: Case, *, actor: str, seed: int, draws: int) -> Run:
        """One actor's views of a case on its own day and horizon, both of one weight."""
        question = case.question
        library, base = libraries_of(
            case, actor=actor, as_of=question.as_of, horizon_days=question.horizon_days
        )
        return cls(
            case=case,
            actor=actor,
            library=library,
            base=base,
            seed=seed,
            draws=draws,
            weights=(1.0, 1.0),
        )

    def again(
        self,
        case: Case,
        *,
        draws: int,
        seed: int,
        weights: tuple[float, float],
        events: EventHalf | None = None,
    ) -> Run:
        """The same question of a case that differs in factions, rules or issues alone.

        The outside view and the expectations that come from it are kept; courses, postures and
        situations must be those of this run's case. ``events`` is what the record says of it.
        """
        other = Run(
            case=case,
            actor=self.actor,
            library=self.library,
            base=self.base,
            seed=seed,
            draws=draws,
            weights=weights,
            events=events,
            earned=self.earned,
        )
        other._outside, other._outside_named = self._outside, self._outside_named
        other._level0, other.gaps = self._level0, self.gaps
        return other

    def outside(
        self, actor: str, trigger: str, *, base: bool = False, named: bool = False
    ) -> OutsideView | None:
        """Outside view of an actor in one arm, from the library of the question or of the case."""
        library = self.base if base else self.library
        if library is None:
            return None
        key = (actor, trigger, base)
        if key not in self._outside or (named and not self._outside_named.get(key)):
            self._outside_named[key] = named
            self._outside[key] = outside_view(
                self.case, library=library, actor=actor, trigger=trigger, named=named
            )
        return self._outside[key]

    def outer(self, trigger: str, *, named: bool = False) -> Outer | None:
        """Both halves of the outside view of the actor asked about, in one arm."""
        view = self.outside(self.actor, trigger, named=named)
        events = self.events.courses(trigger) if self.events is not None else {}
        return join_halves(view, events=events, trigger=trigger != NO_TRIGGER)

    def level0(self, game: Game, trigger: str) -> list[Floats]:
        """What the others expect of each actor: the outside view, else every strategy alike."""
        if trigger in self._level0:
            return self._level0[trigger]
        start: list[Floats] = []
        for i, actor in enumerate(game.actors):
            view = self.outside(actor.id, trigger, base=True)
            menu = game.strategies[i]
            if view is None or not view.courses:
                start.append(np.full(len(menu), 1.0 / len(menu)))
                continue
            own = [c for c, course in enumerate(game.courses) if course.actor == actor.id]
            marginals = np.array(
                [
                    view.courses[game.courses[c].id].probability
                    if game.courses[c].id in view.courses
                    else float("nan")
                    for c in own
                ]
            )
            raked = inside.rake(marginals, taken=game.taken[i][:, own], nearest=True, sweeps=200)
            worst = int(np.argmax(np.abs(raked.gaps)))
            gap = float(abs(raked.gaps[worst]))
            if gap > max(0.02, self.gaps.get(actor.name, ("", 0.0))[1]):
                self.gaps[actor.name] = (game.courses[own[worst]].label, gap)
            start.append(raked.p)
        self._level0[trigger] = start
        return start

    def inside(self, trigger: str, *, draws: int) -> tuple[InsideView, tuple[list[Floats], ...]]:
        """Inside view under a trigger, with the level-0 beliefs it started from."""
        game = inside.build_game(self.case, trigger=trigger)
        start = (self.level0(game, NO_TRIGGER), self.level0(game, trigger))
        view = inside.inside_view(game, seed=self.seed, draws=draws, level0=start)
        return view, start

    def pooled(self, view: InsideView, *, trigger: str) -> tuple[Pooled, Floats]:
        """Pooled courses of one arm, and the inside draws carried to the horizon asked for."""
        draws, tails = self.carried(view, trigger=trigger)
        return self.blended(draws, tails=tails, trigger=trigger), draws

    def blended(self, draws: Floats, *, tails: Floats, trigger: str) -> Pooled:
        """Pool of the outside view of one arm and inside draws (courses, draws) of it."""
        return blend(
            self.courses,
            outside=self.outer(trigger),
            inside=draws,
            tails=tails,
            weights=self.weights,
        )

    def carried(self, view: InsideView, *, trigger: str) -> tuple[Floats, Floats]:
        """Inside draws of courses and of rungs in one arm, carried to the horizon asked for."""
        arm = view.under if trigger == view.game.trigger.id else view.without
        at = view.game.actor_index(self.actor)
        own = [c for c, course in enumerate(view.game.courses) if course.actor == self.actor]
        outside = self.outside(self.actor, trigger)
        draws = arm.courses[own].copy()
        tails = arm.tails[at].copy()
        if self.base is not self.library and outside is not None:
            before = self.outside(self.actor, trigger, base=True)
            shifts = {
                course.id: _shift(
                    before.courses[course.id].probability, outside.courses[course.id].probability
                )
                for course in self.courses
                if before is not None and course.id in outside.courses
            }
            usual = float(np.median(list(shifts.values()))) if shifts else 0.0
            for c, course in enumerate(self.courses):
                draws[c] = carry(draws[c], shift=shifts.get(course.id, usual))
            for r in range(1, tails.shape[0]):
                if before is not None and 0 < before.tails[r] < 1 and 0 < outside.tails[r] < 1:
                    tails[r] = carry(tails[r], shift=_shift(before.tails[r], outside.tails[r]))
        return draws, tails


def _shift(before: float, after: float) -> float:
    return float(np.log(after / (1 - after)) - np.log(before / (1 - before)))
