"""Scores at the desk: a file of anybody's forecasts, read and scored in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import QuestionError, near_miss
from demarche.ledger.cards import Card, Curve, LadderCard, Mean, ScoreTable, Versus
from demarche.ledger.formats import Imported, Rejected, read_plain
from demarche.ledger.items import GROUPS, Group, items_of_sources
from demarche.ledger.scorecard import SEED, score_table
from demarche.terms.ledger import ForecasterKind

__all__ = [
    "FORMATS",
    "GROUPS",
    "Card",
    "Curve",
    "FileScores",
    "Group",
    "Imported",
    "LadderCard",
    "Mean",
    "Rejected",
    "ScoreTable",
    "Versus",
    "read_forecasts",
    "score_file",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScores:
    """Scores of a file, and what could not be read of it."""

    imported: Imported
    table: ScoreTable


Reader = Callable[..., Imported]
FORMATS: Mapping[str, Reader] = {"csv": read_plain}
"""Formats of files that can be scored, by name."""


def read_forecasts(
    path: Path,
    *,
    format: str = "",
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
) -> Imported:
    """Forecasts of a file; its format is told by its name and content where it is not given.

    Raises
    ------
    DataError
        If the file as a whole cannot be read.
    QuestionError
        If the format is unknown, or columns are named for a format that has its own.
    """
    if not path.exists():
        raise QuestionError(f"{path} is not there; name a file of forecasts.")
    if path.is_dir():
        raise QuestionError(f"{path} is a folder; name a file of forecasts.")
    name = format or "csv"
    if name not in FORMATS:
        raise QuestionError(
            f"{name!r} is no format of forecasts. {near_miss(name, FORMATS)} Known: "
            f"{', '.join(sorted(FORMATS))}."
        )
    more = {} if kind is None else {"kind": kind}
    return FORMATS[name](path, columns=columns, source=source, **more)


def score_file(
    path: Path,
    *,
    format: str = "",
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
    by: Group = "view",
    reference: str | None = None,
    seed: int = SEED,
) -> FileScores:
    """Score a file of forecasts with known outcomes, whoever made them.

    Parameters
    ----------
    path : Path
    format : str
        See `FORMATS`.
    columns : mapping of role to header, optional
        For a plain CSV whose headers have no usual name.
    source : str
        Name of the source; the file's name by default.
    kind : ForecasterKind, optional
        Who the forecasters are where the file does not say; people by default.
    by : Group
    reference : str, optional
        A forecaster of the file that skill is measured against.
    seed : int
        Same file and seed, same numbers.

    Raises
    ------
    DataError
        If the file cannot be read, or no row of it can be used.
    QuestionError
        If there is no such file, format or reference.
    """
    imported = read_forecasts(path, format=format, columns=columns, source=source, kind=kind)
    table = score_table(
        items_of_sources(imported.forecasts),
        by=by,
        reference=reference,
        title=f"{imported.name}",
        seed=seed,
    )
    return FileScores(imported=imported, table=table)
