"""Cues of likelihood in a clause: numbers, words, modals; each with its class and polarity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from demarche.reader.cue_words import WORDS
from demarche.reader.horizon_words import NUMBERS

__all__ = ["Cue", "cues", "negated", "stated_number"]

_NUM = (
    r"(?:\d{1,3}(?:\.\d+)?|(?:one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|"
    r"thirty|forty|fifty|"
    r"sixty|ninety)(?![\w-]))"
)
_PCT = r"(?: ?%| ?per ?cent| percent(?:age points?)?)"
_SMALL = (
    "(?:" + "|".join(sorted([*NUMBERS, "even", "hundred"], key=len, reverse=True)) + r"|\d{1,4})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A cue in a clause: its class, its place, its polarity, and how it ranks.

    ``rank``: 5 a number, 4 a word of likelihood, 3 a belief, 1 a bare modal.
    """

    hedge: str
    start: int
    end: int
    polarity: str
    rank: int
    group: str
    number: tuple[float, float] | None = None


_COMPILED = tuple(
    (hedge, polarity, group, re.compile(rf"(?<![\w'-])(?:{pattern})(?![\w-])"))
    for hedge, polarity, group, pattern in WORDS
)
_BARE = re.compile(
    r"(?<![\w'-])(?:will|won't|would|wouldn't|shall|shan't)(?![\w-])|(?<=\w)'(?:ll|d)\b(?! better)|"
    r"(?<![\w-])(?:is|are|'s|'re|am|was|were|be|been) (?:\w+ )?(?:not )?going to (?=[a-z])|"
    r"(?<![\w-])(?:is|are) (?:not |\w+ly )?to (?=be\b|[a-z]{3,})(?!the\b|this\b|that\b|some\b|"
    r"date\b)"
)
_PERCENT = (
    re.compile(
        rf"(?P<low>{_NUM})(?:{_PCT})?(?: ?(?:-|to|or|"
        rf"and) ?(?P<high>{_NUM}))?{_PCT} (?:or (?:so|more) )?"
        r"(?:\w+ )?(?:chance|probability|likelihood|odds|risk|certain|sure|likely|confident|"
        r"possibility)"
    ),
    re.compile(
        rf"(?:chances?|probability|likelihood|odds|risk|probabilities)\b[^;.]{{0,120}}?(?:at|"
        r"of|is|are|as|to be|"
        r"to|exceeds?|above|below|than|near|under|over) (?:about |around |roughly |just |"
        r"only |some |nearly |"
        r"almost |less than |more than |under |over |between |"
        rf"at least )*(?P<low>{_NUM})(?:{_PCT})?"
        rf"(?: ?(?:-|to|and) ?(?P<high>{_NUM}))?{_PCT}"
    ),
)
_RATIO = re.compile(
    rf"(?P<a>{_SMALL})[ -](?:in|out of)[ -](?:a |every )?(?P<b>{_SMALL})(?:[ -](?:chance|shot|"
    r"probability|odds))?(?![\w-])"
)
_ODDS = re.compile(
    rf"(?P<a>{_SMALL})(?:[ -]to[ -]|/|:)(?P<b>{_SMALL})(?: (?P<way>against|on|"
    r"in favou?r))?(?![\w-])"
)
_FRACTION = re.compile(
    r"(?P<word>two-thirds|two thirds|one-third|one third|three-quarters|three quarters|one-quarter|"
    r"a quarter|one half) (?:chance|probability|likelihood)"
)
_FRACTIONS = {"two": 2 / 3, "one third": 1 / 3, "one-third": 1 / 3, "three": 0.75, "one half": 0.5}
_DECIMAL = re.compile(
    r"(?:probability|likelihood|chance)\b[^;.]{0,80}?(?:at|of|is|to be|to) (?:about |"
    r"around )?(?P<low>0\.\d{1,4})"
)
_NEGATED = re.compile(
    r"(?:will|would|shall|may|might|could|should|can|must|is|are|was|were|'ll|'d|does|do|did|"
    r"has|have)"
    r"(?: (?:\w+ly|also|still|yet|then|now|almost certainly|well|even|perhaps|very))*,? (?:not|"
    r"never|no longer|neither)\b"
    r"(?! (?:only|just|merely|least|necessarily))|(?:will|would|shall) (?:under no circumstances|"
    r"on no account|at no (?:point|time)|in no way)\b|(?:won|wouldn|shan|isn|aren|couldn|shouldn|"
    r"mightn|can|"
    r"doesn|don|didn|wasn|weren)'t\b(?! (?:only|just|merely))|cannot\b|"
    r"(?:probably|likely|certainly|perhaps|possibly|expected|expect|set|sure|bound|presumably|"
    r"surely) (?:not|never|no(?= [a-z]{3}))\b"
    r"(?! (?:only|just|merely))|(?<= )not to\b|"
    r"(?:will|would|may|might|could|can|to) (?:\w+ )?(?:be|have|get|see|bring|find|gain|make|"
    r"receive|"
    r"offer|win|yield|face|do) (?:no|nothing|little|nobody|neither)\b"
    r"(?! (?:doubt|more than|later|less|longer))"
    r"|\bthat no (?:[\w-]+ ){1,5}?(?:will|would|may|might|could|can)\b"
)
_NO_ONE = re.compile(
    r"^(?:that |and |but |so |then )?(?!nothing (?:short of|less than|but|"
    r"other than)\b)(?:no(?: one)?(?! (?:matter|wonder|surprise|doubt|later|"
    r"sooner|more(?! [a-z]+s\b)|less|longer|"
    r"fewer|earlier))|neither|nobody|none|nothing|never|"
    r"under no circumstances|at no (?:time|point)|on no account|nor|"
    r"not (?:one|a single)|few|hardly any)\b"
)
_HARDLY = re.compile(r"(?:will|would|could|can|may) (?:hardly|barely|scarcely|rarely|seldom)\b")


