"""Frames of a clause that are no plain verb: *is convinced that*, *there are fears that*."""

from __future__ import annotations

import re

from demarche.reader.attribution import SPEECH, Governor, spoken_when
from demarche.reader.lexicon import VERBS
from demarche.reader.subjects import subject
from demarche.reader.text import words

__all__ = ["FINITE", "framed"]

_COPULA = re.compile(
    r"(?:is|are|was|were|remain|remains|remained|am|'m|'re|'s|seem|seems|feel|feels|"
    r"sound) (?P<neg>not |n't )?(?:\w+ly |now |not |"
    r"also |still |quite |very |less |more )*(?P<word>convinced|confident|certain|sure|afraid|"
    r"worried|concerned|"
    r"doubtful|optimistic|hopeful|sceptical|skeptical|adamant|pessimistic|persuaded|fearful|aware|"
    r"clear|unsure|uncertain|wary)(?: on \w+day)?(?= (?:that|the|a|an|it|he|she|they|we|no|any|"
    r"both|"
    r"this|[a-z]+ will)\b)"
)
_ADJECTIVES = {
    "convinced": "believe",
    "confident": "believe",
    "certain": "sure",
    "sure": "sure",
    "persuaded": "believe",
    "optimistic": "think",
    "hopeful": "hope",
    "afraid": "fear",
    "fearful": "fear",
    "wary": "fear",
    "worried": "fear",
    "concerned": "fear",
    "doubtful": "doubt",
    "sceptical": "doubt",
    "skeptical": "doubt",
    "pessimistic": "doubt",
    "adamant": "say",
    "aware": "know",
    "clear": "say",
    "unsure": "ask",
    "uncertain": "ask",
}
_NOUN = re.compile(
    r"(?:the |a |our |my |their |his |her |one |its )?(?:\w+ ){0,2}?(?P<noun>fears?|worry|"
    r"worries|concern|concerns|hope|"
    r"hopes|expectation|expectations|consensus|view|belief|prediction|forecast|assumption|feeling|"
    r"assessment|conclusion|warning|judg(?:e)?ment|bet|guess|message|hunch)(?: (?:among|of|in|"
    r"from|by|at) "
    r"(?P<who>[^,;]{1,50}?))? (?:is|are|was|were|remains?) (?:that )"
)
_THERE = re.compile(
    r"there (?:is|are|was|were) (?:\w+ ){0,2}(?P<noun>fears?|worries|worry|concerns?|hopes?|"
    r"expectations?|alarm) "
    r"(?:(?:among|in|of) (?P<who>[^,;]{1,50}?) )?that "
)
_NOUN_KIND = {
    "fear": "fear",
    "worr": "fear",
    "conc": "fear",
    "hope": "hope",
    "alar": "fear",
    "view": "believe",
    "beli": "believe",
    "conv": "believe",
    "warn": "say",
    "doub": "doubt",
    "opti": "believe",
    "posi": "say",
    "line": "say",
    "verd": "say",
    "opin": "think",
    "mess": "say",
}
_QUOTED = re.compile(
    r"(?:quoted|cited|quotes|cites|quoting|citing) (?P<who>[^,;]{2,80}?) as "
    r"(?P<how>saying|telling \w+|warning|predicting|fearing|expecting|believing|doubting|hoping|"
    r"insisting|promising|vowing|denying|suggesting|estimating)(?: that)? "
)
_EXPRESSION = re.compile(
    r"(?:express(?:ed|es)?|voice[ds]?|share[ds]?|hold|holds|held|take|takes|took|harbou?rs?|"
    r"raised?) (?:the |a |an |some |their |"
    r"its |his |her )?(?:\w+ )?(?P<noun>hopes?|fears?|confidence|doubts?|concerns?|optimism|"
    r"view|belief|expectation|worry|"
    r"worries|alarm|opinion|conviction)(?: on \w+day)? that "
)
_OWNED = re.compile(
    r"\W*(?P<who>(?:[\w-]+ ){0,5}[\w-]+)'s? (?:own |main |official |best |biggest |"
    r"greatest )?(?P<noun>view|position|line|"
    r"belief|expectation|forecast|fear|hope|assessment|conclusion|prediction|guess|bet|worry|"
    r"message|verdict|opinion) is that "
)
_CLEAR = re.compile(
    r"(?:(?:has|have|had) )?(?:made|makes?|left|leaves?|given|gave|gives?) (?:it )?(?:\w+ly |"
    r"very |quite )?(?:clear|plain|known|"
    r"no doubt|no secret|assurances|guarantees|an assurance|a guarantee|(?:his|her|its|their) word)"
    r"(?: to (?:\w+ ){1,3}| on \w+day)? (?:of the fact )?that |(?:has|have|"
    r"had) (?:absolutely )?(?:no|little) doubts? that "
)
_DISMISSAL = re.compile(
    r"(?:dismiss(?:ed|es)|reject(?:ed|s)|brush(?:ed|es) aside|scotch(?:ed|es)|denie[sd]|"
    r"rubbish(?:ed|es)|refute[sd]?|"
    r"play(?:ed|s) down|pour(?:ed|s) (?:scorn|cold water) on) (?:as \w+ )?(?:the |"
    r"all )?(?:\w+ )?(?:reports?|claims?|"
    r"rumou?rs?|suggestions?|talk|speculation|fears|allegations?|idea|notion|warnings?|"
    r"predictions?|forecasts?) that "
)
FINITE = re.compile(
    r"(?<![\w-])(?:it|he|she|they|we|i) (?:now |still |also )?(?:thinks?|thought|believes?|"
    r"believed|expects?|"
    r"expected|fears?|feared|doubts?|doubted|hopes?|hoped|reckons?|reckoned)(?![\w-])|"
    r"(?<![\w-])(?:will|would|may|might|could|can|cannot|shall|should|must|won't|wouldn't|"
    r"couldn't|can't)(?![\w-])|"
    r"'ll\b|(?<![\w-])(?:is|are|was|were) (?:\w+ )?(?:to|going|likely|unlikely|expected|bound|"
    r"set|due|planning|preparing|considering|certain|almost)\b"
    r"|(?<![\w-])(?:is|are|was|were|has|have|had|did|does|do|didn't|doesn't|don't)(?![\w-])"
)


