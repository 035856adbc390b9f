"""Commands that carry forecasts into and out of a ledger: ``add`` and ``forecasts``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from demarche.errors import QuestionError
from demarche.show.cli_score import Kind, columns_of
from demarche.show.ledger_open import HELD, Held, opened
from demarche.show.spooled import spooled

__all__ = ["add_forecasts", "write_forecasts"]

Out = Literal["csv", "others", "forecastbench", "forecastbench-questions"]
PRIVATE = "metaculus"


def add_forecasts(
    file: str,
    /,
    *,
    kind: Kind | None = None,
    column: Sequence[str] = (),
    more: Annotated[Sequence[str], Parameter(name=["--with"], negative=())] = (),
    source: str = "",
    format: str = "",
    held: Held = HELD,
) -> None:
    """Enter forecasts of others from a file into the ledger; the same one twice is entered once.

    Parameters
    ----------
    file
        CSV, or a file of Fatebook, ForecastBench or Manifold.
    kind
        Who the forecasters are: model, pool, person, crowd or text; people by default.
    column
        Header of a column without a usual name, as ROLE=HEADER (repeat for more).
    more
        Further file of the same set: a resolution or question set, bets (repeat for more).
    source
        Name of the source; the file's name by default.
    format
        csv, fatebook, forecastbench or manifold; told by the file if left out.
    """
    from demarche.desk.scoring import read_forecasts
    from demarche.show.score_text import imported_text

    with contextlib.ExitStack() as files:
        imported = read_forecasts(
            files.enter_context(spooled(file)),
            format=format,
            columns=columns_of(column),
            source=source,
            kind=kind,
            companions=[files.enter_context(spooled(one)) for one in more],
        )
    if imported.format == PRIVATE:
        raise QuestionError(
            "forecasts from Metaculus may be read for your own eyes and not be stored with "
            "others; score the file with demarche score instead."
        )
    sys.stdout.write(imported_text(imported))
    with opened(held) as book:
        from demarche.ledger.others import add_sources

        added = add_sources(book, imported.forecasts)
        label = book.place.label
    sys.stdout.write(
        f"entered {len(added.entries)} forecasts into {label}; {added.known} were there already\n"
    )


def write_forecasts(
    *,
    output: Annotated[str, Parameter(name=["-o", "--output"])],
    format: Out = "csv",
    view: str = "pool",
    name: str = "demarche",
    held: Held = HELD,
) -> None:
    """Write the ledger's forecasts for other tools; an existing file is never overwritten.

    Parameters
    ----------
    output
        File to write.
    format
        csv: every view's forecasts with outcomes; others: forecasts of others as CSV;
        forecastbench: a submission; forecastbench-questions: a question set.
    view
        With forecastbench: which view's first forecasts.
    name
        With forecastbench: name of the question set.
    """
    from demarche.ledger.formats import (
        forecastbench_questions,
        forecastbench_submission,
        rows_csv,
        sources_csv,
    )
    from demarche.ledger.others import source_forecasts
    from demarche.ledger.questions import all_questions
    from demarche.ledger.rows import resolved_rows

    with opened(held, read_only=True) as book, book.reading() as reading:
        states = all_questions(reading)
        others = [forecast for _, forecast in source_forecasts(reading)]
    issued = [state.issued for state in states]
    views = sorted({made.view for one in issued for made in one.views})
    if format == "forecastbench" and view not in views:
        raise QuestionError(f"no view is called {view!r}; there are {', '.join(views) or 'none'}.")
    text = {
        "csv": lambda: rows_csv(resolved_rows(states)),
        "others": lambda: sources_csv(others),
        "forecastbench": lambda: forecastbench_submission(issued, name=name, view=view),
        "forecastbench-questions": lambda: forecastbench_questions(issued, name=name),
    }[format]()
    path = Path(output)
    try:
        with path.open("x", encoding="utf-8", newline="") as handle:
            handle.write(text)
    except FileExistsError:
        raise QuestionError(f"{path} exists and is not overwritten; name another file.") from None
    except OSError as error:
        raise QuestionError(f"{path} cannot be written: {error.strerror}.") from None
    sys.stdout.write(f"wrote {path}\n")