def _fraction(word: str) -> float:
    for key, value in _FRACTIONS.items():
        if word.replace("-", " ").startswith(key.replace("-", " ")):
            return value
    return 0.25


def _value(word: str) -> float:
    return float(word) if word[0].isdigit() else _count(word)


def _count(word: str) -> float:
    return (
        float(word)
        if word.isdigit()
        else {"hundred": 100.0, "even": 1.0}.get(word) or float(NUMBERS.get(word, 0))
    )


def stated_number(low: str) -> Cue | None:
    """Probability that a clause states in numbers, as a cue; odds against lean against.

    Examples
    --------
    >>> stated_number("put the odds at three to one against a deal").number
    (0.25, 0.25)
    >>> stated_number("a 60 to 70 percent chance of rain").number
    (0.6, 0.7)
    """
    for pattern in _PERCENT:
        met = pattern.search(low)
        if met:
            a = _value(met["low"]) / 100
            b = _value(met["high"]) / 100 if met["high"] else a
            before = low[max(0, met.start() - 14) : met.start("low")]
            if re.search(
                r"(?:less than|under|below|at most|up to|fewer than)(?: an?| just)? $", before
            ):
                a = 0.0
            elif re.search(r"(?:more than|over|above|at least|exceeds?)(?: an?| just)? $", before):
                b = 1.0
            if 0 <= a <= b <= 1:
                return _number(met, (a, b), "+")
    met = _DECIMAL.search(low)
    if met:
        return _number(met, (float(met["low"]), float(met["low"])), "+")
    met = _FRACTION.search(low)
    if met:
        share = _fraction(met["word"])
        return _number(met, (share, share), "+")
    return _ratio(low)


def _ratio(low: str) -> Cue | None:
    met = _RATIO.search(low)
    if met and re.search(r"chance|odds|probab|likelihood|risk|\bshot\b", low):
        a, b = _count(met["a"]), _count(met["b"])
        if 0 < a < b:
            return _number(met, (round(a / b, 6), round(a / b, 6)), "+")
    met = _ODDS.search(low)
    if met and re.search(r"\bodds\b|against|\bfavou?r\b|bookmaker|\bbet", low):
        a, b = _count(met["a"]), _count(met["b"])
        if a > 0 and b > 0:
            on = (met["way"] or "against") != "against"
            share = round(a / (a + b) if on else b / (a + b), 6)
            return _number(met, (share, share), "-" if met["way"] == "against" else "+")
    return None


def _number(met: re.Match[str], share: tuple[float, float], polarity: str) -> Cue:
    return Cue(
        hedge="number",
        start=met.start(),
        end=met.end(),
        polarity=polarity,
        rank=5,
        group="number",
        number=share,
    )


@lru_cache(maxsize=2_048)
def cues(low: str) -> Sequence[Cue]:
    """Cues of a folded clause in order; a word that belongs to a longer cue counts once.

    Examples
    --------
    >>> [(c.hedge, c.polarity) for c in cues("it is highly unlikely that they will sign")]
    [('highly_unlikely', '-'), ('assertion', '+')]
    """
    return tuple(sorted(_found(low), key=lambda cue: cue.start))


def _found(low: str) -> Iterator[Cue]:
    text = low
    number = stated_number(text)
    if number is not None:
        yield number
        text = _hide(text, number.start, number.end)
    for hedge, polarity, group, pattern in _COMPILED:
        for met in list(pattern.finditer(text)):
            yield Cue(
                hedge=hedge,
                start=met.start(),
                end=met.end(),
                polarity=polarity,
                rank=4,
                group=group,
            )
            text = _hide(text, met.start(), met.end())
    for met in _BARE.finditer(text):
        yield Cue(
            hedge="assertion", start=met.start(), end=met.end(), polarity="+", rank=1, group="bare"
        )


def _hide(text: str, start: int, end: int) -> str:
    return text[:start] + "\u0001" * (end - start) + text[end:]


def negated(low: str, *, within: int) -> str:
    """How a clause negates its verb: ``not``, ``hardly``, ``nobody`` or nothing.

    ``within`` is the offset after which a negation is no longer the clause's own.

    Examples
    --------
    >>> negated("the army will not withdraw", within=26), negated("no one will come", within=16)
    ('not', 'nobody')
    >>> negated("it will not only grow", within=20)
    ''
    """
    if _HARDLY.search(low, 0, within):
        return "hardly"
    if _NO_ONE.search(low.strip(' ",')):
        return "nobody"
    return "not" if _NEGATED.search(low, 0, within) else ""
