"""The page of claims: what sources said beforehand, beside where they said it and what followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demarche.cases import Outcomes, load_outcomes
from demarche.desk.case_claims import case_sources
from demarche.errors import DataError
from demarche.show._numbers import span
from demarche.show._sections import SAID
from demarche.show.workbench.asked import PageError, Shown, asked_word, chosen_case
from demarche.show.workbench.frame import render
from demarche.show.workbench.read_articles import article_names, read_article
from demarche.show.workbench.workspace import Workspace
from demarche.terms import Case, Claim, Source
from demarche.terms.ledger import SourceForecast

__all__ = ["ClaimLine", "claim_lines", "page"]

LIMITS = (
    "A claim is kept as its source's own, coded in neutral words; a hedge's range says what the "
    "words convey, not what is true.",
    "What a claim's condition did not meet is not scored, whatever happened.",
    "An article is read on the command line; nothing is taken in here.",
)
OUTCOMES = "outcomes"
"""Folder beside the case files in which outcomes are looked for, by the id of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A claim with what its hedge conveys, and what became of it window by window."""

    claim: Claim
    source: Source | None
    kind: str
    about: str
    condition: str
    band: str
    scored: tuple[SourceForecast, ...]

    @property
    def told(self) -> str:
        """What followed in one line, such as "yes in 2 windows, annulled in 1"."""
        counts = Counter(
            (row.verdict or row.outcome or "").replace("_", " ") for row in self.scored
        )
        words = [
            f"{word} in {n}" + (f" {'window' if n == 1 else 'windows'}" if i == 0 else "")
            for i, (word, n) in enumerate(counts.items())
        ]
        return ", ".join(words)


def claim_lines(case: Case, *, outcomes: Outcomes | None) -> tuple[ClaimLine, ...]:
    """Claims by source and paragraph; what became of each where outcomes are known."""
    sources = {source.id: source for source in case.sources}
    labels = {course.id: course.label for course in case.courses}
    names = {actor.id: actor.name for actor in case.actors}
    scored: dict[str, list[SourceForecast]] = {}
    if outcomes is not None:
        for row in case_sources(case, outcomes=outcomes):
            if row.outcome is not None or row.verdict is not None:
                scored.setdefault(row.id.partition("@")[0], []).append(row)
    lines = []
    for claim in sorted(case.claims, key=lambda c: (c.source, c.paragraph, c.id)):
        about = ", ".join(labels.get(id, id) for id in claim.courses)
        actor = names.get(claim.actor, claim.actor)
        band = "no range is conveyed"
        if claim.low is not None and claim.high is not None:
            band = f"{span(claim.low, claim.high)} %"
        lines.append(
            ClaimLine(
                claim=claim,
                source=sources.get(claim.source),
                kind=SAID.get(claim.kind, claim.kind),
                about=f"{actor}: {about}" if actor and about else actor or about,
                condition=case.trigger(claim.condition).label
                if claim.condition in {trigger.id for trigger in case.triggers}
                else claim.condition,
                band=band,
                scored=tuple(scored.get(claim.id, ())),
            )
        )
    return tuple(lines)


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """Claims of one case, and an article of the folder that was read."""
    chosen = chosen_case(workspace, query)
    case = chosen.case
    outcomes, why = _outcomes(workspace.folder, case)
    lines = claim_lines(case, outcomes=outcomes)
    kinds = list(dict.fromkeys(line.kind for line in lines))
    kind = asked_word(query, "kind", known=kinds)
    names = article_names(workspace.folder)
    if "article" in query and query["article"] not in names:
        raise PageError("This folder has no such reading.", "The page lists those it has.",
                        status=404)  # fmt: skip
    body = render(
        "claims.html.j2",
        chosen=chosen,
        case=case,
        groups=_groups([line for line in lines if kind in ("", line.kind)]),
        count=len(lines),
        kinds=kinds,
        kind=kind,
        outcomes=outcomes,
        why=why,
        folder=str(workspace.folder),
        articles=names,
        article=read_article(workspace.folder, query["article"]) if "article" in query else None,
    )
    return Shown(title=f"Claims: {case.title}", body=body, limits=LIMITS, case=chosen.id)


def _outcomes(folder: Path, case: Case) -> tuple[Outcomes | None, str]:
    """Outcomes of the folder or of the package, or why there are none."""
    own = folder / OUTCOMES
    try:
        names = {path.name: path for path in own.iterdir()}
    except OSError:
        names = {}
    try:
        return load_outcomes(case, path=names.get(f"{case.id}.toml")), ""
    except DataError as error:
        return None, str(error)


def _groups(
    lines: Sequence[ClaimLine],
) -> tuple[tuple[Source | None, tuple[ClaimLine, ...]], ...]:
    """Lines by source, in order."""
    found: dict[str, list[ClaimLine]] = {}
    for line in lines:
        found.setdefault(line.claim.source, []).append(line)
    return tuple((rows[0].source, tuple(rows)) for rows in found.values())
