"""Which format a file of forecasts is in, told by its name and content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from demarche.errors import DataError
from demarche.ledger.formats._result import Imported
from demarche.ledger.formats._values import read_json, read_text
from demarche.ledger.formats.fatebook import HEADERS, read_fatebook
from demarche.ledger.formats.forecastbench import CONTENTS, read_forecastbench
from demarche.ledger.formats.manifold import read_manifold
from demarche.ledger.formats.metaculus import read_metaculus
from demarche.ledger.formats.plain import read_plain
from demarche.terms.ledger import ForecasterKind

__all__ = ["FORMATS", "format_of", "read_file"]

FORMATS = ("csv", "fatebook", "forecastbench", "manifold", "metaculus")
"""Formats of files with forecasts of others."""
WITH_COMPANIONS = ("forecastbench", "manifold")


def format_of(path: Path) -> str:
    """Format of a file.

    Raises
    ------
    DataError
        If it is JSON of no format that is known, or cannot be read.
    """
    text = read_text(path)
    if text.lstrip()[:1] not in ("{", "["):
        head = text.splitlines()[0]
        return "fatebook" if HEADERS["p"] in head and HEADERS["asked"] in head else "csv"
    data = read_json(path)
    first = data[0] if isinstance(data, list) and data else data
    if isinstance(first, dict):
        if any(key in first for key in CONTENTS):
            return "forecastbench"
        if "outcomeType" in first:
            return "manifold"
        if {"question", "group_of_questions", "conditional", "results"} & set(first):
            return "metaculus"
    raise DataError(
        f"{path.name} is JSON of no format that is known; read are files of "
        "ForecastBench, Manifold and Metaculus, and CSV."
    )


def read_file(
    path: Path,
    *,
    format: str,
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
    companions: Sequence[Path] = (),
    holder: str = "",
    today: dt.date | None = None,
) -> Imported:
    """Forecasts of a file in one of `FORMATS`.

    Raises
    ------
    DataError
        If it cannot be read, or is given what its format has no use for.
    """
    if companions and format not in WITH_COMPANIONS:
        raise DataError(f"a file of format {format} is read alone; leave the others out.")
    if (columns or kind is not None or holder) and format != "csv":
        raise DataError(
            f"columns, kinds and a forecaster are said of a plain CSV only; this is {format}."
        )
    if format == "fatebook":
        return read_fatebook(path, source=source, today=today)
    if format == "forecastbench":
        return read_forecastbench(path, source=source, companions=companions, today=today)
    if format == "manifold":
        return read_manifold(path, source=source, companions=companions, today=today)
    if format == "metaculus":
        return read_metaculus(path, source=source, today=today)
    return read_plain(path, columns=columns, source=source, kind=kind, holder=holder, today=today)
