"""demarche report: the answer as one HTML file, or as a document that runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from demarche.errors import QuestionError
from demarche.show.asking import ASKED, Asked, answer_to
from demarche.show.ledger_where import found_ledger
from demarche.show.written import write_new

if TYPE_CHECKING:
    from demarche.desk import Answer
    from demarche.desk.earlier import Held

__all__ = ["report_command"]

ReportFormat = Literal["html", "qmd", "ipynb"]
BY_SUFFIX: dict[str, ReportFormat] = {
    "": "html", ".html": "html", ".htm": "html", ".qmd": "qmd", ".ipynb": "ipynb",
}  # fmt: skip


def report_command(
    what: str,
    /,
    *,
    output: Annotated[str, Parameter(name=["-o", "--output"])],
    asked: Asked = ASKED,
    asker: str = "",
    format: ReportFormat | None = None,
    ledger: str | None = None,
) -> None:
    """Write the answer as one self-contained HTML file, or as a document that computes it again.

    Parameters
    ----------
    what
        Id of a shipped case, path of a case file, or a question in quotes.
    output
        File to write; .html, .qmd (Quarto) or .ipynb (Jupyter) says what it holds.
    asker
        Who asked, to be shown in the report (.html).
    format
        What the file holds, whatever its name ends in.
    ledger
        Ledger of the track record and of earlier forecasts of the question; DEMARCHE_LEDGER or
        desk/ledger.sqlite if one is there.
    """
    path = Path(output)
    kind = format or _format_of(path)
    if kind != "html" and asker:
        raise QuestionError(f"--asker is shown in .html only, and {path.name} is {kind}.")
    answer = answer_to(what, asked, ledger=ledger, ledger_used=True)
    if kind == "html":
        from demarche.show.report import write_report
        from demarche.show.scores_of import scores_if_any

        scores, held = scores_if_any(ledger), _held(answer, ledger=ledger)
        write_report(answer, path=path, scores=scores, held=held, asker=asker)
    else:
        write_new(path, _document(answer, asked=asked, ledger=ledger, kind=kind))
    sys.stdout.write(f"wrote {path}\n")


def _format_of(path: Path) -> ReportFormat:
    suffix = path.suffix.lower()
    if suffix not in BY_SUFFIX:
        hint = " Print the .html file from a browser for a PDF." if suffix == ".pdf" else ""
        raise QuestionError(
            f"{path.name} must end in .html, .qmd or .ipynb, got {suffix!r}; or name the format "
            f"with --format.{hint}"
        )
    return BY_SUFFIX[suffix]


def _document(
    answer: Answer, *, asked: Asked, ledger: str | None, kind: Literal["qmd", "ipynb"]
) -> str:
    from demarche.show.notebook import ipynb_text, qmd_text
    from demarche.show.weights import given_weights

    given = given_weights(asked.weights, ledger=ledger, as_of=answer.question.as_of, used=True)
    pair = given if isinstance(given, tuple) else (given.weights[0], given.weights[1])
    make = qmd_text if kind == "qmd" else ipynb_text
    return make(answer, weights=pair, store=asked.store, source=asked.source)


def _held(answer: Answer, *, ledger: str | None) -> Held | None:
    """What the ledger holds of the question, where there is a ledger."""
    place = found_ledger(ledger)
    if place is None:
        return None
    from demarche.desk.earlier import held_of
    from demarche.show.ledger_open import now

    return held_of(place, answer, today=now().date())
