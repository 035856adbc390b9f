"""What the event record says of each course at the worktable: shares, and dated occasions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from demarche.desk.event_view import EventCourse, EventOccasion, EventView
from demarche.show._numbers import chance, span
from demarche.show.workbench.frame import link_to, render

__all__ = ["events_html"]

BEFORE = 30
"""Days before an occasion from which its link to the record shows counts."""


def events_html(view: EventView, *, labels: Mapping[str, str], chosen: str) -> Markup:
    """Every course of which the record can speak, the chosen one first, with its occasions."""
    courses = sorted(view.courses, key=lambda course: course.course != chosen)
    return render(
        "events.html.j2",
        courses=[
            _course(view, course, label=labels.get(course.course, course.course))
            for course in courses
        ],
        chosen=chosen,
        missing=[(labels.get(id, id), why) for id, why in view.missing],
        warnings=view.warnings,
        citation=view.citation,
    )


def _course(view: EventView, course: EventCourse, *, label: str) -> dict[str, Any]:
    return {
        "id": course.course,
        "label": label,
        "with": chance(course.probability),
        "range": span(course.low, course.high),
        "without": chance(course.without),
        "unpooled": course.unpooled,
        "sentence": course.sentence,
        "usual": None
        if course.usual is None
        else f"{chance(course.usual)} with {course.usual_rows} in place of one row.",
        "codes": ", ".join((*course.plover, *course.cameo)),
        "to": ", ".join(course.recipients) or "anyone",
        "events": f"{course.events:,}",
        "occasions": course.occasions,
        "followed": course.followed,
        "share": span(course.occasions_low, course.occasions_high),
        "controls": course.controls,
        "controls_followed": course.controls_followed,
        "dated": [_occasion(view, course, one) for one in course.dated],
    }


def _occasion(view: EventView, course: EventCourse, one: EventOccasion) -> dict[str, str]:
    # the page shows the acts of one actor on one other, or on anyone
    recipient = one.recipient if len(course.recipients) == 1 else ""
    since = max(view.first, one.day - dt.timedelta(days=BEFORE))
    until = min(view.last, one.day + dt.timedelta(days=view.horizon_days))
    return {
        "day": one.day.isoformat(),
        "who": f"{one.actor} to {one.recipient}",
        "kind": "" if one.kind == "occasion" else "no trigger, same state of relations",
        "followed": f"followed on {one.followed}" if one.followed else "not followed",
        "link": link_to(
            "/record",
            **{
                "source": view.source, "actor": one.actor, "recipient": recipient,
                "by": "day", "from": since.isoformat(), "to": until.isoformat(),
            },
        ),
    }  # fmt: skip
