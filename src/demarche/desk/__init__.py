"""The desk: the one place where the rooms meet."""

from demarche.desk.answer import Answer, AnsweredCourse, PrecedentRow, Rung
from demarche.desk.ask import DEFAULT_DRAWS, DEFAULT_SEED, ask

__all__ = [
    "DEFAULT_DRAWS",
    "DEFAULT_SEED",
    "Answer",
    "AnsweredCourse",
    "PrecedentRow",
    "Rung",
    "ask",
]
