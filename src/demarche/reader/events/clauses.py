"""Where clauses begin and end, how they are joined, and who their subject is."""

from __future__ import annotations

from dataclasses import replace

from demarche.reader.events import words
from demarche.reader.events.mentions import Mention
from demarche.reader.events.sentence import Clause, Group, Parsed, preposition_of

__all__ = ["find_clauses"]

_RESUMED = frozenset(
    "if unless when after while as following amid despite although though who which according "
    "before whose where".split()
)
"""Clauses that end at a comma, after which the sentence goes on."""

_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())


def find_clauses(parsed: Parsed) -> list[Clause]:
    """Clauses of a sentence in order, each with its subject where there is one."""
    return _Clauses(parsed).all()


class _Clauses:
    """Cuts a sentence into clauses and gives each its subject."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.by_start = {verbal.start: verbal for verbal in parsed.verbals}
        self.group_at = {group[0].start: group for group in parsed.groups}
        self.inside = {
            place for mention in parsed.mentions for place in range(mention.start, mention.head)
        }
        self.says = {v.start for v in parsed.verbals if set(v.lemmas) & _SAYS}

    def all(self) -> list[Clause]:
        cuts = self._cuts()
        found: list[Clause] = []
        for (start, joint), (end, _) in zip(
            cuts, [*cuts[1:], (len(self.parsed.run), "")], strict=True
        ):
            clause = Clause(start, end, joint)
            clause.verbals = [v for v in self.parsed.verbals if start <= v.main < end]
            for verbal in clause.verbals:
                verbal.clause = len(found)
            clause.said = joint in ("tail", "according")
            clause.conditional = joint in ("if", "unless", "whether")
            found.append(clause)
        for place, clause in enumerate(found):
            self._subject(found, place, clause)
        return found

    def _cuts(self) -> list[tuple[int, str]]:
        low = self.parsed.low
        cuts: list[tuple[int, str]] = [(0, "")]
        finite = False
        for place in range(len(self.parsed.run)):
            joint = ""
            word = low(place)
            if self._after_say(place):
                cuts.append((place, "said"))
                finite = False
            if place in self.inside:
                continue
            if word in (";", ":", "(", ")", "–", "—") or self._dash(place):
                joint = ";"
            elif word == "," and self._tail(place):
                joint = "tail"
            elif word == "according":
                joint = "according"
            elif word in words.SUBORDINATORS and (place > 0 or word in ("if", "unless")):
                if not (word == "that" and low(place + 1) == "of"):
                    joint = word
                if word in ("since", "so", "once") and not finite:
                    joint = ""
                if word == "as" and low(place + 1) in ("well", "much", "many"):
                    joint = ""
                if word in ("after", "before", "following", "amid", "despite", "since"):
                    joint = word
                if word == "as" and not self._verb_ahead(place):
                    joint = ""
            elif word == "," and cuts[-1][1] in _RESUMED:
                joint = "resumed"
            elif finite and word in ("and", "but", ",") and self._new_subject(place):
                joint = "and"
            elif finite and word == "," and self._participle(place + 1):
                joint = "ing"
            if joint == "" and place in self.says and not self.by_start[place].passive:
                finite = True
            verbal = self.by_start.get(place)
            if verbal is not None and verbal.finite:
                finite = True
            if joint:
                if place == 0:
                    cuts[-1] = (0, joint)
                else:
                    cuts.append((place, joint))
                finite = False
        return cuts

    def _dash(self, place: int) -> bool:
        """Whether a hyphen stands alone between blanks."""
        run = self.parsed.run
        if run[place].text != "-" or not 0 < place < len(run) - 1:
            return False
        return run[place - 1].end < run[place].start and run[place].end < run[place + 1].start

    def _participle(self, place: int) -> bool:
        """Whether a participle follows: ", drawing criticism"."""
        low = self.parsed.low(place)
        return low.endswith("ing") and len(low) > 5 and place not in self.inside

    def _verb_ahead(self, place: int) -> bool:
        """Whether "as" opens a clause with a verb of its own."""
        return any(place < start <= place + 9 and v.finite for start, v in self.by_start.items())

    def _after_say(self, place: int) -> bool:
        """Whether an indirect speech without "that" begins here: "X said (on Monday) Y ..."."""
        low = self.parsed.low
        if place not in self.group_at and low(place) not in ("it", "they", "he", "she"):
            return False
        back = place - 1
        steps = 0
        while (
            back > 0
            and steps < 7
            and (
                words.is_adverb(low(back))
                or (low(back) in words.DETERMINERS and low(back) != "that")
                or low(back)
                in ("on", "in", "late", "early", "a", "statement", "interview", "last", "week")
                or low(back) in _WEEKDAYS
            )
        ):
            back -= 1
            steps += 1
        if self._told(place):
            return True
        spoken = next((v for v in self.parsed.verbals if v.main == back and not v.passive), None)
        if spoken is None or spoken.lemmas == ("tell",):
            return False
        if spoken.start in self.says:
            return True
        return bool(set(spoken.lemmas) & _CLAIMS) and self._subject_at(place)

    def _told(self, place: int) -> bool:
        """Whether "told" and whom stand before a subject and its verb."""
        ahead = [v for v in self.parsed.verbals if place - 7 <= v.main < place]
        if not ahead or ahead[-1].lemmas != ("tell",) or place - ahead[-1].main < 2:
            return False
        return self._subject_at(place)

    def _subject_at(self, place: int) -> bool:
        """Whether a subject and its finite verb begin here."""
        group = self.group_at.get(place)
        end = place + 1 if group is None else group[-1].head
        verbal = self.by_start.get(end)
        return verbal is not None and verbal.finite

    def _tail(self, comma: int) -> bool:
        """Whether a comma opens a speaker's tail: ", the ministry said on Monday."."""
        for place in range(comma + 1, min(comma + 14, len(self.parsed.run))):
            if self.parsed.low(place) in (",", ";"):
                return False
            if place in self.by_start and place not in self.inside:
                if place not in self.says:
                    return False
                return self._ends_after(place)
        return False

    def _ends_after(self, place: int) -> bool:
        """Whether after the word of saying nothing follows but when, where and to whom."""
        rest = [self.parsed.low(p) for p in range(place + 1, len(self.parsed.run))]
        if not rest or rest[0] in (".", ",", "on", "in", "late", "early", "at", "during", "to"):
            return not any(word in ("that",) for word in rest[:6])
        return rest[0] in _WEEKDAYS or rest[0] in (
            "today",
            "yesterday",
            "after",
            "this",
            "last",
            "earlier",
            "as",
            "while",
            '"',
            "”",
            "adding",
        )

    def _new_subject(self, place: int) -> bool:
        """Whether "and" or a comma is followed by a subject and its verb."""
        if any(g[0].start < place < g[-1].head for g in self.parsed.groups):
            return False
        after = place + 1
        while self.parsed.low(after) in words.DETERMINERS or self.parsed.low(after) == "and":
            after += 1
        pronoun = self.parsed.low(after) in ("it", "they", "he", "she")
        group = self.group_at.get(after)
        if group is None and not pronoun:
            group = next((g for g in self.parsed.groups if g[0].start <= after < g[-1].head), None)
        if group is None and not pronoun:
            return False
        end = after + 1 if pronoun else (group[-1].head if group else after)
        steps = 0
        while (
            steps < 4
            and (self.parsed.low(end) in words.ADVERBS or self.parsed.low(end) in ("on", "'s"))
            and end not in self.by_start
        ):
            end += 1
            steps += 1
        verbal = self.by_start.get(end)
        return (
            verbal is not None
            and verbal.finite
            and not (
                verbal.passive
                and self.parsed.low(verbal.main + 1) == "by"
                and verbal.start == verbal.main
            )
        )

    def _subject(self, clauses: list[Clause], index: int, clause: Clause) -> None:
        first = next((v for v in clause.verbals if v.finite), None)
        limit = first.start if first is not None else clause.end
        previous = next((c for c in reversed(clauses[:index]) if c.subject and not c.said), None)
        groups = [
            g for g in self.parsed.groups if clause.start <= g[0].start and g[-1].head <= limit
        ]
        if clause.joint == "ing":
            clause.subject = previous.subject if previous else ()
            return
        if clause.joint in ("who", "which", "whose") or (
            clause.joint == "that"
            and not groups
            and clause.verbals
            and clause.verbals[0].start == clause.start + 1
        ):
            before = [g for g in self.parsed.groups if g[-1].head <= clause.start]
            if not groups and before:
                clause.subject = before[-1]
                return
        chosen = self._choose(clause, groups, limit)
        if chosen:
            clause.subject = _owned(chosen, previous.subject if previous else ())
            return
        leads = {self.parsed.low(p) for p in range(clause.start, limit)}
        if leads & {"it", "he", "she", "they"}:
            clause.pronoun = True
            clause.subject = previous.subject if previous else ()
        elif (previous is not None and first is not None and limit - clause.start <= 2) or (
            previous is not None and clause.joint == "resumed"
        ):
            clause.subject = previous.subject

    def _choose(
        self, clause: Clause, groups: list[tuple[Mention, ...]], limit: int
    ) -> tuple[Mention, ...]:
        """The first group that is not led in by a preposition; a noun's owner counts."""
        commas = [p for p in range(clause.start, limit) if self.parsed.low(p) == ","]
        groups = [g for g in groups if g[0].kind != "city"]
        free = [g for g in groups if preposition_of(self.parsed, g[0]) is None]
        if free:
            return free[0]
        late = [g for g in groups if not commas or g[0].start > commas[0]]
        return late[0] if late and clause.joint != "according" else ()


_CLAIMS = frozenset("deny warn promise pledge vow fear hope expect demand propose".split())
"""Verbs that govern a clause without "that" only where a subject and a verb follow."""


def _owned(chosen: Group, owner: Group) -> Group:
    """Give "its forces" the state of the subject before."""
    if not owner or not chosen[0].own or owner[0].code is None:
        return chosen
    state = owner[0]
    first = replace(
        chosen[0],
        code=state.code,
        country=state.country,
        name=state.name,
        how="pronoun",
        bare=False,
    )
    return (first, *chosen[1:])


_SAYS = frozenset(
    rule
    for rule in (
        "say state note add believe think argue maintain assert stress report insist observe "
        "comment remark suggest indicate explain reiterate reaffirm understand emphasise emphasize "
        "announce confirm reveal claim tell"
    ).split()
)
