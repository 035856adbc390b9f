"""Sweep: every trigger by every decision rule over many draws, in parts that survive a kill."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche import __version__, inside
from demarche.cases import dump_case
from demarche.desk.ask import DEFAULT_SEED
from demarche.desk.run import Run
from demarche.desk.sweep_folder import claim_folder, locked, part_path, read_part
from demarche.desk.sweep_work import (
    Arm,
    Plan,
    begin_worker,
    compute,
    replicate_sizes,
    worker_part,
)
from demarche.errors import DataError, MethodError, QuestionError
from demarche.record import episodes_hash, load_episodes
from demarche.terms import NO_TRIGGER, Case

__all__ = ["DEFAULT_SWEEP_DRAWS", "RuleSpread", "Sweep", "SweepCell", "SweepCourse", "sweep"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
DEFAULT_SWEEP_DRAWS = 100_000
FEWEST, MOST = 160, 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCourse:
    """One course in one cell: its probability by the inside view, 0 to 1.

    ``error`` is the Monte Carlo standard error of ``probability``, ``spread`` the standard
    deviation of the course's probability over the ranges of the inputs.
    """

    id: str
    label: str
    probability: float
    error: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCell:
    """One trigger under one decision rule; ``tails[r]``: the highest rung is at least r."""

    trigger: str
    rule: str
    declared: bool
    courses: tuple[SweepCourse, ...]
    tails: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpread:
    """How far a course's probability moves with the decision rule under one trigger.

    ``error`` is the standard error of ``high - low``, from the same draws under both rules.
    """

    course: str
    label: str
    trigger: str
    low_rule: str
    high_rule: str
    low: float
    high: float
    error: float

    @property
    def gap(self) -> float:
        """Highest minus lowest probability over the rules."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A finished sweep: all cells, and the courses by how much they depend on the rule."""

    case: str
    actor: str
    name: str
    seed: int
    draws: int
    replicates: int
    triggers: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    cells: tuple[SweepCell, ...]
    spreads: tuple[RuleSpread, ...]
    notes: tuple[str, ...]
    found: int = 0
    damaged: int = 0

    def cell(self, *, trigger: str, rule: str) -> SweepCell | None:
        """The cell of a trigger and a rule, if the rule can be applied there."""
        for cell in self.cells:
            if cell.trigger == trigger and cell.rule == rule:
                return cell
        return None


