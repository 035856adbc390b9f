"""Conditions of a sentence: if, unless, once, without, inversion; and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from demarche.reader.text import words

__all__ = ["Conditional", "find_conditions", "masked"]

_CUES = (
    (
        "had",
        r"but for|were it not for|if it (?:were|was) not for|if it had not been for|"
        r"had it not been for",
    ),
    ("unless", r"unless|barring|short of|absent(?! from)|failing(?= a| an| that| agreement)"),
    (
        "if",
        r"(?:if and )?only if|if,? and only if,?|if and when|if ever|if|in the event (?:of|that)|"
        r"in case of|in case|supposing|"
        r"assuming(?: that)?|in the absence of|given",
    ),
    (
        "provided",
        r"provided(?: that)?|providing(?: that)?|on (?:the )?condition that|(?:as|so) long as|"
        r"subject to|conditional on|contingent on|only when|in exchange for|in return for",
    ),
    ("once", r"once|as soon as|(?:from )?the (?:moment|minute|instant|day)"),
    ("without", r"without"),
    ("should", r"should"),
    ("if", r"were"),
    ("had", r"had"),
)
_CUE = re.compile(
    "|".join(
        rf"(?P<k{n}>(?<![\w'-])(?:{pattern})(?![\w'-]))" for n, (_, pattern) in enumerate(_CUES)
    )
)
_NOT_A_CONDITION = re.compile(
    r"(?:even|as|what|but|see|ask|asks|asked|know|wonder|wonders|wondered|whether|unclear|and) $"
)
_EMPTY_IF = re.compile(
    r"if (?:not\b(?! (?:for|checked|stopped|addressed|resolved|met))|any(?:thing)?\b(?=[,.;]|"
    r" at)|ever\b|"
    r"necessary|possible|needed|need be|only\b|so\b|true\b|confirmed\b|at all|you (?:like|will))"
)
_MANNER = re.compile(
    r"without (?:delay|doubt|a doubt|any doubt|warning|question|hesitation|fail|exception|notice|"
    r"incident|success|result|precedent|comment|further (?:delay|comment|notice)|\w+ing\b|naming|"
    r"a word|power|water|electricity|food|trial|charge|injury)"
)
_ONCE = re.compile(
    r"once (?:the|a|an|this|that|all|both|its|their|his|her|they|it|he|she|we|you|talks|work|"
    r"negotiations|elections|parliament|[a-z]+ (?:is|are|has|have)\b|\w+ed\b|approved|signed|"
    r"in (?:force|"
    r"place|office|power))"
)
_NP_START = re.compile(
    r"(?:the|a|an|any|this|that|these|those|its|his|her|their|our|he|she|it|they|we|you|either|"
    r"both|"
    r"another|one|no|talks|negotiations|such)\b"
)
_NO_CLAUSE = re.compile(
    r"(?:it takes|necessary|needed|possible|required|ever|today|tonight|tomorrow|next|this|mid|"
    r"late|early|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|spring|summer|autumn|winter|\d)(?![\w])"
)
_SHORT_OF = re.compile(r"(?:an?|some|any|the|outright|full|total|all-out|war|a \w+)\b")
_WITH = re.compile(
    r"^\W*(?P<if>with (?:the |its |his |her |their |both |all |no |so many |a |"
    r"an )?(?:[\w'-]+ ){1,6}?"
    r"(?:\w+ed|gone|shut|cut|lost|broken|dead|out|off|away|down|over|blocked|in (?:ruins|chaos|"
    r"exile|"
    r"prison|power|charge|office|disarray)|back)), (?=[^,]*\b(?:would|could|might)\b)"
)
_COMPARATIVE = re.compile(
    r"(?:^|(?<=[;:,\"] )|(?<=that ))\W*(?P<if>the (?:more|less|fewer|longer|further|harder|deeper|"
    r"worse|better|"
    r"likelier|\w{2,}er)\b[^,;]{2,120}), (?:and )?(?=the (?:more|less|fewer|longer|worse|better|"
    r"greater|smaller|slimmer|likelier|\w{2,}er)\b)"
)
_WERE_TO = re.compile(r"were (?:\S+ ){1,8}?to\b")
_HAD_PP = re.compile(
    r"had (?:\S+ ){1,6}?(?:not )?(?:\w+ed|\w+en|been|won|lost|left|come|gone|done|made|met|"
    r"held|kept|taken|given|known|seen|sent|built|paid|sold|cut|put|set|let|hit|shut|begun|"
    r"bought|brought)\b"
)
_MAIN = re.compile(
    r"(?<![\w-])(?:will|would|may|might|could|can|cannot|shall|must|should|won't|can't|"
    r"wouldn't|couldn't|"
    r"is|are|likely|unlikely|expect\w*|probably|perhaps|there|has|have|'ll|look\w*|stand\w*|plans?|"
    r"threaten\w*|vow\w*|pledge\w*|promise\w*|said|says|was|were)(?![\w-])|n't\b|'ll\b"
)
_MODAL = re.compile(
    r"(?<![\w-])(?:will|would|may|might|could|shall|won't|wouldn't|couldn't|cannot|can)(?![\w-])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """A condition of a sentence: offsets in it, type, and whether it must not happen."""

    start: int
    end: int
    type: str
    negated: bool = False
    presupposed: bool = False


def masked(low: str, start: int, end: int) -> str:
    """Text with a part hidden behind blanks, of the same length."""
    return low[:start] + " " * (end - start) + low[end:]


def _kind(met: re.Match[str]) -> str:
    return next(_CUES[n][0] for n in range(len(_CUES)) if met[f"k{n}"] is not None)


def _refused(low: str, text: str, met: re.Match[str], kind: str) -> bool:
    """Whether a word that may open a condition does not."""
    before, word = low[: met.start()], met.group()
    rest = low[met.end() :].lstrip()
    if word in ("if", "only when") and _NOT_A_CONDITION.search(before[-12:]):
        return not (before.endswith(("and ", "but ")))
    if word in ("as soon as", "as long as", "so long as") and _NO_CLAUSE.match(rest):
        return True
    if word == "short of":
        return not _SHORT_OF.match(rest) or (bool(before.strip('" ')) and not before.endswith(", "))
    if word.endswith(("moment", "minute", "instant", "day")):
        return bool(before.strip('" ')) or not _later_main(low, met.end())
    if word == "given":
        return (
            bool(before.strip('" ')) or rest.startswith("that ") or not _later_main(low, met.end())
        )
    if word == "if" and before.rstrip().endswith(
        (
            "surprised",
            "surprising",
            "astonished",
            "amazed",
            "surprise",
            "miracle",
            "wonder",
            "remarkable",
        )
    ):
        return True
    if word == "if" and re.search(r"surprise (?:no one|nobody|few)\W*$", before):
        return True
    if word == "if" and _EMPTY_IF.match(low, met.start()):
        return True
    if kind == "without" and re.match(r"without \w+ing\b", low[met.start() :]):
        comma = low.find(",", met.end())
        told = (
            re.search(r"\b(?:said|says|told|added|announced|warned)\b", low[comma:])
            if comma >= 0
            else None
        )
        return (
            bool(before.strip()) or comma < 0 or told is not None or not _MODAL.search(low, comma)
        )
    if kind == "without":
        return bool(_MANNER.match(low, met.start())) and not (
            not before.strip() and re.match(r"without \w+ing\b", low[met.start() :])
        )
    if word == "once":
        if re.match(r"once (?:\w+ly )?\w+ed (?:as|by|to be)\b", low[met.start() :]):
            return True
        return not _ONCE.match(low, met.start())
    if word == "in case" and rest.startswith("in "):
        return True
    if word in ("should", "were", "had"):
        return not _inverted(low, text, met)
    if word == "subject to":
        return bool(re.search(r"(?:was|were|been) $", before))
    return False


def _inverted(low: str, text: str, met: re.Match[str]) -> bool:
    """*Should X refuse*, *Were X to close*, *Had X signed*: at the start, or after a clause."""
    word, before = met.group(), low[: met.start()].rstrip()
    rest = text[met.end() :].lstrip()
    opening = not before.strip('" ') or before.endswith(
        (",", ";", ":", "\u2014", "that", "but", "and")
    )
    if not (_NP_START.match(low[met.end() :].lstrip()) or rest[:1].isupper() or opening):
        return False
    if (
        word == "were"
        and opening
        and re.match(
            r"were (?:[\w'-]+ ){1,7}?\w+(?:ed|en)\b[^,]{0,60}, "
            r"[^,]*\b(?:would|could|might)\b",
            low[met.start() :],
        )
    ):
        return True
    if word == "were":
        return (opening or bool(_MODAL.search(before))) and bool(_WERE_TO.match(low, met.start()))
    if word == "had":
        return opening and bool(_HAD_PP.match(low, met.start()))
    if opening:
        return "?" not in low
    return (bool(re.search(r"\w$", before)) and bool(_MODAL.search(before))) or bool(
        re.search(
            r"likely|expected|probabl|threaten|vow|pledg|promis|warn|prepared|ready|plans?\b",
            before,
        )
    )


def _opening_end(low: str, start: int) -> int:
    """End of a condition that opens its sentence: the comma before the main clause."""
    commas = [
        m.start()
        for m in re.finditer(r",(?=[\s\"])|\u2014", low[start:])
        if low[start + m.end() :].strip(' ".')
    ]
    for n, comma in enumerate(commas):
        at = start + comma + 1
        stop = start + commas[n + 1] if n + 1 < len(commas) else len(low)
        segment = low[at:stop]
        if _MAIN.search(segment) and not re.match(r" ?(?:and|or) ", segment):
            return start + comma
    if commas:
        return start + commas[-1] if len(commas) > 1 else start + commas[0]
    return _without_comma(low, start)


def _without_comma(low: str, start: int) -> int:
    """End of an opening condition without a comma: before the subject of the last modal."""
    modals = list(_MODAL.finditer(low, start))
    if not modals:
        return len(low.rstrip(' .!"'))
    for modal in modals:
        if _NP_START.match(low[modal.end() :].lstrip()) and modal is modals[-1]:
            return len(low[: modal.start()].rstrip())
    tokens = [w for w in words(low) if start < w.start < modals[-1].start()]
    at = len(tokens) - 1
    for k in range(len(tokens) - 1, max(-1, len(tokens) - 6), -1):
        if _NP_START.fullmatch(tokens[k].low):
            at = k
            break
    return tokens[at - 1].end if at > 0 else len(low.rstrip(" ."))


def _closing_end(low: str, start: int) -> int:
    """End of a condition that follows its clause."""
    cut = re.search(
        r",(?=\s|\")|[;\u2014\"()]|\s{3,}| (?:but|while|whereas|although|even if|even though) |"
        r"(?<=\w{3}) and (?=(?:\w+ ){1,4}(?:will|would|may|could|might)\b)",
        low[start:],
    )
    end = start + cut.start() if cut else len(low)
    return start + len(low[start:end].rstrip(' .!?"'))


def find_conditions(low: str, text: str) -> Sequence[Conditional]:
    """Conditions of a folded sentence in order; ``text`` is as written.

    Examples
    --------
    >>> s = "If the talks fail, the bank will raise rates unless wages fall."
    >>> [(s[c.start:c.end], c.type) for c in find_conditions(s.lower(), s)]
    [('If the talks fail', 'if'), ('unless wages fall', 'unless')]
    """
    found: list[Conditional] = []
    at = 0
    while met := _CUE.search(low, at):
        at = met.end()
        kind = _kind(met)
        if _refused(low, text, met, kind):
            continue
        before = low[: met.start()].strip('" ')
        opening = (
            not before
            or bool(
                re.fullmatch(
                    r"(?:but|and|so|however,?|yet|only|still,?|then|in addition,?)", before
                )
            )
            or before.endswith(("that", ":", ";", "\u2014"))
            or (before.endswith(",") and bool(_later_main(low, met.end())))
        )
        aside = re.match(r", [^,;]{2,40},(?= )", low[met.end() :]) if kind == "if" else None
        skip = aside.end() if aside is not None and opening else 0
        end = _opening_end(low, met.end() + skip) if opening else _closing_end(low, met.end())
        if end <= met.end() + 1:
            continue
        if (
            kind == "without"
            and not opening
            and not _MAIN.search(before)
            and _MODAL.search(low, met.end(), end)
        ):
            continue
        one = Conditional(start=met.start(), end=end, type=kind)
        found.append(
            replace(
                one,
                negated=kind in ("unless", "without") or met.group() in ("in the absence of",),
                presupposed=kind == "once",
            )
        )
        at = end
    return found or _ordered(low) or _framed(low)


_ORDER = re.compile(
    r"^\W*(?P<if>(?:give|pay|do|take|leave|cut|raise|lift|remove|touch|cross|try|keep|let|push|"
    r"add|lose|win|close|open|"
    r"stop|block|attack|one more|another|a little more|step|drop|sign|withdraw|free|"
    r"release)\b[^,;.?!]{0,60}?),? "
    r"(?P<how>and|or) (?=(?:[\w'-]+ ){1,4}?(?:will|would|may|might|could|'ll)\b|(?:we|they|it|"
    r"he|she|i)'ll)"
)


def _ordered(low: str) -> Sequence[Conditional]:
    """*Pay him and he will sign*, *step back or we will shoot*."""
    met = _ORDER.match(low)
    if met is None:
        return []
    return [
        Conditional(start=met.start("if"), end=met.end("if"), type="if", negated=met["how"] == "or")
    ]


def _framed(low: str) -> Sequence[Conditional]:
    """*The longer it lasts, the ...*; *with the border closed, X would*: conditions without if."""
    for pattern in (_COMPARATIVE, _WITH):
        met = pattern.search(low)
        if met is not None:
            return [Conditional(start=met.start("if"), end=met.end("if"), type="if")]
    return []


def _later_main(low: str, start: int) -> bool:
    comma = low.find(", ", start)
    return comma >= 0 and bool(_MODAL.search(low, comma))
