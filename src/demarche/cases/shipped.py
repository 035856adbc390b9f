"""Cases that ship with the package, and the template for a new one."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path

from demarche.cases.read import load_case, parse_case
from demarche.errors import QuestionError, near_miss
from demarche.terms import Case

__all__ = ["find_case", "shipped_case", "shipped_ids", "template"]

_FOLDER = "shipped_cases"


def _folder() -> Path:
    return Path(str(resources.files("demarche.cases"))) / _FOLDER


def shipped_ids() -> tuple[str, ...]:
    """Ids of the shipped cases, sorted; an id is the file's name without its ending."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


@functools.lru_cache(maxsize=64)
def shipped_case(id: str) -> Case:
    """A shipped case by id.

    Raises
    ------
    QuestionError
        If no shipped case has this id; names the near miss.
    """
    ids = shipped_ids()
    if id not in ids:
        raise QuestionError(
            f"no shipped case is called {id!r}. {near_miss(id, ids)} "
            f"Shipped: {', '.join(ids)}.".replace("  ", " ")
        )
    path = _folder() / f"{id}.toml"
    return parse_case(path.read_text(encoding="utf-8"), file=f"{id}.toml")


def find_case(name: str) -> Case:
    """A case by shipped id or by path of a file.

    Raises
    ------
    QuestionError
        If it is neither.
    CaseError
        If the file has problems.
    """
    if name in shipped_ids():
        return shipped_case(name)
    try:
        looks_like_path = name.endswith(".toml") or "/" in name or Path(name).exists()
    except (OSError, ValueError):
        looks_like_path = True
    return load_case(name) if looks_like_path else shipped_case(name)


def template() -> str:
    """A commented case that passes every check: change it line by line into your own."""
    return (resources.files("demarche.cases") / "template.toml").read_text(encoding="utf-8")