def _noun_governor(low: str, at: int, end: int) -> Governor | None:
    piece = low[at:end]
    owned = _OWNED.match(piece)
    if owned:
        return Governor(
            start=at,
            end=at + owned.end(),
            name=(at + owned.start("who"), at + owned.end("who")),
            kind=_NOUN_KIND.get(owned["noun"][:4], "think"),
            lemma=owned["noun"],
            content=at + owned.end(),
        )
    lead = len(piece) - len(piece.lstrip(' "'))
    for pattern in (_NOUN, _THERE):
        met = pattern.match(piece, lead)
        if met:
            kind = _NOUN_KIND.get(met["noun"][:4], "think")
            who = (at + met.start("who"), at + met.end("who")) if met["who"] else None
            return Governor(
                start=at,
                end=at + met.end(),
                name=who,
                kind=kind,
                lemma=met["noun"],
                content=at + met.end(),
                past=False,
            )
    return None


def _quoting(low: str, at: int, end: int) -> Governor | None:
    """*Quoted an aide as saying that*: the holder is the one quoted."""
    met = _QUOTED.search(low, at, end)
    if met is None or FINITE.search(low[at : met.start()]):
        return None
    return Governor(
        start=at,
        end=met.end(),
        name=met.span("who"),
        kind=VERBS[met["how"]].kind if met["how"] in VERBS else "say",
        lemma="quote",
        past=True,
        content=met.end(),
    )


