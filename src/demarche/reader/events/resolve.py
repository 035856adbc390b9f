"""From mentions to actors: the country an organ inherits, the antecedent of "its"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from demarche.reader.events.mentions import Mention
from demarche.reader.events.tokens import Token

__all__ = ["bind"]

_DOMESTIC = frozenset(
    "rebels protesters opposition dissident police judiciary legislature party government "
    "executive military foreign_ministry defence_ministry interior_ministry economy_ministry "
    "intelligence media education labour elite".split()
)
"""Organs that belong to the only country around; others stay without a country."""


def bind(
    run: Sequence[Token],
    mentions: Sequence[Mention],
    *,
    before: Sequence[Mention],
    last: Mention | None,
) -> list[Mention]:
    """Mentions with the country an organ without one inherits, where only one is around.

    ``before`` are the mentions of the text so far, ``last`` the last subject.
    """
    countries = {m.country for m in mentions if m.country}
    earlier = {m.country for m in before if m.country}
    single = next(iter(countries)) if len(countries) == 1 else None
    if not countries and len(earlier) == 1:
        single = next(iter(earlier))
    models = {m.country: m for m in (*before, *mentions) if m.country}
    found: list[Mention] = []
    for mention in mentions:
        before_it = found[-1] if found else None
        named = mention.bare and mention.head > mention.end
        ahead = {m.country for m in found if m.country}
        if named and not mention.own:
            near = ahead or earlier
            if len(near) == 1:
                found.append(_as(mention, models[next(iter(near))], "inherited"))
            else:
                found.append(mention)
            continue
        if not mention.bare:
            found.append(mention)
        elif (
            before_it is not None
            and before_it.country is not None
            and before_it.sector is not None
            and run[mention.start - 1].low == "and"
            and _coordinated(run, before_it, mention)
        ):
            found.append(_as(mention, before_it, "inherited"))
        elif mention.own and last is not None:
            found.append(_as(mention, last, "pronoun"))
        elif single is not None and mention.sector in _DOMESTIC and not mention.own:
            found.append(_as(mention, models[single], "inherited"))
        else:
            found.append(mention)
    return _spread(run, found)


def _coordinated(run: Sequence[Token], left: Mention, right: Mention) -> bool:
    """Whether nothing but "and" or a comma stands between."""
    between = {token.low for token in run[left.head : right.start]}
    return bool(between) and between <= {"and", ",", "or", "the"} and between != {"the"}


def _as(mention: Mention, model: Mention, how: str) -> Mention:
    code = model.country or model.code
    name = model.name
    return replace(mention, code=code, country=model.country, name=name, how=how)


def _spread(run: Sequence[Token], mentions: list[Mention]) -> list[Mention]:
    """Let an organ stand for all states beside it.

    "Lawmakers in A and B", "the Russian and Turkish presidents".
    """
    found: list[Mention] = []
    for mention in mentions:
        before = found[-1] if found else None
        if before is not None and _coordinated(run, before, mention):
            if _takes_on(before, mention):
                mention = replace(mention, sector=before.sector, how="office", kind="organ")
            elif (
                before.kind == "adjective"
                and before.sector is None
                and mention.kind == "adjective"
                and mention.sector is not None
            ):
                found[-1] = replace(before, sector=mention.sector)
        found.append(mention)
    return found


def _takes_on(organ: Mention, state: Mention) -> bool:
    """Whether a state named behind "organ in A and" takes on the organ."""
    return (
        organ.how == "office"
        and organ.kind == "organ"
        and state.kind in ("name", "seat", "given")
        and state.sector is None
        and not state.owned
    )
