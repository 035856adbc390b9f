"""How an event record names the actors of a case."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from functools import lru_cache

from demarche.errors import TermError, near_miss
from demarche.terms import Actor

__all__ = ["record_name", "unknown_actor"]


def record_name(actor: Actor, *, known: Collection[str]) -> str | None:
    """How a record names an actor of a case: by its id, a code of its name, its name or aliases.

    Where none of them is a name of the record, one that differs in case, accents, blanks or
    underscores alone is taken.
    """
    from demarche.terms.codebooks import plain_name

    names = _names_of(actor)
    exact = next((name for name in names if name in known), None)
    if exact is not None:
        return exact
    found = _by_plain_name(frozenset(known))
    return next((found[plain] for plain in map(plain_name, names) if plain in found), None)


@lru_cache(maxsize=4)
def _by_plain_name(known: frozenset[str]) -> dict[str, str]:
    """Names of a record by their plain form; the first in order where two share one."""
    from demarche.terms.codebooks import plain_name

    return {plain_name(name): name for name in sorted(known, reverse=True)}


def _names_of(actor: Actor) -> tuple[str, ...]:
    """Names under which a record may hold an actor of a case, the likeliest first."""
    names = (actor.id, *_codes_of(actor.name), actor.name, *actor.aliases)
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=1024)
def _codes_of(name: str) -> tuple[str, ...]:
    """Code of a known group, and of a state, that bear this name; asked again and again."""
    from demarche.terms.codebooks import country, group_of_name

    state = ""
    with contextlib.suppress(TermError):
        state = country(name, "name")
    return tuple(code for code in (group_of_name(name), state) if code)


def unknown_actor(actor: Actor, *, known: Collection[str]) -> str:
    """Sentence on an actor that a record does not hold: what was looked for, and the nearest."""
    names = _names_of(actor)
    nearest = next(filter(None, (near_miss(name, known) for name in reversed(names))), "")
    return (
        f"it knows no actor called {' or '.join(map(repr, names))}. {nearest}".rstrip()
        + " The record's own name of it can be given among its aliases."
    )
