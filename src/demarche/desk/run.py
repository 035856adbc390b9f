"""One actor's views of a case, computed arm by arm and kept for the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from demarche import inside
from demarche.desk.blend import Pooled, blend, carry, pooled_rate
from demarche.desk.event_half import EventHalf
from demarche.desk.event_view import EventCourse
from demarche.desk.outer import Outer, join_halves, join_rates
from demarche.desk.precedents import (
    Library,
    OutsideView,
    expected_courses,
    libraries_of,
    outside_view,
)
from demarche.inside import Game, InsideView
from demarche.pooling import EarnedWeights
from demarche.terms import NO_TRIGGER, Actor, Case

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
        self._expected: dict[tuple[str, str, bool], dict[str, float]] = {}
        self._level0: dict[str, tuple[list[Floats], list[tuple[str, str, float]]]] = {}
        self._games: dict[str, Game] = {}
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
        other._expected, other._level0, other.gaps = self._expected, self._level0, self.gaps
        return other

    def outside(
        self, actor: str, trigger: str, *, base: bool = False, named: bool = False
    ) -> OutsideView | None:
        """Outside view of an actor in one arm, from the library of the question or of the case."""
        library = self.base if base else self.library
        if library is None:
            return None
        key = (actor, trigger, library is not self.library)
        if key not in self._outside or (named and not self._outside_named.get(key)):
            self._outside_named[key] = named
            self._outside[key] = outside_view(
                self.case, library=library, actor=actor, trigger=trigger, named=named
            )
        return self._outside[key]

    def expected(self, actor: str, trigger: str, *, base: bool = False) -> dict[str, float]:
        """Rates of an actor's courses by the outside view of one arm; empty where there is none."""
        library = self.base if base else self.library
        key = (actor, trigger, library is not self.library)
        view = self._outside.get(key)
        if view is not None:
            return {id: rate.probability for id, rate in view.courses.items()}
        if key not in self._expected:
            self._expected[key] = (
                expected_courses(self.case, library=library, actor=actor, trigger=trigger)
                if library is not None
                else {}
            )
        return self._expected[key]

    def outer(self, trigger: str, *, named: bool = False) -> Outer | None:
        """Both halves of the outside view of the actor asked about, in one arm."""
        view = self.outside(self.actor, trigger, named=named)
        return join_halves(view, events=self._recorded(trigger), trigger=trigger != NO_TRIGGER)

    def _recorded(self, trigger: str) -> Mapping[str, EventCourse]:
        return self.events.courses(trigger) if self.events is not None else {}

    def expect(self, triggers: Iterable[str]) -> None:
        """Work out what the others expect of each actor under several triggers, side by side."""
        wanted = [trigger for trigger in dict.fromkeys(triggers) if trigger not in self._level0]
        if not wanted:
            return
        game = self.game(wanted[0])
        for trigger in wanted:
            self._level0[trigger] = ([], [])
        for i, actor in enumerate(game.actors):
            self._expect_of(i, actor, game=game, triggers=wanted)

    def _expect_of(self, i: int, actor: Actor, *, game: Game, triggers: Sequence[str]) -> None:
        own = [c for c, course in enumerate(game.courses) if course.actor == actor.id]
        rates = {t: self.expected(actor.id, t, base=True) for t in triggers}
        spoken = [t for t in triggers if rates[t]]
        marginals = np.array(
            [[rates[t].get(game.courses[c].id, float("nan")) for c in own] for t in spoken]
        )
        raked = dict(
            zip(
                spoken,
                inside.rake_each(marginals, taken=game.taken[i][:, own], nearest=True, sweeps=200),
                strict=True,
            )
        )
        count = len(game.strategies[i])
        for trigger in triggers:
            start, missed = self._level0[trigger]
            if trigger not in raked:
                start.append(np.full(count, 1.0 / count))
                continue
            found = raked[trigger]
            worst = int(np.argmax(np.abs(found.gaps)))
            missed.append(
                (actor.name, game.courses[own[worst]].label, float(abs(found.gaps[worst])))
            )
            start.append(found.p)

    def level0(self, trigger: str) -> list[Floats]:
        """What the others expect of each actor: the outside view, else every strategy alike."""
        self.expect([trigger])
        start, missed = self._level0[trigger]
        for name, label, gap in missed:
            if gap > max(0.02, self.gaps.get(name, ("", 0.0))[1]):
                self.gaps[name] = (label, gap)
        return start

    def game(self, trigger: str) -> Game:
        """The game of the case under one trigger."""
        if trigger not in self._games:
            self._games[trigger] = inside.build_game(self.case, trigger=trigger)
        return self._games[trigger]

    def inside(self, trigger: str, *, draws: int) -> tuple[InsideView, tuple[list[Floats], ...]]:
        """Inside view under a trigger, with the level-0 beliefs it started from."""
        game = self.game(trigger)
        start = (self.level0(NO_TRIGGER), self.level0(trigger))
        at = game.actor_index(self.actor)
        view = inside.inside_view(game, seed=self.seed, draws=draws, level0=start, explained=at)
        return view, start

    def chances(self, trigger: str, *, draws: int) -> tuple[float, ...]:
        """Pooled probabilities of the courses under a trigger, without anything beside them."""
        game = self.game(trigger)
        played = inside.one_answer(
            game,
            actor=game.actor_index(self.actor),
            seed=self.seed,
            draws=draws,
            level0=(self.level0(NO_TRIGGER), self.level0(trigger)),
        )
        outer = join_rates(
            self.expected(self.actor, trigger),
            events=self._recorded(trigger),
            trigger=trigger != NO_TRIGGER,
        )
        means = self._moved(played.courses, trigger=trigger).mean(axis=1)
        return tuple(
            pooled_rate(outer.get(course.id), inside=float(mean), weights=self.weights)
            for course, mean in zip(self.courses, means, strict=True)
        )

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
        draws, tails = self._moved(arm.courses[own].copy(), trigger=trigger), arm.tails[at].copy()
        outside = self.outside(self.actor, trigger)
        if self.base is not self.library and outside is not None:
            before = self.outside(self.actor, trigger, base=True)
            for r in range(1, tails.shape[0]):
                if before is not None and 0 < before.tails[r] < 1 and 0 < outside.tails[r] < 1:
                    tails[r] = carry(tails[r], shift=_shift(before.tails[r], outside.tails[r]))
        return draws, tails

    def _moved(self, draws: Floats, *, trigger: str) -> Floats:
        """Inside draws (courses, draws) of one arm carried to the horizon asked for, in place."""
        if self.base is self.library:
            return draws
        after = self.expected(self.actor, trigger)
        before = self.expected(self.actor, trigger, base=True)
        shifts = {id: _shift(before[id], rate) for id, rate in after.items() if id in before}
        usual = float(np.median(list(shifts.values()))) if shifts else 0.0
        for c, course in enumerate(self.courses):
            draws[c] = carry(draws[c], shift=shifts.get(course.id, usual))
        return draws


def _shift(before: float, after: float) -> float:
    return float(np.log(after / (1 - after)) - np.log(before / (1 - before)))
