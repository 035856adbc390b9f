"""Commands of the event record: plan, sync, status, rejects, doctor, export, drop, cite."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from demarche.errors import MethodError, QuestionError
from demarche.show.printed import print_json
from demarche.show.record_data import cited, planned, well
from demarche.show.record_options import file_options, period_of
from demarche.show.record_text import Progress, out, say_empty, say_ingested, say_status
from demarche.show.where import day_of, given_day, store_path

if TYPE_CHECKING:
    from demarche.record.remote import Synced

__all__ = ["record"]

record = App(
    name="record",
    help="The event record: read files of events, count, export.",
    version_flags=[],
)

Flag = Annotated[bool, Parameter(negative="")]
From = Annotated[list[str] | None, Parameter(name=["--from"], consume_multiple=True, negative=())]


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
    released: str | None = None,
    lag: int | None = None,
    day_zero: str | None = None,
    per_day: int | None = None,
    mirror: str | None = None,
    listing: str | None = None,
    wait: float = 60.0,
    quiet: Flag = False,
    json: Flag = False,
) -> None:
    """Read files of one source into the store; the same file twice is read once.

    Parameters
    ----------
    source
        Id of the source, such as gdelt2, icews, polecat, acled, ucdp_ged or table.
    from_
        Files or folders to read; without it, the files of --start to --end are downloaded.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    engine
        What makes the daily counts: duckdb, or spark (needs the extra spark).
    map
        TOML file that maps columns of the event table to columns of a table of your own.
    start
        First day (YYYY-MM-DD): with --from of the events that are kept, else of the download; files
        of GDELT (by the day they were published) and versions of ucdp_candidate are kept whole.
    end
        Last day.
    release
        Version of the release, where its files do not say.
    released
        Day on which these files were released, where their rows are not stamped.
    lag
        Days from an event to the day it is taken to be known, in place of the source's own; in a
        table of your own, for rows that state no day.
    day_zero
        Day 0 of the source quadruples.
    per_day
        How many units of the time of quadruples make a day: 24 hours unless stated, 1 for days.
    mirror
        Address to download from in place of the source's own.
    listing
        Saved copy of the source's list of files.
    wait
        Seconds to wait while another process uses the store.
    quiet
        Say nothing of how far it is.
    json
        Print one JSON object, and nothing of how far it is.
    """
    first, last = given_day(start, option="--start"), given_day(end, option="--end")
    # what was published in a period tells of earlier days too, and is never offered again
    kept = (first, last) if from_ is not None else (None, None)
    root = store_path(store)
    options = file_options(
        release, released=released, lag=lag, day_zero=day_zero, per_day=per_day, map=map
    )
    progress = Progress(quiet=quiet or json)
    got: Synced | None = None
    if from_ is not None:
        paths: Sequence[Path] = [Path(path).expanduser() for path in from_]
    else:
        period = period_of(source, first, last, command="sync")
        got = _download(
            root, source, period, mirror=mirror, listing=listing, version=release, tell=progress
        )
        paths = got.paths
        if not json and not (quiet and got.whole):
            sys.stderr.write(got.text() + "\n")
    from demarche.record.ingest import ingest

    done = ingest(
        root,
        paths,
        source=source,
        start=kept[0],
        end=kept[1],
        progress=progress,
        wait=wait,
        **options,
    )
    gone = None
    if got is not None and got.withdrawn:
        gone = ingest(root, got.withdrawn, source=f"{source}_deleted", progress=progress, wait=wait)
    counted = _count(root, engine, progress, wait=wait)
    progress.end()
    if json:
        from dataclasses import asdict

        also: dict[str, Any] = {} if got is None else {"download": got.data()}
        also |= {} if gone is None else {"withdrawals": asdict(gone)}
        print_json({**asdict(done), **also, "counts": counted, "store": str(root)})
        return
    for one in (done, gone):
        if one is not None:
            say_ingested(one, root)
    out("daily counts: ready\n" if counted else "daily counts: not made\n")


def _download(
    root: Path,
    source: str,
    period: tuple[dt.date, dt.date],
    *,
    mirror: str | None,
    listing: str | None,
    version: str | None,
    tell: Progress,
) -> Synced:
    """Bring the raw files of a period into the store's folder ``raw``."""
    from demarche.record.remote import sync_remote

    got = sync_remote(
        root / "raw",
        source=source,
        start=period[0],
        end=period[1],
        mirror=mirror,
        listing=listing,
        version=version,
        progress=tell,
    )
    tell.end()
    return got


@record.command
def plan(
    *,
    source: str,
    start: str,
    end: str,
    mirror: str | None = None,
    listing: str | None = None,
    release: Annotated[str | None, Parameter(name=["--version", "--release"])] = None,
    store: str | None = None,
    json: Flag = False,
) -> None:
    """What a download would fetch; nothing is written.

    Parameters
    ----------
    source
        Id of the source.
    start
        First day (YYYY-MM-DD): of GDELT the day a file was published, of ucdp_candidate the month
        of a version, else that of the events.
    end
        Last day (YYYY-MM-DD).
    mirror
        Address to download from in place of the source's own.
    listing
        Saved copy of the source's list of files.
    release
        Version of the release.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    json
        Print one JSON object.
    """
    from demarche.record.plan import plan_downloads

    first, last = period_of(
        source, given_day(start, option="--start"), given_day(end, option="--end"), command="plan"
    )
    found = plan_downloads(
        source,
        start=first,
        end=last,
        into=store_path(store) / "raw" / source,
        mirror=mirror,
        listing=listing,
        version=release,
    )
    if json:
        print_json(planned(found))
        return
    out(found.text() + "\n")


