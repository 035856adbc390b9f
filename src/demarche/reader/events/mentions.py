"""Actors in a sentence: states, their organs, organizations, groups; with what joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from demarche.reader.events import lexicon, words
from demarche.reader.events.match import (
    Phrases,
    agent_phrases,
    holder_phrases,
    is_shouted,
    mask_phrases,
    noun_phrases,
    place_phrases,
)
from demarche.reader.events.tokens import Token
from demarche.reader.events.words import DETERMINERS, OWNERS, PREPOSITIONS

__all__ = ["Mention", "find_mentions"]

_LOSES = frozenset(
    "backed supported allied aligned trained armed funded sponsored friendly occupied controlled "
    "held administered annexed ruled based born made built owned registered flagged speaking "
    "linked affiliated educated claimed governed bound imposed mediated brokered "
    "style language hosted drafted operated supplied installed appointed "
    "recognized recognised".split()
)
_PARTIES = frozenset(
    "countries sides leaders presidents ministers nations neighbours neighbors governments states "
    "rivals capitals parties men diplomats officials armies militaries".split()
)
_PARTS = frozenset("northern southern eastern western north south east west central nearby".split())
_PREFIXES = frozenset("anti pro non ex post inter trans pre intra neo".split())
_LANGUAGES = frozenset("in speak speaks speaking spoke into".split())
_PLAIN = words.PREPOSITIONS | words.SUBORDINATORS | words.ADVERBS | words.CONJUNCTIONS
_PERSONS = frozenset(
    "chad jordan georgia israel paris london sofia victoria sydney kenya india america lima "
    "havana nassau kingston jackson".split()
)
_NO_MODIFIER = frozenset(
    "and or but , ; : . ? ! ( ) \" “ ” – — - 's ' ’ not n't is are was were be been being has have "
    "had do does did will would shall should can could may might must that which who whom whose "
    "when where while because if unless although though whether it he she they we you i there "
    "said says say".split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An actor's words: tokens ``start`` to ``end`` (one past), what they stand for, and how.

    ``owned``: possessive follows; ``own``: "its", "their" stands before an organ; ``bare``: an
    organ without a state; ``adjective``: an adjective before a noun that is no organ; ``head``:
    one past the last word of the noun phrase, names of persons included.
    """

    start: int
    end: int
    head: int
    code: str | None
    country: str | None
    sector: str | None
    name: str
    how: str
    kind: str
    owned: bool = False
    own: bool = False
    bare: bool = False
    adjective: bool = False
    members: tuple[Mention, ...] = ()


def find_mentions(
    run: Sequence[Token],
    *,
    given: Phrases[lexicon.Place] | None,
    known: Mapping[str, Mention],
    year: int | None = None,
    pair: tuple[Mention, ...] = (),
) -> tuple[list[Mention], dict[str, Mention]]:
    """Mentions of a sentence in order, and the names of office-holders it introduces."""
    finder = _Finder(run, given, known, year)
    finder.pair = pair
    return finder.all(), finder.introduced


