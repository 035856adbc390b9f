"""A sentence in pieces: what only looks like a cue is hidden, clauses stand for themselves."""

from __future__ import annotations

import re
from itertools import pairwise

from demarche.reader.cues import cues
from demarche.reader.lexicon import VERBS

__all__ = ["clauses", "event_phrase", "hide_lookalikes", "without_asides"]

_NAME_AFTER = re.compile(r"(?:May|Will|March|August)\b")
_NOUN_WILL = re.compile(
    r"(?<![\w-])(?:[\w-]+'s|the|a|his|her|its|their|our|no|political|popular|free|good|ill|"
    r"last|own|"
    r"iron|sheer|strong|"
    r"collective|national|of|people's|public|any|little|enough|living) (will)(?= (?:to|of|and|"
    r"is|was|in|among|for|behind)\b|[,.;]|$)"
)
_NOUN_MIGHT = re.compile(
    r"(?<![\w-])(?:military|economic|naval|financial|industrial|the|its|their|all|full|sheer|"
    r"air) (might)(?= (?:of|and|is|was|to|in)\b|[,.;]|$)"
)
_BEFORE_NOUN = re.compile(
    r"(?<![\w'-])(?:a|an|the|his|her|its|their|our|any|this|that|these|those|another|some|"
    r"every|other|all|of|about|over|on|two|three|"
    r"with|for|against) (?:\w+ )?(?:most |more |less |very |highly |two |"
    r"three )?((?:un)?likely|possible|probable|improbable) (?!to\b|that\b)[a-z]"
)
_SUPERLATIVE = re.compile(
    r"(?:is|are|remains?|seems?|looks?|be|as) (?:now |still |by far |also )?the (?:most |"
    r"single most )?(?:likely|likeliest|probable) "
    r"(?:outcome|result|scenario|winner|option|choice|venue|date|successor|consequence|course)|"
    r"^\W*the (?:most )?(?:likely|likeliest|probable) \w+ (?:is|remains|will be|would be)"
)
_MISC = re.compile(
    r"possible to\b|as possible\b|if possible|where possible|(?:perhaps|possibly|maybe|"
    r"probably|certainly) (?=\d|\w+ly\b|the (?:most|best|first|only|last))|"
    r"(?:might|may) as well\b|we(?:'ll| will| shall) see\b(?=[.,;:!]|$| (?:what|how|whether|if|"
    r"who|about)\b)|time will tell|"
    r"may (?:also )?be (?:reached|contacted|obtained|purchased|downloaded|viewed|found (?:at|"
    r"on|in))|,? or (?:may|might|will|could) not\b,?|likely to be the|not to mention|(?:is|are|"
    r"was) to blame|(?<!\w)as likely\b(?! as not)|(?:is|are) to be (?:found|seen|had)\b|"
    r"most likely because|"
    r"more than likely because|(?:is|are) to date\b|yet to\b|have to\b|has to\b|had to\b|"
    r"able to\b|in order to|close to the\b|"
    r"may (?=(?:\w+ )?(?:by law|lawfully|legally)\b)|may,? (?=under (?:the|its) (?:constitution|"
    r"treaty|charter|law|statutes?|rules|convention)\b)|"
    r"would (?:sooner|rather) (?:\w+ )|(?<=\")(?:will|may|might|would|could|should)(?=\")|"
    r"so as to|(?:who|which|that) could not\b"
)
_PAST_COULD = re.compile(
    r"could(?:n't| not| only| barely| hardly| no longer| see| hear| feel| afford| tell|"
    r" remember| be (?:seen|heard|felt|found))\b(?! be (?:ruled out|excluded|dismissed))"
    r"(?! (?:rule|exclude|dismiss|write|discount))"
)
_PAST_WORD = re.compile(
    r"\b(?:as a (?:child|boy|girl|young \w+|student)|yesterday|\w+ ago|last (?:year|week|month|"
    r"night|decade|century)|in those (?:days|years)|at the time|back then|"
    r"(?:before|during) the (?:war|crisis|revolution|coup|embargo)|until (?:recently|then|"
    r"last)|was|were|because of|since \d{4}|every (?:summer|winter|"
    r"year|week|day|month|spring|morning|evening)|often|used to|usually|whenever|each (?:year|"
    r"summer|spring|week|day|month)|"
    r"in (?:1[5-9]\d\d|19\d\ds|20[01]\d)|in the (?:past|old days|\w+ century|(?:nineteen|"
    r"eighteen)\w*)|for (?:decades|centuries|generations))\b"
)
_HABIT = re.compile(
    r"\b(?:in those (?:days|years)|every (?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december|saturday|summer|winter|year|week|day|month|spring|"
    r"autumn|"
    r"morning|evening|sunday|friday|monday|time)|often|used to|"
    r"usually|whenever|each (?:year|summer|spring|week|day|month|morning|time)|as a (?:child|"
    r"boy|girl|young)|for (?:decades|centuries|generations)|"
    r"sometimes|on (?:sundays|fridays|mondays|saturdays)|once a (?:week|year|month)|back then|"
    r"in the (?:old days|\w+ century)|would go on to|would later|it would (?:take|"
    r"be) (?:\w+ )?(?:years|decades|months) before|"
    r"(?:years|months|weeks|days|decades) later)\b"
)
_CUT = re.compile(
    r";|\u2014|:(?=\s)|,(?:\")?\s*(?=(?:and|but|while|whereas|although|though|because|which|"
    r"who|where|as|so|since|yet|nor|adding|or)\b)|"
    r"(?<!\ball)\s(?=(?:but|while|although|though|because|whereas|whose)\s)|"
    r"\s(?=and (?:\S+ ){1,6}?(?:will|would|may|might|could|is|are)\b)"
)
_RESUMED = re.compile(
    r",\s+(?=(?:[\w'-]+ ){1,6}?(?:will|would|won't|may|might|could|(?:is|"
    r"are) (?:not )?(?:un)?(?:likely|expected|set|bound|due|certain))\b)"
)
_OPENED = re.compile(r"\b(?:as|while|because|since|although|though|where|which|whereas)\b")
_SUBORDINATE = re.compile(
    r"^\W*(?:while|although|though|as|since|because|whereas|given that|considering that|"
    r"now that|even though|even if|when|whenever)\b"
)
_EMBEDDED = re.compile(
    r"(?<=[a-z] )(?:how|what|why|whatever|whichever|whoever|where|when|who|"
    r"whom)\b(?= (?:\S+ ){0,40}?(?:will|would|may|might|could|should|can)\b)[^,;]*"
)
_LAW = re.compile(
    r"^\W*only (?:[\w'-]+ ){1,6}?may (?!yet|still|well)|"
    r"(?:^|, )under (?:the|its|article|section|this|that|international|those|current|existing) "
    r"(?:[\w'-]+ ){0,4}?(?:treaty|law|constitution|charter|convention|accord|agreement|rules|"
    r"statutes?|"
    r"act|pact|terms|protocol|clause|\d+)(?: of [^,]{2,40})?,? "
)
_TELLS = re.compile(
    r"(?<![\w-])(?:will|would|may|might|could|vow\w*|pledg\w*|promis\w*|threat\w*)(?![\w-])"
)
_ANTECEDENT = re.compile(
    r"(?<![\w-])(?:those|anyone|anybody|everyone|everybody|people|all|any \w+|every \w+|the \w+s|"
    r"states|countries|nations|companies|men|women|ships) $"
)
_EVENT_NOUN = frozenset(
    "attack attacks strike strikes war collapse defeat victory drought coup default withdrawal "
    "ban blockade embargo deal truce "
    "ceasefire vote win loss rise fall drop delay raid breach attempt step move cut cuts "
    "refusal failure escalation incursion offensive "
    "sanctions tariff tariffs retreat breakthrough split merger recession crisis deadlock "
    "rejection death resignation trial famine "
    "flood earthquake protest protests clash clashes hit shock boycott veto betrayal "
    "provocation provocations violation assault exit "
    "break return repeat agreement compromise surge slump slide pause freeze shutdown outbreak "
    "spill accident use sale purchase halt "
    "change test launch siege delivery takeover re-election election summit treaty alliance bid "
    "threat action intervention".split()
)
_EVENT_END = ("tion", "sion", "ment", "ure", "ance", "ence", "ing", "al", "cy")
_GERUND = re.compile(
    r"(?!(?:king|spring|nothing|anything|everything|something|morning|evening|being|during)\b)"
    r"[a-z]{2,}ing (?!of\b)"
)
_FREE = re.compile(
    r"(?:any|another|further|new|renewed|more|additional|repeated|continued|fresh|such an?|"
    r"a second|a third|a new|a fresh|a further|only an?|anyone|anybody|whoever)\b"
)


