"""Events of one parsed sentence, still as tokens and mentions."""

from __future__ import annotations

from dataclasses import replace

from demarche.reader.events import words
from demarche.reader.events.acts import DEFAULTS, LEADS, Act, Found
from demarche.reader.events.compose import WRAPPERS, compose
from demarche.reader.events.nominal import nominal_events
from demarche.reader.events.sentence import Clause, Group, Noun, Parsed, Verbal
from demarche.reader.events.sides import Sides

__all__ = ["find_events"]

_HEARSAY = frozenset(
    "expect schedule set prepare plan think say believe report allege know argue tell want "
    "understand suggest".split()
)


def _not_to(kind: str, code: str) -> str | None:
    """Code of an act not to be done: promised not to attack, urged not to attack."""
    hostile = code >= "12"
    if kind in ("INTENT", "PLAN"):
        return "030" if hostile else compose("REJECT", code)
    if kind in ("APPEAL", "DEMAND"):
        return compose(kind, "087") if code >= "15" and code[:2] != "16" else DEFAULTS[kind]
    return None


def find_events(parsed: Parsed) -> tuple[list[Found], dict[str, int]]:
    """Events of a sentence, and what was left out by reason."""
    coder = _Coder(parsed)
    coder.verbs()
    coder.events.extend(nominal_events(parsed, coder.consumed, coder.nested, Found))
    return coder.events, coder.left_out


_WISHES = frozenset("want hope expect wish aim".split())
_ALLEGED = frozenset("allegedly reportedly apparently presumably supposedly".split())
_GERUND_AFTER = frozenset(", by after before while and statement communique letter".split())
"""Words before a gerund that tells of an act."""


