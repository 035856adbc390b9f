"""Words that carry a horizon: deadlines, windows, amounts, durations, vague words, events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MONTHS", "NUMBERS", "SEASONS", "WEEKDAYS", "HorizonWords", "find_horizons", "past_time"]

MONTHS = (
    "january february march april may june july august september october november december".split()
)
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
SEASONS = ("spring", "summer", "autumn", "fall", "winter")
NUMBERS = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "a": 1, "an": 1}

_N = r"(?:\d{1,4}(?:[.,]\d{1,3})?|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_UNIT = r"(?:hour|day|week|fortnight|month|quarter|year|decade|generation)s?"
_COUNT = (
    rf"(?:{_N}(?: (?:to|or) {_N}|-{_N})?|a couple of|a few|several|a handful of|many|a dozen|"
    r"a matter of|a number of|the few|few|couple of)"
)
_MONTH = "(?:" + "|".join(MONTHS) + r"|(?:jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DAY = "(?:" + "|".join(WEEKDAYS) + ")"
_SEASON = "(?:spring|summer|autumn|fall|winter)"
_YEAR = r"(?:1[5-9]|2[01])\d\d(?![\d%])"
_HOLIDAY = r"(?:christmas|new year(?:'s(?: day| eve)?)?|easter|ramadan|thanksgiving)"
_NEXT = r"(?:this|next|the coming|the following|the current|the next|the same|coming)"
_DEICTIC = (
    rf"(?:today|tonight|tomorrow(?: (?:morning|evening|night))?|the day after tomorrow|"
    rf"(?:this|next) {_MONTH}(?! \d)|"
    rf"{_NEXT} (?:calendar |financial |fiscal |school )?"
    rf"(?:week(?:end)?|month|quarter|year|decade|century|{_DAY}|{_SEASON}|half-year|session|term)|"
    rf"(?:the week|the month|the year) after next|midnight|the weekend)"
)
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,? {_YEAR})?)"
)
_QUARTER = (
    rf"(?:(?:the )?(?:first|second|third|fourth|final|last|1st|2nd|3rd|4th)[ -](?:quarter|half)"
    rf"(?: of (?:{_YEAR}|{_NEXT} year|the year))?|q[1-4](?: (?:of )?{_YEAR})?)"
)
_BASE = (
    rf"(?:{_DATE}|{_QUARTER}|{_MONTH}(?:,? (?:of )?(?:{_YEAR}|{_NEXT} year))?|{_DEICTIC}|"
    rf"(?:the )?{_SEASON}(?: of)?(?: {_YEAR})?|{_DAY}(?: (?:morning|afternoon|evening|night))?|"
    rf"(?:the )?(?:year )?{_YEAR}|the (?:\d{{4}}|twenties|thirties|forties|fifties)s?|"
    rf"(?:the )?{_HOLIDAY}(?:,? {_YEAR})?|"
    r"(?:the |this )?(?:year|month|week|decade|century|quarter|weekend)(?:'s)? ?end|"
    r"mid-?year|year-end|mid-?century)"
)
_OF = (
    rf"(?:{_BASE}|(?:the |this |next )?(?:fiscal |financial |calendar |school )?(?:year|month|"
    r"week|decade|century|quarter|summer|winter|"
    r"spring|autumn|season)s?)"
)
_PART = (
    r"(?:(?:the )?(?:very )?(?:beginning|start|middle|end|close|turn|first half|second half|"
    r"first quarter|last quarter|first days|last days|latter part|early part) of|"
    r"early(?: in)?|mid|mid-|middle of|late(?: in)?|later|end of|end-|start of|earlier than) ?"
)
_WHEN = rf"(?:{_PART}{_OF}|{_BASE})"
_SOFT = (
    r"(?:(?:as )?(?:early|soon|late) as |around |about |roughly |at least |sometime |some time )?"
)
_LATEST = r"(?: at the (?:very )?(?:latest|earliest))?"
_AMOUNT = rf"(?:{_COUNT} )?(?:more )?{_UNIT}"
_LESS = (
    r"(?:at least |at most |about |around |up to |more than |less than |fewer than |another |"
    r"as long as )?"
)

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "deadline",
        rf"(?:by|before|no later than|not later than|ahead of|prior to) {_SOFT}{_WHEN}{_LATEST}",
    ),
    ("between", rf"between {_WHEN} and {_WHEN}"),
    (
        "within",
        rf"(?:sometime |some time )?(?:within|over|in|during|inside|throughout) (?:the )?{_LESS}"
        rf"(?:(?:next|coming|following) {_AMOUNT}|{_AMOUNT} (?:ahead|to come))",
    ),
    (
        "within",
        rf"(?:within|inside|in less than|in under|in no more than) {_LESS}(?:the )?{_AMOUNT}"
        r"(?:'s?)?(?: of\b(?! the)(?! \w+ing))?",
    ),
    ("point", rf"in {_LESS}{_COUNT} {_UNIT}(?:'s?)?(?: time| from now)?"),
    ("point", rf"{_COUNT} {_UNIT} (?:from now|hence)"),
    ("within", r"in (?:days|weeks|months|years|hours|decades)\b"),
    (
        "vague",
        r"in the (?:very )?(?:near|foreseeable|immediate|short|medium|long|"
        r"longer)(?:[ -]to[ -]\w+)?"
        r" ?(?:future|term|run)",
    ),
    ("window", rf"(?:in|during|on|at|over|throughout|for) {_SOFT}{_WHEN}{_LATEST}"),
    (
        "window",
        rf"(?:(?:later|early|late|sometime|some time|earlier|again)(?: in| on)? |{_SOFT})"
        rf"(?:{_DEICTIC}|this {_UNIT})",
    ),
    ("window", rf"(?:as early as|as soon as|as late as|sometime|some time) (?:in )?{_WHEN}"),
    ("window", rf"(?:early|mid-?|late)(?: in)? ?{_BASE}"),
    ("window", rf"{_DAY}(?: (?:morning|afternoon|evening|night))?(?=[.,;]|$)"),
    (
        "after",
        r"(?:not before|no earlier than|no sooner than|after|from|starting(?: in| on| from)?|"
        r"as of|"
        rf"as from|beginning(?: in| on)?) {_SOFT}{_WHEN}(?: (?:on|onwards?))?",
    ),
    ("until", rf"(?:at least )?(?:until|till|through|up to) {_SOFT}{_WHEN}"),
    ("until", rf"(?:until|till) (?:at least |well )?(?:into )?{_WHEN}"),
    (
        "duration",
        rf"for (?!next (?:year|month|week|quarter|decade)\b(?!s)){_LESS}(?:the )?(?:(?:next|"
        rf"coming|following) )?{_LESS}{_AMOUNT}(?: to come| more)?"
        r"(?! ago)",
    ),
    ("duration", r"for (?:the foreseeable future|the time being|the rest of (?:the|this) year)"),
    ("duration", rf"(?:for )?the (?:rest|remainder) of (?:the|this|next) {_UNIT}"),
    (
        "vague",
        r"(?:very )?soon(?:er or later)?\b(?! (?:after|as))|shortly\b(?! after| before)|eventually|"
        r"in due course|one day|some ?day\b|any ?time soon|any (?:day|time|moment|minute)(?: now)?|"
        r"before (?:too )?long|at some (?:point|stage)|imminently|at any (?:moment|time)|overnight",
    ),
)
_ALL = tuple(
    (kind, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")) for kind, pattern in _PATTERNS
)
_EVENT = re.compile(
    r"(?<![\w-])(?:before|after|until|till|ahead of|prior to|by the time|in the run-up to|"
    r"in time for|pending)(?= )"
)
_CUT = re.compile(
    r"[,;:\u2014()\"?!]|\.(?=\s|$)|\b(?:and|but|because|while|although|though|if|unless|which|who|"
    r"as|so|or|should|says?|said)\b"
)
_PAST = re.compile(
    r"in (?:its|his|her|their|the|an?) (?:\w+ )?(?:1[5-9]|20)\d\d (?:report|speech|book|outlook|"
    r"forecast|review|"
    r"memoirs?|study|paper|address|interview|lecture|budget)|as (?:late|early|"
    r"recently) as (?:in )?(?:1[5-9]|20)\d\d|"
    rf"(?<![\w-])(?:(?:{_COUNT} )?{_UNIT} (?:ago|earlier|previously)|"
    rf"last (?:year|month|week|decade|century|{_DAY}|{_SEASON}|{_MONTH})|yesterday|"
    r"(?:in|by|since|during|back in) (?:early |late |mid-?|the (?:\w+ )?)?(?:the )?"
    rf"(?:{_MONTH} )?(?:of )?{_YEAR}s?|at (?:that|the) time|"
    rf"as (?:recently|late) as (?:{_YEAR}|last \w+)|"
    r"in those (?:days|years)|back then|the (?:previous|preceding) \w+|"
    rf"(?:earlier|previously) (?:this|in the) {_UNIT})(?![\w-])"
)
_CAPITAL = re.compile(r"\b(?:may|march|fall|spring|august)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonWords:
    """Where a horizon stands in a sentence (folded), and of which type it is."""

    start: int
    end: int
    type: str
    words: str


def _proper(text: str, start: int, end: int) -> bool:
    """Whether months that are also words are written as months."""
    for met in _CAPITAL.finditer(text[start:end].lower()):
        word = text[start + met.start() : start + met.end()]
        if met.group() in ("may", "march", "august") and not word[0].isupper():
            return False
    return True


def find_horizons(text: str, low: str) -> Sequence[HorizonWords]:
    """Horizons of a sentence, longest first where they overlap; then in order.

    ``low`` is the folded text of the same length; blanks in it hide what is no part.

    Examples
    --------
    >>> text = "It will end by the end of June or soon."
    >>> [h.words for h in find_horizons(text, text.lower())]
    ['by the end of june', 'soon']
    """
    found: list[HorizonWords] = []
    for kind, pattern in _ALL:
        for met in pattern.finditer(low):
            if _proper(text, met.start(), met.end()):
                found.append(
                    HorizonWords(start=met.start(), end=met.end(), type=kind, words=met.group())
                )
    kept: list[HorizonWords] = []
    for one in sorted(found, key=lambda h: (h.start - h.end, h.start)):
        if all(one.end <= k.start or one.start >= k.end for k in kept):
            kept.append(one)
    for event in _events(low):
        if all(event.end <= k.start or event.start >= k.end for k in kept):
            kept.append(event)
    return sorted(kept, key=lambda h: h.start)


def _events(low: str) -> list[HorizonWords]:
    found = []
    for met in _EVENT.finditer(low):
        cut = _CUT.search(low, met.end())
        end = cut.start() if cut else len(low)
        for _, pattern in _ALL:
            inner = pattern.search(low, met.end() + 1, end)
            if inner and inner.start() > met.end() + 4:
                end = min(end, inner.start())
        phrase = low[met.start() : end].rstrip()
        count = len(phrase.split()) - len(met.group().split())
        if 1 <= count <= 10 and "  " not in phrase:
            found.append(
                HorizonWords(
                    start=met.start(), end=met.start() + len(phrase), type="event", words=phrase
                )
            )
    return found


def past_time(low: str) -> re.Match[str] | None:
    """First phrase that places something in the past, or ``None``.

    Examples
    --------
    >>> past_time("ten years ago, they left").group()
    'ten years ago'
    """
    return _PAST.search(low)
