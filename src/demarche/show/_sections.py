"""What the sections of the report say: sentences and rows worked out from an answer."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from demarche.cases import shipped_ids
from demarche.desk import Answer, AnsweredCourse, PrecedentRow
from demarche.show._numbers import chance, points, span
from demarche.terms import COURSE_KINDS, NO_TRIGGER, Claim, Evidence, Source, Tie, icd203
from demarche.terms.hedges import HEDGES

__all__ = [
    "ClaimRow",
    "ClassCount",
    "Removal",
    "changed_by_hand",
    "claim_rows",
    "claimed_bands",
    "class_counts",
    "command",
    "day",
    "evidence_rows",
    "judgements",
    "kinds_shown",
    "largest_removals",
    "mover_rows",
    "other_trigger_rows",
    "removals",
    "situation",
    "tie_rows",
    "weights_of",
]

NEAREST = 12
"""Precedents shown in full, weightiest first; the others have a line each."""
SAID = {
    "prediction": "prediction",
    "conditional": "conditional",
    "commitment": "commitment",
    "red_line": "red line",
    "cannot_be_ruled_out": "cannot be ruled out",
    "causal": "cause and effect",
}


def day(date: dt.date, precision: str = "day") -> str:
    """A date as 1 November 2023; without the day or month where they are not known."""
    if precision == "year":
        return str(date.year)
    month = f"{date:%B} {date.year}"
    return month if precision == "month" else f"{date.day} {month}"


def judgements(answer: Answer) -> tuple[str, ...]:
    """Three to five sentences from the numbers, in likelihood words of ICD 203.

    Confidence is not among them: it stands in a sentence of its own.
    """
    rows = sorted(answer.courses, key=lambda r: -r.probability)
    top = rows[0]
    said = [
        f"The most probable course of {answer.actor_name} is {_named(top)}: {top.word} "
        f"({_number(top)})."
    ]
    severe = max(rows, key=lambda r: (r.rung, r.probability))
    if severe.id != top.id:
        said.append(
            f"The most severe course listed, {_named(severe)}, {_verb(severe.probability)} "
            f"({_number(severe)})."
        )
    said.append(_ladder_sentence(answer))
    if answer.question.trigger != NO_TRIGGER:
        moved = max(rows, key=lambda r: abs(r.probability - r.without_trigger))
        verb = "raises" if moved.probability >= moved.without_trigger else "lowers"
        said.append(
            f"The trigger {verb} {_named(moved)} most: from {chance(moved.without_trigger)} "
            f"without it to {chance(moved.probability)} with it."
        )
    said.append(_views_sentence(rows))
    return tuple(said)


def _named(row: AnsweredCourse) -> str:
    return f"“{row.label}”"


def _number(row: AnsweredCourse) -> str:
    return f"{chance(row.probability)}, 80 % range {span(row.low, row.high)} %"


def _verb(probability: float) -> str:
    word = icd203(min(max(probability, 0.0), 1.0))
    if word == "almost no chance":
        return "has almost no chance"
    return "has a roughly even chance" if word.startswith("roughly") else f"is {word}"


def _ladder_sentence(answer: Answer) -> str:
    half = [rung for rung in answer.ladder[1:] if rung.at_least >= 0.5]
    top = half[-1] if half else answer.ladder[1]
    shown = answer.ladder[top.rung : top.rung + 2]
    parts = [
        f"rung {rung.rung} ({rung.label}) or a higher one {_verb(rung.at_least)} "
        f"({chance(rung.at_least)})"
        for rung in shown
    ]
    return f"On the ladder of the highest rung reached, {'; '.join(parts)}."


def _views_sentence(rows: Sequence[AnsweredCourse]) -> str:
    both = [r for r in rows if r.outside is not None]
    if not both:
        return "No precedents are used: these numbers are the inside view alone."
    apart = [r for r in both if r.disagree]
    if not apart:
        return (
            "Where precedents exist, the two views agree within their ranges on every course "
            f"({len(both)} of {len(rows)} courses have precedents)."
        )
    worst = max(apart, key=lambda r: abs((r.outside or 0.0) - r.inside))
    return (
        f"The two views differ by more than their ranges on {len(apart)} of {len(rows)} courses, "
        f"most on {_named(worst)}: {chance(worst.outside)} from precedents, "
        f"{chance(worst.inside)} from the model of the factions; there the pooled number hides a "
        "disagreement."
    )


def kinds_shown(answer: Answer) -> tuple[tuple[str, str], ...]:
    """Kinds of the focal actor's courses that episodes are coded for: (kind, label)."""
    found = {r.kind: COURSE_KINDS[r.kind].label for r in answer.courses if r.kind in COURSE_KINDS}
    return tuple(found.items())


