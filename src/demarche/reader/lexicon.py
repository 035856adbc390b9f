"""Words that govern claims: who says, believes, promises, threatens; with all their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "ADVERBS",
    "AUXILIARIES",
    "COLLECTIVES",
    "DETERMINERS",
    "MODALS",
    "NOT",
    "OFFICES",
    "PREPOSITIONS",
    "PRONOUNS",
    "VERBS",
    "VerbForm",
]


@dataclass(frozen=True, slots=True)
class VerbForm:
    """One form of a governing verb: its lemma, its class and its tense."""

    lemma: str
    kind: str
    tense: str


_CLASSES: Mapping[str, str] = {
    "say": "say state announce add tell report note write explain argue insist maintain stress "
    "remark declare claim confirm reveal disclose reiterate acknowledge concede admit observe "
    "comment conclude indicate signal suggest hint warn caution assert contend repeat emphasise "
    "emphasize respond reply inform testify recall remind boast affirm clarify "
    "underline advise proclaim allege inform notify tweet post quip joke mutter state whisper "
    "murmur lament grumble retort",
    "believe": "believe predict forecast prophesy bet wager foretell",
    "think": "think consider reckon assume suppose guess feel judge assess estimate calculate "
    "anticipate expect foresee envisage envision project figure imagine presume surmise deem "
    "conclude calculate",
    "doubt": "doubt question",
    "fear": "fear worry dread",
    "hope": "hope pray",
    "commit": "assure pledge vow promise swear undertake guarantee commit agree resolve consent "
    "offer",
    "refuse": "refuse decline reject oppose",
    "threaten": "threaten",
    "deny": "deny",
    "ask": "ask wonder inquire enquire",
    "urge": "urge demand recommend advocate exhort implore beseech propose request",
    "intend": "plan intend aim prepare mean",
    "weigh": "consider weigh mull contemplate explore study ponder",
    "see": "see",
    "rate": "put give rate assign place peg hold",
    "rule_out": "rule exclude",
    "know": "know understand realise realize recognise recognize accept agree",
}
_IRREGULAR: Mapping[str, tuple[str, str]] = {
    "say": ("said", "said"),
    "tell": ("told", "told"),
    "think": ("thought", "thought"),
    "foresee": ("foresaw", "foreseen"),
    "foretell": ("foretold", "foretold"),
    "write": ("wrote", "written"),
    "swear": ("swore", "sworn"),
    "undertake": ("undertook", "undertaken"),
    "mean": ("meant", "meant"),
    "know": ("knew", "known"),
    "feel": ("felt", "felt"),
    "see": ("saw", "seen"),
    "put": ("put", "put"),
    "hold": ("held", "held"),
    "give": ("gave", "given"),
    "bet": ("bet", "bet"),
    "forecast": ("forecast", "forecast"),
    "understand": ("understood", "understood"),
}
_DOUBLED = frozenset(["commit", "plan", "admit", "bet", "put", "signal"])


def _forms(lemma: str) -> Sequence[tuple[str, str]]:
    """Forms of a verb with their tenses."""
    if lemma.endswith(("s", "sh", "ch", "x", "z", "o")):
        third = lemma + "es"
    elif lemma.endswith("y") and lemma[-2] not in "aeiou":
        third = lemma[:-1] + "ies"
    else:
        third = lemma + "s"
    double = lemma + lemma[-1] if lemma in _DOUBLED else lemma
    stem = lemma[:-1] if lemma.endswith("e") and not lemma.endswith("ee") else double
    past = lemma[:-1] + "ied" if third.endswith("ies") else stem + "ed"
    if lemma.endswith("ee"):
        past = lemma + "d"
    first, second = _IRREGULAR.get(lemma, (past, past))
    forms = [(lemma, "present"), (third, "present"), (stem + "ing", "participle"), (first, "past")]
    if second != first:
        forms.append((second, "perfect"))
    if lemma == "forecast":
        forms.append(("forecasted", "past"))
    return forms


def _table() -> dict[str, VerbForm]:
    found: dict[str, VerbForm] = {}
    for kind, lemmas in _CLASSES.items():
        for lemma in dict.fromkeys(lemmas.split()):
            for form, tense in _forms(lemma):
                if form not in found or (lemma in ("forecast", "bet") and tense == "past"):
                    found.setdefault(form, VerbForm(lemma, kind, tense))
    found["considering"] = VerbForm("consider", "weigh", "participle")
    found["signaled"] = VerbForm("signal", "say", "past")
    found["found"] = VerbForm("find", "say", "past")
    found["forecast"] = VerbForm("forecast", "believe", "past")
    found["bet"] = VerbForm("bet", "believe", "present")
    return found


VERBS: Mapping[str, VerbForm] = _table()
"""Every form of a governing verb."""

MODALS = frozenset(
    "will would may might could can shall should must ought 'll won't wouldn't cannot can't "
    "couldn't shouldn't mustn't mightn't shan't ain't".split()
)
AUXILIARIES = frozenset(
    "is are was were be been being am 's 're has have had having do does did isn't aren't wasn't "
    "weren't hasn't haven't hadn't don't doesn't didn't".split()
)
NOT = frozenset(
    "not never no neither nor nobody none nothing hardly barely scarcely rarely seldom without "
    "n't cannot won't can't wouldn't couldn't shouldn't mustn't mightn't shan't isn't aren't "
    "wasn't weren't hasn't haven't hadn't don't doesn't didn't".split()
)
PRONOUNS = frozenset("i we you he she it they one who this that these those both".split())
DETERMINERS = frozenset(
    "the a an this that these those its his her their our my your any some no every each all both "
    "another other such more most many several few two three four five six seven eight nine ten "
    "much either neither which whose".split()
)
PREPOSITIONS = frozenset(
    "of in on at by for with from to into over under against between among through during before "
    "after since until about across behind beyond despite without within near inside outside "
    "toward towards upon than as per via amid".split()
)
ADVERBS = frozenset(
    "also still yet now then only even just already widely generally largely increasingly again "
    "always often never ever once sometimes perhaps maybe however therefore thus meanwhile "
    "instead moreover furthermore further nevertheless nonetheless indeed soon later earlier "
    "recently long well not so too there here today yesterday tomorrow repeatedly reportedly "
    "apparently".split()
)
COLLECTIVES = frozenset(
    "experts analysts observers economists diplomats critics officials sources forecasters "
    "pundits traders residents commentators investors markets scholars academics historians "
    "pollsters bookmakers insiders people many some most others few strategists scientists "
    "specialists watchers supporters opponents governments lawyers aides".split()
)
OFFICES = frozenset(
    "president minister ministry government spokesman spokeswoman spokesperson chancellor king "
    "queen premier ambassador envoy general admiral commander army navy governor mayor senator "
    "secretary official parliament council commission court bank treasury embassy command "
    "colonel bishop judge director chairman chairwoman chief head leader cabinet".split()
)
