"""Ask: from a case, a trigger and an actor to an answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

from demarche import __version__, inside
from demarche.cases import dump_case, reach_notes, worded_notes
from demarche.desk.answer import Answer, AnsweredCourse
from demarche.desk.blend import answered, ladder_of, percent, reasons_for
from demarche.desk.consistency import consistency_warnings
from demarche.desk.detail import (
    inside_detail,
    other_triggers,
    outside_detail,
    precedent_rows,
    view_rows,
)
from demarche.desk.event_half import open_events
from demarche.desk.outer import Outer
from demarche.desk.precedents import Library, OutsideView, libraries_of
from demarche.desk.run import Run
from demarche.errors import QuestionError
from demarche.pooling import EarnedWeights
from demarche.record import episodes_hash, load_episodes
from demarche.record.episodes import LONGEST_WINDOW
from demarche.terms import NO_TRIGGER, Case, Question

__all__ = [
    "DEFAULT_DRAWS",
    "DEFAULT_SEED",
    "Forecaster",
    "ask",
    "confidence_of",
    "judgement_of",
    "shares_of",
]

DEFAULT_SEED = 20231101
DEFAULT_DRAWS = 4096
NEAR_COUNT = 0.1
"""Distance from mere counting of postures below which a number says little else."""
GENERAL_LIMITS = (
    "Factions are taken as fixed and disciplined within the horizon: no change of leader or split.",
    "A course that is not listed cannot happen in the model; the mass for it is elicited and shown "
    "apart.",
    "Precedents were coded by one coder from published accounts; covert courses are often unknown.",
    "The inside view's inputs are an analyst's ranges; its record against outcomes is short, and "
    "formal strategy alone has no record of beating informed judgement (Green 2005).",
)


def ask(
    case: Case,
    *,
    trigger: str | None = None,
    actor: str | None = None,
    as_of: dt.date | None = None,
    horizon_days: int | None = None,
    seed: int = DEFAULT_SEED,
    draws: int = DEFAULT_DRAWS,
    weights: tuple[float, float] | EarnedWeights = (1.0, 1.0),
    remove: Sequence[str] = (),
    compare: bool = True,
    understood: str = "",
    store: Path | None = None,
    source: str | None = None,
    said: Callable[[str], object] | None = None,
) -> Answer:
    """Answer of demarche to one question.

    Parameters
    ----------
    case : Case
    trigger, actor : str, optional
        Ids; the case's own by default.
    as_of : date, optional
        Only precedents whose window was over by then are used; the case's own date by default.
    horizon_days : int, optional
        The case's own by default.
    seed, draws : int
        Same inputs and seed: same answer.
    weights : (outside, inside) or EarnedWeights
        Of the linear pool, equal by default; scale-free, not both zero; or what the views earned.
    remove : sequence of str
        Episode ids to leave out, to see what changes.
    compare : bool
        Also compute the other triggers of the case (for the IF line and the report).
    understood : str
        How a question in words was read, kept in the answer.
    store : Path, optional
        Folder of an event record; used where it is there, and the answer says what it covers.
    source : str, optional
        Which source of the record speaks; the one with the most rows known by `as_of` by default.
    said : callable, optional
        Told in lines what is being learned from the record, where that was not kept before.

    Raises
    ------
    QuestionError
        If actor, trigger or an episode id is unknown, the actor has no courses, or a number of the
        question is out of range.
    """
    actor = case.question.actor if actor is None else _actor_id(case, actor)
    trigger = case.question.trigger if trigger is None else trigger
    as_of = case.question.as_of if as_of is None else as_of
    horizon = case.question.horizon_days if horizon_days is None else horizon_days
    earned = weights if isinstance(weights, EarnedWeights) else None
    pair = _pair(weights, as_of=as_of)
    _check(
        case, actor=actor, trigger=trigger, horizon=horizon, weights=pair, draws=draws, seed=seed
    )
    warnings = [*consistency_warnings(case, trigger=trigger), *_warnings(case, as_of=as_of)]
    library, base = libraries_of(
        case, actor=actor, as_of=as_of, horizon_days=horizon, remove=remove
    )
    events, note = open_events(
        case, actor=actor, as_of=as_of, horizon_days=horizon, store=store, source=source, said=said
    )
    run = Run(
        case=case,
        actor=actor,
        library=library,
        base=base,
        seed=seed,
        draws=draws,
        weights=pair,
        events=events,
        earned=earned,
    )
    return _answer(
        run,
        note=note,
        trigger=trigger,
        as_of=as_of,
        horizon=horizon,
        compare=compare,
        understood=understood,
        warnings=warnings,
    )


class Forecaster:
    """Pooled courses of a case's focal actor under any trigger and horizon, unexplained."""

    def __init__(self, case: Case, *, draws: int, seed: int = DEFAULT_SEED) -> None:
        self.case, self.draws, self.seed = case, draws, seed
        self._libraries: dict[int, tuple[Library | None, Library | None]] = {}

    def courses(self, trigger: str, *, horizon_days: int) -> tuple[AnsweredCourse, ...]:
        """Rows of the answer under a trigger; the same numbers as :func:`ask` from these draws."""
        question = self.case.question
        if horizon_days not in self._libraries:
            self._libraries[horizon_days] = libraries_of(
                self.case, actor=question.actor, as_of=question.as_of, horizon_days=horizon_days
            )
        library, base = self._libraries[horizon_days]
        run = Run(
            case=self.case,
            actor=question.actor,
            library=library,
            base=base,
            seed=self.seed,
            draws=self.draws,
            weights=(1.0, 1.0),
        )
        view, _ = run.inside(trigger, draws=self.draws)
        pooled, draws = run.pooled(view, trigger=trigger)
        without, _ = run.pooled(view, trigger=NO_TRIGGER)
        return answered(
            run.courses,
            pooled=pooled,
            without=without,
            outside=run.outer(trigger),
            inside=draws,
        )


