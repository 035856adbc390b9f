"""Which language a text is in, from its script and its commonest words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

__all__ = ["Language", "language_of"]

SAMPLE = 60_000
"""Characters that are looked at."""
_WORDS = {
    "en": (
        "the of and to in is that for it was on with as are be by this have from at not will but "
        "they a an no has had were which who their its after before would said would could if"
    ),
    "fr": (
        "le la les des et un une est que pour dans qui sur pas au du ne se il sont avec par ce plus"
    ),
    "es": ("el la los las de que y en un una es por con para del se no su al lo como más pero sus"),
    "de": (
        "der die das und ist den von zu mit sich des auf für nicht ein eine dem im es auch "
        "als an werden"
    ),
    "it": ("il la di che e un una è per in del della con non si da sono le gli nel anche più alla"),
    "pt": ("o a os as de que e em um uma é por com para do da não se no na mais dos ao pelo"),
    "nl": ("de het een en van is dat op te in voor met niet zijn aan er ook als bij naar door om"),
    "tr": ("ve bir bu da de için ile olarak olan çok daha gibi kadar ama en sonra her ne var"),
    "pl": ("w i z na do że się nie jest to o jak po od za przez dla oraz ma co tym"),
    "id": ("yang dan di dari untuk dengan ini itu pada tidak dalam akan ke adalah oleh juga"),
    "sv": ("och att det som en på är av för den med inte till har de ett om var men sig"),
}
_SETS = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_SCRIPTS = (
    ("CYRILLIC", "ru"),
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("CJK", "zh"),
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("DEVANAGARI", "hi"),
    ("GREEK", "el"),
    ("THAI", "th"),
    ("ARMENIAN", "hy"),
    ("GEORGIAN", "ka"),
    ("BENGALI", "bn"),
    ("TAMIL", "ta"),
    ("ETHIOPIC", "am"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Code of the language, ``unknown`` where too little says so, and the shares of scripts."""

    code: str
    mixed: bool
    other_script: float


def language_of(text: str) -> Language:
    """Language of a text by script, then by its commonest words.

    Cyrillic is called ``ru`` and Arabic script ``ar``: close relatives are not told apart.

    Examples
    --------
    >>> language_of("The council will not meet until the end of the month.").code
    'en'
    >>> language_of("Le conseil ne se réunira pas avant la fin du mois.").code
    'fr'
    """
    sample = text[:SAMPLE]
    scripts: Counter[str] = Counter()
    letters = 0
    for char, count in Counter(sample).items():
        if not char.isalpha():
            continue
        letters += count
        if char.isascii() or "LATIN" in (name := unicodedata.name(char, "")):
            scripts["LATIN"] += count
            continue
        for script, code in _SCRIPTS:
            if name.startswith(script):
                scripts[code] += count
                break
    if not letters:
        return Language(code="unknown", mixed=False, other_script=0.0)
    other = 1 - scripts["LATIN"] / letters
    top, count = scripts.most_common(1)[0] if scripts else ("unknown", 0)
    mixed = 0.05 < other < 0.95
    if top != "LATIN" and count > letters / 2:
        code = "ja" if scripts["ja"] > letters / 10 else top
        return Language(code=code, mixed=mixed, other_script=round(other, 3))
    tokens = re.findall(r"[^\W\d_]+", sample.lower())
    hits = {code: sum(t in known for t in tokens) for code, known in _SETS.items()}
    best = max(hits, key=lambda c: hits[c])
    few = hits[best] < 3 or hits[best] < 0.08 * len(tokens)
    if few or (hits["en"] and hits["en"] >= 0.75 * hits[best]):
        best = (
            "en"
            if hits["en"] >= max(1, 0.02 * len(tokens)) and hits["en"] >= 0.75 * hits[best]
            else "unknown"
        )
    return Language(code=best, mixed=mixed, other_script=round(other, 3))
