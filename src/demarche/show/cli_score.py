"""Command ``demarche score``: anybody's forecasts from a file, scored in one go."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from demarche.errors import QuestionError
from demarche.show.ledger_open import now
from demarche.show.spooled import spooled

__all__ = ["By", "columns_of", "score"]

TOKEN = "METACULUS_TOKEN"
By = Literal["view", "actor", "kind", "horizon", "trigger", "source"]
Kind = Literal["model", "pool", "person", "crowd", "text"]


def score(
    file: str | None = None,
    /,
    *,
    metaculus: Annotated[Sequence[str], Parameter(negative=())] = (),
    by: By = "view",
    reference: str | None = None,
    spot: float | None = None,
    kind: Kind | None = None,
    holder: Annotated[str, Parameter(name=["--as"])] = "",
    column: Sequence[str] = (),
    more: Annotated[Sequence[str], Parameter(name=["--with"], negative=())] = (),
    source: str = "",
    format: str = "",
    seed: int = 20231101,
    output: Annotated[str | None, Parameter(name=["-o", "--output"])] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Score a file of anybody's forecasts: tables, intervals and calibration.

    Parameters
    ----------
    file
        CSV with a probability, an outcome and a question in each row, under any usual headers, or
        a file of Fatebook, ForecastBench, Manifold or Metaculus.
    metaculus
        Post of Metaculus to read instead of a file, by number or address (repeat for more), with
        your own token in METACULUS_TOKEN; for your own eyes, nothing is stored.
    by
        Split by view (forecaster), actor, kind of course, horizon, trigger or source.
    reference
        Forecaster of the file to measure skill against; always one half is shown beside it.
    spot
        Score the forecast in force so many days after each question opened, not the last one.
    kind
        Who the forecasters are: model, pool, person, crowd or text; people by default, models if
        the column that names them is called so.
    holder
        Whose forecasts they are, where no column of a CSV says.
    column
        Header of a column without a usual name, as ROLE=HEADER (repeat for more).
    more
        Further file of the same set: a resolution or question set, bets (repeat for more).
    source
        Name of the source; the file's name by default.
    format
        csv, fatebook, forecastbench, manifold or metaculus; told by the file if left out.
    seed
        Same file and seed, same numbers.
    output
        HTML file to write instead, with charts; an earlier page of demarche is replaced.
    json
        Print one JSON object with every rejected row.
    """
    from demarche.desk.scoring import score_file
    from demarche.show.score_text import file_scores_json, file_scores_text

    if (file is None) == (not metaculus):
        raise QuestionError("name a file of forecasts, or posts with --metaculus.")
    with contextlib.ExitStack() as files:
        found = score_file(
            files.enter_context(_posts(metaculus) if file is None else spooled(file)),
            format="metaculus" if file is None else format,
            columns=columns_of(column),
            companions=[files.enter_context(spooled(one)) for one in more],
            source=source,
            kind=kind,
            by=by,
            reference=reference,
            spot=spot,
            seed=seed,
            holder=holder,
            today=now().date(),
        )
    if output is not None:
        from demarche.show.scores_page import write_scores

        said = f"wrote {write_scores(found, path=Path(output))}\n"
        if not json:
            sys.stdout.write(said)
            return
        sys.stderr.write(said)
    sys.stdout.write(file_scores_json(found) if json else file_scores_text(found))


@contextlib.contextmanager
def _posts(said: Sequence[str]) -> Iterator[Path]:
    """Posts of Metaculus in a file that is gone after.

    Raises
    ------
    QuestionError
        If there is no token.
    DataError
        If a post cannot be read.
    """
    from demarche.desk.scoring import fetch_posts, post_of

    numbers = [post_of(one) for one in said]
    token = os.environ.get(TOKEN, "")
    if not token:
        raise QuestionError(
            f"posts of Metaculus are read with your own token: put it into {TOKEN}, or save the "
            "post as JSON and score the file."
        )
    text = fetch_posts(numbers, token=token, progress=lambda line: sys.stderr.write(f"{line}\n"))
    with tempfile.TemporaryDirectory(prefix="demarche-") as folder:
        path = Path(folder) / "metaculus.json"
        path.write_text(text, encoding="utf-8")
        yield path


def columns_of(said: Sequence[str]) -> dict[str, str]:
    """Columns given as ROLE=HEADER.

    Raises
    ------
    QuestionError
        If one is not of that form, or a role is given twice.
    """
    found: dict[str, str] = {}
    for text in said:
        role, sign, header = text.partition("=")
        if not sign or not role.strip() or not header.strip():
            raise QuestionError(
                f"--column takes ROLE=HEADER, such as probability=chance, got {text!r}."
            )
        if role.strip() in found:
            raise QuestionError(f"--column gives {role.strip()!r} twice.")
        found[role.strip()] = header.strip()
    return found
