"""Actors joined by commas and "and" into groups that act, or are acted on, together."""

from __future__ import annotations

from itertools import pairwise

from demarche.reader.events import lexicon, words
from demarche.reader.events.mentions import Mention
from demarche.reader.events.sentence import Parsed, preposition_of

__all__ = ["find_groups"]


def find_groups(parsed: Parsed) -> list[tuple[Mention, ...]]:
    """Mentions joined by commas and "and" into one group each."""
    groups: list[list[Mention]] = []
    verbal_starts = {verbal.start for verbal in parsed.verbals}
    for mention in parsed.mentions:
        if groups and _joined(parsed, groups[-1][-1], mention):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    found: list[tuple[Mention, ...]] = []
    for group in groups:
        found.extend(_commas(parsed, group, verbal_starts))
    return [
        tuple(one for mention in group for one in mention.members or (mention,)) for group in found
    ]


def _commas(
    parsed: Parsed, group: list[Mention], verbal_starts: set[int]
) -> list[tuple[Mention, ...]]:
    """A list by commas needs an "and", or a verb right behind its last member."""
    words_within = {
        parsed.low(place)
        for left, right in pairwise(group)
        for place in range(left.head, right.start)
    }
    if len(group) == 1 or words_within & {"and", "or", "&", "nor", "well", "with"}:
        return [tuple(group)]
    if words_within and words_within <= {"-", "–", "—", "/"}:
        return [tuple(group)]
    leads = preposition_of(parsed, group[0]) is None and not any(
        verbal.main < group[0].start for verbal in parsed.verbals
    )
    free = not any(mention.owned for mention in group)
    if leads and free and group[-1].head in verbal_starts:
        return [tuple(group)]
    return [(mention,) for mention in group]


def _opens(parsed: Parsed, left: Mention) -> bool:
    """Whether a mention ends the words before the subject: "At a summit in Ankara, ..."."""
    if (
        parsed.low(0) not in words.PREPOSITIONS | {"according"}
        or preposition_of(parsed, left) is None
    ):
        return False
    return all(parsed.low(place) != "," for place in range(left.start))


_BETWEEN = frozenset(", and or & nor the a its their his her - – — / also evil".split())


def _joined(parsed: Parsed, left: Mention, right: Mention) -> bool:
    between = [parsed.low(place) for place in range(left.head, right.start)]
    if not between or len(between) > 6:
        return False
    text = " ".join(between)
    if text in ("as well as", "along with", "together with", ", as well as", "and the"):
        return True
    if between[0] not in (",", "and", "or", "&", "nor", "-", "–", "—", "/", "'s"):
        return False
    if "'s" in between:
        return False
    if between[0] == "," and _opens(parsed, left):
        return False
    if between[0] in ("-", "–", "—", "/"):
        return len(between) == 1
    if right.owned and "and" not in between and "or" not in between:
        return False
    forms = lexicon.verb_forms()
    for place in range(left.head, right.start):
        low = parsed.low(place)
        if low in _BETWEEN:
            continue
        if low in words.PREPOSITIONS or low in forms or low in words.PRONOUNS:
            return False
        if not low[0].isalpha() or low in words.SUBORDINATORS or low in words.BE:
            return False
    return True
