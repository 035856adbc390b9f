"""What a verb codes where it stands: its rule, its region, the verb or noun it governs."""

from __future__ import annotations

from dataclasses import dataclass, field

from demarche.reader.events import lexicon, words
from demarche.reader.events.compose import WRAPPERS, compose
from demarche.reader.events.sentence import Clause, Group, Noun, Parsed, Verbal

__all__ = ["DEFAULTS", "LEADS", "Act", "Acts", "Found"]

_SEEKS = frozenset("seek request demand".split())
_ASKED = frozenset(("APPEAL", "DEMAND", "THREAT"))
_NEAR = 5
"""Words by which a later noun may lie behind the first one and still decide."""
_FAR = frozenset(
    "down off up over out back hostage phone guilty fire ultimatum elections visit court "
    "grata undesirable responsible hours aim hands "
    "comment telephone inspect issue away".split()
)
LEADS = {
    "about": "SOON",
    "set": "SOON",
    "due": "SOON",
    "expected": "SOON",
    "likely": "SOON",
    "scheduled": "SOON",
    "poised": "SOON",
    "ready": "INTENT",
    "willing": "INTENT",
    "prepared": "INTENT",
    "unwilling": "REJECT",
    "reluctant": "REJECT",
    "plan": "PLAN",
    "plans": "PLAN",
    "intention": "PLAN",
    "decision": "PASS",
    "move": "PASS",
    "threat": "THREAT",
    "threats": "THREAT",
    "offer": "INTENT",
    "pledge": "INTENT",
    "promise": "INTENT",
    "vow": "INTENT",
    "willingness": "INTENT",
    "readiness": "INTENT",
    "commitment": "INTENT",
    "request": "APPEAL",
    "call": "APPEAL",
    "calls": "APPEAL",
    "appeal": "APPEAL",
    "demand": "DEMAND",
    "demands": "DEMAND",
    "refusal": "REJECT",
    "attempt": "TRY",
    "attempts": "TRY",
    "bid": "TRY",
    "effort": "TRY",
    "efforts": "TRY",
}
DEFAULTS = {
    "INTENT": "030",
    "APPEAL": "020",
    "DEMAND": "100",
    "REJECT": "120",
    "THREAT": "130",
    "WARN": "130",
    "PROPOSE": "030",
}
_ENDING = frozenset("end halt cessation lifting easing suspension stop".split())
_EASY = {"out", "off", "down"} | words.DETERMINERS | {"from", "of", "to", "against", "on"}
_HALTS = frozenset(
    "halt suspend stop end cease cancel postpone freeze abandon discontinue cut block".split()
)


@dataclass(slots=True)
class Found:
    """One event: groups on both sides, code, and the tokens that tell of it."""

    sources: Group
    targets: Group
    code: str
    trigger: tuple[int, int]
    last: int
    clause: int
    mode: str = "happened"
    reciprocal: bool = False
    pronoun: bool = False
    rank: float = 1.0
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Act:
    """What a verb codes here: its code, its recipient's frame, its last token."""

    code: str
    frame: str
    lemma: str
    noun: Noun | None


