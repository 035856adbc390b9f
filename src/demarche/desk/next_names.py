"""Names of a question about the record: actors, recipients and events, and what else is meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demarche.desk.event_names import UNSPECIFIED, folded, fullest, meant, name_in, place_in
from demarche.errors import QuestionError, TermError, near_miss
from demarche.outside.ranking.quads import Quads, country_and_sector
from demarche.terms.codebooks import cameo_by_label

__all__ = ["entity_of", "events_of", "with_newcomer"]


def entity_of(quads: Quads, name: str, *, what: str) -> int:
    """Id of an actor or recipient.

    Raises
    ------
    QuestionError
        If the record has no such name; with what may be meant.
    """
    return place_in(
        quads.entities, name, what=what, source=quads.source, ends=(quads.subject, quads.object),
        countries=quads.countries, country=quads.country,
    )  # fmt: skip


def events_of(quads: Quads, event: str | None) -> tuple[int, ...]:
    """Relation ids of an event given by name, CAMEO code or CAMEO root; none if none is given.

    One or two digits are a root, and the name of a root stands for all of it.

    Raises
    ------
    QuestionError
        If the record has no such event; with the events that hold its words, or the nearest.
    """
    if event is None:
        return ()
    wanted = folded(event)
    if not wanted:
        raise QuestionError("the event is empty; leave it out to have events ranked too.")
    if wanted.isdecimal() and len(wanted) < 3:
        found = _of_root(quads, int(wanted))
        if found:
            return found
    names = [folded(name).removesuffix(UNSPECIFIED) for name in quads.relations]
    for by in ([folded(name) for name in quads.relations], list(quads.cameo), names):
        found = tuple(i for i, name in enumerate(by) if name and name == wanted)
        if found:
            root = next((quads.cameo[i] for i in found if len(quads.cameo[i]) == 2), "")
            return _of_root(quads, int(root)) if root.isdecimal() else found
    try:
        code = cameo_by_label(event)
    except TermError:
        code = ""
    found = tuple(i for i, name in enumerate(quads.cameo) if name and name == code)
    if len(code) == 2 and code.isdecimal():
        found = _of_root(quads, int(code))
    if found:
        return found
    whom = name_in(quads.entities, event)
    if whom is not None:
        hint = f"{whom!r} is one of its actors: --recipient {whom!r} asks what is done to it."
    elif wanted.isdecimal():
        roots = sorted({int(root) for root in quads.root if root > 0})
        hint = f"Its roots are {', '.join(f'{root:02d}' for root in roots)}." if roots else ""
    else:
        counts = np.bincount(quads.relation, minlength=len(quads.relations))
        hint = meant(event, quads.relations, counts) or near_miss(wanted, names)
        if not hint:
            held = fullest(range(len(counts)), quads.relations, counts)
            hint = f"Its commonest events are {held}."
    raise QuestionError(
        f"the record of {quads.source} knows no event {event!r}; give its name, its CAMEO code or "
        f"its root, such as 19. {hint}".rstrip()
    )


def _of_root(quads: Quads, wanted: int) -> tuple[int, ...]:
    """Relation ids of a CAMEO root."""
    return tuple(i for i, root in enumerate(quads.root.tolist()) if root == wanted > 0)


def _index_of(label: str, labels: Sequence[str], ids: NDArray[np.integer]) -> int:
    """Id that most entities with a label have; -1 if none has one."""
    held = np.array(
        [i for other, i in zip(labels, ids.tolist(), strict=True) if other == label and i >= 0],
        dtype=np.int64,
    )
    return int(np.bincount(held).argmax()) if len(held) else -1


def _place(quads: Quads, actor: str) -> tuple[int, int]:
    """Country and sector id of a name the record does not hold; -1 where it states none.

    Read from ``Sector (Country)``, as the names of the record that are so written, or from
    ``COUNTRY/SECTOR`` in codes.
    """
    country, sector = country_and_sector(actor)
    if country:
        pairs = [country_and_sector(entity) for entity in quads.entities]
        return (
            _index_of(country, [one for one, _ in pairs], quads.country),
            _index_of(sector, [one for _, one in pairs], quads.sector),
        )
    code, _, organ = actor.upper().partition("/")
    return (
        quads.countries.index(code) if organ and code in quads.countries else -1,
        quads.sectors.index(organ) if organ in quads.sectors else -1,
    )


def with_newcomer(quads: Quads, actor: str) -> tuple[Quads, int]:
    """The actor's id; an actor without rows joins if its country is in the record."""
    try:
        return quads, entity_of(quads, actor, what="actor")
    except QuestionError:
        country, sector = _place(quads, actor)
        if country < 0:
            raise
    joined = dataclasses.replace(
        quads,
        entities=(*quads.entities, actor),
        country=np.append(quads.country, np.int32(country)),
        sector=np.append(quads.sector, np.int32(sector)),
    )
    return joined, len(quads.entities)
