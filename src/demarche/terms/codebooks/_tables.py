"""The codebooks' files: comma-separated rows next to this module, parsed once when first used."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Generic, TypeVar

from demarche.errors import TermError, near_miss

__all__ = ["TABLES", "Lazy", "columns", "table"]

TABLES: tuple[str, ...] = (
    "cameo",
    "countries",
    "country_history",
    "country_names",
    "entity_sectors",
    "groups",
    "plover",
    "plover_contexts",
    "sector_codes",
    "sectors",
)
"""Names of the tables, in alphabetical order."""

Row = tuple[str | None, ...]
V = TypeVar("V")


@cache
def _parsed(name: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    if name not in TABLES:
        raise TermError(
            f"there is no codebook table {name!r}. {near_miss(name, TABLES)} "
            f"Tables: {', '.join(TABLES)}."
        )
    text = (files("demarche.terms.codebooks") / f"{name}.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    head, *rows = csv.reader(lines, strict=True)
    return tuple(head), tuple(tuple(cell or None for cell in row) for row in rows)


def columns(name: str) -> tuple[str, ...]:
    """Column names of one table of the codebooks.

    Examples
    --------
    >>> columns("sectors")
    ('id', 'label')
    """
    return _parsed(name)[0]


def table(name: str) -> list[Row]:
    """Rows of one table of the codebooks as flat tuples of text, to be joined in SQL.

    Parameters
    ----------
    name : str
        One of ``TABLES``.

    Returns
    -------
    list of tuple
        Cells are text, or None where the file has an empty cell; order of the file; the column
        names are those of ``columns``.

    Raises
    ------
    TermError
        If there is no such table.

    Examples
    --------
    >>> table("sectors")[0]
    ('foreign_ministry', 'foreign ministry and diplomats')
    """
    return list(_parsed(name)[1])


class Lazy(Mapping[str, V], Generic[V]):
    """A read-only mapping that is built when first looked into."""

    __slots__ = ("_build", "_built")

    def __init__(self, build: Callable[[], Mapping[str, V]]) -> None:
        self._build = build
        self._built: Mapping[str, V] | None = None

    def _all(self) -> Mapping[str, V]:
        if self._built is None:
            self._built = MappingProxyType(dict(self._build()))
        return self._built

    def __getitem__(self, key: str) -> V:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self._all())!r})"
