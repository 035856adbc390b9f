"""What governs a clause: *X said that*, *X fears*, *X vowed to*."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demarche.reader.attribution import SPEECH, Governor, spoken_when
from demarche.reader.framing import FINITE, framed
from demarche.reader.lexicon import ADVERBS, AUXILIARIES, DETERMINERS, MODALS, PREPOSITIONS, VERBS
from demarche.reader.subjects import subject
from demarche.reader.text import Word, words

__all__ = ["governors"]

_NOUNISH = frozenset(
    "plan plans fear fears hope hopes report reports claim claims promise promises estimate "
    "estimates "
    "project projects bet bets guess doubt doubts question questions notes note comment comments "
    "demand demands request requests worry worries pledge pledges vow vows state states signal "
    "signals aim aims study weigh warning forecast forecasts remark remarks reply judge judges "
    "feel "
    "figures figure bet propose consent boast tweet post quip joke refuse object".split()
)
_AFTER_NOUN = frozenset(
    "of for about over on from with by are is was were have has had , ; : . to".split()
)
_QUANTIFIED = frozenset(
    "many most some few several all both who others that which this either neither no more".split()
)
_PLURAL_SUBJECTS = frozenset(
    "i we they you people who many most some few not don't doesn't didn't police and men "
    "women".split()
)
_MADE = frozenset("made has have had is are was were took gave drew".split())
_PARTICIPLES = frozenset("quoted cited interviewed contacted based informed united polled".split())
_ADDRESSED = frozenset("tell warn assure inform advise remind promise notify caution urge".split())
_HEARER = re.compile(
    r"(?:(?:the|his|her|its|their|a|an|our) )?(?:[\w'-]+ ){1,4}?(?=(?:he|she|it|they|we|i|the|"
    r"his|its|their|no|any|that)\b )"
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_DAY = (
    r"(?:(?:late |early |earlier )?(?:on|in) (?:\w+day(?: (?:morning|evening|night|afternoon))?|"
    rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}})?|"
    rf"{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?(?:,? \d{{4}})?))"
)
_ADJUNCT = re.compile(
    rf"(?:{_DAY}|yesterday|today|last \w+|"
    r"earlier (?:this|on) \w+|in (?:an?|the) (?:\w+ )?"
    r"(?:statement|interview|speech|report|note|letter|briefing)|again|repeatedly|publicly|"
    r"privately),? "
)
_SAID_TO_HOLD = re.compile(
    r"(?<![\w-])(?:he|she|it|they|we|i) (?:\w+ly |also |still |now |no longer )?(?:fear|believ|"
    r"expect|th(?:ink|ought)|hop(?:e|ed)\b|"
    r"doubt|worr|predict|suspect|reckon)\w*"
)
_OBJECT_TO = re.compile(r"(?:[^\s,;:]+ ){1,9}?(?:not )?to (?:be |\w{3,})")
_QUANTIFIER = re.compile(
    r"(?:(?:and|but|yet|so|still|however|,|\") ?)*(?P<q>very few|fewer(?: still)?|few|"
    r"only (?:a few|a handful|"
    r"a minority|a small minority)|"
    r"(?:hardly|scarcely|barely) any\w*|(?:almost|virtually) (?:no one|nobody)|nobody|no one|none|"
    r"neither|no|not (?:many|a single|one))\b"
)


def governors(low: str, start: int, end: int) -> tuple[tuple[Governor, ...], int]:
    """Verbs that govern a clause from its start, outermost first, and where the content begins.

    Examples
    --------
    >>> s = "reuters reported that officials in baghdad fear the militias will retaliate."
    >>> found, at = governors(s, 0, len(s))
    >>> [(s[g.name[0]:g.name[1]], g.kind) for g in found], s[at:]
    ([('reuters', 'say'), ('officials in baghdad', 'fear')], 'the militias will retaliate.')
    """
    found: list[Governor] = []
    at = start
    for _ in range(4):
        governor = framed(low, at, end) or _next(low, at, end)
        if governor is None:
            break
        found.append(governor)
        if governor.content <= at or governor.complement != "clause":
            at = max(at, governor.content)
            break
        at = governor.content
    return tuple(found), at


def _verbal(low: str, tokens: Sequence[Word], k: int) -> bool:
    """Whether a form of a governing verb stands there as a finite verb."""
    form = VERBS[tokens[k].low]
    before = tokens[k - 1].low if k else ""
    after = tokens[k + 1].low if k + 1 < len(tokens) else ""
    if form.lemma == "mean" and before in {"no", "by", "any", "all", "other", "the", "its"}:
        return False
    if before == "to" or before.endswith("'s") or before in PREPOSITIONS - {"since"}:
        return False
    if form.tense == "participle":
        if before in {",", ""}:
            return form.kind in ("say", "commit", "threaten", "believe")
        return before in AUXILIARIES or before in ADVERBS
    if form.tense in ("past", "perfect"):
        j = k - 1
        while j >= 0 and (tokens[j].low in ADVERBS or tokens[j].low.endswith("ly")):
            j -= 1
        if j >= 0 and tokens[j].low in {"is", "are", "was", "were", "be", "been", "being", "am"}:
            return form.lemma in {"commit"} and form.kind == "commit"
    if tokens[k].low == "forecast" and after in _AFTER_NOUN:
        return False
    if tokens[k].low in _NOUNISH and before in {"little", "much", "great", "further", "no", "any"}:
        return False
    if before in DETERMINERS - _QUANTIFIED and tokens[k].low in _NOUNISH:
        return False
    if tokens[k].low in _NOUNISH and form.tense == "present":
        return _verb_not_noun(tokens, k, before, after)
    return not (tokens[k].low in _NOUNISH and k == 0)


def _verb_not_noun(tokens: Sequence[Word], k: int, before: str, after: str) -> bool:
    """Whether *fear*, *plans*, *hope* agree with a subject in front of them."""
    if after in _AFTER_NOUN - {"to"} or before.endswith(("ing", "ed")) or k == 0:
        return False
    if after == "to" and before in DETERMINERS:
        return False
    if any(
        w.low in _MADE or (w.low.endswith("ed") and w.low not in _PARTICIPLES) for w in tokens[:k]
    ):
        return False
    plural = before.endswith("s") and not before.endswith("ss")
    if tokens[k].low.endswith("s"):
        return not (plural and tokens[k - 1].text.islower())
    return (
        plural
        or before in _PLURAL_SUBJECTS
        or before in ADVERBS
        or any(
            w.low.endswith("s")
            and not w.low.endswith(("ss", "'s"))
            and w.low not in DETERMINERS
            and w.low not in AUXILIARIES
            for w in tokens[:k]
        )
    )


def _next(low: str, at: int, end: int) -> Governor | None:
    tokens = list(words(low[at:end]))
    for k, word in enumerate(tokens):
        if word.low in MODALS and not (
            word.low == "may" and k and tokens[k - 1].low in ("in", "of", "by")
        ):
            return None
        if word.low in {";", "\u2014"}:
            return None
        form = VERBS.get(word.low)
        if form is None or not _verbal(low, tokens, k):
            continue
        governor = _complement(low, at, end, tokens, k)
        if governor is not None:
            return governor
    return None


def _complement(low: str, at: int, end: int, tokens: Sequence[Word], k: int) -> Governor | None:
    form = VERBS[tokens[k].low]
    kind, after = form.kind, tokens[k + 1 :]
    how, content = _what_follows(low, at, end, tokens, k)
    if how == "":
        return None
    ahead = tokens[:k]
    name = subject(low[at:end], ahead)
    if (
        name is None
        and form.tense != "participle"
        and not (ahead and ahead[0].low in ("and", "but"))
    ):
        return None
    if name is not None and low[at + name[0] : at + name[1]] == "what":
        return None
    negative, name = _negation(low, at, ahead, name)
    if name is not None and form.lemma in ("suggest", "indicate", "point", "hint", "signal"):
        lead_in = low[at + name[0] : at + name[1]]
        if re.match(r"(?:nothing|little|everything|all|no|much|something)\b", lead_in):
            return None
    named = low[at + name[0] : at + name[1]] if name else ""
    if kind == "weigh" and how != "gerund":
        return None
    if named in (
        "everything",
        "nothing",
        "all",
        "something",
        "little",
        "it",
        "this",
        "that",
    ) and form.lemma in (
        "suggest",
        "indicate",
        "say",
        "signal",
    ):
        return None
    return Governor(
        start=at,
        end=content,
        name=(at + name[0], at + name[1]) if name else None,
        kind=kind,
        lemma=form.lemma,
        negated=negative,
        past=form.tense in ("past", "perfect")
        or any(w.low in ("did", "didn't") for w in ahead[-3:])
        or (
            form.kind != "intend"
            and form.tense == "participle"
            and any(w.low in ("was", "were") for w in ahead[-3:])
        ),
        spoken=spoken_when(low, at, at + (after[0].start if after else tokens[k].end))
        or (_perfect(low, at, ahead)),
        direct=how == "quote",
        complement="clause" if how == "quote" else how,
        content=content,
    )


def _negation(
    low: str, at: int, ahead: Sequence[Word], name: tuple[int, int] | None
) -> tuple[str, tuple[int, int] | None]:
    """How the verb is negated: by a word right before it, or by its subject (*few*, *nobody*)."""
    negative = ""
    for word in reversed(ahead):
        if word.low in {"not", "never"} or word.low.endswith("n't"):
            negative = "not"
            break
        if word.low == "longer" and "no longer" in low[at : at + word.end]:
            negative = "not"
            break
        if word.low not in ADVERBS | AUXILIARIES | {"to", "longer"} and not word.low.endswith("ly"):
            break
    if name is not None and ahead:
        raw = _QUANTIFIER.match(low, at + name[0]) or _QUANTIFIER.match(low, at + ahead[0].start)
        if raw and raw.start("q") <= at + name[0]:
            return "nobody", (raw.start("q") - at, name[1])
    return negative, name


def _perfect(low: str, at: int, ahead: Sequence[Word]) -> tuple[int, int] | None:
    for word in ahead[-3:]:
        if word.low in ("had", "originally", "initially", "previously", "once"):
            return at + word.start, at + word.end
    return None


def _what_follows(low: str, at: int, end: int, tokens: Sequence[Word], k: int) -> tuple[str, int]:
    """Kind of complement of the verb at ``k``, and where it begins."""
    form = VERBS[tokens[k].low]
    here = at + tokens[k].end
    rest = low[here:end]
    bare = rest.lstrip()
    begin = here + len(rest) - len(bare)
    quote = re.match(r"[:,]?\s*\"|:\s", rest)
    if quote and form.kind in SPEECH:
        return "quote", here + quote.end()
    if form.kind in ("rule_out",):
        out = re.match(r"out ", bare)
        return (
            ("rule_out", begin + 4)
            if out or (form.lemma == "exclude" and not bare.startswith("from"))
            else ("", 0)
        )
    gap = re.match(r"(?:[^;:\"]{0,90}?)\bthat ", bare)
    near = 12 if form.lemma in _ADDRESSED or form.kind in ("say", "commit", "ask") else 5
    if (
        gap
        and not FINITE.search(bare[: gap.end()])
        and not re.match(r"to\b", bare)
        and not _SAID_TO_HOLD.search(bare[: gap.end()])
        and len(words(bare[: gap.end()])) <= near
    ):
        return "clause", begin + gap.end()
    whether = re.match(r"(?:[^;:\"]{0,50}?)\b(?:whether|if) ", bare)
    if form.kind in ("ask", "doubt") and whether:
        return ("clause" if form.kind == "doubt" else "whether"), begin + whether.end()
    if form.kind == "rate":
        odds = re.match(
            r"(?:\w+ ){0,4}?(?:odds|chances?|probability|likelihood|risk|shot|hopes?|prospects?)\b|"
            r"(?:[\w.]+ ?%? ){1,3}odds",
            bare,
        )
        return (
            ("clause", begin)
            if odds
            or (
                re.match(r"[^;]{0,120}(?:chance|probability|likelihood|odds)\b", bare)
                and re.search(r"\d|one|even", bare)
            )
            else ("", 0)
        )
    if form.kind == "weigh":
        return (
            ("gerund", begin)
            if re.match(r"(?:\w+ing|a|an|the|whether)\b", bare) and form.tense == "participle"
            else _clause(form.kind, bare, begin)
        )
    to = re.match(
        rf"(?:(?:in principle|{_DAY}|last \w+|yesterday|today|this \w+|again|[a-z]+ly),? )?"
        r"(?:[a-z]+ )?(?:itself |himself |themselves |herself )?(?:not |never )?to (?=\w)",
        bare,
    )
    taking = ("commit", "refuse", "threaten", "intend", "hope", "say", "think", "urge", "see")
    if to and not re.match(r"(?:led|up|due|back|close)\b", bare) and form.kind in taking:
        return "to", begin
    if form.kind == "refuse":
        return (
            ("object", begin)
            if re.match(
                r"(?:any|calls?|demands?|the idea|suggestions?|plans?|a return|all|every)\b", bare
            )
            else ("", 0)
        )
    if form.kind == "urge":
        return "object", begin
    if form.lemma == "warn" and re.match(r"(?:(?!that |not )[\w'-]+ ){0,5}?of ", bare):
        of = re.match(r"(?:[\w'-]+ ){0,5}?of ", bare)
        return "warned of", begin + (of.end() if of else 0)
    if form.lemma in _ADDRESSED:
        heard = _HEARER.match(bare)
        if heard and FINITE.search(bare, heard.end()):
            bare, begin = bare[heard.end() :], begin + heard.end()
    return _clause(form.kind, bare, begin)


def _clause(kind: str, bare: str, begin: int) -> tuple[str, int]:
    adjunct = _ADJUNCT.match(bare)
    if adjunct:
        bare, begin = bare[adjunct.end() :], begin + adjunct.end()
    piece = re.split(r"[;\u2014]", bare, maxsplit=1)[0]
    finite = FINITE.search(piece)
    inner = re.match(r"(?:not )?", piece)
    if finite and inner is not None:
        ahead = piece[: finite.start()]
        if re.search(r", (?:and|but) ", ahead):
            return ("", 0)
        if re.match(r"(?:of|for|about|over|by|with|on|from|and|but|,)\b", piece):
            return ("", 0)
        if not ahead.strip() and _SAID_TO_HOLD.match(piece):
            return "clause", begin
        if ahead.strip() and len(words(ahead)) <= 14:
            return "clause", begin
    if kind in ("think", "believe", "fear", "see", "doubt", "hope") and piece.strip():
        if kind in ("think", "believe") and _OBJECT_TO.match(piece):
            return "clause", begin
        if re.match(r"(?:of|by|with|from|on|,|\.|and|but|like|as)\b|[,.]", piece):
            return "", 0
        return "object", begin
    if kind == "threaten" and re.match(r"(?:[a-z'-]+ ){0,3}[a-z'-]+", piece):
        return "object", begin
    if kind in ("commit",) and re.match(
        r"(?:itself|himself|themselves|a|an|the|more|\d|\$|\w+)\b", piece
    ):
        return "object", begin
    if kind in ("deny",) and re.match(r"\w+ing\b|any\b", piece):
        return "object", begin
    return "", 0
