"""demarche workbench: local pages on which an analyst moves an input and sees the answer move."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from demarche.errors import QuestionError, near_miss
from demarche.show.ledger_where import LEDGER_DEFAULT, LEDGER_VARIABLE
from demarche.show.where import found_store

__all__ = ["FIRST", "workbench_command"]

FIRST = "regional-war"
"""Case that is opened where none is named."""


def workbench_command(
    case: str | None = None,
    /,
    *,
    port: int = 0,
    no_browser: Annotated[bool, Parameter(name=["--no-browser"], negative="")] = False,
    store: str | None = None,
    ledger: str | None = None,
    folder: str | None = None,
) -> None:
    """Open the workbench in the browser: move an input, see the answer move. Ctrl-C stops it.

    Parameters
    ----------
    case
        Case opened first: id of a shipped case, or path of a case file.
    port
        Port on this computer; a free one by default.
    no_browser
        Print the opening link and open no browser.
    store
        Folder of an event record; DEMARCHE_STORE or desk/record if one is there.
    ledger
        Ledger that pages show and an explicit step writes to; DEMARCHE_LEDGER or
        desk/ledger.sqlite by default.
    folder
        Folder whose case files are offered and where what-ifs are saved; that of the case file, or
        the one you work in, by default.
    """
    from demarche.show.workbench.serve import needed_workbench, serve

    needed_workbench()
    from demarche.show.workbench.workspace import Workspace

    place, id = _placed(case, folder)
    workspace = Workspace(
        folder=place,
        case=id,
        store=found_store(store),
        ledger=ledger or os.environ.get(LEDGER_VARIABLE) or str(LEDGER_DEFAULT),
    )
    if workspace.folder_problem():
        raise QuestionError(f"{workspace.folder_problem()} Name another with --folder.")
    workspace.load(id)
    code = serve(
        workspace,
        port=port,
        case=id if case is not None else "",
        told=_told,
        open_page=None if no_browser else _opened,
    )
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise SystemExit(code)


def _placed(case: str | None, folder: str | None) -> tuple[Path, str]:
    """Folder of the workspace, and what it calls the case that was named."""
    from demarche.cases import shipped_ids

    given = None if folder is None else Path(folder).expanduser()
    if case is None or case in shipped_ids():
        return given or Path(), case or FIRST
    file = Path(case).expanduser()
    if file.suffix != ".toml":
        raise QuestionError(
            f"no shipped case is called {case[:80]!r}. {near_miss(case[:80], shipped_ids())} "
            "Name one (demarche cases lists them), or a case file (*.toml).".replace("  ", " ")
        )
    if not file.is_file():
        raise QuestionError(f"{str(file)!r} is not there; name a case file (*.toml).")
    if given is not None and given.resolve() != file.parent.resolve():
        raise QuestionError(
            f"{str(file)!r} does not lie in the folder {str(given)!r}; leave --folder out."
        )
    return file.parent, file.name


def _told(link: str) -> None:
    """Print the opening link, at once."""
    sys.stdout.write(f"{link}\n")
    sys.stdout.flush()
    sys.stderr.write("The workbench is open at this link, for you alone. Ctrl-C stops it.\n")


def _opened(link: str) -> None:
    """Open a link in the browser; where there is none, the printed link is there to be clicked."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
