"""Which words of a sentence are verbs, and in what form; which phrases are nouns of interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.reader.events import lexicon, words
from demarche.reader.events.match import noun_phrases
from demarche.reader.events.mentions import Mention
from demarche.reader.events.sentence import Noun, Parsed, Verbal

__all__ = ["find_nouns", "find_verbals"]


def find_verbals(parsed: Parsed) -> list[Verbal]:
    """Verbs of the dictionary where they are used as verbs, in order."""
    return _Verbs(parsed).all()


def find_nouns(parsed: Parsed) -> list[Noun]:
    """Phrases of the dictionary of nouns, longest first, in order."""
    found: list[Noun] = []
    phrases = noun_phrases()
    place = 0
    while place < len(parsed.run):
        hit = phrases.at(parsed.run, place)
        low = parsed.low
        if hit is None or words.is_month(parsed.run[place], low(place - 1), low(place + 1)):
            place += 1
        else:
            found.append(Noun(place, hit[0], hit[1]))
            place = hit[0]
    return found


class _Verbs:
    """Finds verbs; a word that may be a noun is a verb only where its neighbours say so."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.forms = lexicon.verb_forms()
        self.within: dict[int, Mention] = {}
        self.ends: dict[int, Mention] = {}
        for mention in parsed.mentions:
            for place in range(mention.start, mention.head):
                self.within[place] = mention
            self.ends[mention.head] = mention
        self.nouns = {place for noun in parsed.nouns for place in range(noun.start, noun.end)}
        self.long_nouns = {
            place
            for noun in parsed.nouns
            if noun.end - noun.start > 1
            for place in range(noun.start, noun.end)
        }

    def all(self) -> list[Verbal]:
        found = []
        for place, token in enumerate(self.parsed.run):
            if place in self.within or token.low not in self.forms or self._auxiliary(place):
                continue
            if words.is_month(token, self.parsed.low(place - 1), self.parsed.low(place + 1)):
                continue
            verbal = self._verbal(place, self.forms[token.low])
            if verbal is not None:
                found.append(verbal)
        return found

    def _auxiliary(self, place: int) -> bool:
        """Whether "have" only helps another verb here."""
        if self.parsed.low(place) not in words.HAVE:
            return False
        for after in range(place + 1, min(place + 4, len(self.parsed.run))):
            low = self.parsed.low(after)
            if any(tag == "VBN" for _, tag in self.forms.get(low, ())) or low in words.BE:
                return True
            if not words.is_adverb(low) and not low.endswith("ed"):
                return False
        return True

    def _verbal(self, place: int, forms: Sequence[tuple[str, str]]) -> Verbal | None:
        low = self.parsed.low
        lemmas = tuple(dict.fromkeys(lemma for lemma, _ in forms))
        tags = {tag for _, tag in forms}
        group = self._group(place)
        before = low(group.start - 1)
        made = Verbal(group.start, place, lemmas, "", lead=before, first=group.first)
        made.negated, made.will = group.negated, group.will
        made.supposed, made.infinitive = group.supposed, group.infinitive
        made.perfect = group.have
        if tags & {"VB"} and (group.infinitive or group.will or group.supposed or group.do):
            made.tag = "VB"
            return made
        if "VBG" in tags:
            return self._gerund(made, group.be)
        if group.be and "VBN" in tags:
            made.tag, made.passive = "VBN", True
            return made
        if group.have and "VBN" in tags:
            made.tag = "VBN"
            return made
        return self._bare(made, tags)

    def _gerund(self, made: Verbal, be: bool) -> Verbal | None:
        made.tag = "VBG"
        if be:
            return made
        before, after = self.parsed.low(made.main - 1), self.parsed.low(made.main + 1)
        noun = made.main in self.nouns
        if noun and (
            before in words.DETERMINERS
            or before in ("'s", "'", "’")
            or made.main in self.ends
            or after in ("of", "by", "on", "in", "and", "with", "", ".", ",")
        ):
            return None
        if made.main in self.long_nouns:
            return None
        made.gerund = True
        return made

    def _bare(self, made: Verbal, tags: set[str]) -> Verbal | None:
        """A form without auxiliary: past, participle, present."""
        place, low = made.main, self.parsed.low
        before, after = low(place - 1), low(place + 1)
        if place in self.long_nouns:
            return None
        described = (
            before in words.DETERMINERS
            or before in ("'s", "'", "’")
            or before == "-"
            or after == "-"
        )
        if tags & {"VBD", "VBN"}:
            return self._past(made, tags, described)
        if described:
            return None
        mention = self._mention_before(place)
        if mention is not None and mention.adjective and mention.end == place:
            return None
        if place in self.nouns or low(place) in _NOUNISH:
            if mention is None and before not in words.PRONOUNS | {"we", "i", "you"}:
                return None
            if (
                after in ("on", "of", "by", "between", "in", "with", "against")
                and ("VBZ" in tags or not self._plural(mention))
                and low(place) not in ("talks", "meets")
            ):
                return None
            if after in ("said", "were", "are", "have", "had", "will"):
                return None
        elif before in words.PREPOSITIONS and "VB" in tags:
            return None
        made.tag = "VBZ" if "VBZ" in tags else "VB"
        return made

    def _past(self, made: Verbal, tags: set[str], described: bool) -> Verbal | None:
        place, low = made.main, self.parsed.low
        after = low(place + 1)
        by = after == "by" or (low(place + 2) == "by" and words.is_adverb(after))
        if described or (low(place - 1) in words.PREPOSITIONS and not by):
            return None
        if after == "of" and {"accuse", "convict"} & set(made.lemmas):
            made.tag, made.passive = "VBN", True
            return made
        if by and "VBN" in tags:
            made.tag, made.passive = "VBN", True
            return made
        made.tag = "VBD" if "VBD" in tags else "VBN"
        if place in self.nouns and "VB" in tags and self._mention_before(place) is None:
            return None
        return made

    def _mention_before(self, place: int) -> Mention | None:
        """Mention that ends right before, dates and adverbs skipped."""
        steps = 0
        while place > 0 and steps < 4:
            if place in self.ends:
                return self.ends[place]
            before = self.parsed.low(place - 1)
            if not (words.is_adverb(before) or before in ("on", ",")):
                return None
            place -= 1
            steps += 1
        return self.ends.get(place)

    def _plural(self, mention: Mention | None) -> bool:
        """Whether a subject takes a verb without -s: "rebels attack", "A and B talk"."""
        if mention is None:
            return True
        last = self.parsed.low(mention.end - 1)
        many = mention.kind in ("people", "organ") and last.endswith(("s", "men", "police"))
        ahead = {self.parsed.low(mention.start - 1), self.parsed.low(mention.start - 2)}
        return many or bool(ahead & {"and", "&"})

    def _group(self, place: int) -> _Group:
        """Auxiliaries to the left of a verb."""
        group = _Group(place, place)
        steps = 0
        while group.start > 0 and steps < 8 and group.start - 1 not in self.within:
            before = self.parsed.low(group.start - 1)
            if before in words.BE and not (before == "'s" and group.start - 1 not in self.ends):
                group.be = True
            elif before in words.HAVE:
                group.have = True
            elif before in words.DO:
                group.do = True
            elif before in words.NEGATORS and before not in ("no", "neither", "nor"):
                group.negated = True
                if before == "cannot":
                    group.supposed = True
            elif before in words.WILL:
                group.will = True
            elif before in words.SUPPOSING:
                group.supposed = True
            elif before == "to" and not (group.be and group.infinitive):
                if group.infinitive:
                    break
                group.infinitive = True
                group.start -= 1
                if self.parsed.low(group.start - 1) in words.NEGATORS:
                    group.negated = True
                    group.start -= 1
                group.first = group.start
                break
            elif words.is_adverb(before) or (
                before == "and" and words.is_adverb(self.parsed.low(group.start - 2))
            ):
                group.start -= 1
                steps += 1
                continue
            else:
                break
            group.start -= 1
            group.first = group.start
            steps += 1
        return group


_BOTH = (
    "aid help back lower free open welcome "
    "project plan plans hope claim claims report reports comment remark note state "
    "request offer demand order press protest march test tests train arms ban bans target fund "
    "finance trade trades block veto fire shell force split cut cuts stress move moves call calls "
    "reply answer question fear fears export exports import imports visit visits host hosts raid "
    "raids attack attacks strike strikes talk talks ship ships bar charge fight battle campaign "
    "alert support condemnation position protests threat sanction sanctions embargo tour grant "
    "deal face"
)
_NOUNISH = frozenset(form for word in _BOTH.split() for form in (word, lexicon.plural(word)))


@dataclass(slots=True)
class _Group:
    start: int
    first: int
    be: bool = False
    have: bool = False
    do: bool = False
    will: bool = False
    supposed: bool = False
    negated: bool = False
    infinitive: bool = False
