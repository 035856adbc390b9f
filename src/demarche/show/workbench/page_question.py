"""The page of the question: what is asked, by which rules it is judged, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping

from demarche.show.workbench.asked import Shown, chosen_case
from demarche.show.workbench.frame import render
from demarche.show.workbench.workspace import Workspace
from demarche.terms import Case, Evidence, Source
from demarche.terms.codebooks import CAMEO

__all__ = ["evidence_of", "page"]

LIMITS = (
    "Shown is the case as its file states it; what was moved in the workbench is not in it.",
    "Every range is an analyst's judgement with the reason given beside it, not a measurement.",
    "A resolution rule decides what counts as a yes; it does not say how likely a yes is.",
)


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """The question of one case with everything that defines it."""
    chosen = chosen_case(workspace, query)
    case = chosen.case
    focal = case.question.actor
    others = [actor for actor in case.deciding() if actor.id != focal]
    body = render(
        "question.html.j2",
        chosen=chosen,
        case=case,
        q=case.question,
        focal=case.actor(focal),
        trigger=case.trigger(case.question.trigger),
        groups=[
            (actor, case.courses_of(actor.id))
            for actor in (case.actor(focal), *others)
            if case.courses_of(actor.id)
        ],
        names=_names(case),
        cameo={code: entry.label for code, entry in CAMEO.items()},
        evidence=evidence_of(case),
        lines=sorted(case.red_lines, key=lambda line: (line.actor != focal, line.id)),
    )
    return Shown(
        title=f"Question: {case.title}",
        body=body,
        limits=(*LIMITS, *case.limits),
        case=chosen.id,
    )


def _names(case: Case) -> dict[str, str]:
    """What the ids of a case stand for, as shown in sentences."""
    return {
        **{source.id: source.title for source in case.sources},
        **{claim.id: claim.text for claim in case.claims},
        **{issue.id: issue.name for issue in case.issues},
        **{faction.id: faction.name for faction in case.factions},
        **{trigger.id: trigger.label for trigger in case.triggers},
        **{course.id: course.label for course in case.courses},
        **{actor.id: actor.name for actor in case.actors},
    }


def evidence_of(case: Case) -> dict[str, tuple[Evidence, Source | None]]:
    """Evidence by id, each with its source."""
    sources = {source.id: source for source in case.sources}
    return {item.id: (item, sources.get(item.source)) for item in case.evidence}
