"""The command line: which commands there are. Each is imported only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import cyclopts
from cyclopts import App

from demarche import __version__
from demarche.errors import DemarcheError
from demarche.show.later import add_later
from demarche.show.where import spelled

__all__ = ["app", "main"]

LONGEST = 20_000
"""Characters of an error message that are shown."""

app = App(
    name="demarche",
    help='Forecasts what an international actor would do: "What would X do if Y happened?"',
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
COMMANDS = {
    "ask": ("cli_ask:ask_command", "Answer a case, or a question in words."),
    "cases": ("cli_cases:cases_command", "List the cases that ship."),
    "check": ("cli_cases:check_command", "Check a case file; every problem is listed at once."),
    "claims": ("cli_read:claims_app", "Review what the reader proposed."),
    "compare": (
        "cli_compare:compare_command",
        "Compare two coders' inputs for one case, and carry their disagreement into the ranges.",
    ),
    "explain": (
        "cli_explain:explain_command",
        "Explain the inside view: who prevails, anticipation, sanctions, flips, where doubt lies.",
    ),
    "ledger": (
        "cli_ledger_life:ledger_app",
        "The ledger: issue forecasts, revise, resolve and verify them; nothing is ever edited.",
    ),
    "new-case": (
        "cli_cases:new_case_command",
        "Write a commented case that passes 'check', to change line by line.",
    ),
    "next": (
        "cli_next:next_command",
        "Rank what an actor does next, and to whom, with the rules and dates behind each line.",
    ),
    "picture": ("cli_picture:picture", "Draw a record or a back-test, on screen or into a file."),
    "read": (
        "cli_read:read_command",
        "Read articles: their claims and events, with lines and the reader's doubts.",
    ),
    "record": ("cli_record:record", "The event record: read files of events, count, export."),
    "report": (
        "cli_report:report_command",
        "Write the answer as one self-contained HTML file, or as a document that computes it "
        "again.",
    ),
    "schema": (
        "cli_cases:schema_command",
        "Print the JSON Schema of the case format or of the answer.",
    ),
    "score": (
        "cli_score:score",
        "Score a file of anybody's forecasts: tables, intervals and calibration.",
    ),
    "solve": (
        "cli_solve:solve_command",
        "Solve elections, games, conflicts, bargains or KTAB scenarios read from a file.",
    ),
    "sweep": (
        "cli_sweep:sweep_command",
        "Inside view under every trigger by every decision rule; goes on where it was stopped.",
    ),
    "validate": ("cli_validate:validate", "Measure the views against known outcomes."),
    "workbench": (
        "cli_workbench:workbench_command",
        "Open the workbench in the browser: move an input, see the answer move. Ctrl-C stops it.",
    ),
}
"""Command to the function or group that runs it, and the first line of what that says."""
add_later(app, COMMANDS)


def _plain(text: str) -> str:
    """Text without what steers a terminal; line breaks stay, long values are cut."""
    kept = "".join(c if c == "\n" or c.isprintable() else " " for c in text)
    return kept if len(kept) <= LONGEST else kept[:LONGEST] + " ..."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; errors are one clear message, never a traceback."""
    # The matrices here are small: more threads of the linear algebra wait more than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app(
            spelled(sys.argv[1:] if argv is None else argv),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except DemarcheError as error:
        sys.stderr.write(f"demarche: {_plain(str(error))}\n")
        return 1
    except cyclopts.CycloptsError as error:
        sys.stderr.write(f"demarche: {_plain(str(error))}\nSee demarche --help.\n")
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("demarche: stopped.\n")
        return 130
    except MemoryError:
        sys.stderr.write("demarche: out of memory; use fewer --draws.\n")
        return 1
    return 0
