"""Readings that lie in the folder: what ``demarche read`` wrote, as JSON or as a page.

A file of the folder may come from anybody, so only its text is taken: a page is parsed and what
is marked in it is drawn anew, never handed on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from demarche.show.read_data import FORMAT
from demarche.show.read_html import MARK

__all__ = ["Piece", "ReadArticle", "ReadLine", "article_names", "read_article"]

MOST_BYTES = 4_000_000
MOST_CLAIMS = 500
QUOTE = 240
"""Characters of one quote that are shown."""
HIGHLIGHTS = ("claim", "promise", "other", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of an article's text; ``mark`` says what was found in it, ``id`` links it."""

    text: str
    mark: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One claim or event found in an article: what it is, and lines about it."""

    id: str
    kind: str
    quote: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """A reading: the article's text, if its file has it, and what was found in it.

    ``problem`` says why the file cannot be shown; then the rest is empty.
    """

    name: str
    title: str = ""
    about: str = ""
    paragraphs: tuple[tuple[Piece, ...], ...] = ()
    lines: tuple[ReadLine, ...] = ()
    left_out: int = 0
    problem: str = ""


def article_names(folder: Path) -> tuple[str, ...]:
    """Names of the readings in a folder, sorted: JSON of our format, and pages that we wrote."""
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix in (".json", ".html", ".htm"))
    except OSError:
        return ()
    return tuple(path.name for path in paths if _is_reading(path))


def _is_reading(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(1000)
    except OSError:
        return False
    if path.suffix == ".json":
        return f'"format": "{FORMAT}"'.encode() in head
    return MARK.encode() in head


def read_article(folder: Path, name: str) -> ReadArticle:
    """A reading of the folder by its name; the name is looked up, never made into a path."""
    path = next((p for p in folder.iterdir() if p.name == name), None)
    if path is None:
        return ReadArticle(name=name, problem="The file is gone.")
    try:
        if path.stat().st_size > MOST_BYTES:
            return ReadArticle(name=name, problem=f"The file is larger than {MOST_BYTES:,} bytes.")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return ReadArticle(name=name, problem=f"The file cannot be read: {error.strerror}.")
    if path.suffix != ".json":
        return _page(name, text)
    try:
        return _json(name, json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ReadArticle(
            name=name,
            problem=f"The file is not as demarche read --json writes it ({FORMAT}).",
        )


def _json(name: str, data: dict[str, Any]) -> ReadArticle:
    """What stands in the JSON of one article, or of several."""
    articles = data.get("articles", [data])
    lines: list[ReadLine] = []
    for at, article in enumerate(articles, start=1):
        lead = f"{at}-" if len(articles) > 1 else ""
        lines += [_claim(claim, lead=lead) for claim in article["claims"]]
        lines += [_event(event, id=f"{lead}e{n}") for n, event in enumerate(article["events"], 1)]
    first = articles[0]["document"] if articles else {}
    about = ", ".join(str(first[key]) for key in ("author", "outlet", "date") if first.get(key))
    title = str(first.get("title") or name)
    if len(articles) > 1:
        title, about = f"{len(articles)} articles", ""
    return ReadArticle(
        name=name,
        title=title,
        about=about,
        lines=tuple(lines[:MOST_CLAIMS]),
        left_out=max(0, len(lines) - MOST_CLAIMS),
    )


def _claim(claim: dict[str, Any], *, lead: str) -> ReadLine:
    said = [f"holder: {claim['holder']}"]
    band, hedge = claim["probability"], claim["hedge"]
    if band is not None:
        words = f" (“{hedge['words']}”)" if hedge and hedge["words"] else ""
        said.append(f"{100 * band['low']:.3g} to {100 * band['high']:.3g} %{words}")
    if claim["condition"]:
        said.append(f"if: {claim['condition']}")
    if claim["time"]:
        said.append(f"when: {claim['time']}")
    if claim["doubts"]:
        said.append(f"doubts: {', '.join(map(str, claim['doubts']))}")
    return ReadLine(
        id=f"{lead}{claim['id']}",
        kind=str(claim["kind"]).replace("_", " "),
        quote=_short(str(claim["quote"])),
        said=tuple(_short(text) for text in said),
    )


def _event(event: dict[str, Any], *, id: str) -> ReadLine:
    coded = f"{event.get('cameo', '')} {event.get('as_coded', '')}".strip()
    return ReadLine(id=id, kind="event", quote=_short(str(event["quote"])), said=(_short(coded),))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE else text[: QUOTE - 2].rstrip() + " …"


def _page(name: str, text: str) -> ReadArticle:
    parser = _Page()
    parser.feed(text)
    parser.close()
    parser.paragraph()
    lines = [line for line in map(_line, parser.found) if line is not None]
    return ReadArticle(
        name=name,
        title=" ".join(parser.title.split()) or name,
        about=" ".join(parser.about.split()),
        paragraphs=tuple(parser.paragraphs),
        lines=tuple(lines[:MOST_CLAIMS]),
        left_out=max(0, len(lines) - MOST_CLAIMS),
    )


def _line(found: tuple[str, list[str]]) -> ReadLine | None:
    id, texts = found
    said = [" ".join(text.split()).lstrip(", ") for text in texts]
    said = [text for text in said if text]
    if not said:
        return None
    return ReadLine(
        id=id.removeprefix("c-"), kind=said[0], quote="", said=tuple(map(_short, said[1:]))
    )


class _Page(HTMLParser):
    """Text of a page that we wrote: its article with marks, and what its side says of each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.where = ""
        self.title = self.about = ""
        self.paragraphs: list[tuple[Piece, ...]] = []
        self.found: list[tuple[str, list[str]]] = []
        self._pieces: list[Piece] = []
        self._mark = self._id = ""
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("header", "main", "aside", "footer", "h1", "style", "title"):
            self.where = tag
        elif tag == "p" and self.where == "main":
            self.paragraph()
        elif tag == "mark" and self.where == "main":
            kind = given.get("class", "")
            self._mark = kind if kind in HIGHLIGHTS else "other"
        elif tag == "a" and self._mark:
            self._id = given.get("href", "").removeprefix("#c-")
        elif tag == "article":
            self.found.append((given.get("id", ""), [""]))
            self._within = True
        elif tag in ("div", "span") and self._within:
            self.found[-1][1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._mark = self._id = ""
        elif tag == "h1":
            self.where = "header"
        elif tag in ("main", "aside", "style", "title"):
            self.where = ""
        elif tag == "article":
            self._within = False
        elif tag in ("span", "a") and self._within:
            self.found[-1][1].append("")

    def handle_data(self, data: str) -> None:
        if self.where == "h1":
            self.title += data
        elif self.where == "header":
            self.about += data
        elif self.where == "main":
            self._pieces.append(Piece(text=data, mark=self._mark, id=self._id))
        elif self._within:
            self.found[-1][1][-1] += data

    def paragraph(self) -> None:
        """End the paragraph so far."""
        if any(piece.text.strip() for piece in self._pieces):
            self.paragraphs.append(tuple(self._pieces))
        self._pieces = []
