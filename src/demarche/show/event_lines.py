"""What the event record says, as lines of the answer and as data."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from demarche.desk.event_view import NOT_SUPPOSED, EventCourse, EventView

__all__ = ["event_lines", "record_data"]

MOST = 2
"""Courses whose reading of the record the one-screen answer has room for."""


def _percent(p: float) -> str:
    if p < 0.01:
        return "<1"
    return ">99" if p > 0.99 else f"{100 * p:.0f}"


def event_lines(view: EventView | None, *, note: str, labels: dict[str, str]) -> list[str]:
    """Sentences for the terminal: coverage first, then the courses most moved by the record."""
    if view is None:
        return [note]
    pooled = sum(course.pooled for course in view.courses)
    total = len(view.courses) + len(view.missing)
    why = view.warnings[:1]
    if not (view.courses or why):
        why = tuple(dict.fromkeys(reason for _, reason in view.missing))[:1]
    lines = [
        f"{view.source}, {view.first} to {view.last}: speaks for {len(view.courses)} of {total} "
        f"courses, pooled for {pooled}" + "".join(f"; {text}" for text in why)
    ]
    ranked = sorted(view.courses, key=lambda c: (not c.pooled, -abs(c.probability - c.base_rate)))
    lines += [course_line(course, label=labels[course.course]) for course in ranked[:MOST]]
    return lines


def course_line(course: EventCourse, *, label: str) -> str:
    """One course in one sentence: base rate, state, trigger, and whether it is pooled.

    The change with the trigger is a historical association, never a cause.
    """
    mark = "" if course.pooled else f" ({course.unpooled}: not pooled)"
    span = "-".join(dict.fromkeys((_percent(course.low), _percent(course.high))))
    text = f"{label}: base {_percent(course.base_rate)} %, state {_percent(course.without)} %"
    if course.sentence == NOT_SUPPOSED:
        return f"{text} [{span}]{mark}"
    text += f", with the trigger {_percent(course.probability)} % [{span}]{mark}; {course.sentence}"
    if course.usual is not None:
        text += f"; {_percent(course.usual)} % with {course.usual_rows} in place of one row"
    return text


def record_data(view: EventView | None) -> dict[str, Any] | None:
    """The event half of the outside view as plain dictionaries, lists, text and numbers."""
    if view is None:
        return None
    data: dict[str, Any] = _plain(dataclasses.asdict(view))
    for course in data["courses"]:
        course["contributions"] = dict(course["contributions"])
    data["missing"] = dict(data["missing"])
    data["left_out"] = dict(data["left_out"])
    data["series"] = [{"month": month, "quads": quads} for month, quads in data["series"]]
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
