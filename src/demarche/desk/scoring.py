"""Scores at the desk: a file of anybody's forecasts, read and scored in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demarche.desk.case_claims import claims_of, sources_with_outcomes
from demarche.desk.track import Track
from demarche.errors import QuestionError, near_miss
from demarche.ledger.cards import Card, Curve, LadderCard, Mean, ScoreTable, Versus
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
from demarche.ledger.items import GROUPS, Group, items_of_rows, items_of_sources
from demarche.ledger.scorecard import SEED, score_table
from demarche.terms.ledger import ForecasterKind, SourceForecast

__all__ = [
    "FORMATS",
    "GROUPS",
    "BandRate",
    "Card",
    "Change",
    "ClaimCard",
    "ClaimLine",
    "Curve",
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
    "read_forecasts",
    "score_changes",
    "score_file",
    "score_ledger",
]


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
) -> Imported:
    """Forecasts of a file; its format is told by its name and content where it is not given.

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
    )


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
    said = track.sources if track is not None else ()
    rows = track.rows if track is not None else ()
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
