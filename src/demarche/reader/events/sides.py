"""Who acts and to whom, for one verb: subject, object, the agent of a passive."""

from __future__ import annotations

from demarche.reader.events.acts import LEADS, Act, Acts
from demarche.reader.events.frames import Candidate, agent_by, candidates, choose
from demarche.reader.events.sentence import Clause, Group, Noun, Verbal

__all__ = ["Sides"]


class Sides(Acts):
    """Both sides of an act."""

    def _subject(self, verbal: Verbal, clause: Clause) -> Group:
        if verbal.gerund and verbal.lead not in (",", "by", "after", "before", "while", "and"):
            near = [g for g in self.parsed.groups if g[-1].head == verbal.start]
            if near:
                return near[0]
        if verbal.infinitive:
            return self._infinitive_subject(verbal, clause)
        if not verbal.gerund and verbal.passive and verbal.start == verbal.main:
            near = [g for g in self.parsed.groups if g[-1].head == verbal.start]
            if near:
                return near[0]
        return clause.subject

    def _infinitive_subject(self, verbal: Verbal, clause: Clause) -> Group:
        if verbal.lead in LEADS:
            for group in self.parsed.groups:
                owner = group[-1]
                if (
                    owner.owned
                    and 0 < verbal.start - owner.head <= 4
                    and owner.start >= clause.start
                ):
                    return group
            return clause.subject
        near = [
            g
            for g in self.parsed.groups
            if g[-1].head == verbal.start and g[0].start >= clause.start and g != clause.subject
        ]
        return near[0] if near and not clause.verbals[0].finite else clause.subject

    def _sides(self, verbal: Verbal, clause: Clause, act: Act) -> tuple[Group, Group]:
        subject = self._subject(verbal, clause)
        hostile = act.code >= "17" or act.code == "KILL"
        end = self._region(verbal)
        if verbal.passive:
            return self._passive_sides(verbal, clause, act, subject)
        frame = act.frame
        found = candidates(
            self.parsed, start=verbal.main + 1, end=end, frame=frame, hostile=hostile, skip=subject
        )
        if (not found or found[0].group[0].bare) and end < clause.end:
            wider = candidates(
                self.parsed,
                start=verbal.main + 1,
                end=clause.end,
                frame=frame,
                hostile=hostile,
                skip=subject,
            )
            found = wider if wider and not wider[0].group[0].bare else found
        targets = choose(self._without(found, act))
        if not targets or targets[0].bare:
            targets = self._said_before(verbal, subject) or targets
        if frame == "about" and (not targets or found[0].preposition in ("to", "")):
            targets = self._that_subject(verbal, subject) or targets
        if frame == "swap":
            return targets, subject
        if not targets and frame in ("with", "between", "joint") and act.noun is not None:
            targets = self._around(act.noun, clause)
        return subject, targets

    def _said_before(self, verbal: Verbal, subject: Group) -> Group:
        """Whom "it" means behind a gerund: "cut ties with Y, accusing it of ..."."""
        if not verbal.gerund or self.parsed.low(verbal.main + 1) not in (
            "it",
            "them",
            "him",
            "her",
        ):
            return ()
        mine = {mention.country for mention in subject}
        before = [
            group
            for group in self.parsed.groups
            if group[0].start < verbal.start
            and all(m.country and m.country not in mine for m in group)
        ]
        return before[-1] if before else ()

    def _that_subject(self, verbal: Verbal, subject: Group) -> Group:
        """Subject of the "that" clause behind a verb, where it is another's."""
        following = verbal.clause + 1
        if following >= len(self.parsed.clauses):
            return ()
        clause = self.parsed.clauses[following]
        mine = {mention.code for mention in subject}
        other = clause.subject and all(mention.code not in mine for mention in clause.subject)
        return clause.subject if clause.joint == "that" and other and not clause.pronoun else ()

    def _around(self, noun: Noun, clause: Clause) -> Group:
        """The pair before a noun: "held US-China talks"."""
        for group in self.parsed.groups:
            near = 0 <= noun.start - group[-1].head <= 2
            if near and group[0].start > clause.start and group != clause.subject:
                return group
        return ()

    def _without(self, found: list[Candidate], act: Act) -> list[Candidate]:
        """Leave out what the verb itself acts with: "sent its troops", "withdrew forces"."""
        if act.noun is None:
            return found
        taken = set(range(act.noun.start, act.noun.end))
        return [
            one
            for one in found
            if not (one.group[0].bare and taken & set(range(one.group[0].start, one.group[0].end)))
        ]

    def _passive_sides(
        self, verbal: Verbal, clause: Clause, act: Act, subject: Group
    ) -> tuple[Group, Group]:
        sources = agent_by(self.parsed, start=verbal.main, end=clause.end)
        if act.frame in ("obj", "att", "", "none"):
            return sources, tuple(m for m in subject if m not in sources)
        if act.frame == "near" and not sources:
            sources = subject
        hostile = act.code >= "17"
        found = candidates(
            self.parsed,
            start=verbal.main + 1,
            end=clause.end,
            frame=act.frame,
            hostile=hostile,
            skip=sources,
        )
        found = self._without(found, act)
        if act.frame == "swap":
            return choose(found), sources
        if not found:
            found = candidates(
                self.parsed,
                start=clause.start,
                end=verbal.start,
                frame=act.frame,
                hostile=hostile,
                skip=sources,
            )
        return sources, choose(found)

    def _wrapped_sides(
        self,
        verbal: Verbal,
        clause: Clause,
        act: Act,
        kind: str,
        inner: Verbal | None,
        inner_act: Act | None,
        apart: bool,
        noun: Noun | None,
    ) -> tuple[Group, Group]:
        sources = self._subject(verbal, clause)
        hostile = kind in ("THREAT", "WARN", "DENY")
        own_end = inner.start if inner is not None and not apart else self._region(verbal)
        if verbal.passive:
            return agent_by(self.parsed, start=verbal.main, end=clause.end), sources
        frame = act.frame
        if noun is not None and (
            kind not in ("APPEAL", "DEMAND", "REJECT") or act.lemma == "order"
        ):
            entry = next((c for c in noun.classes if c.code), None)
            frame = entry.frame if entry and entry.frame else frame
        own = candidates(
            self.parsed,
            start=verbal.main + 1,
            end=own_end,
            frame=frame,
            hostile=hostile,
            skip=sources,
        )
        theirs: list[Candidate] = []
        if inner is not None:
            end = self.parsed.clauses[inner.clause].end
            theirs = candidates(
                self.parsed,
                start=inner.main + 1,
                end=end,
                frame=inner_act.frame if inner_act is not None else "obj",
                hostile=hostile,
                skip=sources,
            )
            if inner_act is not None:
                theirs = self._without(theirs, inner_act)
        other = self._other_subject(inner, sources) if apart else ()
        if kind in ("APPEAL", "DEMAND", "WARN"):
            if other and kind != "WARN":
                return sources, other
            return sources, choose(own) or choose(theirs)
        firm = [one for one in theirs if not one.group[0].bare]
        if other and kind == "DENY":
            return other, choose(firm) or choose(theirs)
        if other and inner_act is not None:
            return sources, choose(own) or other
        if len({m.code for m in sources}) > 1 and frame in ("with", "between", "joint"):
            return sources, choose(firm) or choose([one for one in own if not one.group[0].bare])
        return sources, choose(firm) or choose(own) or choose(theirs)

    def _other_subject(self, inner: Verbal | None, sources: Group) -> Group:
        """Subject of a clause of its own ("that Y ...") where it is another state's."""
        if inner is None:
            return ()
        clause = self.parsed.clauses[inner.clause]
        mine = {mention.code for mention in sources}
        if clause.pronoun or all(mention.code in mine for mention in clause.subject):
            return ()
        return clause.subject