def _pair(
    weights: tuple[float, float] | EarnedWeights, *, as_of: dt.date
) -> tuple[float, float]:  # fmt: skip
    """Weights of the outside and the inside view, equal ones as 1 and 1.

    Earned ones must be of these views and of that day. Only shares count, so that 2/2 and 1/1 are
    one run with one id.
    """
    if not isinstance(weights, EarnedWeights):
        return shares_of(weights)
    if weights.views != ("outside", "inside"):
        raise QuestionError(
            f"earned weights must be of the outside and the inside view, got {weights.views}."
        )
    if weights.as_of > as_of.toordinal():
        raise QuestionError(
            f"the weights were earned by {dt.date.fromordinal(weights.as_of)}, after the day of "
            f"the question ({as_of})."
        )
    return shares_of((weights.weights[0], weights.weights[1]))


def shares_of(weights: tuple[float, float]) -> tuple[float, float]:
    """Weights that sum to 2; as they are where they are none, to be refused by what they are."""
    total = sum(weights)
    if min(weights) < 0 or not 0 < total < float("inf"):
        return weights
    return 2 * weights[0] / total, 2 * weights[1] / total


def _actor_id(case: Case, said: str) -> str:
    """Id of an actor given by id, name or alias; what is unknown is returned as it was said."""
    for actor in case.actors:
        if said.casefold() in {n.casefold() for n in (actor.id, actor.name, *actor.aliases)}:
            return actor.id
    return said


def _check(
    case: Case,
    *,
    actor: str,
    trigger: str,
    horizon: int,
    weights: tuple[float, float],
    draws: int,
    seed: int,
) -> None:
    case.trigger(trigger)
    case.decider(actor)
    if not 1 <= horizon <= 3650:
        raise QuestionError(f"the horizon must be 1 to 3650 days, got {horizon}.")
    if not 0 <= seed < 2**63:
        raise QuestionError(f"the seed must be a whole number from 0 to 2**63 - 1, got {seed}.")
    if not 16 <= draws <= 1_000_000:
        raise QuestionError(f"the number of draws must be 16 to 1000000, got {draws}.")
    if min(weights) < 0 or not 0 < sum(weights) < float("inf"):
        raise QuestionError(f"weights must not be negative and not both zero, got {weights}.")


def _warnings(case: Case, *, as_of: dt.date) -> list[str]:
    found: list[str] = []
    coded = case.question.as_of
    if as_of > coded:
        found.append(
            f"stale: the case was coded as of {coded}, the question is "
            f"{(as_of - coded).days} days later; nothing after that day is in its inputs."
        )
    if as_of < coded:
        found.append(
            f"the case's inputs were set as of {coded}; only precedents are cut at {as_of}."
        )
    found += worded_notes(case)
    return found


