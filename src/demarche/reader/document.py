"""An article as a document: its normalised text, what is known of it, and what was left out."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demarche.errors import DataError
from demarche.reader.apart import extract_apart
from demarche.reader.decoding import decode, kind_of
from demarche.reader.language import language_of
from demarche.reader.limits import Limits
from demarche.reader.offsets import Offsets, mapped

__all__ = ["EXTRACTOR", "Document", "document_of", "document_of_file", "found_date"]

EXTRACTOR = "extractor 2"
"""Version of the way from bytes to text; spans hold for the text of one version."""
_ODD = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SCRIPTS = ("CYRILLIC", "GREEK", "ARMENIAN")
_NAV = frozenset("menu home login subscribe share sign search contact about newsletter".split())
_BY = re.compile(r"\A(?:by|von|par) (?P<who>[^\d,;]{3,60})\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article.

    Attributes
    ----------
    text : str
        Normalised text: spans of claims and events are offsets in it, in code points.
    sha256 : str
        Of that text as UTF-8.
    origin : str
        Path, address or ``standard input``.
    kind : str
        ``text``, ``html`` or ``pdf``.
    title, author, outlet : str
        As far as the page states them; empty otherwise.
    date : date or None
        Day of publication, and ``date_source``: ``given``, ``page`` or nothing.
    language : str
    input : str
        The characters that were given, byte-order mark included: the text, or a page's source.
    offsets : Offsets or None
        From the text to the input; ``None`` for pages and PDFs.
    notes : tuple of str
        What was left out, assumed or looks odd.
    """

    text: str
    sha256: str
    origin: str
    kind: Literal["text", "html", "pdf"]
    title: str = ""
    author: str = ""
    outlet: str = ""
    date: dt.date | None = None
    date_source: str = ""
    language: str = "unknown"
    notes: tuple[str, ...] = ()
    extractor: str = EXTRACTOR
    address: str = ""
    chain: tuple[str, ...] = ()
    retrieved: str = ""
    input: str = ""
    offsets: Offsets | None = None

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Place of a span in the input; ``None`` where it is not known.

        Plain text: always known. A page: known if the words stand in its source exactly once. A
        PDF has no characters of its own.
        """
        if self.offsets is not None:
            return self.offsets.start(start), self.offsets.end(end)
        words = self.text[start:end]
        if not words.strip() or len(self.input) > SEARCHED:
            return None
        at = self.input.find(words)
        if at < 0 or self.input.find(words, at + 1) >= 0:
            return None
        return at, at + len(words)


SEARCHED = 2_000_000
"""Characters of a page's source in which words are looked for; a longer one is not searched."""


def found_date(text: str) -> tuple[dt.date | None, str]:
    """Day of an ISO text, and what is wrong with it if it is no plausible day of publication.

    Examples
    --------
    >>> found_date("2026-03-04")[0], found_date("2026-02-30")
    (datetime.date(2026, 3, 4), (None, "the page's date '2026-02-30' is no day; it was not used"))
    """
    if not text:
        return None, ""
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None, f"the page's date {text[:20]!r} is no day; it was not used"
    if not 1700 <= day.year <= 2199 or day == dt.date(1970, 1, 1):
        return None, f"the page's date {day} is not plausible; it was not used"
    return day, ""


