"""From the input to the text that is read, and back: one map of offsets, both ways exact."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["Offsets", "mapped"]

_CHANGED = re.compile(
    "\r\n?|[\u00ad\u200b\u2060\ufeff]++(?![\u0300-\u036f])|[^\\W\\d_][\u0300-\u036f]+"
)
"""Line ends, invisible characters inside words, and letters with their marks apart."""


@dataclass(frozen=True, slots=True)
class Offsets:
    r"""Where each character of a read text stands in the input, in code points.

    From ``read[k]`` on, the input is ``input[k] - read[k]`` characters ahead; ``lost[k]``
    characters before that place have left nothing in the text.

    Examples
    --------
    >>> text, offsets = mapped("one\r\ntwo")
    >>> text, offsets.start(4), offsets.end(7)
    ('one\ntwo', 5, 8)
    """

    read: tuple[int, ...] = ()
    input: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()

    def start(self, offset: int) -> int:
        """Offset in the input of the character at an offset of the text."""
        at = bisect_right(self.read, offset) - 1
        return offset if at < 0 else self.input[at] + offset - self.read[at]

    def end(self, offset: int) -> int:
        """Offset in the input just after the character before an offset of the text."""
        at = bisect_right(self.read, offset) - 1
        if at >= 0 and self.read[at] == offset:
            return self.input[at] - self.lost[at]
        return self.start(offset)

    def ahead(self, count: int) -> Offsets:
        """The same map for an input with so many characters more in front."""
        if not count:
            return self
        if self.read[:1] == (0,):
            lost = (self.lost[0] + count, *self.lost[1:])
            return Offsets(self.read, tuple(n + count for n in self.input), lost)
        moved = (count, *(n + count for n in self.input))
        return Offsets((0, *self.read), moved, (count, *self.lost))


def mapped(text: str) -> tuple[str, Offsets]:
    r"""Text as it is read, and the map back to the text given.

    Line ends become ``\n``; soft hyphens, byte-order marks and zero-width spaces go; letters with
    their marks apart become one character where there is one (normal form C).

    Examples
    --------
    >>> mapped("un\u00adlikely, Co\u0302te")[0]
    'unlikely, Côte'
    """
    pieces: list[str] = []
    read: list[int] = []
    source: list[int] = []
    lost: list[int] = []
    at = length = 0
    for met in _CHANGED.finditer(text):
        words = met.group()
        if words[0] == "\r":
            new = "\n"
        elif words[0] in "\u00ad\u200b\u2060\ufeff":
            new = ""
        else:
            new = unicodedata.normalize("NFC", words)
            if len(new) > 1:
                continue
        pieces += [text[at : met.start()], new]
        length += met.start() - at + len(new)
        at = met.end()
        if len(new) == len(words):
            continue
        read.append(length)
        source.append(at)
        lost.append(0 if new else len(words))
    if not pieces:
        return text, Offsets()
    pieces.append(text[at:])
    return "".join(pieces), Offsets(tuple(read), tuple(source), tuple(lost))
