"""What the views and the pool hand on: a probability per course and one over the rungs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass

from demarche.terms._base import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: an actor, a trigger, its courses and ladder, a date and a horizon."""

    __pydantic_config__ = STRICT
    case: str
    actor: str
    trigger: str
    courses: tuple[str, ...]
    ladder: tuple[str, ...]
    as_of: dt.date
    horizon_days: int
    text: str = ""

    @property
    def id(self) -> str:
        """First twelve hexadecimal digits of the SHA-256 of the question's content."""
        content = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(content.encode("ascii")).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseForecast:
    """Probability that a course is taken at least once within the horizon, with its range."""

    course: str
    probability: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One view's forecast: courses (not exclusive) and the ladder (exclusive, sums to one)."""

    method: str
    courses: tuple[CourseForecast, ...]
    ladder: tuple[float, ...]
    parameters: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    def course(self, id: str) -> CourseForecast:
        """Forecast of one course by id."""
        return next(item for item in self.courses if item.course == id)