def document_of(
    data: bytes,
    *,
    origin: str,
    limits: Limits | None = None,
    encoding: str | None = None,
    date: dt.date | None = None,
) -> Document:
    r"""Document of bytes: plain text, a web page or a PDF.

    Parameters
    ----------
    data : bytes
    origin : str
        Where they come from, for messages.
    limits : Limits, optional
    encoding : str, optional
        Encoding of text or page; else it is found, and said.
    date : date, optional
        Day of publication; it beats the page's own.

    Raises
    ------
    DataError
        If they are too many, empty, binary, not of the encoding, or hold no article.

    Examples
    --------
    >>> document_of(b"Kenya will sign.\r\n", origin="a.txt").text
    'Kenya will sign.\n'
    """
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise DataError(limits.over("bytes", f"{origin} has {len(data):,} bytes", need=len(data)))
    kind = kind_of(data, name=origin)
    held: dict[str, object] = {}
    notes: list[str] = []
    given, offsets = "", None
    if kind == "text":
        decoded = decode(data, name=origin, encoding=encoding)
        text, offsets = mapped(decoded.text)
        offsets = offsets.ahead(int(decoded.mark))
        given = "\ufeff" + decoded.text if decoded.mark else decoded.text
        notes += [*decoded.notes, *_oddities(decoded.text)]
        if not text.strip():
            raise DataError(f"{origin} holds no visible character; nothing was read.")
    elif kind == "html":
        decoded = decode(data, name=origin, encoding=encoding, html=True)
        held = extract_apart(
            "html", decoded.text.encode("utf-8", "surrogatepass"), name=origin, limits=limits
        )
        text = mapped(str(held["text"]))[0]
        given = decoded.text
        notes += [*decoded.notes, *_strings(held.get("notes")), *_oddities(str(held["text"]))]
    else:
        held = extract_apart("pdf", data, name=origin, limits=limits)
        text = mapped(str(held["text"]))[0]
        notes += [*_strings(held.get("notes")), *_oddities(str(held["text"]))]
    if len(text) > limits.characters:
        raise DataError(
            limits.over("characters", f"{origin} has {len(text):,} characters", need=len(text))
        )
    day, wrong = found_date(str(held.get("date") or ""))
    if kind == "pdf" and day is not None:
        notes.append(f"the day of publication is not known; the PDF was made on {day}")
        day = None
    notes += [wrong] if wrong else []
    language = language_of(text)
    if language.mixed:
        notes.append(f"{100 * language.other_script:.0f} % of the letters are of another script")
    title, author = str(held.get("title") or ""), str(held.get("author") or "")
    if kind == "text":
        title, author = _guessed(text)
        if _navigation(text):
            notes.append("much of the text is short lines, as of a menu; they are no sentences")
    return Document(
        text=text,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        origin=origin,
        kind=kind,  # type: ignore[arg-type]
        title=title,
        author=author,
        outlet=str(held.get("outlet") or ""),
        date=date or day,
        date_source="given" if date else "page" if day else "",
        language=language.code,
        notes=tuple(notes),
        input=given,
        offsets=offsets,
    )


def _strings(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def document_of_file(
    path: Path,
    *,
    limits: Limits | None = None,
    encoding: str | None = None,
    date: dt.date | None = None,
) -> Document:
    """Document of a file; see `document_of`.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, or as for `document_of`.
    """
    limits = limits or Limits()
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "is not there"
            raise DataError(f"{path} {what}; name a file of text, HTML or PDF.")
        size = path.stat().st_size
        if size > limits.bytes:
            raise DataError(limits.over("bytes", f"{path} has {size:,} bytes", need=size))
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise DataError(f"{str(path)[:80]!r} is no path.") from None
    return document_of(data, origin=str(path), limits=limits, encoding=encoding, date=date)


def _oddities(text: str) -> list[str]:
    """Characters that hide or mimic: zero-width ones, changes of direction, look-alike letters."""
    notes = []
    odd = len(_ODD.findall(text))
    if odd:
        notes.append(f"{odd:,} invisible characters or changes of direction are in the text")
    mixed = 0
    for word in re.findall(r"[^\W\d_]{2,40}", text[:200_000]):
        if not word.isascii():
            names = {unicodedata.name(c, "").split(" ")[0] for c in word}
            mixed += "LATIN" in names and bool(names & set(_SCRIPTS))
    if mixed:
        notes.append(f"{mixed:,} words mix scripts: letters may only look like others")
    return notes


def _guessed(text: str) -> tuple[str, str]:
    """Title and author of plain text: a first short line without a stop, a line *By X*."""
    lines = [line.strip() for line in text[:4000].splitlines() if line.strip()][:6]
    author = next((m["who"].strip() for line in lines if (m := _BY.match(line))), "")
    title = ""
    if len(lines) > 1 and 8 <= len(lines[0]) <= 160 and lines[0][-1] not in ".:,;":
        title = lines[0]
    return title, author


def _navigation(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    short = [line for line in lines if len(line.split()) <= 4 and line[-1] not in ".!?"]
    return len(lines) >= 8 and len(short) > 0.5 * len(lines)
