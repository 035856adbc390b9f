"""Outcomes of shipped cases: what is publicly known to have happened, by trigger and course."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from demarche.errors import DataError, near_miss
from demarche.terms import NO_TRIGGER, Case, Source

__all__ = ["CourseOutcome", "Outcomes", "Window", "load_outcomes", "outcome_ids"]

STRICT = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseOutcome:
    """Whether one course was taken in a window: yes, no, or not known.

    A yes names its source and day; a no without a source means that no report of it was found.
    """

    __pydantic_config__ = STRICT
    course: str
    value: Literal["yes", "no", "not known"]
    source: str = ""
    date: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One time a trigger's rule was met (or not), and what the focal actor then did."""

    __pydantic_config__ = STRICT
    id: str
    trigger: str
    window_start: dt.date
    window_days: int
    rule_met: Literal["yes", "no", "disputed"]
    what: str
    source: str
    courses: tuple[CourseOutcome, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Outcomes of one case, with the day they were coded and what limits the coding."""

    __pydantic_config__ = STRICT
    case: str
    coded: dt.date
    note: str
    sources: tuple[Source, ...]
    outcomes: tuple[Window, ...]


def _folder() -> Path:
    return Path(str(resources.files("demarche.cases"))) / "outcomes"


def outcome_ids() -> tuple[str, ...]:
    """Ids of the shipped cases that have an outcomes file, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def load_outcomes(case: Case, *, path: Path | None = None) -> Outcomes:
    """Outcomes of a case, checked against it.

    Raises
    ------
    DataError
        If the file is missing or wrong: unknown courses, triggers or sources, a course missing or
        given twice, a yes without a date inside its window.
    """
    import pydantic

    file = path or _folder() / f"{case.id}.toml"
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        found = pydantic.TypeAdapter(Outcomes).validate_json(json.dumps(raw, default=str))
    except FileNotFoundError:
        raise DataError(
            f"case {case.id!r} has no outcomes file; with outcomes are: {', '.join(outcome_ids())}."
        ) from None
    except OSError as error:
        raise DataError(f"{file.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file.name}: expected UTF-8 text, got byte 0x{error.object[error.start]:02x} at "
            f"offset {error.start}."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{file.name}: not valid TOML: {error}") from error
    except pydantic.ValidationError as error:
        lines = [
            f"{file.name}, at {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
        ]
        raise DataError("\n".join(lines)) from error
    problems = _problems(found, case=case)
    if problems:
        raise DataError("\n".join(f"{file.name}: {problem}" for problem in problems))
    return found


def _problems(found: Outcomes, *, case: Case) -> list[str]:
    sources = [source.id for source in found.sources]
    courses = [course.id for course in case.courses_of(case.question.actor)]
    problems = [] if found.case == case.id else [f"is for case {found.case!r}, not {case.id!r}"]
    for window in found.outcomes:
        triggers = [*(trigger.id for trigger in case.triggers), NO_TRIGGER]
        if window.trigger not in triggers:
            problems.append(
                f"{window.id}: {window.trigger!r} is not a trigger of the case. "
                f"{near_miss(window.trigger, triggers)}"
            )
        named = [row.course for row in window.courses]
        problems += [f"{window.id}: course {id!r} is missing" for id in courses if id not in named]
        problems += [
            f"{window.id}: course {id!r} is given twice" for id in set(named) if named.count(id) > 1
        ]
        for row in window.courses:
            at = f"{window.id}, {row.course}"
            if row.course not in courses:
                problems.append(f"{at}: not a course of the case. {near_miss(row.course, courses)}")
            if row.value == "yes" and not row.source:
                problems.append(f"{at}: a yes needs a source")
            if row.source and row.source not in sources:
                problems.append(f"{at}: source {row.source!r} is not in the file")
            if (row.value == "yes") != (row.date is not None):
                problems.append(f"{at}: a date is given exactly for yes")
            elif row.date is not None and not (
                0 <= (row.date - window.window_start).days <= window.window_days
            ):
                problems.append(f"{at}: {row.date} lies outside the window")
        if window.source not in sources:
            problems.append(f"{window.id}: source {window.source!r} is not in the file")
    return problems
