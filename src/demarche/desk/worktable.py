"""The worktable: answers to a what-if at the speed of a slider, by redoing only what changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.desk.answer import AnsweredCourse, PrecedentRow, Rung
from demarche.desk.ask import DEFAULT_SEED, confidence_of, judgement_of, shares_of
from demarche.desk.blend import answered, ladder_of
from demarche.desk.detail import precedent_rows
from demarche.desk.event_half import EventHalf, open_events
from demarche.desk.event_view import EventView
from demarche.desk.precedents import libraries_of
from demarche.desk.run import Run
from demarche.desk.what_if import POOL, RANGES, Edit, Scenario
from demarche.desk.what_if_dials import label_of
from demarche.record.episodes import LONGEST_WINDOW
from demarche.terms import NO_TRIGGER, Case

__all__ = ["LIVE_DRAWS", "Driver", "LiveAnswer", "Stopped", "Worktable"]

Floats = NDArray[np.float64]
LIVE_DRAWS = 1024
"""Draws while an input moves; a longer run makes the same answer finer."""
BATCH = 4096
"""Draws of one batch of a longer run, between which it reports and may be stopped."""
KEPT_ANSWERS, KEPT_RUNS, KEPT_DRAWS = 64, 12, 16
THIN = 8.0
"""Effective precedents below which an answer is said to leave the support of the record."""
ALIKE = 0.5
"""Agreement of the nearest precedent below which the situation is said to have no like."""


class Stopped(Exception):  # noqa: N818 - not an error: the user asked for it
    """A longer run that was stopped; what it had found is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswer:
    """Answer to a what-if: the numbers of :func:`demarche.desk.ask` without its explanations.

    ``support`` says where the scenario leaves what the record or the case's coder can speak to;
    ``error`` is the largest Monte Carlo standard error of a course, in probability.
    """

    scenario: Scenario
    actor_name: str
    trigger_label: str
    courses: tuple[AnsweredCourse, ...]
    ladder: tuple[Rung, ...]
    judgement: str
    confidence: str
    confidence_because: str
    support: tuple[str, ...]
    warnings: tuple[str, ...]
    draws: int
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What one moved input does: the answer less the answer without that move, per course."""

    edit: Edit
    differences: tuple[float, ...]


class Worktable:
    """Answers of one person's what-ifs about cases, with what they share kept between them.

    Threads take turns, one answer at a time.

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> table, start = Worktable(), Scenario(base=shipped_case("regional-war"))
    >>> first = table.answer(start, draws=64)
    >>> table.answer(start, draws=64) is first
    True
    """

    def __init__(
        self, *, seed: int = DEFAULT_SEED, store: Path | None = None, source: str | None = None
    ) -> None:
        self.seed, self.store, self.source = seed, store, source
        self._events: dict[tuple[object, ...], tuple[EventHalf | None, str]] = {}
        self._lock = threading.RLock()
        self._bases: dict[int, Case] = {}
        self._runs: OrderedDict[tuple[object, ...], Run] = OrderedDict()
        self._draws: OrderedDict[
            tuple[object, ...], tuple[dict[str, tuple[Floats, Floats]], tuple[str, ...]]
        ] = OrderedDict()
        self._answers: OrderedDict[tuple[object, ...], LiveAnswer] = OrderedDict()

    def answer(
        self,
        scenario: Scenario,
        *,
        draws: int = LIVE_DRAWS,
        progress: Callable[[int, int], None] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> LiveAnswer:
        """The answer to a scenario; kept, so that going back costs nothing.

        More than 4,096 draws are made in batches, each from the next seed; ``progress`` is told
        draws done and wanted, ``stopped`` is asked before each batch.

        Raises
        ------
        QuestionError
            As :func:`demarche.desk.ask`.
        Stopped
            If ``stopped`` said so.
        """
        events = self.record_of(scenario)
        key = (self._base(scenario), _state(scenario), draws, events is not None)
        with self._lock:
            if key not in self._answers:
                self._answers[key] = self._answer(
                    scenario, draws=draws, progress=progress, stopped=stopped
                )
                while len(self._answers) > KEPT_ANSWERS:
                    self._answers.popitem(last=False)
            self._answers.move_to_end(key)
            return self._answers[key]

    def read_record(self, scenario: Scenario) -> str:
        """Read the event record for a scenario's question; later answers to it use what it says.

        Takes from seconds to minutes where the record has not been asked this before. Returns what
        is covered, or why nothing is.
        """
        key = self._asked(scenario)
        if key not in self._events:
            found, note = open_events(
                scenario.base,
                actor=scenario.actor,
                as_of=scenario.as_of,
                horizon_days=scenario.horizon_days,
                store=self.store,
                source=self.source,
            )
            if found is not None:
                for trigger in dict.fromkeys((scenario.trigger, NO_TRIGGER)):
                    found.courses(trigger)
            self._events[key] = found, note
        elif (half := self._events[key][0]) is not None:
            half.courses(scenario.trigger)
        return self._events[key][1]

    def occasions(self, scenario: Scenario) -> EventView | None:
        """What the record says of each course with its dated occasions, once it has been read."""
        half = self.record_of(scenario)
        return None if half is None else half.view(scenario.trigger)

    def take_record(self, other: Worktable) -> None:
        """Use what another worktable has read of the event record."""
        self._bases.update(other._bases)
        self._events.update(other._events)

    def record_of(self, scenario: Scenario) -> EventHalf | None:
        """What the record says of a scenario's question; ``None`` if not read or silent."""
        return self._events.get(self._asked(scenario), (None, ""))[0]

    def _asked(self, scenario: Scenario) -> tuple[object, ...]:
        return self._base(scenario), scenario.actor, scenario.as_of, scenario.horizon_days

    def baseline(self, scenario: Scenario, *, draws: int = LIVE_DRAWS) -> LiveAnswer | None:
        """The case as it was coded, asked of the same actor; ``None`` where nothing was moved."""
        if not scenario.moves():
            return None
        start = Scenario(base=scenario.base)
        if start.actor != scenario.actor:
            start = start.edited("actor", scenario.actor)
        return self.answer(start, draws=draws)

    def drivers(self, scenario: Scenario, *, draws: int = LIVE_DRAWS) -> tuple[Driver, ...]:
        """What each moved input does by itself, beside all the others; largest first."""
        whole = self.answer(scenario, draws=draws)
        rows = []
        for edit in scenario.moves():
            if edit.place == "actor":
                continue
            less = self.answer(scenario.without(edit.place), draws=draws)
            rows.append(
                Driver(
                    edit=edit,
                    differences=tuple(
                        a.probability - b.probability
                        for a, b in zip(whole.courses, less.courses, strict=True)
                    ),
                )
            )
        return tuple(sorted(rows, key=lambda row: -max(map(abs, row.differences), default=0.0)))

    def precedents(self, scenario: Scenario) -> tuple[PrecedentRow, ...]:
        """Precedents of the scenario's question, nearest first, with what their removal does."""
        with self._lock:
            run = self._run(scenario, scenario.case(), draws=16)
            view = run.outside(run.actor, scenario.trigger, named=True)
            return precedent_rows(run, trigger=scenario.trigger, outside=view)

    def _base(self, scenario: Scenario) -> int:
        """Key of the case a scenario starts from, which is kept so that the key stays its own."""
        self._bases.setdefault(id(scenario.base), scenario.base)
        return id(scenario.base)

    def _run(self, scenario: Scenario, case: Case, *, draws: int, seed: int | None = None) -> Run:
        horizon = scenario.horizon_days
        key = (self._base(scenario), scenario.actor, scenario.as_of, horizon, scenario.removed)
        if key not in self._runs:
            library, base = libraries_of(
                case, actor=scenario.actor, as_of=scenario.as_of, horizon_days=horizon
            )
            self._runs[key] = Run(
                case=case,
                actor=scenario.actor,
                library=library,
                base=base,
                seed=self.seed,
                draws=draws,
                weights=shares_of(scenario.weights),
            )
            while len(self._runs) > KEPT_RUNS:
                self._runs.popitem(last=False)
        self._runs.move_to_end(key)
        return self._runs[key].again(
            case,
            draws=draws,
            seed=self.seed if seed is None else seed,
            weights=shares_of(scenario.weights),
            events=self.record_of(scenario),
        )

    def _answer(
        self,
        scenario: Scenario,
        *,
        draws: int,
        progress: Callable[[int, int], None] | None,
        stopped: Callable[[], bool] | None,
    ) -> LiveAnswer:
        case, trigger = scenario.case(), scenario.trigger
        run = self._run(scenario, case, draws=draws)
        made, warnings = self._drawn(
            scenario, case, draws=draws, progress=progress, stopped=stopped
        )
        draws_here, tails = made[trigger]
        pooled = run.blended(draws_here, tails=tails, trigger=trigger)
        without = (
            pooled
            if trigger == NO_TRIGGER
            else run.blended(made[NO_TRIGGER][0], tails=made[NO_TRIGGER][1], trigger=NO_TRIGGER)
        )
        outer = run.outer(trigger)
        rows = answered(
            run.courses, pooled=pooled, without=without, outside=outer, inside=draws_here
        )
        ladder, _ = ladder_of(case, courses=run.courses, pooled=pooled)
        level, because = confidence_of(rows, outside=outer)
        name = case.actor(scenario.actor).name
        return LiveAnswer(
            scenario=scenario,
            actor_name=name,
            trigger_label=case.trigger(trigger).label,
            courses=rows,
            ladder=ladder,
            judgement=judgement_of(rows, name=name),
            confidence=level,
            confidence_because=because,
            support=self._support(scenario, run, rows),
            warnings=warnings,
            draws=draws,
            error=float((draws_here.std(axis=1) / np.sqrt(draws_here.shape[1])).max()),
        )

    def _drawn(
        self,
        scenario: Scenario,
        case: Case,
        *,
        draws: int,
        progress: Callable[[int, int], None] | None,
        stopped: Callable[[], bool] | None,
    ) -> tuple[dict[str, tuple[Floats, Floats]], tuple[str, ...]]:
        """Inside draws of both arms, which the weights of the views leave as they are."""
        trigger = scenario.trigger
        key = (self._base(scenario), _state(scenario.without(POOL)), draws)
        if key in self._draws:
            return self._draws[key]
        arms: dict[str, list[tuple[Floats, Floats]]] = {trigger: [], NO_TRIGGER: []}
        warnings: tuple[str, ...] = ()
        sizes = [min(BATCH, draws - start) for start in range(0, draws, BATCH)]
        for number, size in enumerate(sizes):
            if stopped is not None and stopped():
                raise Stopped
            part = self._run(scenario, case, draws=size, seed=self.seed + number)
            view, _ = part.inside(trigger, draws=size)
            warnings = warnings or view.warnings
            for arm, kept in arms.items():
                kept.append(part.carried(view, trigger=arm))
            if progress is not None:
                progress(min((number + 1) * BATCH, draws), draws)
        made = {
            arm: (
                np.concatenate([d for d, _ in kept], axis=1),
                np.concatenate([t for _, t in kept], axis=1),
            )
            for arm, kept in arms.items()
        }
        if draws <= BATCH:
            self._draws[key] = made, warnings
            while len(self._draws) > KEPT_DRAWS:
                self._draws.popitem(last=False)
        return made, warnings

    def _support(
        self, scenario: Scenario, run: Run, rows: tuple[AnsweredCourse, ...]
    ) -> tuple[str, ...]:
        """Where a scenario leaves what the record, or the coder's own ranges, can speak to."""
        said = [_beyond(scenario.base, edit) for edit in scenario.moves()]
        found = [text for text in said if text]
        horizon, own = scenario.horizon_days, scenario.base.question
        if horizon > LONGEST_WINDOW:
            found.append(f"precedents are coded for {LONGEST_WINDOW} days, not for {horizon}.")
        if scenario.as_of > own.as_of:
            found.append(
                f"the case was coded as of {own.as_of}; nothing of the "
                f"{(scenario.as_of - own.as_of).days} days after that is in its inputs."
            )
        view = run.outside(run.actor, scenario.trigger, named=True)
        if view is None or not view.courses:
            outer = run.outer(scenario.trigger)
            alone = "inside view stands alone"
            if outer is not None and outer.recorded:
                alone = "outside view is the event record alone"
            found.append(f"no precedents can be used here: the {alone}.")
            return tuple(found)
        nearest = max((p.agreement for p in view.answer.precedents), default=0.0)
        if nearest < ALIKE:
            found.append(
                f"the nearest precedent agrees on {100 * nearest:.0f} % of the features: the "
                "record has no like of this situation."
            )
        thin = [r.label for r in rows if r.effective_cases is not None and r.effective_cases < THIN]
        if thin:
            found.append(
                f"fewer than {THIN:.0f} effective precedents for {len(thin)} of {len(rows)} "
                f"courses ({thin[0]}{', ...' if len(thin) > 1 else ''})."
            )
        return tuple(found)


def _beyond(case: Case, edit: Edit) -> str:
    """Sentence on a range whose most likely value lies beyond what the coder gave as possible."""
    if edit.place.partition("/")[0] not in RANGES:
        return ""
    low, _, high = (float(part) for part in edit.before.split(","))
    mode = float(edit.after.split(",")[1])
    if low <= mode <= high:
        return ""
    return (
        f"{label_of(case, edit.place)}: {mode:g} lies outside the {low:g} to {high:g} that the "
        "case's coder gave."
    )


def _state(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((edit.place, edit.after) for edit in scenario.moves()))
