"""Commands of the event record: plan, sync, status, rejects, doctor, export, drop, cite."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from demarche.errors import QuestionError

if TYPE_CHECKING:
    from demarche.record.ingest import Ingested

__all__ = ["record", "store_folder"]

record = App(
    name="record",
    help="The event record: read files of events, count, export.",
    version_flags=[],
)

Flag = Annotated[bool, Parameter(negative="")]
From = Annotated[list[str] | None, Parameter(name=["--from"], consume_multiple=True, negative=())]


def _out(text: str) -> None:
    sys.stdout.write("".join(c if c == "\n" or c.isprintable() else " " for c in text))


def store_folder(store: str | None) -> Path:
    """Folder of the store: as named, else DEMARCHE_STORE, else desk/record here."""
    return Path(store or os.environ.get("DEMARCHE_STORE") or Path("desk", "record")).expanduser()


def _day(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise QuestionError(
            f"{option} must be a date like 2023-11-01, got {text[:40]!r}."
        ) from None


def _json(data: object) -> None:
    import json

    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


@record.command
def sync(
    *,
    source: str,
    from_: From = None,
    store: str | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    map: str | None = None,
    start: str | None = None,
    end: str | None = None,
    release: Annotated[str | None, Parameter(name=["--version", "--release"])] = None,
    wait: float = 60.0,
    json: Flag = False,
) -> None:
    """Read files of one source into the store; the same file twice is read once.

    Parameters
    ----------
    source
        Id of the source, such as gdelt2, icews, polecat, acled, ucdp_ged or table.
    from_
        Files or folders to read.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    engine
        What makes the daily counts: duckdb, or spark (needs the extra spark).
    map
        TOML file that maps columns of the event table to columns of a table of your own.
    start
        First day of the events (YYYY-MM-DD).
    end
        Last day of the events.
    release
        Version of the release, where its files do not say.
    wait
        Seconds to wait while another process uses the store.
    json
        Print one JSON object.
    """
    first, last = _day(start, "--start"), _day(end, "--end")
    root = store_folder(store)
    if from_ is None:
        raise QuestionError(
            "--from is missing: name the files or folders to read. "
            "demarche record cite says where those of each source are."
        )
    paths = [Path(path).expanduser() for path in from_]
    from demarche.record.ingest import ingest

    progress = _Progress()
    options: dict[str, Any] = {} if release is None else {"version": release}
    if map is not None:
        options["column_map"] = _column_map(Path(map))
    done = ingest(
        root,
        paths,
        source=source,
        start=first,
        end=last,
        progress=progress,
        wait=wait,
        **options,
    )
    counted = _count(root, engine, progress)
    progress.end()
    if json:
        from dataclasses import asdict

        _json({**asdict(done), "counts": counted, "store": str(root)})
    else:
        _say(done, root, counted)


def _column_map(path: Path) -> dict[str, str]:
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"--map {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise QuestionError(f"--map {path} is not TOML: {error}.") from None
    for name, value in data.items():
        if not isinstance(value, str):
            raise QuestionError(
                f'--map {path}, at {name}: expected a column, as in {name} = "col"; got {value!r}.'
            )
    return data


def _count(root: Path, engine: Literal["duckdb", "spark"], progress: _Progress) -> bool:
    """Make the daily counts where they are not ready."""
    from demarche.record._faults import one_sentence
    from demarche.record.counts import count_store
    from demarche.record.store import status

    if status(root).counts:
        return True
    progress("count", 0, 1)
    with one_sentence(root):
        count_store(root, engine=engine)
    return True


def _say(done: Ingested, root: Path, counted: bool) -> None:
    known = f"; {done.known:,} known already" if done.known else ""
    if not done.files:
        _out(f"{done.source}: nothing new in {done.known:,} files; {root} is as it was.\n")
    else:
        _out(
            f"{done.source}: {done.files:,} files read{known}; {done.lines:,} lines: "
            f"{done.read:,} rows read, {done.rejected:,} rejected"
            + (f", {done.outside:,} outside the period" if done.outside else "")
            + f".\n{done.kept:+,} rows that count, {done.duplicated:+,} duplicates set aside"
            + (f", {done.withdrawn:,} withdrawals" if done.withdrawn else "")
            + f", in {len(done.months)} months of {root}.\n"
        )
    for reason, rows in sorted(done.reasons.items(), key=lambda row: (-row[1], row[0]))[:10]:
        _out(f"rejected {rows:,}: {reason}\n")
    for name, reason in done.refused:
        _out(f"refused {name}: {reason}\n")
    ranked = sorted(done.warnings.items(), key=lambda row: (-row[1], row[0]))
    for warning, rows in ranked[:10]:
        _out(f"warning {rows:,}: {warning}\n")
    if len(ranked) > 10:
        _out(f"{len(ranked) - 10:,} more kinds of warnings: demarche record status --json\n")
    _out("daily counts: ready\n" if counted else "daily counts: not made\n")


WORDS = {"check": "checking", "read": "reading", "write": "writing", "count": "counting"}


class _Progress:
    """One line on the terminal's error stream, rewritten; nothing where there is no terminal."""

    def __init__(self) -> None:
        self.shown = False
        self.words = {
            "check": "checking",
            "read": "reading",
            "write": "writing",
            "count": "counting",
        }

    def __call__(self, what: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            self.shown = True
            line = f"{WORDS.get(what, what)} {done:,} of {total:,}"
            sys.stderr.write(f"\r{line:<60}")
            sys.stderr.flush()

    def end(self) -> None:
        if self.shown:
            sys.stderr.write("\r" + " " * 60 + "\r")


@record.command
def status(*, store: str | None = None, json: Flag = False) -> None:
    """What the store holds, by source.

    Parameters
    ----------
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    json
        Print one JSON object.
    """
    from demarche.record.store import status as read
    from demarche.record.store import status_data

    found = read(store_folder(store))
    if json:
        _json(status_data(found))
        return
    if not found.sources:
        _out(
            f"{found.store} holds nothing yet; "
            "demarche record sync --source S --from FILE fills it.\n"
        )
        return
    _out(f"{found.store}: {found.bytes / 1e6:,.1f} MB, state {found.hash[:16]}\n")
    for s in found.sources:
        _out(
            f"\n{s.source}: {s.kept:,} rows that count, {s.first or '-'} to {s.last or '-'}, "
            f"known by {s.last_known or '-'}\n"
            f"  {s.files:,} files, {s.lines:,} lines: {s.read:,} read, {s.rejected:,} rejected"
            + (f", {s.outside:,} outside the period" if s.outside else "")
            + f"; {s.duplicated:,} duplicates set aside; {len(s.months)} months\n"
        )
        for rule, rows in s.duplicates.items():
            _out(f"  duplicate {rows:,}: {rule}\n")
        if s.withdrawn:
            _out(f"  withdrawn by the source: {s.withdrawn:,}\n")
        for reason, rows in s.reasons.items():
            _out(f"  rejected {rows:,}: {reason}\n")
        for warning, rows in list(s.warnings.items())[:10]:
            _out(f"  warning {rows:,}: {warning}\n")
    _out("\ndaily counts: " + ("ready\n" if found.counts else "not made\n"))


@record.command
def rejects(
    *, source: str | None = None, store: str | None = None, limit: int = 50, json: Flag = False
) -> None:
    """Lines that were not read, with file, line, column and reason.

    Parameters
    ----------
    source
        One source; all by default.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    limit
        Lines to show.
    json
        Print one JSON object.
    """
    from demarche.record.rejects import rejected

    if limit < 1:
        raise QuestionError(f"--limit must be at least 1, got {limit}.")
    rows, total = rejected(store_folder(store), source=source, limit=limit)
    if json:
        _json({"total": total, "rows": rows})
        return
    for row in rows:
        value = str(row["value"] or "")
        _out(
            f"{row['source']} {row['source_file']}:{row['source_row']} {row['column'] or ''}: "
            f"{row['reason']}: {value[:80]}{'...' if len(value) > 80 else ''}\n"
        )
    _out(f"{len(rows):,} of {total:,} rejected lines shown\n")


@record.command
def export(
    *,
    as_of: str,
    output: Annotated[str, Parameter(name=["-o", "--output"])],
    format: Literal["parquet", "csv"] = "parquet",
    source: str | None = None,
    start: str | None = None,
    end: str | None = None,
    store: str | None = None,
) -> None:
    """Write events as known on a day, with a codebook and the citations.

    Parameters
    ----------
    as_of
        Only what was known by this day (YYYY-MM-DD).
    output
        Folder to make.
    format
        parquet or csv; in csv a text that begins like a formula gets a ' in front.
    source
        One source; all by default.
    start
        First day of the events.
    end
        Last day of the events.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    """
    from demarche.record.export import export as write

    day = _day(as_of, "--as-of")
    assert day is not None
    done = write(
        store_folder(store),
        Path(output),
        as_of=day,
        form=format,
        source=source,
        start=_day(start, "--start"),
        end=_day(end, "--end"),
    )
    _out(f"wrote {done.rows:,} events to {done.folder}: {', '.join(done.files)}\n")
    if done.escaped:
        _out(f"{done.escaped:,} cells that begin like a formula got a ' in front\n")


@record.command
def drop(*, source: str, yes: Flag = False, store: str | None = None, wait: float = 60.0) -> None:
    """Forget a source; asks for --yes.

    Parameters
    ----------
    source
        Id of the source.
    yes
        Do it.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    wait
        Seconds to wait while another process uses the store.
    """
    from demarche.record.store import drop as forget
    from demarche.record.store import source_status

    root = store_folder(store)
    held = source_status(root, source=source)
    if not yes:
        raise QuestionError(
            f"this would remove {held.kept:,} rows of {source} and {held.duplicated:,} duplicates "
            f"from {root}; say so with --yes."
        )
    gone = forget(root, source=source, wait=wait)
    _out(f"dropped {source}: {gone.kept:,} rows and {gone.duplicated:,} duplicates.\n")


@record.command
def cite(*, source: Sequence[str] = (), bibtex: Flag = False, store: str | None = None) -> None:
    """What to cite for the sources in the store.

    Parameters
    ----------
    source
        Id of a source (repeat for more); by default those in the store, else all.
    bibtex
        Print BibTeX.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    """
    from demarche.record.export import held_citations
    from demarche.record.sources import SOURCES, citations, describe

    ids = tuple(source) or held_citations(store_folder(store)) or SOURCES
    if bibtex:
        _out(citations(ids, form="bibtex") + "\n")
    else:
        _out("\n\n".join(describe(id) for id in ids) + "\n")
