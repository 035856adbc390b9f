"""Cases that pages are tried with: hostile texts in every field, and forty courses."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from demarche.cases import shipped_case, template
from demarche.cases.read import parse_case
from demarche.terms import Case, Posture

HOSTILE = (
    "<script>window.hit=1</script>",
    '" onmouseover="window.hit=1',
    "javascript:window.hit=1",
    "</script><img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    "{{7*7}} {% raw %}",
    "\u202ereversed\x1b[31m",
    "'; DROP TABLE cases; --",
)
"""Texts that would run or break a page that does not escape them."""
NAMES = frozenset(
    {
        "id", "actor", "recipient", "issue", "faction", "trigger", "source", "rule", "leader",
        "kind", "on", "of", "how", "from_issue", "to_issue", "asserted_by", "observability",
        "sign", "precision", "ends", "condition", "said", "courses", "requires", "excludes",
        "crossed_by", "crossed_by_triggers", "answers", "evidence", "veto", "unacceptable",
        "members", "administered_by", "claimed_by", "features", "variants", "assumed", "under",
        "coded_as", "exclude_episodes", "match", "from_assumption", "to_assumption",
        "from_variant", "to_variant", "hedge", "url",
    }
)  # fmt: skip
"""Fields that name something or are one of fixed words; every other text may be anything."""


def hostile_case() -> Case:
    """The first case with a hostile text put before every free text."""
    counted = iter(range(10**9))

    def spoilt(value: Any) -> Any:
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(spoilt(item) for item in value)
        if isinstance(value, str):
            return f"{HOSTILE[next(counted) % len(HOSTILE)]} {value}" if value else value
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.replace(
                value,
                **{
                    field.name: spoilt(getattr(value, field.name))
                    for field in dataclasses.fields(value)
                    if field.name not in NAMES
                },
            )
        return value

    found: Case = spoilt(shipped_case("regional-war"))
    sources = tuple(
        dataclasses.replace(source, url='https://example.org/"onmouseover="window.hit=1')
        for source in found.sources
    )
    return dataclasses.replace(found, sources=sources)


def forty_courses() -> Case:
    """The template's case with forty courses, forty actors and ties among them, long names."""
    case = parse_case(template(), file="template.toml")
    first = case.courses_of(case.question.actor)[0]
    courses = tuple(
        dataclasses.replace(
            first,
            id=f"course-{i}",
            label=f"Course number {i} with a label that runs on for rather longer than one line",
            rung=i % len(case.ladder),
            requires=(),
            excludes=(),
        )
        for i in range(40)
    )
    actor = case.actors[0]
    actors = tuple(
        dataclasses.replace(
            actor, id=f"P{i:02d}", name=f"Provisional Authority of Region {i}", rule="", leader="",
            veto=(), mixture=(), members=(), administered_by="", claimed_by=(), aliases=(),
        )
        for i in range(30)
    )  # fmt: skip
    day = case.question.as_of
    regional = shipped_case("regional-war")
    model, proof = regional.ties[0], regional.evidence[0]
    sources = tuple(source for source in regional.sources if source.id == proof.source)
    ties = tuple(
        dataclasses.replace(
            model,
            id=f"tie-{i}",
            actor=actors[i % 30].id,
            recipient=actors[(i * 7 + 3) % 30].id,
            sign="+" if i % 3 else "-",
            since=day - dt.timedelta(days=200 * i + 2),
            half_life_days=400.0,
            revoked=day - dt.timedelta(days=1) if i % 5 == 0 else None,
            evidence=(proof.id,),
        )
        for i in range(60)
        if i % 30 != (i * 7 + 3) % 30
    )
    postures = (
        Posture(id="nothing", actor=case.question.actor, label="none of them", fallback=True),
        *(
            Posture(id=f"set-{i}", actor=c.actor, label=f"only {i}", courses=(c.id,))
            for i, c in enumerate((*case.courses_of(case.question.actor), *courses))
        ),
    )
    return dataclasses.replace(
        case,
        postures=postures,
        courses=(*case.courses, *courses),
        actors=(*case.actors, *actors),
        ties=ties,
        sources=(*case.sources, *sources),
        evidence=(*case.evidence, proof),
    )
