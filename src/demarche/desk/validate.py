"""Back-tests at the desk: the outside view on episodes and ICB, and cases with known outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.cases import Window, load_outcomes, outcome_ids, shipped_case
from demarche.desk.answer import AnsweredCourse
from demarche.desk.ask import Forecaster
from demarche.errors import DataError, QuestionError, near_miss
from demarche.outside import Cases, Skill, forward, leave_one_out, skill_table
from demarche.record import episode_table, load_episodes
from demarche.scores import brier, log_score
from demarche.terms import COURSE_KINDS, Case, Episode

__all__ = [
    "ClaimScore",
    "OutcomeScore",
    "Validation",
    "crises_of",
    "validate_episodes",
    "validate_icb",
    "validate_outcomes",
]

Floats = NDArray[np.float64]
SEED = 20231101
HORIZON = 90
FORWARD_START = 1975.0
CRISIS_DAYS = 14
CLAIM_CLIP = 0.001
DRAWS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Skill tables of back-tests, with what was tested and what was left out."""

    title: str
    tests: tuple[tuple[str, str, tuple[Skill, ...]], ...]
    notes: tuple[str, ...]


def crises_of(episodes: Sequence[Episode]) -> NDArray[np.int64]:
    """Number of the crisis of each episode: same region, triggers within 14 days of each other."""
    numbers = np.full(len(episodes), -1, dtype=np.int64)
    order = sorted(range(len(episodes)), key=lambda i: (episodes[i].trigger_date, episodes[i].id))
    latest: dict[str, tuple[int, int]] = {}
    following = 0
    for i in order:
        region, day = episodes[i].features["region"], episodes[i].trigger_date.toordinal()
        last = latest.get(region)
        if last is not None and day - last[0] <= CRISIS_DAYS:
            number = last[1]
        else:
            number, following = following, following + 1
        latest[region] = (day, number)
        numbers[i] = number
    return numbers


def validate_episodes(*, horizon_days: int = HORIZON, seed: int = SEED) -> Validation:
    """Leave-one-crisis-out and forward-in-time skill of the outside view on the episodes."""
    episodes = load_episodes()
    table = episode_table(
        episodes, columns={kind: (kind,) for kind in COURSE_KINDS}, horizon_days=horizon_days
    )
    enough = (table.outcomes == 1).sum(axis=0) >= 3
    enough &= (table.outcomes == 0).sum(axis=0) >= 3
    cases = Cases(
        features=table.features,
        outcomes=table.outcomes[:, enough],
        kinds=table.kinds,
        feature_names=table.feature_names,
        courses=tuple(c for c, kept in zip(table.columns, enough, strict=True) if kept),
        labels=table.labels,
        times=table.times,
    )
    crises = crises_of(episodes)
    rng = np.random.default_rng(seed)
    left = leave_one_out(cases, groups=crises)
    known_at = table.times + np.array([e.window_days for e in episodes]) / 365.25
    ahead = forward(cases, start=FORWARD_START, known_at=known_at, groups=crises)
    few = [c for c, kept in zip(table.columns, enough, strict=True) if not kept]
    notes = (
        f"{len(episodes)} episodes, {sum(e.checked for e in episodes)} compared with a text; "
        f"{int(crises.max()) + 1} crises; outcomes within {horizon_days} days.",
        f"left out: {', '.join(few) or 'no course'} (fewer than 3 known yes or no).",
        f"forward in time: from {FORWARD_START:.0f}, {ahead.skipped} skipped for want of 20 "
        "earlier ones.",
        "skill is against the shrunken base rate of the same episodes; intervals are 90 %, paired, "
        "by crisis.",
    )
    return Validation(
        title="outside view on the shipped episodes",
        tests=(
            ("leave one crisis out", left.kind, skill_table(left, rng=rng)),
            ("forward in time", ahead.kind, skill_table(ahead, rng=rng)),
        ),
        notes=notes,
    )