_ASIDE = re.compile(
    r", (?:who|which|whose|itself|himself|herself|speaking|citing|"
    r"quoting) [^,;\"]{3,140},(?= [a-z]+)"
)


def without_asides(low: str) -> str:
    """Folded sentence with relative clauses between commas blanked, unless they hold a modal.

    Examples
    --------
    >>> without_asides("an aide, who asked not to be named, expects rain").split()
    ['an', 'aide', 'expects', 'rain']
    """
    for met in _ASIDE.finditer(low):
        if not _TELLS.search(met.group()):
            low = low[: met.start()] + " " * (met.end() - met.start()) + low[met.end() :]
    return low


def hide_lookalikes(text: str, low: str) -> str:
    """Folded sentence without words that only look like cues: May the month, Will the name.

    Examples
    --------
    >>> s = "Will Turner met the likely candidate in May."
    >>> hide_lookalikes(s, s.lower()).replace(chr(2), "")
    ' turner met the  candidate in .'
    """
    row = list(low)

    def blank(start: int, end: int) -> None:
        row[start:end] = "\u0002" * (end - start)

    question = "?" in text
    for met in _NAME_AFTER.finditer(text):
        opening = not text[: met.start()].strip("\"'\u201c\u2018 ")
        if met.group() in ("March", "August") or not (question and opening):
            blank(*met.span())
    for pattern in (_NOUN_WILL, _NOUN_MIGHT, _BEFORE_NOUN):
        for met in pattern.finditer(low):
            if pattern is _BEFORE_NOUN and _SUPERLATIVE.search(low[: met.end() + 12]):
                continue
            blank(*met.span(1))
    for met in _MISC.finditer(low):
        blank(*met.span())
    if _LAW.search(low):
        for met in re.finditer(r"(?<![\w-])may(?![\w-])", low):
            blank(*met.span())
    for met in _EMBEDDED.finditer(low):
        if low.startswith(("who", "whom"), met.start()) and _ANTECEDENT.search(low[: met.start()]):
            continue
        if any(
            w in VERBS and VERBS[w].kind == "say" for w in low[met.start() : met.end() + 60].split()
        ):
            continue
        if (
            not low[max(0, met.start() - 6) : met.start()]
            .rstrip()
            .endswith((",", ";", "say", "is", "but"))
        ):
            blank(*met.span())
    if not re.search(
        r"(?<![\w-])(?:said|says|told|warned|believed?|expects?|fears?|if|unless|should|without|"
        r"absent|barring)\b",
        low,
    ):
        for met in _PAST_COULD.finditer(low):
            blank(*met.span())
        if _PAST_WORD.search(low) and not re.search(r"next |by the end|tomorrow|soon|coming", low):
            for met in re.finditer(r"(?<![\w-])could(?: \w+)?\b(?! have)", low):
                blank(*met.span())
    if _HABIT.search(low) and not re.search(
        r"(?:thought|believed|expected|predicted|feared|said|warned|told)\b", low
    ):
        for met in re.finditer(r"(?<![\w-])would(?! have)\b", low):
            blank(*met.span())
    return "".join(row)