@record.command
def doctor(
    *,
    store: str | None = None,
    source: Sequence[str] = (),
    reach: Flag = False,
    json: Flag = False,
) -> None:
    """Whether store, disk, libraries, tokens and sources are as they must be, and why not.

    Parameters
    ----------
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    source
        Source to look at (repeat for more); all by default.
    reach
        Ask the server of each source whether it answers; without it no network is used.
    json
        Print one JSON object.
    """
    from demarche.record.doctor import doctor_report, probe_source
    from demarche.record.sources import SOURCES

    found = doctor_report(
        store_path(store), sources=tuple(source) or SOURCES, probe=probe_source if reach else None
    )
    if json:
        print_json(well(found))
    else:
        out(found.text() + "\n")
    if not found.well:
        bad = sum(check.state == "bad" for check in found.checks)
        raise MethodError(f"{bad} of {len(found.checks)} checks are bad; each says what to do.")


def _count(
    root: Path, engine: Literal["duckdb", "spark"], progress: Progress, *, wait: float
) -> bool:
    """Make the daily counts where they are not ready."""
    from demarche.record._faults import one_sentence
    from demarche.record.counts import count_store
    from demarche.record.store import status

    if status(root).counts:
        return True
    state = "Its rows are there, its daily counts are not: the same command makes them"
    try:
        with one_sentence(root, state=state):
            count_store(root, engine=engine, wait=wait, progress=progress)
    except MethodError as error:
        raise MethodError(f"{error} {state} with --engine duckdb.") from None
    return True


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

    found = read(store_path(store))
    if json:
        print_json(status_data(found))
        return
    say_status(found)


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
    from demarche.record.manifest import read_manifest
    from demarche.record.rejects import rejected

    if limit < 1:
        raise QuestionError(f"--limit must be at least 1, got {limit}.")
    root = store_path(store)
    rows, total = rejected(root, source=source, limit=limit)
    if json:
        print_json({"total": total, "rows": rows})
        return
    if not read_manifest(root).sources:
        say_empty(root)
        return
    for row in rows:
        value = str(row["value"] or "")
        out(
            f"{row['source']} {row['source_file']}:{row['source_row']} {row['column'] or ''}: "
            f"{row['reason']}: {value[:80]}{'...' if len(value) > 80 else ''}\n"
        )
    out(f"{len(rows):,} of {total:,} rejected lines shown\n")


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
    json: Flag = False,
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
    json
        Print one JSON object.
    """
    from demarche.record.export import export as write

    done = write(
        store_path(store),
        Path(output),
        as_of=day_of(as_of, option="--as-of"),
        form=format,
        source=source,
        start=given_day(start, option="--start"),
        end=given_day(end, option="--end"),
    )
    if json:
        from dataclasses import asdict

        print_json({**asdict(done), "as_of": as_of})
        return
    out(f"wrote {done.rows:,} events to {done.folder}: {', '.join(done.files)}\n")
    if done.escaped:
        out(f"{done.escaped:,} cells that begin like a formula got a ' in front\n")


@record.command
def drop(
    *,
    source: str,
    yes: Flag = False,
    store: str | None = None,
    wait: float = 60.0,
    json: Flag = False,
) -> None:
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
    json
        Print one JSON object.
    """
    from demarche.record.store import drop as forget
    from demarche.record.store import source_status

    root = store_path(store)
    held = source_status(root, source=source)
    if not yes:
        raise QuestionError(
            f"this would remove {held.kept:,} rows of {source} and {held.duplicated:,} duplicates "
            f"from {root}; say so with --yes."
        )
    gone = forget(root, source=source, wait=wait)
    if json:
        print_json(
            {"source": source, "kept": gone.kept, "duplicated": gone.duplicated, "store": str(root)}
        )
        return
    out(f"dropped {source}: {gone.kept:,} rows and {gone.duplicated:,} duplicates.\n")


@record.command
def cite(
    *,
    source: Sequence[str] = (),
    bibtex: Flag = False,
    store: str | None = None,
    json: Flag = False,
) -> None:
    """What to cite for the sources in the store.

    Parameters
    ----------
    source
        Id of a source (repeat for more); by default those in the store, else all.
    bibtex
        Print BibTeX.
    store
        Folder of the store; else DEMARCHE_STORE, else desk/record.
    json
        Print one JSON object.
    """
    from demarche.record.export import held_citations
    from demarche.record.sources import SOURCES, citations, describe

    root = store_path(store)
    ids = tuple(source) or held_citations(root)
    if not ids:
        sys.stderr.write(f"{root} holds no source that is known; here are all that can be read.\n")
        ids = SOURCES
    if json:
        print_json(cited(ids))
    elif bibtex:
        out(citations(ids, form="bibtex") + "\n")
    else:
        out("\n\n".join(describe(id) for id in ids) + "\n")
