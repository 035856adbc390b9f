"""PLOVER: event types with their modes, contexts and the CAMEO roots that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from demarche.errors import TermError, near_miss
from demarche.terms.codebooks._tables import Lazy, table

__all__ = [
    "PLOVER_CONTEXTS",
    "PLOVER_TYPES",
    "PloverType",
    "plover",
    "root_of_plover",
    "yield_hint",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PloverType:
    """One event type: PLOVER's own quad class, its modes, and the CAMEO root that stands for it.

    ``roots`` gives the root of each mode where it differs from the type's.
    """

    type: str
    quad: int
    modes: tuple[str, ...]
    root: str
    roots: Mapping[str, str]


def _types() -> Mapping[str, PloverType]:
    found: dict[str, PloverType] = {}
    rows = table("plover")
    for event, mode, quad, root in rows:
        if mode is None:
            own = [row for row in rows if row[0] == event and row[1] is not None]
            found[str(event)] = PloverType(
                type=str(event),
                quad=int(str(quad)),
                modes=tuple(str(row[1]) for row in own),
                root=str(root),
                roots={str(row[1]): str(row[3]) for row in own if row[3] != root},
            )
    return found


PLOVER_TYPES: Mapping[str, PloverType] = Lazy(_types)
"""The sixteen event types of PLOVER 0.8."""

PLOVER_CONTEXTS: Mapping[str, int] = Lazy(
    lambda: {str(row[0]): place for place, row in enumerate(table("plover_contexts"))}
)
"""The thirty-seven contexts of PLOVER 0.8, with their place in the manual."""


def plover(event: str) -> PloverType:
    """Entry of a PLOVER event type.

    Raises
    ------
    TermError
        If there is no such type, with the near miss.

    References
    ----------
    .. [1] Halterman, A., Bagozzi, B., Beger, A., Schrodt, P. & Scarborough, G. (2023). PLOVER and
       POLECAT: A new political event ontology and dataset. doi:10.31235/osf.io/rm5dw

    Examples
    --------
    >>> plover("RETREAT").quad, plover("RETREAT").root
    (2, '08')
    """
    found = PLOVER_TYPES.get(event)
    if found is None:
        hint = yield_hint(event) or near_miss(event, PLOVER_TYPES)
        raise TermError(
            f"{event!r} is not a PLOVER event type. {hint} Types: {', '.join(PLOVER_TYPES)}."
        )
    return found


def yield_hint(event: object) -> str:
    """What to write instead of YIELD, a type of PLOVER's drafts that the manual split.

    Examples
    --------
    >>> yield_hint("YIELD")
    'PLOVER split YIELD into CONCEDE (political concessions) and RETREAT (withdrawal, release).'
    >>> yield_hint("AID")
    ''
    """
    if str(event).upper() != "YIELD":
        return ""
    return (
        "PLOVER split YIELD into CONCEDE (political concessions) and RETREAT (withdrawal, release)."
    )


def root_of_plover(event: str, *, mode: str | None = None) -> str:
    """CAMEO root that stands for a PLOVER type, by its mode where that says more.

    Raises
    ------
    TermError
        If there is no such type, or the type has no such mode.

    Examples
    --------
    >>> root_of_plover("ASSAULT"), root_of_plover("ASSAULT", mode="aerial")
    ('18', '19')
    """
    entry = plover(event)
    if mode is None:
        return entry.root
    if mode not in entry.modes:
        known = ", ".join(entry.modes) or "none"
        raise TermError(
            f"PLOVER's {event} has no mode {mode!r}. {near_miss(mode, entry.modes)} Modes: {known}."
        )
    return entry.roots.get(mode, entry.root)