def _answer(
    run: Run,
    *,
    trigger: str,
    as_of: dt.date,
    horizon: int,
    compare: bool,
    understood: str,
    warnings: list[str],
    note: str,
) -> Answer:
    case, chosen = run.case, run.case.trigger(trigger)
    outside = run.outside(run.actor, trigger, named=True)
    run.expect((NO_TRIGGER, trigger, *(t.id for t in case.triggers if compare)))
    view, start = run.inside(trigger, draws=run.draws)
    pooled, draws = run.pooled(view, trigger=trigger)
    without, draws_without = (
        run.pooled(view, trigger=NO_TRIGGER) if trigger != NO_TRIGGER else (pooled, draws)
    )
    outer = run.outer(trigger, named=True)
    record = run.events.view(trigger) if run.events is not None else None
    rows = answered(run.courses, pooled=pooled, without=without, outside=outer, inside=draws)
    ladder, moved = ladder_of(case, courses=run.courses, pooled=pooled)
    at = view.game.actor_index(run.actor)
    factions = inside.factions_table(view, actor=at)
    episodes = run.library.episodes if run.library else ()
    reasons = reasons_for(
        rows,
        outside=outside,
        episodes=episodes,
        factions=factions,
        inside_without=draws_without.mean(axis=1),
        trigger=chosen.label if trigger != NO_TRIGGER else "",
        events=run.events.courses(trigger) if run.events is not None else {},
    )
    level, because = confidence_of(rows, outside=outer)
    name = case.actor(run.actor).name
    question = Question(
        case=case.id,
        actor=run.actor,
        trigger=trigger,
        courses=tuple(course.id for course in run.courses),
        ladder=case.ladder,
        as_of=as_of,
        horizon_days=horizon,
        text=case.question.text,
    )
    rest = [u.probability for u in case.unlisted if u.actor == run.actor]
    warnings = [
        *warnings,
        *_counting_warning(run, rows=rows, game=view.game),
        *_horizon_warnings(run, horizon=horizon, outside=outside),
        *_more_warnings(run, outside=outside, outer=outer, moved=moved),
        *(record.warnings if record is not None else ()),
        *view.warnings,
    ]
    return Answer(
        question=question,
        understood=understood,
        case=case,
        actor_name=name,
        trigger_label=chosen.label,
        trigger_rule=chosen.rule,
        courses=rows,
        ladder=ladder,
        ladder_moved=moved,
        views=view_rows(run, view=view, outside=outside),
        precedents=precedent_rows(run, trigger=trigger, outside=outside),
        reasons=reasons,
        outside=outside_detail(run, outside=outside),
        record=record,
        record_note=note,
        inside=inside_detail(run, view=view, start=start, factions=factions, at=at),
        other_triggers=(
            other_triggers(run, trigger=trigger, without=without.probability) if compare else ()
        ),
        confidence=level,
        confidence_because=because,
        judgement=judgement_of(rows, name=name),
        unlisted=(rest[0].low, rest[0].mode, rest[0].high) if rest else None,
        warnings=tuple(dict.fromkeys(warnings)),
        limits=(*case.limits, *GENERAL_LIMITS),
        seed=run.seed,
        draws=run.draws,
        run_id=_run_id(run, question=question),
        versions=_versions(),
    )


def _horizon_warnings(run: Run, *, horizon: int, outside: OutsideView | None) -> list[str]:
    """What was done to reach another horizon than the case's."""
    own = run.case.question.horizon_days
    reached = min(horizon, LONGEST_WINDOW)
    if horizon == own:
        return []
    if outside is None or not outside.courses:
        return [
            f"the inside view is set for {own} days and cannot be carried to {horizon}: there are "
            "no precedents to time it by."
        ]
    said = (
        f"the inside view is set for {own} days and carried to {reached} by the timing of the "
        "precedents (courses without a rate by the median shift of the others)."
    )
    if horizon > LONGEST_WINDOW:
        said += f" Precedents are coded for {LONGEST_WINDOW} days: this is not {horizon} days."
    return [said]