def situation(answer: Answer) -> tuple[tuple[str, str, float], ...]:
    """Features of the actor's situation with their weights, heaviest first."""
    features = answer.case.features(actor=answer.question.actor, trigger=answer.question.trigger)
    if answer.outside is None:
        return tuple((name, text, 0.0) for name, text in features.items())
    own = answer.actor_name
    return tuple(
        (name, own if name == "same_actor" else features.get(name, "not stated"), weight)
        for name, weight in answer.outside.feature_weights
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """One course counted in several reference classes, as (taken, known).

    ``counts`` are of all episodes, those of the same actor, and the weightiest ones; ``outside``
    is the rate in which each episode counts by its similarity.
    """

    label: str
    counts: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    outside: float | None


def class_counts(answer: Answer) -> tuple[ClassCount, ...]:
    """Taken and known, by course, in all episodes, the same actor's and the weightiest ones."""
    own = [p for p in answer.precedents if p.actor == answer.question.actor]
    near = answer.precedents[:NEAREST]
    return tuple(
        ClassCount(
            label=course.label,
            counts=(
                _count(answer.precedents, kind=course.kind),
                _count(own, kind=course.kind),
                _count(near, kind=course.kind),
            ),
            outside=course.outside,
        )
        for course in answer.courses
        if course.kind in COURSE_KINDS and answer.precedents
    )


def _count(rows: Sequence[PrecedentRow], *, kind: str) -> tuple[int, int]:
    seen = [value for row in rows for k, value, _ in row.taken if k == kind]
    known = [value for value in seen if value in ("yes", "no")]
    return sum(value == "yes" for value in known), len(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """How the outside view of one course changes when one precedent is left out."""

    precedent: str
    title: str
    course: str
    before: float
    change: float


def _removals(answer: Answer, rows: Sequence[PrecedentRow]) -> list[Removal]:
    courses = {r.id: r for r in answer.courses}
    return [
        Removal(
            precedent=row.id,
            title=f"{row.title} ({row.actor} {row.trigger_date.year})",
            course=courses[id].label,
            before=courses[id].outside or 0.0,
            change=change,
        )
        for row in rows
        for id, change in row.removal
        if id in courses and courses[id].outside is not None
    ]


def removals(answer: Answer, row: PrecedentRow, *, most: int = 3) -> tuple[Removal, ...]:
    """The courses that leaving out one precedent moves most, by half a point or more."""
    found = [r for r in _removals(answer, [row]) if abs(r.change) >= 0.005]
    return tuple(sorted(found, key=lambda r: -abs(r.change))[:most])


def largest_removals(answer: Answer, *, most: int = 10) -> tuple[Removal, ...]:
    """Leave one precedent out: the largest effects of all."""
    found = _removals(answer, answer.precedents)
    return tuple(sorted(found, key=lambda r: (-abs(r.change), r.precedent, r.course))[:most])


def tie_rows(answer: Answer) -> tuple[tuple[Tie, float], ...]:
    """Ties with their strength on the day of the question, those of the focal actor first."""
    focal = answer.question.actor
    rows = [(tie, tie.strength_at(answer.question.as_of)) for tie in answer.case.ties]
    return tuple(
        sorted(rows, key=lambda r: (focal not in (r[0].actor, r[0].recipient), -r[1], r[0].id))
    )


def evidence_rows(answer: Answer, ids: Sequence[str]) -> tuple[tuple[Evidence, Source | None], ...]:
    """Evidence items by id, each with its source, in the order of the ids."""
    items = {item.id: item for item in answer.case.evidence}
    sources = {source.id: source for source in answer.case.sources}
    return tuple((items[id], sources.get(items[id].source)) for id in ids if id in items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim beside our number; ``comparable`` says under what, ``verdict`` how they compare.

    ``band`` is the range that the hedge conveys, ``word`` the same in words of ICD 203, ``heard``
    what readers answered to the phrase in surveys, ``deadline`` the last day of its horizon.
    """

    claim: Claim
    kind: str
    about: str
    band: str
    word: str
    heard: str
    deadline: str
    ours: float | None
    comparable: str
    verdict: str


def claim_rows(answer: Answer) -> tuple[ClaimRow, ...]:
    """Claims by paragraph; our number only where actor, course and condition are the same."""
    labels = {course.id: course.label for course in answer.case.courses}
    names = {actor.id: actor.name for actor in answer.case.actors}
    sources = {source.id: source for source in answer.case.sources}
    rows = []
    for claim in sorted(answer.case.claims, key=lambda c: (c.source, c.paragraph, c.id)):
        ours, comparable = _ours(answer, claim)
        band, verdict = "none: no probability is conveyed", ""
        if claim.low is not None and claim.high is not None:
            band = f"{span(claim.low, claim.high)} %"
            if ours is not None:
                verdict = "inside the range"
                if not claim.low <= ours <= claim.high:
                    verdict = "below the range" if ours < claim.low else "above the range"
        about = ", ".join(labels.get(id, id) for id in claim.courses)
        actor = names.get(claim.actor, claim.actor)
        rows.append(
            ClaimRow(
                claim=claim,
                kind=SAID.get(claim.kind, claim.kind),
                about=f"{actor}: {about}" if about and actor else about or actor,
                band=band,
                word=_words_of(claim),
                heard=_heard(claim),
                deadline=_deadline(claim, source=sources.get(claim.source)),
                ours=ours,
                comparable=comparable,
                verdict=verdict,
            )
        )
    return tuple(rows)


def _words_of(claim: Claim) -> str:
    """A claim's range in likelihood words of ICD 203, from the lowest to the highest it covers."""
    if claim.low is None or claim.high is None:
        return ""
    low, high = icd203(claim.low), icd203(max(claim.low, claim.high - 1e-9))
    return low if low == high else f"{low} to {high}"


def _heard(claim: Claim) -> str:
    """What readers answered to the claim's phrase, where a survey asked for it."""
    phrase = " ".join(claim.hedge.lower().split())
    for row in HEDGES:
        if row.survey is not None and phrase == row.survey_phrase:
            low, middle, high = row.survey
            return f"readers {chance(middle)} ({span(low, high)} %)"
    return ""


def _deadline(claim: Claim, *, source: Source | None) -> str:
    """Last day of the claim's horizon, from the day of its source."""
    if claim.horizon_days is None:
        return "no deadline stated"
    if source is None or source.date is None:
        return f"within {claim.horizon_days} days"
    return f"by {day(source.date + dt.timedelta(days=claim.horizon_days))}"


def claimed_bands(rows: Sequence[ClaimRow]) -> tuple[tuple[str, float, float], ...]:
    """Ranges of claims that stand beside our number, as (course, low, high), under one course."""
    return tuple(
        (row.claim.courses[0], row.claim.low, row.claim.high)
        for row in rows
        if row.ours is not None
        and len(row.claim.courses) == 1
        and row.claim.low is not None
        and row.claim.high is not None
        and not row.comparable.startswith("under its own condition")
    )


def _ours(answer: Answer, claim: Claim) -> tuple[float | None, str]:
    """Our number for a claim, and under what it holds or why there is none."""
    asked = answer.question.trigger
    ids = [row.id for row in answer.courses]
    at = [ids.index(id) for id in claim.courses if id in ids]
    if not claim.courses:
        return None, "no course of the case says this"
    if not at:
        return None, "a course of another actor"
    several = "; the largest of several courses" if len(at) > 1 else ""
    if claim.condition in ("", asked):
        value = max(answer.courses[c].probability for c in at)
        told = "the claim states no condition" if claim.condition == "" else "same condition"
        return value, told + several
    for id, label, values in answer.other_triggers:
        if id == claim.condition:
            return max(values[c] for c in at), f"under its own condition: {label}{several}"
    return None, "its condition is not a trigger of the case"


def command(answer: Answer) -> str:
    """The command that gives the same answer again."""
    case, question = answer.case, answer.question
    name = case.id if case.id in shipped_ids() else f"path/to/{case.id}.toml"
    parts = ["demarche", "ask", name, "--if", question.trigger, "--actor", question.actor]
    parts += ["--as-of", question.as_of.isoformat(), "--horizon", f"{question.horizon_days}d"]
    parts += ["--weights", _weights(answer), "--seed", str(answer.seed)]
    parts += ["--draws", str(answer.draws)]
    excluded = answer.outside.excluded if answer.outside else ()
    for id in excluded:
        if id not in case.exclude_episodes:
            parts += ["--drop", id]
    return shlex.join(parts)


def _weights(answer: Answer) -> str:
    """Weights of the views as small whole numbers, such as 2/1."""
    if any(key == "earned" for view in answer.views for key, _ in view.parameters):
        return "earned"
    return "/".join(f"{weight:g}" for weight in weights_of(answer))


def weights_of(answer: Answer) -> tuple[float, float]:
    """Weights of the outside and the inside view as small whole numbers, where they are such."""
    shares = {view.name: view.weight for view in answer.views}
    if any(view.name == "inside" and view.basis.startswith("equal") for view in answer.views):
        return 1.0, 1.0
    outside, inside = shares.get("outside", 0.0), shares.get("inside", 1.0)
    if inside == 0:
        return 1.0, 0.0
    ratio = Fraction(outside / inside).limit_denominator(50)
    return float(ratio.numerator), float(ratio.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A trigger of the case other than the one asked about, and the course it would move most."""

    event: str
    rule: str
    course: str
    direction: str
    before: float
    after: float
    ratio: float | None


def mover_rows(answer: Answer) -> tuple[Mover, ...]:
    """What would move the answer, by the other triggers of the case, largest change first."""
    rules = {trigger.id: trigger.rule for trigger in answer.case.triggers}
    found = []
    for id, label, values in answer.other_triggers:
        if id not in rules:
            continue
        moved = [(v - r.probability, r, v) for r, v in zip(answer.courses, values, strict=True)]
        change, row, after = max(moved, key=lambda m: abs(m[0]))
        found.append(
            Mover(
                event=label,
                rule=rules[id],
                course=row.label,
                direction="up" if change >= 0 else "down",
                before=row.probability,
                after=after,
                ratio=_odds_ratio(row.probability, after),
            )
        )
    return tuple(sorted(found, key=lambda i: (-abs(i.after - i.before), i.event)))


def _odds_ratio(before: float, after: float) -> float | None:
    """Odds after over odds before; ``None`` where either has no odds."""
    if not (0 < before < 1 and 0 < after < 1):
        return None
    return after / (1 - after) * (1 - before) / before


def changed_by_hand(answer: Answer) -> str:
    """What this run set otherwise than the case does; empty where nothing was."""
    case, q = answer.case, answer.question
    said = []
    if q.as_of != case.question.as_of:
        said.append(f"the day ({q.as_of} for {case.question.as_of})")
    if q.horizon_days != case.question.horizon_days:
        said.append(f"the horizon ({q.horizon_days} for {case.question.horizon_days} days)")
    if q.actor != case.question.actor:
        said.append(f"the actor ({answer.actor_name})")
    if q.trigger != case.question.trigger:
        said.append(f"the trigger ({answer.trigger_label})")
    if answer.outside is not None:
        dropped = [id for id in answer.outside.excluded if id not in case.exclude_episodes]
        if dropped:
            said.append(f"precedents left out ({', '.join(dropped)})")
    return f"Set for this run instead of the case's own: {'; '.join(said)}." if said else ""


def other_trigger_rows(
    answer: Answer,
) -> tuple[tuple[str, float, tuple[tuple[float, str], ...]], ...]:
    """Courses under the trigger asked and under every other: value and change in points."""
    return tuple(
        (
            row.label,
            row.probability,
            tuple(
                (values[c], points(values[c] - row.probability))
                for _, _, values in answer.other_triggers
            ),
        )
        for c, row in enumerate(answer.courses)
    )