class Acts:
    """Rules of verbs against a sentence."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.events: list[Found] = []
        self.left_out: dict[str, int] = {}
        self.hearsay: dict[int, str] = {}
        self.done: set[int] = set()
        self.consumed: set[int] = set()
        self.nested: set[int] = set()
        self.asked = bool(parsed.run) and any(token.text in "?؟" for token in parsed.run[-2:])

    def leave(self, reason: str) -> None:
        """Count what is left out."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def _region(self, verbal: Verbal) -> int:
        """One past the last token a verb may look at."""
        clause = self.parsed.clauses[verbal.clause]
        for other in clause.verbals:
            if other.main > verbal.main and other.main not in self.done:
                start = other.start
                if self.parsed.low(start - 1) in words.CONJUNCTIONS:
                    start -= 1
                return start
        return clause.end

    def _act(self, verbal: Verbal) -> Act | None:
        clause = self.parsed.clauses[verbal.clause]
        end = self._region(verbal)
        right = [n for n in self.parsed.nouns if verbal.main < n.start < min(end, verbal.main + 16)]
        left = [n for n in self.parsed.nouns if clause.start <= n.start and n.end <= verbal.start]
        places = [*left, *right] if verbal.passive else right
        found: list[tuple[int, Act]] = []
        plain: Act | None = None
        for lemma in verbal.lemmas:
            for rule in lexicon.verbs()[lemma]:
                if rule.particle and not self._particle(verbal.main, rule.particle, end):
                    continue
                if rule.objects:
                    noun = next((n for n in places if n.has(rule.objects)), None)
                    if noun is not None:
                        act = Act(rule.code, rule.frame, lemma, noun)
                        found.append((abs(noun.start - verbal.main), act))
                elif plain is None:
                    plain = Act(rule.code, rule.frame, lemma, None)
        if found:
            near = min(distance for distance, _ in found) + _NEAR
            return next(act for distance, act in found if distance <= near)
        if plain is not None:
            return plain
        if set(verbal.lemmas) & _HALTS and self._gerund_after(verbal) is not None:
            return Act("HALT", "obj", verbal.lemmas[0], None)
        return None

    def _particle(self, main: int, particle: str, end: int) -> bool:
        if particle == "jointly":
            near = range(max(0, main - 3), min(main + 7, end + 1))
            return any(self.parsed.low(p) in ("jointly", "together") for p in near)
        if particle in _FAR:
            return any(
                self.parsed.low(p) == particle for p in range(main + 1, min(main + 7, end + 1))
            )
        first = self.parsed.low(main + 1)
        return first == particle or (
            self.parsed.low(main + 2) == particle and (words.is_adverb(first) or first in _FAR)
        )

    def _gerund_after(self, verbal: Verbal) -> Verbal | None:
        for other in self.parsed.verbals:
            if other.gerund and verbal.main < other.main <= verbal.main + 4:
                between = range(verbal.main + 1, other.main)
                if all(
                    not self.parsed.low(p)[0].isalpha() or self.parsed.low(p) in _EASY
                    for p in between
                ):
                    return other
        return None

    def _noun_before(self, verbal: Verbal, other: Verbal) -> bool:
        """Whether what is sought stands as a noun before the infinitive."""
        return any(
            verbal.main < noun.start < other.start and any(c.code for c in noun.classes)
            for noun in self.parsed.nouns
        )

    def _inner(self, verbal: Verbal, clause: Clause, act: Act) -> tuple[Verbal | None, bool]:
        """The verb governed, and whether it stands in a clause of its own ("that ...")."""
        if act.code != "SAY" or act.lemma == "tell":
            for other in clause.verbals:
                if other.main <= verbal.main or other.main in self.done:
                    continue
                if other.infinitive and other.start - verbal.main <= 14:
                    if act.lemma in _SEEKS and self._noun_before(verbal, other):
                        break
                    return other, False
                break
        gerund = self._gerund_after(verbal)
        if gerund is not None and gerund.main not in self.done:
            return gerund, False
        following = verbal.clause + 1
        if clause.verbals[-1] is not verbal:
            return None, False
        if act.code in ("SAY", "ANNOUNCE") or following >= len(self.parsed.clauses):
            return None, False
        after = self.parsed.clauses[following]
        if after.joint in ("that", "said") and after.start - verbal.main <= 8 and after.verbals:
            first = after.verbals[0]
            if first.finite and first.main not in self.done:
                return first, True
        return None, False

    def _asked_for(self, noun: Noun, end: int) -> lexicon.NounClass | None:
        """What a request is for: "a request for weapons"."""
        for other in self.parsed.nouns:
            if noun.end < other.start < min(end, noun.end + 5):
                between = {self.parsed.low(p) for p in range(noun.end, other.start)}
                if "for" in between:
                    return next((c for c in other.classes if c.code), None)
        return None

    def _inner_act(self, inner: Verbal) -> tuple[str, Act] | None:
        act = self._act(inner)
        if act is None:
            return None
        if act.code in ("KILL", "ENTER"):
            return "190", act
        if act.code not in WRAPPERS:
            return act.code, act
        clause = self.parsed.clauses[inner.clause]
        deeper, _ = self._inner(inner, clause, act)
        self.done.add(inner.main)
        if deeper is not None and deeper.main not in self.done:
            found = self._inner_act(deeper)
            if found is not None:
                self.done.add(deeper.main)
                code = compose(act.code, found[0])
                return (code, found[1]) if code else None
        noun = self._complement(inner, act)
        code = noun[0] if noun else DEFAULTS.get(act.code)
        return (code, act) if code else None

    def _complement(self, verbal: Verbal, act: Act) -> tuple[str, Noun | None] | None:
        """A noun that stands for an act, composed with the verb that governs it."""
        end = self._region(verbal)
        for noun in self.parsed.nouns:
            if not verbal.main < noun.start < min(end, verbal.main + 14):
                continue
            entry = next((c for c in noun.classes if c.code), None)
            if entry is None:
                continue
            if entry.name in _ASKED:
                later = self._asked_for(noun, end)
                if later is not None:
                    entry = later
            code: str | None = entry.code
            ahead = {
                self.parsed.low(p) for p in range(max(verbal.main + 1, noun.start - 4), noun.start)
            }
            if ahead & _ENDING:
                code = compose("HALT", entry.code)
            composed = compose(act.code, code) if code else None
            if composed:
                return composed, noun
        return None
