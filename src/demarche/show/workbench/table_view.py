"""What the workbench's first page shows, as HTML: world, answer, evidence, log, comparison, map."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup

from demarche.desk import AnsweredCourse, PrecedentRow
from demarche.desk.event_view import EventView
from demarche.desk.what_if import Edit, Scenario
from demarche.desk.what_if_dials import Dial, dials, label_of, said_value
from demarche.desk.what_if_log import Log, link_of, link_of_log
from demarche.desk.worktable import Driver, LiveAnswer
from demarche.show._numbers import chance, points, span
from demarche.show.workbench.frame import render
from demarche.show.workbench.table_events import events_html
from demarche.terms import (
    COURSE_KINDS,
    ICD203,
    NO_TRIGGER,
    Case,
    Claim,
    Tie,
)

__all__ = [
    "answer_html",
    "compare_html",
    "drivers_html",
    "evidence_html",
    "head_html",
    "log_html",
    "world_html",
]

FIRST = 15
"""Precedents shown before one asks for the others."""
MANY_DRIVERS = 6
"""Moves whose effect is listed under the answer; the comparison lists all."""


def _id(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:10]


def head_html(log: Log, *, case_id: str) -> Markup:
    """Which case is before one, and how far it is from what was coded."""
    return render(
        "head.html.j2",
        title=log.scenario.base.title,
        moved=len(log.scenario.moves()),
        branch=log.at,
        branches=len(log.branches),
        query=urlencode({"case": case_id}),
    )


def world_html(scenario: Scenario) -> Markup:
    """The inputs that can be moved, the asked actor's first."""
    case = scenario.case()
    found = dials(scenario)
    groups: dict[str, list[Dial]] = {}
    for dial in found:
        groups.setdefault(dial.group, []).append(dial)
    actors = [
        {
            "name": case.actor(id).name,
            "own": [d for d in rows if d.place.startswith("rule/")],
            "factions": [
                {
                    "name": f.name,
                    "wants": f.wants,
                    "dials": [
                        d for d in rows if d.place.split("/")[1] == f.id and d.place[:5] != "rule/"
                    ],
                }
                for f in case.factions_of(id)
            ],
        }
        for id, rows in groups.items()
        if id not in ("question", "issues")
    ]
    return render(
        "world.html.j2",
        question=groups["question"],
        actors=actors,
        issues=groups.get("issues", []),
        loop_id=_id,
        moved={edit.place for edit in scenario.moves()},
        short=_short,
    )


def _short(dial: Dial) -> str:
    """Label of a dial that stands under its faction's name."""
    head, mark, tail = dial.label.partition(": ")
    return tail if mark and not dial.place.startswith("status_quo") else head


def _x(p: float) -> str:
    return f"{100 * min(max(p, 0.0), 1.0):.2f}%"


_BANDS = Markup("").join(
    Markup('<rect class="band" x="{}" y="0" width="{}" height="100%"/>').format(
        _x(low), _x(high - low)
    )
    for number, (_, low, high) in enumerate(ICD203)
    if number % 2 == 0
)


def _mark(shape: str, p: float) -> Markup:
    x = _x(p)
    if shape == "pool":
        return Markup('<circle class="m-pool" cx="{}" cy="50%" r="5.5"/>').format(x)
    if shape == "ghost":
        return Markup('<circle class="m-ghost" cx="{}" cy="50%" r="7.5"/>').format(x)
    if shape == "outside":
        return Markup('<circle class="m-outside" cx="{}" cy="50%" r="4"/>').format(x)
    if shape == "inside":
        return Markup(
            '<svg x="{}" y="50%" overflow="visible"><rect class="m-inside" x="-4" y="-4" '
            'width="8" height="8"/></svg>'
        ).format(x)
    if shape == "base":
        return Markup(
            '<svg x="{}" y="50%" overflow="visible"><path class="m-base" '
            'd="M0-5.5 5.5 0 0 5.5-5.5 0z"/></svg>'
        ).format(x)
    return Markup('<line class="m-without" x1="{0}" x2="{0}" y1="3" y2="21"/>').format(x)


def _key(shape: str) -> Markup:
    return Markup('<svg class="key" width="18" height="14" aria-hidden="true">{}</svg>').format(
        _mark(shape, 0.5)
        if shape != "without"
        else Markup('<line class="m-without" x1="9" x2="9" y1="1" y2="13"/>')
    )


