"""The exceptions of demarche.

::

    DemarcheError              anything demarche refuses to do
    |-- TermError              a value that no term of the vocabulary allows
    |-- CaseError              a case file that does not hold together; lists every problem
    |-- DataError              a file of others (episodes, ICB) that cannot be read as it stands
    |-- QuestionError          a question that names no known case, actor, trigger or course
    |-- LedgerError            an act the ledger's rules refuse, or a ledger that is not as written
    `-- MethodError            a method that cannot answer from these inputs, and says why
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "CaseError",
    "DataError",
    "DemarcheError",
    "LedgerError",
    "MethodError",
    "Problem",
    "QuestionError",
    "TermError",
    "counted",
    "near_miss",
]


class DemarcheError(Exception):
    """Anything demarche refuses to do; the message says what, why and what to do next."""


class TermError(DemarcheError):
    """A value that no term of the vocabulary allows."""


class DataError(DemarcheError):
    """A file of others that cannot be read as it stands."""


class QuestionError(DemarcheError):
    """A question that names no known case, actor, trigger or course."""


class LedgerError(DemarcheError):
    """An act the ledger's rules refuse, or a ledger that is not as it was written."""


class MethodError(DemarcheError):
    """A method that cannot answer from these inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a file: where, what was seen, what was expected, the near miss."""

    file: str
    place: str
    value: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, at {self.place}" if self.place else self.file
        seen = f" got {self.value}." if self.value else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}: expected {self.expected};{seen}{hint}".replace(";.", ".").rstrip(";")


class CaseError(DemarcheError):
    """A case file that does not hold together; ``problems`` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([head, *(f"- {problem}" for problem in self.problems)]))


def counted(n: int, one: str, many: str = "") -> str:
    """A number and its noun, in the singular where it is one.

    Examples
    --------
    >>> counted(1, "entry", "entries"), counted(1200, "entry", "entries"), counted(0, "question")
    ('1 entry', '1,200 entries', '0 questions')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def near_miss(word: object, known: Iterable[str]) -> str:
    """Sentence that names the nearest known word, or an empty string.

    Examples
    --------
    >>> near_miss("MOBILISE", ["MOBILIZE", "ASSAULT"])
    "Did you mean 'MOBILIZE'?"
    >>> near_miss("xyz", ["MOBILIZE"])
    ''
    """
    found = get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"Did you mean {found[0]!r}?" if found else ""
