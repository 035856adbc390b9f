"""The page of cases: what a workspace can open, and what is wrong with files it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from demarche.show.workbench.asked import Shown
from demarche.show.workbench.frame import render
from demarche.show.workbench.workspace import SHIPPED, CaseEntry, Workspace
from demarche.terms import Case

__all__ = ["CaseRow", "page"]

LIMITS = (
    "Listed are the cases of the package and the *.toml files that lie in the folder itself; "
    "folders below it are not searched.",
    "A case holds what its analyst coded, with reasons. That it can be read says that it is "
    "consistent, not that it is right.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case of the list; ``case`` is None for a file that cannot be read."""

    entry: CaseEntry
    case: Case | None

    def text(self) -> str:
        """What a search looks through."""
        if self.case is None:
            return self.entry.id.casefold()
        case = self.case
        return " ".join(
            (self.entry.id, case.title, case.question.text, *(a.name for a in case.actors))
        ).casefold()


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """All cases, those of the folder first."""
    rows = [
        CaseRow(entry=entry, case=None if entry.problems else workspace.load(entry.id))
        for entry in workspace.cases()
    ]
    words = query.get("q", "").casefold().split()
    found = [row for row in rows if all(word in row.text() for word in words)]
    own = [row for row in found if row.entry.where != SHIPPED]
    body = render(
        "cases.html.j2",
        q=query.get("q", ""),
        own=own,
        shipped=[row for row in found if row.entry.where == SHIPPED],
        found=len(found),
        all=len(rows),
        own_all=sum(row.entry.where != SHIPPED for row in rows),
        folder=str(workspace.folder),
        problem=workspace.folder_problem(),
        opened=workspace.case,
    )
    return Shown(title="Cases", body=body, limits=LIMITS)
