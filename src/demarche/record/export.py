"""Events out of the store, with a codebook and the citations: for R, Stata, a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demarche.errors import DataError, TermError
from demarche.record._damage import reading
from demarche.record._faults import disk_fault, needed_duckdb, needed_utf8
from demarche.record._parts import literal
from demarche.record.manifest import read_manifest
from demarche.record.sources import SOURCES, citations
from demarche.record.store import connect, events
from demarche.terms.events import EVENT_COLUMNS

__all__ = ["Exported", "codebook", "export", "held_citations"]

UNITS = {
    "intensity": "points of intensity_scale",
    "latitude": "degrees",
    "longitude": "degrees",
    "fatalities_low": "deaths",
    "fatalities_best": "deaths",
    "fatalities_high": "deaths",
    "mentions": "mentions",
    "sources": "sources",
    "articles": "articles",
    "source_row": "line",
}
FORMULA = r"^'*[=+\-@\t\r]"
"""A text that begins so gets a ``'`` in front: without it a spreadsheet may run it as a formula,
and one that came with a ``'`` could not be told from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: the folder, its files, rows, and cells that got a ``'`` in front."""

    folder: str
    files: tuple[str, ...]
    rows: int
    sources: tuple[str, ...]
    escaped: int


def codebook() -> str:
    """Codebook of the event table as CSV: variable, type, unit, description, source.

    Examples
    --------
    >>> print(codebook().splitlines()[0])
    variable,type,unit,description,source
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["variable", "type", "unit", "description", "source"])
    for column in EVENT_COLUMNS:
        unit = "ISO 8601 day" if column.type == "date" else UNITS.get(column.name, "")
        rows.writerow(
            [
                column.name,
                column.type,
                unit,
                column.meaning,
                "event table of demarche, after PLOVER",
            ]
        )
    return out.getvalue()


def export(
    root: Path,
    folder: Path,
    *,
    as_of: dt.date,
    form: Literal["parquet", "csv"] = "parquet",
    source: str | Collection[str] | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> Exported:
    """Write events as they were known on a day, ``codebook.csv`` and ``citations.bib``.

    Parameters
    ----------
    root : Path
        Folder of the store.
    folder : Path
        Folder to make; one that holds files is not written to.
    as_of : date
    form : {"parquet", "csv"}
        CSV is UTF-8 with ISO dates; a text that begins like a formula gets a ``'`` in front.
    source, start, end
        As for `events`.

    Raises
    ------
    DataError
        If there is no event to write, or the folder is taken or cannot be written.
    """
    duckdb = needed_duckdb()
    if form not in ("parquet", "csv"):
        raise DataError(f"form of the export: expected parquet or csv, got {form!r}.")
    needed_utf8(folder, what="the folder")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder} exists and is not overwritten; name another folder.")
    aside = folder.with_name(f"{folder.name}.part{os.getpid()}")
    try:
        aside.mkdir(parents=True)
        with reading(root):
            rows, sources, escaped = _write(
                root, aside, as_of=as_of, form=form, source=source, start=start, end=end
            )
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}.") from None
    except duckdb.IOException as error:
        raise DataError(f"{folder} cannot be written: {disk_fault(error)}.") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    files = tuple(sorted(path.name for path in folder.iterdir()))
    return Exported(folder=str(folder), files=files, rows=rows, sources=sources, escaped=escaped)


def _write(
    root: Path,
    folder: Path,
    *,
    as_of: dt.date,
    form: str,
    source: str | Collection[str] | None,
    start: dt.date | None,
    end: dt.date | None,
) -> tuple[int, tuple[str, ...], int]:
    con = connect()
    try:
        found = events(root, as_of=as_of, source=source, start=start, end=end, con=con)
        con.register("_found", found)
        sources = tuple(
            row[0]
            for row in con.execute("SELECT DISTINCT source FROM _found ORDER BY 1").fetchall()
        )
        if not sources:
            raise DataError(
                f"the store {root} holds no such event as of {as_of}; nothing was written. "
                "demarche record status shows what it holds."
            )
        path = literal(folder / f"events.{form}")
        escaped = 0
        if form == "csv":
            cell = f"regexp_matches(%s, {literal(FORMULA)})"
            text = [c.name for c in EVENT_COLUMNS if c.type == "text"]
            marks = " + ".join(f"coalesce(sum({cell % name}::INT), 0)" for name in text)
            escaped = int(con.execute(f"SELECT {marks} FROM _found").fetchone()[0])  # type: ignore[index]
            columns = ", ".join(
                f"CASE WHEN {cell % c.name} THEN '''' || {c.name} ELSE {c.name} END AS {c.name}"
                if c.type == "text"
                else c.name
                for c in EVENT_COLUMNS
            )
            options = "FORMAT csv, HEADER true, DATEFORMAT '%Y-%m-%d'"
        else:
            columns, options = "*", "FORMAT parquet, COMPRESSION zstd"
        row = con.execute(f"COPY (SELECT {columns} FROM _found) TO {path} ({options})").fetchone()
    finally:
        con.close()
    (folder / "codebook.csv").write_text(codebook(), encoding="utf-8")
    bib = _bibliography(root, sources)
    (folder / "citations.bib").write_text(bib, encoding="utf-8")
    return int(row[0] if row else 0), sources, escaped


def _bibliography(root: Path, sources: Collection[str]) -> str:
    """BibTeX of the sources used; one of our own has none and is named in a comment."""
    known = [name for name in sources if name in SOURCES]
    own = [name for name in sources if name not in SOURCES]
    text = ""
    try:
        text = citations(known, form="bibtex") + "\n" if known else ""
    except TermError as error:
        raise DataError(f"{root}: {error}") from None
    return text + "".join(f"% no citation is known for the source {name}\n" for name in own)


def held_citations(root: Path) -> tuple[str, ...]:
    """Ids of the sources a store holds for which a citation is known."""
    return tuple(name for name in sorted(read_manifest(root).sources) if name in SOURCES)
