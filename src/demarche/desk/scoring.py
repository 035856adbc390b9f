"""Scores at the desk: a file of anybody's forecasts, read and scored in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from demarche.desk.case_claims import claims_of, sources_with_outcomes
from demarche.desk.track import Track
from demarche.errors import QuestionError, near_miss
from demarche.ledger.cards import (
    Card,
    Curve,
    EqualAccuracy,
    LadderCard,
    Mean,
    ScoreTable,
    Versus,
)
from demarche.ledger.changes import Change, score_changes
from demarche.ledger.claim_card import (
    BandRate,
    ClaimCard,
    ClaimLine,
    Tally,
    claim_cards,
    words_as_numbers,
)
from demarche.ledger.formats import FORMATS, Imported, Rejected, format_of, read_file
from demarche.ledger.formats.metaculus_posts import fetch_posts, post_of
from demarche.ledger.formats.plain import UNNAMED
from demarche.ledger.items import GROUPS, Group, items_of_rows, items_of_sources
from demarche.ledger.scorecard import SEED, score_table
from demarche.terms.ledger import ForecasterKind, ResolvedRow, SourceForecast

__all__ = [
    "FORMATS",
    "GROUPS",
    "UNSOURCED",
    "BandRate",
    "Card",
    "Change",
    "ClaimCard",
    "ClaimLine",
    "Curve",
    "EqualAccuracy",
    "FileScores",
    "Group",
    "Imported",
    "LadderCard",
    "LedgerScores",
    "Mean",
    "Rejected",
    "ScoreTable",
    "Tally",
    "Versus",
    "fetch_posts",
    "forecasts_to_keep",
    "post_of",
    "read_forecasts",
    "score_changes",
    "score_file",
    "score_ledger",
]


UNSOURCED = "csv"
"""Source of forecasts from a plain CSV that states none."""
PRIVATE = frozenset({"metaculus"})
"""Formats of platforms whose terms do not let forecasts be stored with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScores:
    """Scores of a file, and what could not be read of it."""

    imported: Imported
    table: ScoreTable
    claims: tuple[ClaimCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerScores:
    """Scores of a ledger; ``track`` is None where only claims of shipped cases were asked for."""

    track: Track | None
    table: ScoreTable
    claims: tuple[ClaimCard, ...]


def read_forecasts(
    path: Path,
    *,
    format: str = "",
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
    companions: Sequence[Path] = (),
    holder: str = "",
    today: dt.date | None = None,
) -> Imported:
    """Forecasts of a file; its format is told by its name and content where it is not given.

    Parameters
    ----------
    path, format, columns, source, kind, companions
        As of `score_file`.
    holder : str
        Whose forecasts they are, where a plain CSV does not say.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If the file as a whole cannot be read.
    QuestionError
        If a file is not there or the format is unknown.
    """
    if format and format not in FORMATS:
        raise QuestionError(
            f"{format!r} is no format of forecasts. {near_miss(format, FORMATS)} Known: "
            f"{', '.join(FORMATS)}."
        )
    for one in (path, *companions):
        if not one.exists():
            raise QuestionError(f"{one} is not there; name a file of forecasts.")
        if one.is_dir():
            raise QuestionError(f"{one} is a folder; name a file of forecasts.")
    return read_file(
        path,
        format=format or format_of(path),
        columns=columns,
        source=source,
        kind=kind,
        companions=companions,
        holder=holder,
        today=today,
    )


def forecasts_to_keep(
    path: Path,
    *,
    format: str = "",
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
    companions: Sequence[Path] = (),
    holder: str = "",
    today: dt.date | None = None,
) -> Imported:
    """Forecasts of a file for a ledger, where everybody has a name and no name is a file's.

    A plain CSV that states no source is of the source ``csv``, so that one forecaster's files are
    kept together and a renamed file is the same one. The parameters are those of `read_forecasts`.

    Raises
    ------
    QuestionError
        If a plain CSV does not say whose forecasts it holds, or the platform's terms do not let
        its forecasts be stored.
    DataError
        If the file cannot be read.
    """
    kept = format or (format_of(path) if path.is_file() else "")
    if kept in PRIVATE:
        raise QuestionError(
            "forecasts from Metaculus may be read for your own eyes and not be stored with "
            "others; score the file with demarche score instead."
        )
    imported = read_forecasts(
        path,
        format=kept,
        columns=columns,
        source=source or (UNSOURCED if kept == UNSOURCED else ""),
        kind=kind,
        companions=companions,
        holder=holder,
        today=today,
    )
    nobody = sum(kept == "csv" and f.holder == UNNAMED for f in imported.forecasts)
    if nobody:
        raise QuestionError(
            f"{nobody} of {len(imported.forecasts)} forecasts in {imported.name} have no "
            "forecaster: say whose they are with --as NAME, or which column says so with --column "
            "forecaster=HEADER."
        )
    return imported


def score_file(
    path: Path,
    *,
    format: str = "",
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
    companions: Sequence[Path] = (),
    by: Group = "view",
    reference: str | None = None,
    spot: float | None = None,
    seed: int = SEED,
    holder: str = "",
    today: dt.date | None = None,
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
    companions : sequence of Path
        Further files of the same set: outcomes and questions of ForecastBench, bets of Manifold.
    by : Group
    reference : str, optional
        A forecaster of the file that skill is measured against.
    spot : float, optional
        Score the forecast in force so many days after each question opened.
    seed : int
        Same file and seed, same numbers.
    holder : str
        Whose forecasts they are, where a plain CSV does not say.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If the file cannot be read, or no row of it can be used.
    QuestionError
        If there is no such file, format or reference.
    """
    imported = read_forecasts(
        path,
        format=format,
        columns=columns,
        source=source,
        kind=kind,
        companions=companions,
        holder=holder,
        today=today,
    )
    table = score_table(
        items_of_sources(imported.forecasts),
        by=by,
        reference=reference,
        title=f"{imported.name}",
        seed=seed,
        spot=spot,
    )
    return FileScores(
        imported=imported, table=table, claims=claim_cards(imported.forecasts, seed=seed)
    )


def score_ledger(
    track: Track | None,
    *,
    by: Group = "view",
    source: str | None = None,
    reference: str | None = None,
    spot: float | None = None,
    seed: int = SEED,
) -> LedgerScores:
    """Scores of a ledger's views and of the sources it holds claims and forecasts of.

    Parameters
    ----------
    track : Track or None
        None without a ledger: then only sources of shipped cases can be scored.
    by : Group
    source : str, optional
        Only this source, by id or, of a shipped case, by title, publisher or author too.
    reference : str, optional
    spot : float, optional
        Score the forecast in force so many days after each question opened.
    seed : int

    Raises
    ------
    QuestionError
        If there is no such source, or neither a ledger nor a source.
    """
    rows = track.rows if track is not None else ()
    said = _as_resolved(track.sources, rows=rows) if track is not None else ()
    ladders = track.ladders if track is not None else ()
    if source is None and track is None:
        names = ", ".join(name for _, name in sources_with_outcomes())
        raise QuestionError(
            "there is no ledger to score: issue a forecast into one, name one with --ledger, or "
            f"score a source of a shipped case with --source ({names})."
        )
    if source is not None:
        said = _of_source(source, said=said)
        rows, ladders = (), ()
    own = {(row.question, row.course) for row in rows}
    words = [f for f in words_as_numbers(said) if (f.question, f.course) in own]
    items = [
        *items_of_rows(rows),
        *items_of_sources(
            [*said, *words],
            own={question for question, _ in own},
            sealed=track.sealed if track is not None else (),
        ),
    ]
    return LedgerScores(
        track=track,
        table=score_table(
            items,
            by=by,
            reference=reference,
            ladders=ladders,
            title=source or (track.label if track is not None else ""),
            seed=seed,
            spot=spot,
        ),
        claims=claim_cards(said, seed=seed),
    )


def _as_resolved(
    said: Sequence[SourceForecast], *, rows: Sequence[ResolvedRow]
) -> tuple[SourceForecast, ...]:
    """Open forecasts by others of the ledger's own questions, with what the ledger resolved."""
    known = {(row.question, row.course): row for row in rows if row.outcome != "open"}

    def one(f: SourceForecast) -> SourceForecast:
        row = known.get((f.question, f.course)) if f.outcome is None and f.verdict is None else None
        if row is None or row.outcome == "open" or f.kind in ("commitment", "red_line"):
            return f
        return replace(f, outcome=row.outcome, resolved_on=row.resolved_on)

    return tuple(one(f) for f in said)


def _of_source(
    source: str, *, said: tuple[SourceForecast, ...]
) -> tuple[SourceForecast, ...]:  # fmt: skip
    own = tuple(f for f in said if source.casefold() in (f.source.casefold(), f.holder.casefold()))
    found = own + tuple(f for f in claims_of(source) if f.source not in {g.source for g in own})
    if not found:
        known = sorted({f.source for f in said} | {name for _, name in sources_with_outcomes()})
        raise QuestionError(
            f"no source is called {source!r}. {near_miss(source, known)} Known: "
            f"{', '.join(known[:20])}."
        )
    return found