def sweep(
    case: Case,
    *,
    folder: Path,
    actor: str | None = None,
    seed: int = DEFAULT_SEED,
    draws: int = DEFAULT_SWEEP_DRAWS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Sweep:
    r"""Inside view of one actor under every trigger, and none, by every decision rule.

    Draws come in :math:`R` replicates, each a Latin hypercube of its own with :math:`n_r` of the
    :math:`N` draws; all rules of a trigger see the same draws. With replicate means
    :math:`m_r` and weights :math:`w_r = n_r / N`

    .. math::

        \hat p = \sum_r w_r m_r, \qquad
        \widehat{se}^2 = \frac{R}{R - 1} \sum_r w_r^2 (m_r - \hat p)^2

    One file per trigger and replicate is written in one step when it is finished. After a kill
    the same call goes on from there; the result is the same bytes for any number of workers.

    Parameters
    ----------
    case : Case
    folder : Path
        Of this sweep alone; made if absent.
    actor : str, optional
        Id; the case's own by default. The other actors decide as the case declares.
    seed, draws : int
        160 to 10,000,000 draws per trigger and rule.
    workers : int, optional
        Processes; one per core that this process may use by default. With more than one, a script
        that calls this needs the usual ``if __name__ == "__main__"`` guard.
    progress : callable, optional
        Called with the parts done and all parts.

    Raises
    ------
    QuestionError
        If a number is out of range, the actor unknown, or the folder holds something else.
    DataError
        If the folder cannot be written, or another sweep is at work in it.
    MethodError
        If a worker process ended, as when memory runs out.

    References
    ----------
    .. [1] McKay, M. D., Beckman, R. J. & Conover, W. J. (1979). A comparison of three methods for
       selecting values of input variables in the analysis of output from a computer code.
       Technometrics 21(2), 239-245.
    """
    actor = case.question.actor if actor is None else actor
    _check(case, actor=actor, seed=seed, draws=draws, workers=workers)
    with locked(folder):
        plan, notes = _plan(case, folder=folder, actor=actor, seed=seed, draws=draws)
        claim_folder(folder, about=_about(case, actor=actor, seed=seed, draws=draws, key=plan.key))
        whole, damaged, todo = _state(plan)
        if progress is not None:
            progress(whole, whole + len(todo))
        _work(plan, todo=todo, workers=workers or _cores(), done=whole, progress=progress)
        return _result(
            plan,
            case=case,
            actor=actor,
            draws=draws,
            notes=notes,
            found=whole,
            damaged=damaged,
        )


def _check(case: Case, *, actor: str, seed: int, draws: int, workers: int | None) -> None:
    case.decider(actor)
    if not 0 <= seed < 2**63:
        raise QuestionError(f"the seed must be a whole number from 0 to 2**63 - 1, got {seed}.")
    if not FEWEST <= draws <= MOST:
        raise QuestionError(f"a sweep takes {FEWEST} to {MOST} draws per cell, got {draws}.")
    if workers is not None and not 1 <= workers <= 1024:
        raise QuestionError(f"workers must be 1 to 1024, got {workers}.")


def _cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _triggers(case: Case) -> tuple[tuple[str, str], ...]:
    rest = [(t.id, t.label) for t in case.triggers if t.id != NO_TRIGGER]
    return ((NO_TRIGGER, case.trigger(NO_TRIGGER).label), *rest)


def _about(case: Case, *, actor: str, seed: int, draws: int, key: str) -> dict[str, object]:
    return {
        "case": case.id,
        "actor": actor,
        "seed": seed,
        "draws": draws,
        "demarche": __version__,
        "numpy": metadata.version("numpy"),
        "key": key,
    }


def _plan(
    case: Case, *, folder: Path, actor: str, seed: int, draws: int
) -> tuple[Plan, tuple[str, ...]]:
    """What every part needs, and what is to be said about what others are expected to do."""
    run = Run.as_coded(case, actor=actor, seed=seed, draws=draws)
    run.expect((NO_TRIGGER, *(trigger for trigger, _ in _triggers(case))))
    arms = []
    for trigger, _ in _triggers(case):
        game = inside.build_game(case, trigger=trigger)
        at = game.actor_index(actor)
        arms.append(
            Arm(
                trigger=trigger,
                game=game,
                level0=(run.level0(NO_TRIGGER), run.level0(trigger)),
                variants=inside.rule_variants(game, actor=at),
            )
        )
    content = [
        dump_case(case),
        actor,
        seed,
        draws,
        episodes_hash(load_episodes()),
        [arm.trigger for arm in arms],
        [[v.rule for v in arm.variants if v.groups] for arm in arms],
        __version__,
        metadata.version("numpy"),
    ]
    plan = Plan(
        folder=folder,
        key=hashlib.sha256(json.dumps(content).encode()).hexdigest()[:20],
        actor=arms[0].game.actor_index(actor),
        seed=seed,
        sizes=replicate_sizes(draws),
        arms=tuple(arms),
    )
    notes = [
        f"expectations of {name}: precedents' rate of {label!r} and its postures differ by "
        f"{100 * gap:.0f} points; the nearest fit is used."
        for name, (label, gap) in run.gaps.items()
    ]
    if run.library is None:
        notes.append(
            "no precedents: the others are expected to take each of their strategies alike."
        )
    return plan, tuple(notes)


def _state(plan: Plan) -> tuple[int, int, list[tuple[int, int]]]:
    """Parts that are whole, files that are not, and what is left to do."""
    whole, damaged, todo = 0, 0, []
    for replicate in range(len(plan.sizes)):
        for a, arm in enumerate(plan.arms):
            path = part_path(plan.folder, trigger=arm.trigger, replicate=replicate)
            if read_part(path, key=plan.key) is not None:
                whole += 1
                continue
            damaged += path.exists()
            todo.append((a, replicate))
    return whole, damaged, todo


def _work(
    plan: Plan,
    *,
    todo: Sequence[tuple[int, int]],
    workers: int,
    done: int,
    progress: Progress | None,
) -> None:
    total = done + len(todo)
    if workers == 1 or len(todo) < 2:
        for arm, replicate in todo:
            compute(plan, arm=arm, replicate=replicate)
            done += 1
            if progress is not None:
                progress(done, total)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(
        max_workers=min(workers, len(todo)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin_worker,
        initargs=(plan,),
    )
    try:
        for future in as_completed([pool.submit(worker_part, *part) for part in todo]):
            future.result()
            done += 1
            if progress is not None:
                progress(done, total)
    except BrokenProcessPool:
        raise MethodError(
            f"a worker process of the sweep ended, perhaps for lack of memory, after {done} of "
            f"{total} parts; these are kept: run the same command again, with fewer --workers."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _result(
    plan: Plan,
    *,
    case: Case,
    actor: str,
    draws: int,
    notes: tuple[str, ...],
    found: int,
    damaged: int,
) -> Sweep:
    game = plan.arms[0].game
    courses = [c for c in game.courses if c.actor == actor]
    weight = np.array(plan.sizes) / draws
    cells: list[SweepCell] = []
    spreads: list[RuleSpread] = []
    for arm in plan.arms:
        parts = []
        for replicate in range(len(plan.sizes)):
            path = part_path(plan.folder, trigger=arm.trigger, replicate=replicate)
            part = read_part(path, key=plan.key)
            if part is None:
                raise DataError(f"{path} was removed or changed meanwhile; run the sweep again.")
            parts.append(part)
        means: dict[str, Floats] = {}
        for variant in arm.variants:
            if not variant.groups:
                continue
            rows = [part["rules"][variant.rule] for part in parts]
            table = np.array([row["courses"] for row in rows])
            squares = weight @ np.array([row["squares"] for row in rows])
            means[variant.rule] = table
            mean, error = _pooled(table, weight=weight)
            spread = np.sqrt(np.maximum(squares - mean**2, 0.0))
            cells.append(
                SweepCell(
                    trigger=arm.trigger,
                    rule=variant.rule,
                    declared=variant.declared,
                    courses=tuple(
                        SweepCourse(
                            id=course.id,
                            label=course.label,
                            probability=float(mean[c]),
                            error=float(error[c]),
                            spread=float(spread[c]),
                        )
                        for c, course in enumerate(courses)
                    ),
                    tails=tuple(float(x) for x in weight @ np.array([r["tails"] for r in rows])),
                )
            )
        for c, course in enumerate(courses):
            spreads.append(
                _spread(course.id, course.label, arm.trigger, means, at=c, weight=weight)
            )
    spreads.sort(key=lambda row: (-row.gap, row.trigger, row.course))
    return Sweep(
        case=case.id,
        actor=actor,
        name=case.actor(actor).name,
        seed=plan.seed,
        draws=draws,
        replicates=len(plan.sizes),
        triggers=_triggers(case),
        rules=tuple(v.rule for v in plan.arms[0].variants if v.groups),
        cells=tuple(cells),
        spreads=tuple(spreads),
        notes=(*_notes(plan), *notes),
        found=found,
        damaged=damaged,
    )


def _pooled(table: Floats, *, weight: Floats) -> tuple[Floats, Floats]:
    """Mean over replicates (rows) and its standard error from their scatter."""
    mean = weight @ table
    count = len(weight)
    error = np.sqrt(count / (count - 1) * (weight**2 @ (table - mean) ** 2))
    return mean, error


def _spread(
    course: str, label: str, trigger: str, means: dict[str, Floats], *, at: int, weight: Floats
) -> RuleSpread:
    rules = list(means)
    by_rule = [float(weight @ means[rule][:, at]) for rule in rules]
    low, high = rules[int(np.argmin(by_rule))], rules[int(np.argmax(by_rule))]
    gap = (means[high][:, at] - means[low][:, at])[:, None]
    return RuleSpread(
        course=course,
        label=label,
        trigger=trigger,
        low_rule=low,
        high_rule=high,
        low=min(by_rule),
        high=max(by_rule),
        error=float(_pooled(gap, weight=weight)[1][0]),
    )


def _notes(plan: Plan) -> tuple[str, ...]:
    """What was assumed or left out, by rule; once where it is the same under every trigger."""
    said: dict[str, list[str]] = {}
    for arm in plan.arms:
        for variant in arm.variants:
            if variant.note:
                left = "" if variant.groups else "left out: "
                said.setdefault(f"{variant.rule}: {left}{variant.note}", []).append(arm.trigger)
    return tuple(
        f"{text}." if len(where) == len(plan.arms) else f"{text} (under {', '.join(where)})."
        for text, where in said.items()
    )
