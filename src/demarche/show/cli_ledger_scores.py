"""Command ``demarche ledger scores``: how well issued forecasts, and sources, have done."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from demarche.errors import QuestionError
from demarche.show.cli_score import By, columns_of
from demarche.show.spooled import spooled

if TYPE_CHECKING:
    from demarche.desk.scoring import FileScores, LedgerScores

__all__ = ["ledger_scores"]


def ledger_scores(
    *,
    by: By = "view",
    source: str | None = None,
    reference: str | None = None,
    spot: float | None = None,
    ledger: str | None = None,
    checkpoint: Sequence[str] = (),
    since: int | None = None,
    file: Annotated[str | None, Parameter(name=["--from"])] = None,
    column: Sequence[str] = (),
    more: Annotated[Sequence[str], Parameter(name=["--with"], negative=())] = (),
    format: str = "",
    seed: int = 20231101,
    output: Annotated[str | None, Parameter(name=["-o", "--output"])] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Scores of a ledger's forecasts, with intervals, references, calibration and what is left out.

    Parameters
    ----------
    by
        Split by view, actor, kind of course, horizon, trigger or source.
    source
        Only this source of claims or forecasts; those of shipped cases can be named as well.
    reference
        View or forecaster to measure skill against; base_rate where the ledger has it.
    spot
        Score the forecast in force so many days after each question opened, not the last one.
    ledger
        Place of the ledger; DEMARCHE_LEDGER or desk/ledger.sqlite if one is there.
    checkpoint
        Checkpoint that was kept outside, as FILE, folder or FILE=DAY on which others saw it; it
        seals the forecasts it covers (repeat for more).
    since
        Also print what entries after this one (its number) did to the scores: a correction, say.
    file
        Score a file of others instead of the ledger, as 'demarche score' does.
    column
        With --from: header of a column without a usual name, as ROLE=HEADER (repeat for more).
    more
        With --from: further file of the same set (repeat for more).
    format
        With --from: csv, fatebook, forecastbench, manifold or metaculus; told by the file.
    seed
        Same ledger and seed, same numbers.
    output
        HTML file to write instead, with charts; an earlier page of demarche is replaced.
    json
        Print one JSON object.
    """
    from demarche.desk.scoring import score_changes, score_file, score_ledger
    from demarche.desk.track import read_track
    from demarche.show import score_text as text
    from demarche.show.ledger_open import given_checkpoints, now
    from demarche.show.ledger_where import found_ledger

    out = sys.stdout.write

    if file is None and (column or format or more):
        raise QuestionError(
            "--column, --with and --format say how a file is read; they need --from FILE."
        )
    if file is not None:
        if ledger or checkpoint or since is not None:
            raise QuestionError(
                "--from scores a file; leave --ledger, --checkpoint and --since out."
            )
        with contextlib.ExitStack() as files:
            from_file = score_file(
                files.enter_context(spooled(file)),
                format=format,
                columns=columns_of(column),
                companions=[files.enter_context(spooled(one)) for one in more],
                source=source or "",
                by=by,
                reference=reference,
                spot=spot,
                seed=seed,
                today=now().date(),
            )
        if not _written(from_file, output=output, json=json):
            out(text.file_scores_json(from_file) if json else text.file_scores_text(from_file))
        return
    place = found_ledger(ledger)
    if place is None and (checkpoint or since is not None):
        raise QuestionError("--checkpoint and --since are of a ledger, and there is none.")
    if since is not None and source is not None:
        raise QuestionError("--since compares whole ledgers; leave --source out.")
    points = given_checkpoints(checkpoint)
    track = read_track(place, checkpoints=points) if place is not None else None
    scored = score_ledger(track, by=by, source=source, reference=reference, spot=spot, seed=seed)
    changes = None
    if since is not None and place is not None:
        last = track.entries if track is not None else 0
        if not 1 <= since <= last:
            raise QuestionError(
                f"--since takes the number of an entry of the ledger, from 1 to {last}, got "
                f"{since}."
            )
        then = read_track(place, checkpoints=points, until=since)
        old = score_ledger(then, by=by, spot=spot, seed=seed)
        changes = score_changes(old.table, scored.table)
    if _written(scored, output=output, json=json):
        return
    if json:
        out(text.ledger_scores_json(scored, changes=changes))
    else:
        out(text.ledger_scores_text(scored))
        if changes is not None and since is not None:
            out("\n" + text.changes_text(changes, since=since))


def _written(found: FileScores | LedgerScores, *, output: str | None, json: bool) -> bool:
    """Write the page if one was asked for; whether nothing else is to be printed."""
    if output is None:
        return False
    from demarche.show.scores_page import write_scores

    said = f"wrote {write_scores(found, path=Path(output))}\n"
    (sys.stderr if json else sys.stdout).write(said)
    return not json
