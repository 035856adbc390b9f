"""Words and sentences with their places in the text, in one pass over it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

__all__ = [
    "LONGEST_SENTENCE",
    "PART",
    "SAMPLE",
    "Sentence",
    "Token",
    "parts",
    "sentences",
    "tokens",
    "without_acronyms",
    "without_dateline",
]

LONGEST_SENTENCE = 300
"""Words after which a sentence is cut, so that work grows with the length of the text only."""

_LETTERS = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"(?:[A-Z]\.){{2,}}"
    rf"|{_LETTERS}+(?=n['’]t\b)"
    rf"|n['’]t\b"
    rf"|['’](?:s|re|ve|ll|d|m)\b"
    rf"|{_LETTERS}+(?:['’](?!(?:s|t|re|ve|ll|d|m)\b){_LETTERS}+)*"
    rf"|\d+(?:[.,:]\d+)*{_LETTERS}*"
    r"|[^\w\s]|_"
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen lt col sgt maj capt adm sen rep gov st rev hon pres jan feb mar apr "
    "jun jul aug sep sept oct nov dec no vs etc inc ltd corp co bros mt ft brig cmdr supt ave "
    "fr u.s u.k u.n".split()
)
_ENDS = frozenset(".!?…。؟।")
_CLOSERS = frozenset("\"'”’)]»")


class Token(NamedTuple):
    """One word, number or mark: as written, in small letters, and where."""

    text: str
    low: str
    start: int
    end: int

    @property
    def word(self) -> bool:
        """Whether it is made of letters."""
        return self.text[0].isalpha()

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()


PART = 500_000
"""Characters whose words are held in memory at once."""
SAMPLE = 1_000_000
"""Characters by which it is told whether lines are filled to a width."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens of one sentence; ``cut`` where it was longer than may be read at once."""

    tokens: tuple[Token, ...]
    cut: bool = False


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Words, numbers and marks of a text, or of a part of it, in order.

    Examples
    --------
    >>> [token.text for token in tokens("The U.S.-led talks didn't end Iran's ban.")]
    ['The', 'U.S.', '-', 'led', 'talks', 'did', "n't", 'end', 'Iran', "'s", 'ban', '.']
    """
    return [
        Token(found[0], found[0].lower().replace("’", "'"), found.start(), found.end())
        for found in _TOKEN.finditer(text, start, len(text) if end is None else end)
    ]


def without_acronyms(run: Sequence[Token]) -> Sequence[Token]:
    """Tokens without "(EU)" behind "European Union".

    Examples
    --------
    >>> [token.text for token in without_acronyms(tokens("the Union (EU) met"))]
    ['the', 'Union', 'met']
    """
    if all(token.text != "(" for token in run):
        return run
    found: list[Token] = []
    place = 0
    while place < len(run):
        inner = run[place + 1].text if place + 2 < len(run) else ""
        if run[place].text == "(" and inner.isupper() and run[place + 2].text == ")":
            place += 3
        else:
            found.append(run[place])
            place += 1
    return found


def without_dateline(run: Sequence[Token]) -> Sequence[Token]:
    """Tokens without the place, date and agency before a report's first sentence.

    Examples
    --------
    >>> [token.text for token in without_dateline(tokens("OSLO, May 3 (NTB) - Norway met"))]
    ['Norway', 'met']
    """
    if not run or not run[0].text.isupper() or len(run[0].text) < 4:
        return run
    for place in range(1, min(14, len(run) - 1)):
        token = run[place]
        if token.text in "-–—" and run[place - 1].end < token.start:
            return run[place + 1 :]
        if token.text in ".;:":
            break
    return run


def _wrapped(text: str) -> bool:
    """Whether lines are filled to a width, so that a line's end is no end of a sentence."""
    lengths = [len(line.strip()) for line in text.splitlines() if line.strip()]
    if len(lengths) < 3:
        return False
    return 50 <= median(lengths) <= 110 and max(lengths) <= 120


def _closed(run: list[Token], token: Token, following: Token | None) -> bool:
    """Whether a full stop ends the sentence here."""
    if token.text != "." or following is None:
        return True
    before = run[-2].low if len(run) > 1 else ""
    if before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha()):
        return False
    if following.start == token.end and following.text not in _CLOSERS:
        return False
    return not (following.word and following.text[0].islower())


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences of a text; headlines and paragraphs end at their line's end.

    Examples
    --------
    >>> [len(s.tokens) for s in sentences("Gen. Smith left. He met envoys.")]
    [5, 4]
    """
    wrapped = _wrapped(text[:SAMPLE])
    for start, end in parts(text):
        yield from _sentences(text, tokens(text, start, end), wrapped=wrapped)


def parts(text: str, *, most: int = PART) -> Iterator[tuple[int, int]]:
    r"""Offsets of parts of a text that are held in memory one at a time, parted between paragraphs.

    A part without a paragraph's end is parted at a line's end, else a sentence's, else a blank.

    Examples
    --------
    >>> list(parts("one two. three\n\nfour", most=16))
    [(0, 14), (14, 20)]
    """
    start = 0
    while len(text) - start > most:
        stop = start + most
        marks = ("\n\n", "\n", ". ", " ")
        found = (text.rfind(mark, start + most // 2, stop) for mark in marks)
        end = next((at for at in found if at > start), stop)
        end += text[end] == "."
        yield start, end
        start = end
    yield start, len(text)


def _sentences(text: str, found: list[Token], *, wrapped: bool) -> Iterator[Sentence]:
    run: list[Token] = []
    for place, token in enumerate(found):
        if run and _breaks(text, run[-1].end, token, wrapped):
            yield Sentence(tuple(run))
            run = []
        run.append(token)
        following = found[place + 1] if place + 1 < len(found) else None
        if token.text in _ENDS and _closed(run, token, following):
            if following is not None and following.text in _CLOSERS:
                continue
            yield Sentence(tuple(run))
            run = []
        elif (
            len(run) > 1
            and token.text in _CLOSERS
            and run[-2].text in _ENDS
            and (following is None or not following.word or following.capital)
            and not _speaker_follows(found, place)
        ):
            yield Sentence(tuple(run))
            run = []
        elif len(run) >= LONGEST_SENTENCE:
            yield Sentence(tuple(run), cut=True)
            run = []
    if run:
        yield Sentence(tuple(run))


def _speaker_follows(found: list[Token], place: int) -> bool:
    return place + 1 < len(found) and found[place + 1].text[0].islower()


def _breaks(text: str, end: int, token: Token, wrapped: bool) -> bool:
    gap = text[end : token.start]
    lines = gap.count("\n")
    if lines == 0:
        return False
    if lines > 1:
        return True
    return not wrapped and not token.text[0].islower()
