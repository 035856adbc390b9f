"""What the commands of the event record say as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demarche.record.doctor import Doctor
    from demarche.record.plan import Plan

__all__ = ["cited", "planned", "well"]


def planned(plan: Plan) -> dict[str, Any]:
    """A plan: its files with their sizes, those to fetch, and what to know first."""
    return {
        "source": plan.source,
        "start": str(plan.start),
        "end": str(plan.end),
        "files": [
            {"name": one.item.name, "size": one.item.size, "here": one.here} for one in plan.files
        ],
        "to_fetch": len(plan.wanted),
        "bytes_to_fetch": plan.bytes_wanted,
        "unknown_size": sum(item.size is None for item in plan.wanted),
        "requests": list(plan.requests),
        "unlisted": plan.unlisted,
        "disk_free": plan.disk_free,
        "fits": plan.fits,
        "notes": list(plan.notes),
    }


def well(found: Doctor) -> dict[str, Any]:
    """All checks of the doctor, and whether none is bad."""
    return {"well": found.well, "checks": [asdict(check) for check in found.checks]}


def cited(ids: Sequence[str]) -> dict[str, Any]:
    """Owner, terms and citation of each source, and BibTeX of them all."""
    from demarche.record.sources import citations, source

    held = [source(id) for id in ids]
    return {
        "sources": [
            {
                "source": one.id,
                "name": one.name,
                "owner": one.owner,
                "terms": one.terms,
                "redistribute": one.redistribute,
                "cite": one.citation.plain(),
            }
            for one in held
        ],
        "bibtex": citations(ids, form="bibtex"),
    }