class _Finder:
    def __init__(
        self,
        run: Sequence[Token],
        given: Phrases[lexicon.Place] | None,
        known: Mapping[str, Mention],
        year: int | None,
    ) -> None:
        self.run = run
        self.holders = holder_phrases(year)
        self.given = given
        self.known = known
        self.shouted = is_shouted(run)
        long = [t for t in run if t.word and len(t.text) > 4]
        self.headline = len(long) > 2 and all(t.capital for t in long)
        self.introduced: dict[str, Mention] = {}
        self.pair: tuple[Mention, ...] = ()
        self.found: list[Mention] = []

    def all(self) -> list[Mention]:
        found = self.found
        place = 0
        while place < len(self.run):
            masked = mask_phrases().at(self.run, place)
            named = self._named(place)
            if masked and (named is None or named[0] <= masked[0]):
                place = masked[0]
                continue
            mention = self._from_name(place, named) if named else self._from_agent(place)
            if mention is None or mention.bare:
                mention = self._from_both(place) or mention
            if mention is None:
                mention = self._from_known(place) or self._from_holder(place)
            if mention is not None and not mention.name:
                place = mention.end
                continue
            if mention is None:
                place += 1
            else:
                if found and self._names_same(found[-1], mention):
                    found.pop()
                found.append(mention)
                place = mention.head
        return found

    def _names_same(self, left: Mention, right: Mention) -> bool:
        """Whether a state only says whose the group behind it is: "Yemen's Houthis"."""
        gap = [self._low(place) for place in range(left.end, right.start)]
        return (
            right.kind == "organization"
            and left.kind in ("name", "adjective")
            and left.sector is None
            and gap in ([], ["'s"], ["'"])
            and right.country in (None, left.country)
            and right.sector not in (None, "igo")
        )

    def _low(self, place: int) -> str:
        return self.run[place].low if 0 <= place < len(self.run) else ""

    def _named(self, place: int) -> tuple[int, lexicon.Place] | None:
        best = self.given.at(self.run, place) if self.given else None
        other = place_phrases().at(self.run, place, shouted=self.shouted)
        if best is None or (other is not None and other[0] > best[0]):
            return other
        return best

    def _from_name(self, place: int, named: tuple[int, lexicon.Place]) -> Mention | None:
        end, what = named
        nothing = _mention(place, end, what, name="")
        if self._is_person(place, end) or self._is_prefixed(place):
            return nothing
        if self._low(end) == "-" and self._low(end + 1) in _LOSES:
            return replace(nothing, end=end + 2)
        if what.kind == "adjective" and self._is_language(place, end):
            return nothing
        mention = _mention(place, end, what)
        after = end
        if self._low(after) in ("'s", "'", "’") and what.kind != "adjective":
            mention = replace(mention, owned=True)
            after += 1
        elif self._low(after) == "-" and self._low(after + 1) == "led":
            after += 2
        if what.kind in ("people", "organization") and not mention.owned:
            return mention
        found = self._organ(after)
        if found is None:
            noun = what.kind == "adjective" and self._noun_follows(end)
            return replace(mention, adjective=noun)
        organ_end, sector = found
        mention = replace(
            mention, end=organ_end, head=organ_end, sector=sector, owned=False, adjective=False
        )
        return self._with_person(self._owned(mention))

    def _owned(self, mention: Mention) -> Mention:
        return replace(mention, owned=self._low(mention.end) in ("'s", "'", "’"))

    def _noun_follows(self, end: int) -> bool:
        low = self._low(end)
        return bool(low) and low[0].isalpha() and low not in PREPOSITIONS | _NO_MODIFIER

    def _is_person(self, place: int, end: int) -> bool:
        if self.headline or self.run[place].low not in _PERSONS or end - place > 1:
            return False
        before = self.run[place - 1] if place > 1 else None
        after = self.run[end] if end < len(self.run) else None
        if before and before.word and before.capital and self._named(place - 1) is None:
            return agent_phrases().at(self.run, place - 1) is None
        return bool(
            after
            and after.word
            and after.capital
            and self._named(end) is None
            and agent_phrases().at(self.run, end) is None
        )

    def _is_prefixed(self, place: int) -> bool:
        return self._low(place - 1) == "-" and self._low(place - 2) in _PREFIXES

    def _is_language(self, place: int, end: int) -> bool:
        return self._low(place - 1) in _LANGUAGES and not self._noun_follows(end)

    def _organ(self, place: int) -> tuple[int, str] | None:
        """End and sector of an organ at ``place``, after at most four words that describe it."""
        verbs = lexicon.verb_forms()
        for start in range(place, min(place + 5, len(self.run))):
            found = agent_phrases().at(self.run, start)
            if found is not None:
                return self._longer(found[0], found[1][0], place, start)
            low = self.run[start].low
            if low == "-" and start > place:
                continue
            if low in _NO_MODIFIER or low in PREPOSITIONS or low in DETERMINERS:
                return None
            if not self.run[start].word and not low[0].isdigit():
                return None
            if self._named(start) is not None or low.endswith("ed"):
                return None
            if low in verbs and not self._may_be_noun(start):
                return None
        return None

    def _may_be_noun(self, place: int) -> bool:
        low = self.run[place].low
        return noun_phrases().at(self.run, place) is not None and not low.endswith("ed")

    def _longer(self, end: int, sector: str, first: int, start: int) -> tuple[int, str]:
        """Follow "army" to "army chief": a further organ right behind names the actor."""
        words = {self.run[place].low for place in range(first, start)}
        while end < len(self.run):
            further = agent_phrases().at(self.run, end)
            if further is None or self._verbal(end):
                break
            end = further[0]
            if further[1][0] not in ("government", "civilians", "executive"):
                sector = further[1][0]
        if words & {"former", "ex"}:
            sector = "elite"
        return end, sector

    def _verbal(self, place: int) -> bool:
        return self.run[place].low in lexicon.verb_forms()

    def _with_person(self, mention: Mention) -> Mention:
        """Skip the name behind an office; remember it, so that the name alone is the office."""
        head = mention.head
        while (
            not self.headline
            and head < len(self.run)
            and head - mention.end < 5
            and self.run[head].word
            and self.run[head].capital
            and self.run[head].low not in PREPOSITIONS
            and self._named(head) is None
            and not self._acts(head)
        ):
            head += 1
        if head > mention.end and mention.code is not None:
            self.introduced[self.run[head - 1].text] = replace(mention, how="named earlier")
        owned = mention.owned or self._low(head) in ("'s", "'", "’")
        return replace(mention, head=head, owned=owned)

    def _acts(self, place: int) -> bool:
        """Whether a word is a verb with an ending, as in headlines in capitals."""
        return any(tag != "VB" for _, tag in lexicon.verb_forms().get(self.run[place].low, ()))

    def _from_agent(self, place: int) -> Mention | None:
        found = agent_phrases().at(self.run, place)
        if found is None or found[1][1]:
            return None
        before = self._low(place - 1)
        if before == "-" or self._low(found[0]) == "-":
            return None
        end, sector = self._longer(found[0], found[1][0], place, place)
        former = {self._low(place - 1), self._low(place - 2), self._low(place - 3)} & {"former"}
        mention = Mention(
            start=place,
            end=end,
            head=end,
            code=None,
            country=None,
            sector="elite" if former else sector,
            name=sector,
            how="inherited",
            kind="organ",
            own=bool({before, self._low(place - 2)} & OWNERS),
            bare=True,
        )
        mention = self._of_place(mention)
        holder = self._from_holder(mention.end) if mention.bare else None
        if holder is not None and mention.sector in ("executive", "foreign_ministry", "government"):
            return replace(holder, start=mention.start)
        if mention.bare:
            mention = self._of_place(self._with_person(mention))
            return self._owned(mention) if not mention.bare else self._with_person(mention)
        return self._with_person(self._owned(mention))

    def _of_place(self, mention: Mention) -> Mention:
        """Join an organ and its state: "soldiers from Kenya", "the president of Egypt"."""
        place = mention.head
        if mention.own or self._low(place) not in ("of", "from", "in", "for"):
            return mention
        joint = self._low(place)
        place += 1
        both = self._from_both(place + (self._low(place) == "the"))
        if both is not None:
            return self._of_both(mention, both)
        steps = 0
        while steps < 3 and place < len(self.run) and self._named(place) is None:
            low = self.run[place].low
            if low not in DETERMINERS and low not in _PARTS:
                return mention
            place += 1
            steps += 1
        named = self._named(place) if place < len(self.run) else None
        if named is None or (joint == "for" and named[1].kind == "seat"):
            return mention
        end, what = named
        if what.kind in ("adjective", "people") or (joint == "in" and what.country is None):
            return mention
        if self._low(end) in ("'s", "-"):
            return mention
        return replace(
            mention,
            end=end,
            head=end,
            code=what.code,
            country=what.country,
            name=what.name,
            how="office",
            kind="organ",
            bare=False,
        )

    def _from_holder(self, place: int) -> Mention | None:
        """An office-holder of the dictionary; not where another given name stands before."""
        found = self.holders.at(self.run, place)
        if found is None:
            return None
        end, holder = found
        before = self.run[place - 1] if place > 0 else None
        if before and before.capital and before.word and before.low not in holder.given:
            plain = before.low in _PLAIN or agent_phrases().at(self.run, place - 1) is not None
            if not (plain or self.headline or self._named(place - 1)):
                return None
        if self._low(end) in ("jr", "junior"):
            return None
        start = place - 1 if before and before.low in holder.given else place
        mention = self._owned(_mention(start, end, holder.place))
        organ = self._organ(mention.end + 1) if mention.owned else None
        if organ is not None:
            mention = replace(mention, end=organ[0], head=organ[0], sector=organ[1])
            mention = self._owned(replace(mention, kind="organ"))
        return mention

    def _from_both(self, place: int) -> Mention | None:
        """Stand "the two countries", "both sides" for the pair of states named before."""
        if self._low(place) not in ("two", "both"):
            return None
        here = {m.country: m for m in self.found if m.country and m.kind != "pair"}
        pair = tuple(here.values()) if len(here) == 2 else self.pair
        if len(pair) != 2:
            return None
        for end in (place + 1, place + 2):
            if self._low(end) in _PARTIES and end < len(self.run):
                start = place - 1 if self._low(place - 1) == "the" else place
                both = tuple(
                    replace(one, start=place, end=end + 1, head=end + 1, how="pronoun", kind="pair")
                    for one in pair
                )
                members = tuple(replace(m, owned=False, adjective=False) for m in both)
                return replace(members[0], start=start, members=members)
        return None

    def _of_both(self, organ: Mention, both: Mention) -> Mention:
        """Give both states the organ: "officials from both countries"."""
        members = tuple(
            replace(one, start=organ.start, sector=organ.sector) for one in both.members
        )
        return replace(both, start=organ.start, sector=organ.sector, members=members)

    def _from_known(self, place: int) -> Mention | None:
        token = self.run[place]
        if not token.capital or token.text not in self.known:
            return None
        earlier = self.known[token.text]
        owned = self._low(place + 1) in ("'s", "'", "’")
        return replace(earlier, start=place, end=place + 1, head=place + 1, owned=owned)


_HOW = {
    "name": "name",
    "adjective": "adjective",
    "people": "adjective",
    "seat": "seat",
    "city": "seat",
    "organization": "name",
    "given": "given",
    "holder": "office",
}


def _mention(start: int, end: int, what: lexicon.Place, name: str | None = None) -> Mention:
    return Mention(
        start=start,
        end=end,
        head=end,
        code=what.code,
        country=what.country,
        sector=what.sector,
        name=what.name if name is None else name,
        how=_HOW[what.kind],
        kind=what.kind,
    )