def _counting_warning(run: Run, *, rows: Sequence[AnsweredCourse], game: inside.Game) -> list[str]:
    """Whether the inside view says much more than the list of postures it was given."""
    at = game.actor_index(run.actor)
    own = [c for c, course in enumerate(game.courses) if course.actor == run.actor]
    near = sum(
        abs(row.inside - game.courses[c].feasibility.mode * float(game.taken[at][:, c].mean()))
        < NEAR_COUNT
        for row, c in zip(rows, own, strict=True)
    )
    if near <= len(rows) / 2:
        return []
    return [
        f"the inside view lies within {100 * NEAR_COUNT:.0f} points of merely counting postures on "
        f"{near} of {len(rows)} courses: the coder's list of postures speaks louder there than "
        "interests do."
    ]


def _more_warnings(
    run: Run, *, outside: OutsideView | None, outer: Outer | None, moved: float
) -> list[str]:
    found = []
    recorded = outer.recorded if outer is not None else frozenset()
    if (outside is None or not outside.courses) and recorded:
        found.append(
            "no precedents were used: too few, or the case states no situation of "
            f"{run.actor}; the outside view is the event record alone."
        )
    elif outside is None or not outside.courses:
        found.append(
            "no outside view: too few precedents, or the case states no situation of "
            f"{run.actor}; the answer is the inside view alone."
        )
    else:
        lone = [
            c.label
            for c in run.courses
            if c.id not in outside.courses and c.id not in outside.silent and c.id not in recorded
        ]
        if outside.silent:
            names = [c.label for c in run.courses if c.id in outside.silent]
            found.append(
                f"most precedents are silent on: {', '.join(names)}; such acts become known mostly "
                "when they happened, so no rate is read from them (inside view alone, wider range)."
            )
        if lone:
            found.append(f"no precedents are coded for: {', '.join(lone)} (inside view alone).")
        found += [w for w in outside.answer.warnings if "rung:" not in w]
    found += [
        f"expectations of {name}: precedents' rate of {label!r} and its postures differ by "
        f"{100 * gap:.0f} points; the nearest fit is used."
        for name, (label, gap) in run.gaps.items()
    ]
    if moved > 0.02:
        found.append(f"the ladder was moved by {100 * moved:.0f} points to agree with the courses.")
    found += reach_notes(run.case)
    return found


def confidence_of(rows: Sequence[AnsweredCourse], *, outside: Outer | None) -> tuple[str, str]:
    """Confidence by a stated rule: effective precedents, and whether the two views agree."""
    apart = sum(row.disagree for row in rows)
    if outside is None or not outside.courses:
        return "LOW", "no precedents were used; the inside view stands alone"
    counts = sorted(rate.effective_cases for rate in outside.courses.values())
    middle = counts[len(counts) // 2]
    what = "effective precedents"
    if outside.alone:
        what = "windows of the event record that do not overlap"
        if len(outside.alone) < len(outside.courses):
            what = f"effective precedents, or {what}"
    because = (
        f"{middle:.0f} {what} (median course); the two views disagree by more "
        f"than their ranges on {apart} of {len(rows)} courses"
    )
    if middle >= 20 and apart <= len(rows) * 0.1:
        return "HIGH", because
    if middle >= 8 and apart <= len(rows) / 3:
        return "MODERATE", because
    return "LOW", because


def judgement_of(rows: Sequence[AnsweredCourse], *, name: str) -> str:
    """Main judgement in one sentence: the likeliest course, and the gravest one."""
    ranked = sorted(rows, key=lambda row: -row.probability)
    top = ranked[0]
    severe = max(rows, key=lambda row: (row.rung, row.probability))
    text = f"{name}: {top.label} {top.word} ({percent(top.probability)})"
    if severe.id != top.id:
        text += f"; {severe.label} {severe.word} ({percent(severe.probability)})"
    return text + "."


def _run_id(run: Run, *, question: Question) -> str:
    content = json.dumps(
        [
            dump_case(run.case),
            question.id,
            run.seed,
            run.draws,
            run.weights,
            episodes_hash(load_episodes()),
            list(run.library.excluded) if run.library else None,
            __version__,
            *([run.events.key] if run.events is not None else []),
        ]
    )
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:12]


def _versions() -> tuple[tuple[str, str], ...]:
    rows = [("demarche", __version__)]
    rows += [(name, metadata.version(name)) for name in ("numpy", "scipy", "pydantic")]
    return tuple(rows)