def _strip(row: AnsweredCourse, before: AnsweredCourse | None, *, trigger: bool) -> Markup:
    said = (
        f"{row.label}: {chance(row.probability)}, 80 % range {span(row.low, row.high)}; "
        f"outside {chance(row.outside)}, inside {chance(row.inside)}, "
        f"base rate {chance(row.base_rate)}"
    )
    if before is not None:
        said += f"; as coded {chance(before.probability)}"
    marks = [
        Markup('<line class="m-range" x1="{}" x2="{}" y1="50%" y2="50%"/>').format(
            _x(row.low), _x(row.high)
        )
    ]
    if before is not None:
        marks.append(_mark("ghost", before.probability))
    if row.base_rate is not None:
        marks.append(_mark("base", row.base_rate))
    if trigger:
        marks.append(_mark("without", row.without_trigger))
    if row.outside is not None:
        marks.append(_mark("outside", row.outside))
    marks += [_mark("inside", row.inside), _mark("pool", row.probability)]
    return Markup(
        '<svg class="dots" width="100%" height="24" role="img" aria-label="{}">{}{}</svg>'
    ).format(said, _BANDS, Markup("").join(marks))


_SCALE = Markup('<svg class="ticks" width="100%" height="16" aria-hidden="true">{}</svg>').format(
    Markup("").join(
        Markup('<text x="{}" y="12" text-anchor="{}">{}</text>').format(
            _x(p), "start" if p == 0 else "end" if p == 1 else "middle", f"{100 * p:.0f}"
        )
        for p in (0, 0.2, 0.5, 0.8, 1)
    )
)


def _bar(p: float, was: float | None) -> Markup:
    ghost = "" if was is None else _mark("ghost", was)
    return Markup(
        '<svg class="dots" width="100%" height="16" aria-hidden="true">'
        '<rect class="m-bar" x="0" y="4" width="{}" height="8"/>{}</svg>'
    ).format(_x(p), ghost)


def answer_html(
    live: LiveAnswer,
    *,
    before: LiveAnswer | None,
    chosen: str = "",
) -> Markup:
    """The answer with the baseline's ghost, the ladder, and where it leaves the support."""
    scenario = live.scenario
    was = {r.id: r for r in before.courses} if before is not None else {}
    trigger = scenario.trigger != NO_TRIGGER
    rows = []
    for r in live.courses:
        old = was.get(r.id)
        change = r.probability - old.probability if old is not None else 0.0
        rows.append(
            {
                "id": r.id,
                "label": r.label,
                "observability": r.observability,
                "disagree": r.disagree,
                "strip": _strip(r, old, trigger=trigger),
                "now": chance(r.probability),
                "range": span(r.low, r.high),
                "moved": points(change),
                "way": "up"
                if round(100 * change) > 0
                else "down"
                if round(100 * change) < 0
                else "",
                "without": chance(r.without_trigger),
            }
        )
    steps = {r.rung: r.at_least for r in before.ladder} if before is not None else {}
    ladder = [
        {
            "rung": r.rung,
            "label": r.label,
            "at_least": chance(r.at_least),
            "bar": _bar(r.at_least, steps.get(r.rung)),
            "was": chance(steps.get(r.rung)),
        }
        for r in live.ladder[1:]
    ]
    return render(
        "answer.html.j2",
        a=live,
        rows=rows,
        ladder=ladder,
        before=before is not None,
        chosen=chosen,
        days=scenario.horizon_days,
        day=scenario.as_of.isoformat(),
        scale=_SCALE,
        key={k: _key(k) for k in ("pool", "outside", "inside", "base", "without", "ghost")},
        support=live.support,
        error=f"{100 * live.error:.1f}",
    )


def drivers_html(live: LiveAnswer, drivers: Sequence[Driver]) -> Markup:
    """What each moved input did by itself to the two courses it did most to."""
    return render(
        "drivers.html.j2",
        more=max(0, len(drivers) - MANY_DRIVERS),
        drivers=[
            {"what": _move(live.scenario.base, d.edit), "did": _did(live.courses, d.differences)}
            for d in drivers[:MANY_DRIVERS]
        ],
    )


def _move(case: Case, edit: Edit) -> str:
    before, after = (said_value(case, edit.place, v) for v in (edit.before, edit.after))
    return f"{label_of(case, edit.place)}, {before} to {after}"


def _did(rows: Sequence[AnsweredCourse], differences: Sequence[float]) -> str:
    """The two courses a move did most to, in points; or that it did nothing to speak of."""
    order = sorted(range(len(rows)), key=lambda i: -abs(differences[i]))[:2]
    said = [
        f"{rows[i].label} {points(differences[i])}" for i in order if round(100 * differences[i])
    ]
    return ", ".join(said) or "less than a point on every course"