def _telling(low: str) -> bool:
    if cues(low):
        return True
    return any(
        w in VERBS and VERBS[w].kind in ("commit", "threaten", "refuse", "rule_out")
        for w in re.findall(r"[a-z]+", low)
    ) or bool(re.search(r"(?<![\w-])(?:should|must|can)(?![\w-])", low))


def clauses(low: str) -> list[tuple[int, int]]:
    """Clauses of a folded sentence that each hold a cue; a sentence with one cue is one clause.

    Examples
    --------
    >>> s = "while oman is unlikely to join, it will not object."
    >>> [s[a:b].strip(" ,.") for a, b in clauses(s)]
    ['while oman is unlikely to join', 'it will not object']
    """
    cuts: list[int] = []
    if _SUBORDINATE.match(low):
        for met in re.finditer(r",(?=\s)", low):
            if _telling(low[: met.start()]) and _telling(low[met.end() :]):
                cuts.append(met.end())
                break
    cuts += [m.end() for m in _CUT.finditer(low)]
    cuts += [m.end() for m in _RESUMED.finditer(low) if _OPENED.search(low[: m.start()])]
    edges = [0, *sorted(set(cuts)), len(low)]
    pieces: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        if pieces and not (
            _telling(low[start:end]) and _telling(low[pieces[-1][0] : pieces[-1][1]])
        ):
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return pieces


def event_phrase(phrase: str, *, free: bool) -> bool:
    """Whether a noun phrase names an event: *a collapse of the talks*, *any attack*.

    With ``free`` it must also be open which one: any, another, further, new.

    Examples
    --------
    >>> event_phrase("a collapse of the talks", free=False)
    True
    >>> event_phrase("the minister", free=False)
    False
    """
    if free and not _FREE.match(phrase):
        return False
    head = re.split(
        r" (?:of|in|on|by|to|at|from|with|between|against|near|for|over)\b", phrase, maxsplit=1
    )[0]
    last = head.split()[-1] if head.split() else ""
    if not free and _GERUND.match(phrase):
        return True
    if phrase.startswith(("any ", "anyone", "anybody", "whoever")) and free:
        return True
    return last in _EVENT_NOUN or (
        last.endswith(_EVENT_END)
        and len(last) > 5
        and not last.endswith(("minister", "parliament", "government"))
        and last
        not in (
            "king",
            "capital",
            "general",
            "admiral",
            "official",
            "agency",
            "embassy",
            "spring",
            "building",
            "hospital",
            "government",
            "parliament",
            "department",
            "establishment",
            "canal",
            "rival",
            "cardinal",
            "nation",
            "coalition",
            "administration",
            "organisation",
            "organization",
            "opposition",
            "delegation",
            "federation",
            "commission",
            "population",
            "union",
            "pipeline",
            "audience",
        )
    )
