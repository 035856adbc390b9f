"""What a workbench works on: a folder of case files beside the cases that ship, and its stores."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from demarche.cases import load_case, shipped_case, shipped_ids
from demarche.errors import CaseError, QuestionError, near_miss
from demarche.terms import Case

__all__ = ["SHIPPED", "CaseEntry", "Workspace"]

SHIPPED = "shipped"
"""Where a case of the package lies."""
_NAMED = 20
"""How many cases a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """One case a workbench can open, or a file of its folder that cannot be read as one.

    Parameters
    ----------
    id : str
        What links and requests call it: the id of a shipped case, the file's name otherwise.
    title : str
        Title of the case; the file's name where the file cannot be read.
    where : str
        ``"shipped"``, or the path of the file.
    problems : tuple of str
        Why the file cannot be read; empty for a case that can be opened.
    """

    id: str
    title: str
    where: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder, the case opened first, a record, a ledger and how often to draw.

    Parameters
    ----------
    folder : Path
        Its ``*.toml`` files are offered as cases; folders below it are not searched.
    case : str
        Id of the case opened first, as `cases` lists it.
    store : Path, optional
        Folder of an event record.
    ledger : str, optional
        Path or address of a ledger.
    seed, draws : int
        As for `demarche.desk.ask`.

    Examples
    --------
    >>> desk = Workspace(folder=Path("nowhere"), case="kuwait-1990")
    >>> [entry.id for entry in desk.cases()][:2]
    ['cuba-1962-soviet-union', 'cuba-1962-united-states']
    >>> desk.load("kuwait-1990").question.as_of.isoformat()
    '1990-08-01'
    >>> desk.folder_problem()
    'nowhere cannot be read: No such file or directory.'
    """

    folder: Path
    case: str
    store: Path | None = None
    ledger: str | None = None
    seed: int = 20231101
    draws: int = 4096

    def cases(self) -> tuple[CaseEntry, ...]:
        """Shipped cases by id, then the ``*.toml`` files of the folder by name, broken ones too.

        A file that cannot be read is listed with its problems; it hides nothing and stops nothing.
        """
        shipped = tuple(
            CaseEntry(id=id, title=shipped_case(id).title, where=SHIPPED) for id in shipped_ids()
        )
        return (*shipped, *(self._entry(path) for path in self._files()))

    def load(self, id: str) -> Case:
        """The case of an id, as `cases` lists it; an id is looked up, never made into a path.

        Raises
        ------
        QuestionError
            If no case of the workspace has this id; names the near miss.
        CaseError
            If its file has problems.
        """
        if id in shipped_ids():
            return shipped_case(id)
        for path in self._files():
            if _shown(path.name) == id:
                found = _read(path)
                if isinstance(found, CaseError):
                    raise found
                return found
        known = [*shipped_ids(), *(_shown(path.name) for path in self._files())]
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise QuestionError(
            f"no case of this workspace is called {id[:80]!r}. {near_miss(id[:80], known)} "
            f"It knows {', '.join(known[:_NAMED])}{more}.".replace("  ", " ")
        )

    def folder_problem(self) -> str:
        """Why the folder cannot be listed, in one sentence; empty where it can."""
        try:
            next(iter(self.folder.iterdir()), None)
        except OSError as error:
            return f"{_shown(str(self.folder))} cannot be read: {error.strerror}."
        return ""

    def _files(self) -> tuple[Path, ...]:
        try:
            return tuple(sorted(path for path in self.folder.iterdir() if path.suffix == ".toml"))
        except OSError:
            return ()

    def _entry(self, path: Path) -> CaseEntry:
        id, found = _shown(path.name), _read(path)
        if isinstance(found, CaseError):
            problems = tuple(_place(str(problem), path) for problem in found.problems)
            return CaseEntry(id=id, title=id, where=_shown(str(path)), problems=problems)
        return CaseEntry(id=id, title=found.title, where=_shown(str(path)))


def _shown(name: str) -> str:
    """A name as text: bytes of a file name that are no UTF-8 are written out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _place(problem: str, path: Path) -> str:
    """A problem without the path its file lies at, which the entry names already."""
    return _shown(problem.removeprefix(str(path)).removeprefix(", at ").removeprefix(": "))


def _read(path: Path) -> Case | CaseError:
    """The case in a file, read again only when the file has changed."""
    try:
        found = path.stat()
    except OSError:
        return _parsed(path, ())
    return _parsed(path, (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino))


@functools.lru_cache(maxsize=256)
def _parsed(path: Path, state: tuple[int, ...]) -> Case | CaseError:
    """Case or problems of a file in one state, told by its times, size and node."""
    try:
        return load_case(path)
    except CaseError as error:
        return error
