"""The light grammar: a sentence taken apart by word order and closed classes of words."""

from __future__ import annotations

from collections.abc import Sequence

from demarche.reader.events.clauses import find_clauses
from demarche.reader.events.groups import find_groups
from demarche.reader.events.mentions import Mention
from demarche.reader.events.sentence import Parsed
from demarche.reader.events.tokens import Token
from demarche.reader.events.verbal import find_nouns, find_verbals

__all__ = ["parse"]


def parse(run: Sequence[Token], mentions: list[Mention]) -> Parsed:
    """Verbs, nouns, groups of actors and clauses of a sentence."""
    found = Parsed(tuple(run), mentions, [], [], [], [])
    found.nouns = find_nouns(found)
    found.verbals = find_verbals(found)
    found.groups = find_groups(found)
    found.clauses = find_clauses(found)
    return found