def validate_icb(folder: Path, *, start: int = 1975, seed: int = SEED) -> Validation:
    """The same engine on ICB's crises, forward in time; see docs/validation-icb.md.

    Raises
    ------
    DataError
        If the folder does not hold the two files, or they are not as published.
    """
    from demarche.desk.icb import icb_validation

    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder with icb1v14*.csv and icb2v14*.csv.")
    return icb_validation(folder, start=start, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeScore:
    """Mean scores of one window of one case, by forecaster, on the courses with a known outcome."""

    case: str
    window: str
    trigger: str
    rule_met: str
    known: int
    not_known: int
    taken: int
    brier: tuple[tuple[str, float], ...]
    log: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimScore:
    """One claim of a source against one window: its band, whether the outcome fits, our number."""

    case: str
    window: str
    claim: str
    holder: str
    low: float
    high: float
    happened: bool
    brier_at_middle: float
    ours: float
    brier_ours: float
    scored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeTable:
    """Scores of shipped cases whose outcomes are known."""

    rows: tuple[OutcomeScore, ...]
    claims: tuple[ClaimScore, ...]
    notes: tuple[str, ...]


def validate_outcomes(case: str | None = None) -> OutcomeTable:
    """Pool, views, base rate and uniform on every shipped window with known outcomes.

    Raises
    ------
    QuestionError
        If the case has no outcomes file.
    """
    ids = outcome_ids()
    if case is not None and case not in ids:
        raise QuestionError(
            f"{case!r} has no outcomes file. {near_miss(case, ids)} "
            f"With outcomes: {', '.join(ids)}."
        )
    rows: list[OutcomeScore] = []
    claims: list[ClaimScore] = []
    for id in (case,) if case else ids:
        found = shipped_case(id)
        forecaster = Forecaster(found, draws=DRAWS)
        for window in load_outcomes(found).outcomes:
            answer = forecaster.courses(window.trigger, horizon_days=window.window_days)
            rows.append(_score(found, answer=answer, window=window))
            claims += _claims(found, answer=answer, window=window)
    return OutcomeTable(
        rows=tuple(rows),
        claims=tuple(claims),
        notes=(
            "the coders of the cases knew the ends: these scores show that the machinery is "
            "coherent, they are no evidence of foresight.",
            "windows whose rule was not met or is disputed are listed and kept out of the means.",
            "where a course has no precedents the outside column repeats the inside view and the "
            "base rate is one half; windows of one case overlap and are not independent.",
            "a claim is read at the middle of its hedge's band; commitments, red lines and "
            "'cannot be ruled out' are counted, not scored.",
        ),
    )


def _score(case: Case, *, answer: Sequence[AnsweredCourse], window: Window) -> OutcomeScore:
    rows = {row.id: row for row in answer}
    known = [r for r in window.courses if r.value != "not known"]
    y = np.array([float(r.value == "yes") for r in known])
    chosen = [rows[r.course] for r in known]
    forecasters = {
        "pool": [r.probability for r in chosen],
        "outside": [r.inside if r.outside is None else r.outside for r in chosen],
        "inside": [r.inside for r in chosen],
        "base rate": [0.5 if r.base_rate is None else r.base_rate for r in chosen],
        "one half": [0.5] * len(chosen),
    }
    return OutcomeScore(
        case=case.id,
        window=window.id,
        trigger=window.trigger,
        rule_met=window.rule_met,
        known=len(known),
        not_known=len(window.courses) - len(known),
        taken=int(y.sum()),
        brier=tuple((n, float(brier(p, outcome=y).mean())) for n, p in forecasters.items()),
        log=tuple(
            (n, float(log_score(p, outcome=y, clip=CLAIM_CLIP).values.mean()))
            for n, p in forecasters.items()
        ),
    )


def _claims(case: Case, *, answer: Sequence[AnsweredCourse], window: Window) -> list[ClaimScore]:
    rows = {row.id: row for row in answer}
    values = {row.course: row.value for row in window.courses}
    found = []
    for claim in case.claims:
        ids = [id for id in claim.courses if id in rows]
        if claim.low is None or claim.high is None or not ids:
            continue
        seen = [values[id] for id in ids]
        if claim.condition not in ("", window.trigger):
            continue
        if "yes" not in seen and "not known" in seen:
            continue
        happened = "yes" in seen
        middle, ours = (claim.low + claim.high) / 2, max(rows[id].probability for id in ids)
        found.append(
            ClaimScore(
                case=case.id,
                window=window.id,
                claim=claim.id,
                holder=claim.holder,
                low=claim.low,
                high=claim.high,
                happened=happened,
                brier_at_middle=float(brier(middle, outcome=float(happened))),
                ours=ours,
                brier_ours=float(brier(ours, outcome=float(happened))),
                scored=claim.kind != "cannot_be_ruled_out" and window.rule_met == "yes",
            )
        )
    return found
