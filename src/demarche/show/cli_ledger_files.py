"""Commands that carry forecasts into and out of a ledger: ``add`` and ``forecasts``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from demarche.errors import QuestionError, counted
from demarche.show.cli_score import Kind, columns_of
from demarche.show.ledger_open import HELD, Held, now, opened
from demarche.show.spooled import spooled
from demarche.show.written import write_new

__all__ = ["add_forecasts", "write_forecasts"]

Out = Literal["csv", "others", "forecastbench", "forecastbench-questions"]
Flag = Annotated[bool, Parameter(negative="")]


def add_forecasts(
    file: str,
    /,
    *,
    kind: Kind | None = None,
    holder: Annotated[str, Parameter(name=["--as"])] = "",
    column: Sequence[str] = (),
    more: Annotated[Sequence[str], Parameter(name=["--with"], negative=())] = (),
    source: str = "",
    format: str = "",
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Enter forecasts of others from a file into the ledger; the same one twice is entered once.

    Outcomes that the file adds to forecasts which are there are entered as well.

    Parameters
    ----------
    file
        CSV, or a file of Fatebook, ForecastBench or Manifold.
    kind
        Who the forecasters are: model, pool, person, crowd or text; people by default.
    holder
        Whose forecasts they are, where no column of a CSV says; keeps one's files together.
    column
        Header of a column without a usual name, as ROLE=HEADER (repeat for more).
    more
        Further file of the same set: a resolution or question set, bets (repeat for more).
    source
        Where they are from, such as a tournament: a question's id is read within it; csv, or the
        platform's name, by default.
    format
        csv, fatebook, forecastbench or manifold; told by the file if left out.
    json
        Print one JSON object with every rejected row.
    """
    from demarche.desk.scoring import UNSOURCED, forecasts_to_keep
    from demarche.show.printed import print_json
    from demarche.show.score_text import imported_data, imported_text

    with contextlib.ExitStack() as files:
        imported = forecasts_to_keep(
            files.enter_context(spooled(file)),
            format=format,
            columns=columns_of(column),
            source=source,
            kind=kind,
            companions=[files.enter_context(spooled(one)) for one in more],
            holder=holder,
            today=now().date(),
        )
    with opened(held) as book:
        from demarche.ledger.entering import add_sources

        added = add_sources(book, imported.forecasts, unnamed="" if source else UNSOURCED)
        label, warnings = book.place.label, book.warnings
    if json:
        print_json(
            {
                "ledger": label,
                "read": imported_data(imported),
                "entered": [entry.seq for entry in added.entries],
                "outcomes": [entry.seq for entry in added.outcomes],
                "known": added.known,
                "known_under": list(added.elsewhere),
            }
        )
    else:
        sys.stdout.write(imported_text(imported))
        known = f"{counted(added.known, 'was', 'were')} there already"
        if added.elsewhere:
            known += f", some under another source ({', '.join(added.elsewhere)})"
        outcomes = f", and outcomes of {len(added.outcomes)} of these" if added.outcomes else ""
        sys.stdout.write(
            f"entered {counted(len(added.entries), 'forecast')} into {label}; {known}{outcomes}\n"
        )
    for warning in warnings:
        sys.stderr.write(f"warning: {warning}\n")


def write_forecasts(
    *,
    output: Annotated[str, Parameter(name=["-o", "--output"])],
    format: Out = "csv",
    view: str = "pool",
    name: str = "demarche",
    held: Held = HELD,
    json: Flag = False,
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
    json
        Print one JSON object about what was written.
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
    from demarche.show.printed import print_json

    with opened(held, read_only=True) as book, book.reading() as reading:
        states = all_questions(reading)
        others = [forecast for _, forecast in source_forecasts(reading)]
    issued = [state.issued for state in states]
    views = sorted({made.view for one in issued for made in one.views})
    if format == "forecastbench" and view not in views:
        raise QuestionError(f"no view is called {view!r}; there are {', '.join(views) or 'none'}.")
    rows = resolved_rows(states) if format == "csv" else ()
    made = {
        "csv": lambda: (rows_csv(rows), len(rows)),
        "others": lambda: (sources_csv(others), len(others)),
        "forecastbench": lambda: (
            forecastbench_submission(issued, name=name, view=view),
            sum(len(v.forecast.courses) for one in issued for v in one.views if v.view == view),
        ),
        "forecastbench-questions": lambda: (
            forecastbench_questions(issued, name=name),
            sum(len(one.rules) for one in issued),
        ),
    }
    text, count = made[format]()
    path = write_new(Path(output), text)
    what = "questions" if format == "forecastbench-questions" else "forecasts"
    if json:
        print_json({"ledger": book.place.label, "file": str(path), "format": format, what: count})
    else:
        sys.stdout.write(f"wrote {path}: {counted(count, what[:-1])}\n")
