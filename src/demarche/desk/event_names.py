"""Names of actors in an event record: those of a case, of a question of next, of a picture.

A name is found as it stands; else in any case, with blanks or underscores; else without accents and
punctuation; else by the code of the state or group that bears it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from demarche.errors import QuestionError, TermError, near_miss
from demarche.terms import Actor

__all__ = [
    "UNSPECIFIED",
    "folded",
    "fullest",
    "meant",
    "name_in",
    "place_in",
    "record_name",
    "unknown_actor",
]

UNSPECIFIED = ", not specified below"

Rows = NDArray[np.integer]


def folded(name: str) -> str:
    """A name in small letters, with blanks for underscores."""
    return name.replace("_", " ").strip().casefold()


@lru_cache(maxsize=4)
def _forms(known: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Names of a record by their folded and plain form; the first in order where two share one."""
    from demarche.terms.codebooks import plain_name

    names = sorted(known, reverse=True)
    plain = {plain_name(name): name for name in names}
    plain.pop("", None)
    return {folded(name): name for name in names}, plain


def _alike(name: str, known: Collection[str]) -> str | None:
    """The name of the record that differs in case, accents, blanks or punctuation alone."""
    from demarche.terms.codebooks import plain_name

    by_folded, by_plain = _forms(frozenset(known))
    return by_folded.get(folded(name)) or by_plain.get(plain_name(name))


@lru_cache(maxsize=1024)
def _codes_of(name: str) -> tuple[str, ...]:
    """Code of a known group, and of a state, that bear this name; asked again and again."""
    from demarche.terms.codebooks import country, group_of_name

    state = ""
    with contextlib.suppress(TermError):
        state = country(name, "name")
    return tuple(code for code in (group_of_name(name), state) if code)


def name_in(known: Collection[str], name: str) -> str | None:
    """How a record calls an actor asked about by name; ``None`` where it does not know it.

    Examples
    --------
    >>> name_in(["CIV", "Police_(Togo)"], "police (togo)"), name_in(["CIV"], "Côte d'Ivoire")
    ('Police_(Togo)', 'CIV')
    """
    if name in known:
        return name
    found = _alike(name, known)
    return found or next((code for code in _codes_of(name) if code in known), None)


def record_name(actor: Actor, *, known: Collection[str]) -> str | None:
    """How a record names an actor of a case: by its id, a code of its name, its name or aliases."""
    names = _names_of(actor)
    exact = next((name for name in names if name in known), None)
    return exact or next(filter(None, (_alike(name, known) for name in names)), None)


def _names_of(actor: Actor) -> tuple[str, ...]:
    """Names under which a record may hold an actor of a case, the likeliest first."""
    names = (actor.id, *_codes_of(actor.name), actor.name, *actor.aliases)
    return tuple(dict.fromkeys(names))


def unknown_actor(actor: Actor, *, known: Collection[str]) -> str:
    """Sentence on an actor that a record does not hold: what was looked for, and the nearest."""
    names = _names_of(actor)
    nearest = next(filter(None, (near_miss(name, known) for name in reversed(names))), "")
    return (
        f"it knows no actor called {' or '.join(map(repr, names))}. {nearest}".rstrip()
        + " The record's own name of it can be given among its aliases."
    )


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", folded(name))


def meant(name: str, known: Sequence[str], rows: Rows) -> str:
    """Known names whose words begin with those given, the fullest first; else the nearest name."""
    wanted = _words(name)
    held = []
    for index, other in enumerate(known):
        words = _words(other)
        if wanted and all(any(word.startswith(want) for word in words) for want in wanted):
            held.append(index)
    if held:
        more = f" and {len(held) - 3:,} more" if len(held) > 3 else ""
        return f"It has {fullest(held, known, rows)}{more}."
    return near_miss(name, [other.removesuffix(UNSPECIFIED) for other in known])


def fullest(of: Iterable[int], known: Sequence[str], rows: Rows) -> str:
    """The three of some names with the most rows, with these."""
    first = sorted(of, key=lambda index: (-int(rows[index]), known[index]))[:3]
    many = [int(rows[index]) for index in first]
    return ", ".join(
        f"{known[index]!r} ({n:,} {'row' if n == 1 else 'rows'})"
        for index, n in zip(first, many, strict=True)
    )


def place_in(
    known: Sequence[str],
    name: str,
    *,
    what: str,
    source: str,
    ends: tuple[Rows, Rows],
    countries: Sequence[str],
    country: Rows,
) -> int:
    """Place among the names of a record of an actor asked about by name.

    Where there is none, the message says what may be meant: the actors of the country that the name
    or code is of; else those that hold its words; else the nearest; else the fullest of all.

    Parameters
    ----------
    known : sequence of str
        Names of the record.
    name, what : str
        The name, and what it was given as: actor or recipient.
    source : str
    ends : (int array, int array)
        Places of who acts and of whom it is done to, by row.
    countries, country : sequence of str, int array
        Codes, and the place of each name's among them; -1 where it has none.

    Raises
    ------
    QuestionError
        If the record has no such name.
    """
    found = name_in(known, name)
    if found is not None:
        return known.index(found)
    acting, receiving = (np.bincount(end, minlength=len(known)) for end in ends)
    rows = acting + receiving
    hint = meant(name, known, rows)
    code = next((code for code in (name.upper(), *_codes_of(name)) if code in countries), None)
    if code is not None:
        of = np.flatnonzero(country == countries.index(code))
        hint = f"Its actors of {code} are called {fullest(of.tolist(), known, rows)}."
    if not hint:
        hint = f"Its fullest names are {fullest(range(len(known)), known, rows)}."
    raise QuestionError(f"the record of {source} knows no {what} {name!r}. {hint}")