class _Coder(Sides):
    """All events of a sentence."""

    def verbs(self) -> None:
        for verbal in self.parsed.verbals:
            if verbal.main in self.done or verbal.clause < 0:
                continue
            clause = self.parsed.clauses[verbal.clause]
            if not clause.said:
                self._verb(verbal, clause)

    def _verb(self, verbal: Verbal, clause: Clause) -> None:
        self.done.add(verbal.main)
        if verbal.gerund and not self._gerund_acts(verbal):
            return
        act = self._act(verbal)
        if act is None:
            return
        if (
            verbal.passive
            and act.code in ("PLAN", "SAY", "PASS", "APPEAL")
            and act.lemma in _HEARSAY
        ):
            self.hearsay[verbal.main] = "SOON" if act.code == "PLAN" else "SAID"
            return
        if act.code in WRAPPERS:
            self._wrapped(verbal, clause, act)
            return
        lead = self._lead(verbal)
        if verbal.infinitive and not lead and self._purpose(verbal, clause):
            return
        sources, targets = self._sides(verbal, clause, act)
        code = self._kill(act.code, sources)
        if not code:
            return
        mode, rank, doubts = self._mode(verbal, clause)
        if lead == "SAID":
            mode = "happened" if mode == "planned" else mode
            doubts.append("said of the actor by others")
        if lead == "SOON":
            mode = "planned"
        elif lead in WRAPPERS:
            composed = compose(lead, code)
            if composed is None:
                return
            if lead == "PLAN" and composed == code:
                mode = "planned"
            elif lead not in ("PASS", "TRY"):
                mode = "happened" if mode == "planned" else mode
            elif lead == "TRY":
                doubts.append("an attempt; whether it was done is not said")
            else:
                mode = "happened"
            code = composed
        code, mode = self._refused(verbal, code, mode)
        self._consume(act, verbal)
        if act.frame == "att":
            self._nest(verbal)
        self._put(sources, targets, code, verbal, act, clause, mode, rank, doubts)

    def _consume(self, act: Act, verbal: Verbal) -> None:
        if act.noun is not None:
            self.consumed.update(range(act.noun.start, act.noun.end))
        if act.code[:2] in ("02", "03", "10", "12", "13", "16", "08") or act.code in WRAPPERS:
            end = self._region(verbal)
            for noun in self.parsed.nouns:
                if verbal.main < noun.start < end:
                    self.consumed.update(range(noun.start, noun.end))

    def _nest(self, verbal: Verbal) -> None:
        clause = self.parsed.clauses[verbal.clause]
        self.nested.update(range(verbal.main, clause.end))
        for other in clause.verbals:
            if (
                other.main > verbal.main
                and other.gerund
                and other.lead in ("for", "of", "from", "over", "and", "by")
            ):
                self.done.add(other.main)

    def _gerund_acts(self, verbal: Verbal) -> bool:
        """Whether a gerund tells what someone did: ", killing ..." and not "a plan of killing"."""
        if verbal.lead in _GERUND_AFTER:
            return True
        return any(group[-1].head == verbal.start for group in self.parsed.groups)

    def _purpose(self, verbal: Verbal, clause: Clause) -> bool:
        """Whether "to ..." only says what for; behind the subject it tells of a plan."""
        if verbal.lead in words.BE or not clause.verbals[0].finite:
            return False
        if any(e.clause == verbal.clause and e.trigger[0] < verbal.start for e in self.events):
            return True
        return not any(group[-1].head == verbal.start for group in self.parsed.groups)

    def _lead(self, verbal: Verbal) -> str:
        if not verbal.infinitive:
            return ""
        return self.hearsay.get(verbal.start - 1) or LEADS.get(verbal.lead, "")

    def _refused(self, verbal: Verbal, code: str, mode: str) -> tuple[str, str]:
        """What "will not" makes of an act of cooperation: a refusal."""
        group = {self.parsed.low(p) for p in range(verbal.start, verbal.main)}
        if verbal.negated and group & {"will", "wo", "shall"} and "03" <= code < "09":
            return compose("REJECT", code) or code, "happened"
        if verbal.negated and group & {"will", "wo", "shall"} and code == "154":
            return "1224", "happened"
        return code, mode

    def _kill(self, code: str, sources: Group) -> str:
        if code == "ENTER":
            armed = {"military", "rebels", "unidentified_armed"}
            return "190" if any(m.sector in armed for m in sources) else ""
        if code != "KILL":
            return code
        loose = {"civilians", "unidentified_armed", "criminal", "protesters"}
        return "180" if any(m.sector in loose for m in sources) else "190"

    def _mode(self, verbal: Verbal, clause: Clause) -> tuple[str, float, list[str]]:
        group = {self.parsed.low(p) for p in range(verbal.start, verbal.main)}
        doubts: list[str] = []
        spoken = {self.parsed.low(p) for p in range(verbal.main - 2, verbal.main + 2)}
        if spoken & _ALLEGED:
            doubts.append("alleged or reported")
        if verbal.infinitive and self.parsed.low(verbal.start - 1) == "yet":
            return "denied", 0.9, doubts
        if self.asked:
            return "hypothetical", 0.7, ["asked, not asserted"]
        if clause.conditional:
            return "hypothetical", 0.8, ["under a condition"]
        if clause.joint == "after" and self._long_after(clause):
            return "past", 0.8, doubts
        before = {self.parsed.low(p) for p in range(clause.start, verbal.start)}
        if verbal.negated or before & {"neither"} or (before & {"no"} and verbal.lead != ","):
            return "denied", 0.9, doubts
        if verbal.supposed:
            return "hypothetical", 0.8, doubts
        if "would" in group or "'d" in group:
            said = clause.joint in ("that", "said")
            return ("planned" if said else "hypothetical"), 0.8, doubts
        if verbal.will and any(c.joint in ("if", "unless") for c in self.parsed.clauses):
            return "hypothetical", 0.8, ["under a condition"]
        if verbal.will or (verbal.infinitive and verbal.lead not in words.BE):
            return "planned", 0.9, doubts
        if verbal.infinitive:
            return "planned", 0.9, doubts
        return "happened", 1.0, doubts

    def _wrapped(self, verbal: Verbal, clause: Clause, act: Act) -> None:
        inner, apart = self._inner(verbal, clause, act)
        kind = act.code
        if act.lemma == "tell" and inner is not None and not apart:
            kind = "DEMAND"
        elif kind == "SAY":
            return
        if act.lemma == "want" and inner is not None and self._between(verbal, inner):
            kind = "APPEAL"
        mode, rank, doubts = self._mode(verbal, clause)
        code: str | None = None
        noun: Noun | None = None
        inner_act: Act | None = None
        if inner is not None:
            found = self._inner_act(inner)
            self.done.add(inner.main)
            if found is not None:
                code, inner_act = compose(kind, found[0]), found[1]
                if inner.negated:
                    code = _not_to(kind, found[0]) or code
                if kind == "PASS" and inner.infinitive and inner.negated:
                    mode = "denied"
        if code is None and act.lemma not in _WISHES:
            complement = self._ordered(verbal, act) or self._complement(verbal, act)
            if complement is not None:
                code, noun = complement
                if kind == "PLAN" and mode == "happened":
                    mode = "planned"
        if code is None:
            code = DEFAULTS.get(kind)
            rank *= 0.8
        if code is None:
            return
        if kind == "DENY" or (kind == "FAIL" and mode != "hypothetical"):
            mode = "denied"
        elif kind == "PLAN" and inner_act is not None and code == inner_act.code:
            mode = "planned" if mode == "happened" else mode
        elif kind == "TRY":
            doubts.append("an attempt; whether it was done is not said")
        sources, targets = self._wrapped_sides(
            verbal, clause, act, kind, inner, inner_act, apart, noun
        )
        self._consume(act, verbal)
        if inner_act is not None:
            self._consume(inner_act, inner or verbal)
            if inner is not None:
                for other in self.parsed.nouns:
                    if inner.main < other.start < self._region(inner):
                        self.consumed.update(range(other.start, other.end))
        if kind in ("APPEAL", "DEMAND", "REJECT", "DENY"):
            self._nest(verbal)
        last = inner.main if inner is not None else None
        joint = inner_act is not None and inner_act.frame in ("with", "between", "joint")
        joint = joint or (noun is not None and any(c.frame == "with" for c in noun.classes))
        self._put(
            sources, targets, code, verbal, act, clause, mode, rank, doubts, last=last, joint=joint
        )

    def _mutual(self, verbal: Verbal, sources: Group) -> bool:
        """Whether several act on "each other"."""
        after = [self.parsed.low(place) for place in range(verbal.main + 1, verbal.main + 6)]
        pair = " ".join(after)
        return len(sources) > 1 and ("each other" in pair or "one another" in pair)

    def _own_object(self, verbal: Verbal) -> bool:
        """Whether the object is one's own: "accused its own minister"."""
        after = (self.parsed.low(verbal.main + 1), self.parsed.low(verbal.main + 2))
        return after[0] in words.OWNERS and after[1] == "own"

    def _joint_drill(self, sources: Group, targets: Group, act: Act) -> bool:
        """Whether several states exercise together: "A and B began their drills"."""
        if targets or act.noun is None or len({m.country for m in sources}) < 2:
            return False
        return any(one.name == "EXERCISE" for one in act.noun.classes)

    def _long_after(self, clause: Clause) -> bool:
        """Whether a clause opens with "years after", "two months after"."""
        ahead = self.parsed.low(clause.start - 1)
        return ahead in ("years", "decades", "months", "year", "decade")

    def _ordered(self, verbal: Verbal, act: Act) -> tuple[str, Noun | None] | None:
        """An order of what one's own organs do is the act: "ordered the arrest of"."""
        if act.lemma != "order":
            return None
        found = self._complement(verbal, replace(act, code="PASS"))
        return found if found is not None and found[0] >= "14" else None

    def _between(self, verbal: Verbal, inner: Verbal) -> bool:
        """Whether an actor stands between two verbs: "wants Germany to send"."""
        return any(verbal.main < m.start < inner.start for m in self.parsed.mentions)

    def _put(
        self,
        sources: Group,
        targets: Group,
        code: str,
        verbal: Verbal,
        act: Act,
        clause: Clause,
        mode: str,
        rank: float,
        doubts: list[str],
        last: int | None = None,
        joint: bool = False,
    ) -> None:
        if not sources:
            self.leave("no actor named")
            return
        if code[:2] == "11" and self._own_object(verbal):
            self.leave("actor and recipient are one")
            return
        if self._joint_drill(sources, targets, act):
            code, joint = "062", True
        if self._mutual(verbal, sources):
            targets, joint = (), True
        reciprocal = joint or act.frame in ("with", "between", "joint")
        ends = [verbal.main + 1, *(m.end for m in targets)]
        if act.noun is not None:
            ends.append(act.noun.end)
        if last is not None:
            ends.append(last + 1)
        self.events.append(
            Found(
                sources=sources,
                targets=targets,
                code=code,
                trigger=(verbal.first, max(verbal.main + 1, act.noun.end if act.noun else 0)),
                last=max(ends),
                clause=verbal.clause,
                mode=mode,
                reciprocal=reciprocal,
                pronoun=clause.pronoun,
                rank=rank,
                doubts=list(doubts),
            )
        )
