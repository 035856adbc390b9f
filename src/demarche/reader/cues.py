"""Cues of likelihood in a clause: numbers, words, modals; each with its class and polarity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from demarche.reader.horizon_words import NUMBERS

__all__ = ["Cue", "cues", "negated", "stated_number"]

_ADV = r"(?:\w+ )?"
_BE = r"(?:is|are|was|were|be|been|being|'s|'re|seems?|looks?|appears?|remains?|becomes?|became|am)"
_NEG = r"(?:not|n't|no longer|never)"
_CANNOT = r"(?:can(?:not|'t| not| no longer| never)|could(?:n't| not| no longer| never))"
_CHANCE = r"(?:chances?|prospects?|likelihood|probability|odds|possibility|hopes?|expectations?)"
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


_WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "not_excluded",
        "+",
        "double",
        rf"{_CANNOT} {_ADV}be {_ADV}(?:ruled out|excluded|dismissed|discounted|written off|"
        r"precluded)|"
        rf"{_CANNOT} {_ADV}(?:rule out|exclude|dismiss|discount|preclude|write off)|"
        rf"(?:{_NEG}|hardly|far from|by no means) {_ADV}(?:impossible|inconceivable|unthinkable|"
        r"implausible|unimaginable|out of the question|off the table|excluded|far-fetched)|"
        r"nothing (?:can be|is|has been) (?:ruled out|excluded|off the table)|"
        rf"(?:{_NEG}|without|refus\w+ to|declin\w+ to|stopped short of) {_ADV}(?:rul(?:e|ed|"
        r"ing) out|"
        r"exclud(?:e|ed|ing))|there is no ruling out",
    ),
    (
        "not_unlikely",
        "+",
        "double",
        rf"(?:{_NEG}|hardly) (?:at all |entirely |altogether )?(?:unlikely|improbable)",
    ),
    (
        "uncertain",
        "-",
        "word",
        rf"(?:{_NEG}|far from|anything but|by no means|hardly) {_ADV}(?:(?:clear|obvious) that|"
        r"certain|guaranteed|assured|"
        r"inevitable|a foregone conclusion|a given|a certainty)\b(?! whether)|not necessarily|"
        r"no guarantee",
    ),
    (
        "even",
        "+",
        "word",
        r"(?:roughly|about|around|nearly|approximately|more or less|an?|at|are|is) even\b"
        r"(?: (?:chances?|odds|money|probability))?(?! \w+er\b| more| less)|even chances?|"
        r"even odds|"
        r"toss-?up|coin[ -](?:toss|flip)|50[-/]50|fifty-fifty|(?:could|can|may|"
        r"might) go either way|"
        r"evenly (?:balanced|split|poised)|as likely as not",
    ),
    (
        "few_expect",
        "-",
        "word",
        r"(?:hard|difficult|impossible) to (?:see|imagine|envisage|picture|conceive)(?: of)?|"
        r"(?:no one|nobody|few) should expect|(?:would|i'd|we'd) be (?:very |most |"
        r"greatly )?(?:surprised|astonished|surprising|amazed) if|"
        r"(?:do not|don't) (?:expect|bet on|count on|hold your breath)|(?:should not|"
        r"shouldn't) expect",
    ),
    (
        "unlikely",
        "-",
        "word",
        r"(?:has|have|had|having) (?:absolutely )?no (?:plans?|intention|desire|wish|appetite|"
        r"reason|intentions) (?:to|of|for)|"
        r"less likely than not|more unlikely than likely|(?:less|worse) than even",
    ),
    (
        "better_than_even",
        "+",
        "word",
        r"(?:better|more|higher) than even|more likely than not|more than likely|slightly likely|"
        r"likelier than not|on balance likely",
    ),
    (
        "unlikely",
        "-",
        "word",
        rf"(?:{_NEG}|hardly|scarcely|barely|less) {_ADV}(?:likely|probable)\b(?! to be the)|"
        rf"{_NEG} (?:widely |generally |currently )?(?:expected|anticipated|forecast|projected|"
        r"tipped)",
    ),
    (
        "certain",
        "+",
        "word",
        r"(?:almost|all but|virtually|nearly|practically|near|as good as) (?:certain(?:ly|ty)?|"
        r"sure|"
        r"inevitable|guaranteed|assured|a certainty)|near-certain(?:ty|ly)?|"
        rf"{_BE} {_ADV}(?:certain|sure|"
        r"bound|doomed|destined|guaranteed|fated) to|(?:certain|sure|bound|doomed|destined) to\b|"
        rf"{_BE} {_ADV}(?:inevitable|unavoidable|inescapable|certain\b(?! that| of| about|"
        r" whether))|"
        r"(?:it is|it's|it seems) certain that|inevitably|unavoidably|undoubtedly|surely|doubtless|"
        r"no doubt|beyond (?:any |all )?doubt|without (?:a |any )?doubt|certainly|"
        r"(?:only |just |merely )?a (?:matter|question) of (?:when|time)|foregone conclusion|"
        r"a certainty|no question that|cannot fail to|there is little doubt|"
        r"with (?:near[- ]|virtual )?certainty",
    ),
    (
        "almost_no_chance",
        "-",
        "word",
        r"(?:almost |virtually |practically |next to |absolutely |simply |effectively |"
        r"there is )?no "
        rf"(?:\w+ )?(?:{_CHANCE}|way)(?= |[.,]|$)|(?:stands?|has|have|had) no chance|zero chance|"
        rf"remote\b(?= {_CHANCE})|{_BE} {_ADV}(?:remote|impossible|unthinkable|inconceivable|"
        r"out of the question|nil|hopeless)|next to impossible|(?:almost|virtually) impossible|"
        r"beyond the realms? of|a remote (?:chance|possibility|prospect)|"
        rf"{_CHANCE} (?:of [^,;]{{1,60}})?"
        rf"{_BE} {_ADV}(?:remote|nil|zero|non-existent)",
    ),
    (
        "highly_unlikely",
        "-",
        "word",
        r"(?:highly|very|extremely|most|exceedingly|deeply|exceptionally|vanishingly|"
        r"too) (?:unlikely|"
        r"improbable|doubtful)|odds (?:are|look|seem) stacked against|(?:very |precious |"
        r"only )?(?:a )?(?:little|slim|scant|small|slight|low|poor|"
        rf"faint|minimal|meagre|dim|outside|fat) (?:\w+ )?{_CHANCE}|long shot|"
        rf"{_CHANCE} (?:(?:of|for|that) [^,;]{{1,80}} )?(?:{_BE}|look|seem|"
        rf"appear) {_ADV}(?:slim|slight|small|low|dim|"
        r"bleak|poor|faint|minimal|negligible|grim)|outlook (?:for [^,;]{1,60} )?(?:is|looks|"
        r"remains) {_ADV}"
        r"(?:bleak|dim|poor|grim)|against all (?:the )?odds",
    ),
    (
        "unlikely",
        "-",
        "word",
        r"unlikely|improbable|doubtful|(?:is|are|remains?|looks?|seems?|now) in doubt|questionable|"
        r"improbably|(?:hopes?|prospects?|expectations?|chances?) (?:(?:of|for|that) [^,;]{1,80} )?"
        r"(?:is|are) (?:fast |quickly |rapidly )?(?:fading|receding|dwindling|dimming|shrinking|"
        r"evaporating|diminishing)|fading (?:hopes?|prospects?|chances?)|least likely",
    ),
    (
        "highly_likely",
        "+",
        "word",
        r"(?:highly|very|extremely|overwhelmingly|exceedingly|exceptionally) (?:likely|"
        r"probable|probably)|"
        r"every (?:chance|likelihood|prospect|reason to expect)|(?:a )?safe bet|(?:high|strong|"
        r"overwhelming|great) (?:probability|likelihood)",
    ),
    (
        "strongly_likely",
        "+",
        "word",
        r"(?:chances|odds|prospects) (?:are|look|seem) (?:\w+ )?(?:high|good|strong|excellent|"
        r"bright)|"
        r"in all (?:likelihood|probability)|(?:a |an )?(?:very |pretty |quite a |"
        r"fairly )?(?:good|strong|"
        r"high|excellent|better|big|decent|solid) (?:chance|prospect|possibility|risk|odds)|most "
        r"(?:likely|probably)|(?:a )?good bet|(?:odds-on|clear|hot|firm) favourite",
    ),
    (
        "may_well",
        "+",
        "word",
        r"(?:is|are|stands?|remains?|be) (?:\w+ )?(?:prepared|willing|open|ready) to\b|"
        r"(?:may|might|could) (?:very )?well\b|looms?\b|looming|on the (?:verge|brink|cusp|"
        r"threshold|edge) "
        r"of|(?:nearing|approaching)\b|close to \w+ing|edging (?:towards?|closer)|on the horizon|"
        r"(?:drifting|sliding|moving|inching|lurching|creeping) (?:closer )?(?:towards?|to)",
    ),
    (
        "likely",
        "+",
        "word",
        r"(?:is|are|remains?|seems?|looks?|be|as) (?:now |still |by far |also )?the (?:most |"
        r"single most )?(?:likely|likeliest|probable) \w+|"
        r"(?:leaning|leans|inclined|tilting|tending) (?:towards?|to)\b|bracing for|braced for|"
        r"likely|probably|probable\b|presumably|(?:the |a )?(?:fair|reasonable) chance|"
        r"the (?:chances|odds)"
        r" are(?: good)?(?= that|,|:| the| it| he| she| they| a)|^(?:chances|odds) are|"
        r"odds favou?r|"
        r"favou?rite to|on (?:course|track) (?:to|for)|(?:heading|headed|heads) (?:for|"
        r"towards?)|on the cards|"
        r"in the offing|within reach|in prospect|in sight|in store|"
        rf"(?:is|are|be|been|was|were) {_ADV}(?:expected|forecast|projected|tipped|predicted|"
        r"anticipated|"
        r"foreseen|thought likely)|expected to\b|the (?:expectation|consensus|forecast|assumption|"
        r"prediction|base case|central scenario|likelihood) (?:\w+ \w+ )?is (?:that|for)|"
        r"shaping up to|pricing in|my guess is|the betting is",
    ),
    (
        "feared",
        "+",
        "word",
        r"(?:is|are|was|were) (?:widely |now )?feared|(?:there (?:is|are) )?(?:\w+ )?(?:fears?|"
        r"worr(?:y|ies)|"
        r"concerns?|alarm|anxiety) (?:(?:among|in|of) [^,;]{1,40} )?(?:(?:is|are) (?:growing |"
        r"mounting |rising )?)?"
        r"that|(?:fears?|concerns?) (?:are )?(?:growing|mounting|rising) that",
    ),
    (
        "scheduled",
        "+",
        "word",
        rf"{_BE} (?:\w+ )?(?:due|scheduled|slated|timed|booked|planned) (?:to|for|in|on|by)\b|"
        r"scheduled (?:to|for)\b",
    ),
    (
        "set",
        "+",
        "word",
        rf"{_BE} (?:\w+ )?(?:all )?(?:set|poised|about|primed|certain) to|on the point of|set to\b|"
        r"poised to\b|about to\b|stands? to (?:lose|gain|win|benefit|become)|in the process of",
    ),
    (
        "intended",
        "+",
        "word",
        r"(?:is|are|been|'s|'re) (?:\w+ )?(?:preparing|planning|intending|gearing up|moving|"
        r"getting ready|mobili[sz]ing|seeking|aiming|working|trying|hoping) (?:to|for)|"
        r"has plans to|"
        r"(?:is|are) (?:laying|making) (?:the groundwork|preparations|plans) (?:to|for)",
    ),
    (
        "possible",
        "+",
        "word",
        rf"(?:is|are|'s|been|be|seems?|looks?|appears?|remains?) {_ADV}(?:weighing|mulling|"
        r"contemplating|"
        r"considering|exploring|studying|toying with|pondering|debating)|hop(?:es?|ing) (?:to|"
        r"for|that)\b|"
        r"threatens? to\b|risks? \w+ing|potentially|conceivably|possibly|perhaps|maybe|"
        rf"(?:is|are|seems?|looks?|appears?|remains?|becomes?|becoming|be|it's) {_ADV}(?:possible|"
        r"conceivable|plausible|feasible|imaginable|thinkable|a possibility|an option|"
        r"on the table|up for grabs)|"
        r"possible that|conceivable that|as possible\b(?!\.)|"
        r"(?:a|an|the|some|any) (?:\w+ )?(?:possibility|risk|danger|chance|prospect|threat|"
        r"likelihood|probability) "
        r"(?:that|of)|chances? of|risks? (?:of|that)|(?:the|real|serious|growing|"
        r"distinct) (?:possibility|risk|danger)",
    ),
    ("possible", "+", "modal", r"(?:may|might|could)(?:n't)?"),
)
_COMPILED = tuple(
    (hedge, polarity, group, re.compile(rf"(?<![\w'-])(?:{pattern})(?![\w-])"))
    for hedge, polarity, group, pattern in _WORDS
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
    r"(?! (?:only|just|merely|least|necessarily))|(?:won|wouldn|shan|isn|aren|couldn|shouldn|"
    r"mightn|can|"
    r"doesn|don|didn|wasn|weren)'t\b(?! (?:only|just|merely))|cannot\b|"
    r"(?:probably|likely|certainly|perhaps|possibly|expected|expect|set|sure|bound|presumably|"
    r"surely) (?:not|never)\b"
    r"(?! (?:only|just|merely))|(?<= )not to\b|"
    r"(?:will|would|may|might|could|can|to) (?:\w+ )?(?:be|have|get|see|bring|find|gain|make|"
    r"receive|"
    r"offer|win|yield|face|do) (?:no|nothing|little|nobody|neither)\b"
    r"(?! (?:doubt|more than|later|less|longer))"
)
_NO_ONE = re.compile(
    r"^(?:that |and |but |so |then )?(?:no(?: one)?(?! (?:doubt|later|sooner|more|less|longer|"
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
    if _NO_ONE.search(low.strip(' "')):
        return "nobody"
    return "not" if _NEGATED.search(low, 0, within) else ""