def evidence_html(
    scenario: Scenario,
    *,
    precedents: Sequence[PrecedentRow],
    titles: Mapping[str, str],
    rows: Sequence[AnsweredCourse],
    chosen: str,
    record: str,
    view: EventView | None,
    case_id: str,
) -> Markup:
    """Precedents with what leaving each out does to the chosen course, record, ties, claims."""
    case = scenario.case()
    labels = {r.id: r.label for r in rows}
    ordered = list(precedents)
    if chosen in labels:
        ordered.sort(key=lambda p: -abs(dict(p.removal).get(chosen, 0.0)))
    return render(
        "evidence.html.j2",
        course=labels.get(chosen, ""),
        first=FIRST,
        precedents=[_precedent(p, chosen) for p in ordered],
        dropped=[{"id": id, "title": titles.get(id, id)} for id in scenario.removed],
        record=record,
        events=events_html(view, labels=labels, chosen=chosen) if view is not None else "",
        events_count=len(view.courses) if view is not None else 0,
        ties=[_tie(case, t, scenario) for t in case.ties],
        claims=[_claim(case, c) for c in case.claims],
        query=urlencode({"case": case_id}),
    )


def _precedent(p: PrecedentRow, chosen: str) -> dict[str, Any]:
    effect = dict(p.removal).get(chosen)
    taken = [
        f"{COURSE_KINDS[kind].label if kind in COURSE_KINDS else kind}"
        + (f", {when}" if when else "")
        for kind, value, when in p.taken
        if value == "yes"
    ]
    return {
        "id": p.id,
        "title": p.title,
        "actor": p.actor,
        "date": p.trigger_date.isoformat(),
        "trigger": p.trigger,
        "response": p.response,
        "likeness": chance(p.similarity),
        "effect": points(effect, unit=True) if effect is not None else "",
        "taken": taken,
        "shared": [name.replace("_", " ") for name in p.shared],
        "differs": [name.replace("_", " ") for name in p.differs],
        "sources": [
            {"title": t, "publisher": by, "url": url if _is_web(url) else ""}
            for t, by, url in p.sources
        ],
    }


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _tie(case: Case, tie: Tie, scenario: Scenario) -> dict[str, Any]:
    names = {a.id: a.name for a in case.actors}
    now = tie.strength_at(scenario.as_of)
    sources = {s.id: s for s in case.sources}
    rows = []
    for item in case.evidence:
        if item.id in tie.evidence:
            source = sources.get(item.source)
            where = f" ({source.title})" if source is not None else ""
            rows.append(f"{item.date}: {item.what}{where}")
    return {
        "label": f"{names[tie.actor]} {tie.sign} {names[tie.recipient]}: {tie.kind}",
        "strength": f"{now:.2f} on {scenario.as_of}" if now else f"none on {scenario.as_of}",
        "because": tie.because,
        "evidence": rows,
    }


def _claim(case: Case, claim: Claim) -> dict[str, str]:
    low, high = claim.low, claim.high
    title = next((s.title for s in case.sources if s.id == claim.source), claim.source)
    return {
        "text": claim.text,
        "range": "" if low is None or high is None else f"{span(low, high)} %",
        "who": f"{claim.holder}, in {title}: {claim.kind}",
    }


def log_html(log: Log, *, against: str, case_id: str) -> Markup:
    """Every edit of this branch, and what can be done with branches."""
    here, case = log.here, log.scenario.base
    inherited = [(edit, "from the branch") for edit in here.start.edits]
    own = [
        (s.edit, s.at.strftime("%Y-%m-%d %H:%M:%S") if s.at else "from the link")
        for s in here.steps
    ]
    done = len(inherited) + here.done
    steps = [
        {
            "at": at,
            "what": label_of(case, edit.place),
            "before": said_value(case, edit.place, edit.before),
            "after": said_value(case, edit.place, edit.after),
            "because": edit.because,
            "undone": number >= done,
        }
        for number, (edit, at) in enumerate([*inherited, *own])
    ]
    return render(
        "log.html.j2",
        here=here,
        branches=log.branches,
        steps=steps,
        count="No edit" if not done else f"{done} edit{'s' if done > 1 else ''}",
        against=against,
        query=link_of(log.scenario, case=case_id),
        all=link_of_log(log, case=case_id) if len(log.branches) > 1 else "",
    )


def compare_html(
    left: LiveAnswer, right: LiveAnswer, *, names: tuple[str, str], drivers: Sequence[Driver]
) -> Markup:
    """Two states side by side: every course, every input that differs, and what it did."""
    a, b = left.scenario, right.scenario
    other = {r.id: r for r in right.courses}
    did = {d.edit.place: _did(left.courses, d.differences) for d in drivers}
    places = dict.fromkeys(e.place for e in (*a.moves(), *b.moves()))
    return render(
        "compare.html.j2",
        left=names[0],
        right=names[1],
        rows=[
            {
                "label": r.label,
                "left": chance(r.probability),
                "right": chance(other[r.id].probability),
                "moved": points(r.probability - other[r.id].probability),
            }
            for r in left.courses
            if r.id in other
        ],
        inputs=[
            {
                "what": label_of(a.base, place),
                "left": said_value(a.base, place, a.value(place)),
                "right": said_value(a.base, place, b.value(place)),
                "did": did.get(place, "not moved on the left"),
            }
            for place in places
            if a.value(place) != b.value(place)
        ],
    )
