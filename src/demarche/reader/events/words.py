"""The closed classes of English words that the light grammar looks at."""

from __future__ import annotations

from demarche.reader.events.tokens import Token

__all__ = [
    "ADVERBS",
    "BE",
    "CONJUNCTIONS",
    "DETERMINERS",
    "DO",
    "HAVE",
    "NEGATORS",
    "OWNERS",
    "PREPOSITIONS",
    "PRONOUNS",
    "SUBORDINATORS",
    "SUPPOSING",
    "WILL",
    "is_adverb",
    "is_month",
]

DETERMINERS = frozenset(
    "the a an this that these those its their his her our my your some several any all both each "
    "every another other such no many more most few two three four five six seven eight nine ten "
    "dozens hundreds thousands".split()
)
OWNERS = frozenset("its their his her".split())
PREPOSITIONS = frozenset(
    "of in on at to from with by for against over into between among toward towards near about "
    "inside outside across under after before during through via within without along since "
    "around beyond behind amid despite upon off onto following regarding concerning as than "
    "alongside like until besides including".split()
)
BE = frozenset("is are was were be been being am 's 're get gets got".split())
HAVE = frozenset("has have had having 've".split())
DO = frozenset("do does did".split())
WILL = frozenset("will shall would wo 'll ca".split())
SUPPOSING = frozenset("may might could can should must ca".split())
NEGATORS = frozenset("not n't never neither nor no cannot hardly".split())
CONJUNCTIONS = frozenset("and or but & nor".split())
SUBORDINATORS = frozenset(
    "that which who whom whose because although though while whereas when after before as until "
    "if unless whether where since once so amid despite following".split()
)
PRONOUNS = frozenset("it he she they who which that".split())
ADVERBS = frozenset(
    "also again still already now just soon later then ever even too once always often yet "
    "further jointly together earlier recently reportedly have has had be been not n't never "
    "today yesterday monday tuesday wednesday thursday friday saturday sunday once".split()
)


def is_month(token: Token, before: str, after: str) -> bool:
    """Whether "March" or "May" is the month, by its capital and its neighbours."""
    if token.low not in ("march", "may") or not token.capital:
        return False
    return after[:1].isdigit() or before[:1].isdigit() or before in _MONTH_AFTER


def is_adverb(low: str) -> bool:
    """Whether a word may stand between a subject and its verb.

    Examples
    --------
    >>> [is_adverb(word) for word in ("reportedly", "also", "july", "ally")]
    [True, True, False, False]
    """
    return low in ADVERBS or (low.endswith("ly") and low not in _NO_ADVERB and len(low) > 4)


_MONTH_AFTER = frozenset("in since last early late by until of from next this mid".split())
_NO_ADVERB = frozenset(
    "italy july family assembly ally rally supply reply monopoly anomaly apply comply imply "
    "multiply rely sicily thessaly only".split()
)