def _after_subject(
    pattern: re.Pattern[str], low: str, at: int, end: int
) -> tuple[re.Match[str], tuple[int, int]] | None:
    """Words of a pattern behind a subject, no finite verb between; with the subject's span."""
    met = pattern.search(low, at, end)
    if met is None or FINITE.search(low[at : met.start()]):
        return None
    name = subject(low[at : met.start()], words(low[at : met.start()]))
    return None if name is None else (met, (at + name[0], at + name[1]))


def _dismissed(low: str, at: int, end: int) -> Governor | None:
    """*Dismissed reports that*: a denial of what follows."""
    found = _after_subject(_DISMISSAL, low, at, end)
    if found is None:
        return None
    met, name = found
    return Governor(
        start=at,
        end=met.end(),
        name=name,
        kind="deny",
        lemma="dismiss",
        past=True,
        content=met.end(),
    )


def _expressed(low: str, at: int, end: int) -> Governor | None:
    """*Expressed hopes that*, *voiced concern that*, *share the view that*."""
    found = _after_subject(_EXPRESSION, low, at, end)
    if found is None:
        return None
    met, name = found
    return Governor(
        start=at,
        end=met.end(),
        name=name,
        kind=_NOUN_KIND.get(met["noun"][:4], "think"),
        lemma=met["noun"],
        past=met.group().startswith(("expressed", "voiced")),
        spoken=spoken_when(low, at, met.end()),
        content=met.end(),
    )


def _made_clear(low: str, at: int, end: int) -> Governor | None:
    """*Made it clear that*, *left no doubt that*, *gave assurances that*."""
    found = _after_subject(_CLEAR, low, at, end)
    if found is None:
        return None
    met, name = found
    bound = re.search(r"assur|guarantee|word", met.group())
    kind = "commit" if bound else "say"
    if "doubt" in met.group() and met.group().startswith("ha"):
        kind = "sure"
    return Governor(
        start=at,
        end=met.end(),
        name=name,
        kind=kind,
        lemma="clear",
        past=not met.group().startswith(("make", "leave", "give", "has", "have")),
        spoken=spoken_when(low, at, met.start()),
        content=met.end(),
    )


def _copular(low: str, at: int, end: int) -> Governor | None:
    met = _COPULA.search(low, at, end)
    if met is None or re.search(
        r"(?<![\w-])(?:will|would|may|might|could|shall)(?![\w-])|\bif\b|\bunless\b",
        low[at : met.start()],
    ):
        return None
    ahead = list(words(low[at : met.start()]))
    if any(w.low in VERBS and VERBS[w.low].kind in SPEECH for w in ahead) or not ahead:
        return None
    name = subject(low[at : met.start()], ahead)
    first = low[at + name[0] : at + name[1]] if name else ""
    if name is None or first in ("it", "this", "that", "which", "there", "nothing", "what"):
        return None
    rest = low[met.end() : end].lstrip()
    content = end - len(low[met.end() : end]) + (len(low[met.end() : end]) - len(rest))
    if rest.startswith("that "):
        content += 5
    kind = _ADJECTIVES[met["word"]]
    negative = bool(met["neg"]) or " not " in f" {met.group()} "
    if negative and met["word"] in ("convinced", "confident", "certain", "sure"):
        kind = "doubt" if met["word"] in ("convinced", "confident") else "ask"
        negative = False
    return Governor(
        start=at,
        end=content,
        name=(at + name[0], at + name[1]),
        kind=kind,
        lemma=met["word"],
        negated="not" if negative else "",
        past=met.group().startswith(("was", "were")),
        spoken=spoken_when(low, at, met.start()),
        content=content,
    )


def framed(low: str, at: int, end: int) -> Governor | None:
    """Frame at the start of a clause, or ``None``.

    Examples
    --------
    >>> s = "we are convinced that they will come."
    >>> framed(s, 0, len(s)).kind
    'believe'
    """
    for find in (_noun_governor, _quoting, _dismissed, _expressed, _made_clear, _copular):
        found = find(low, at, end)
        if found is not None:
            return found
    return None
