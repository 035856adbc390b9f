"""Commands ``demarche read`` and ``demarche claims``: articles in, proposals out."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from demarche.errors import DataError, QuestionError
from demarche.show.ledger_open import HELD, Held, now, opened
from demarche.show.where import STDIN, given_day
from demarche.show.written import write_new

if TYPE_CHECKING:
    import datetime as dt

    from demarche.desk.reading import Article
    from demarche.reader.document import Document
    from demarche.reader.limits import Limits

__all__ = ["claims_app", "read_command"]

Flag = Annotated[bool, Parameter(negative="")]
ENDINGS = (".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".pdf")
claims_app = App(name="claims", help="Review what the reader proposed.")


def read_command(
    what: Annotated[tuple[str, ...], Parameter(negative="")],
    /,
    *,
    date: str | None = None,
    encoding: str | None = None,
    limit: Sequence[str] = (),
    html: str | None = None,
    draft: str | None = None,
    model: Annotated[str | None, Parameter(name=["--llm"])] = None,
    yes: Flag = False,
    json: Flag = False,
) -> None:
    """Read articles: their claims and events, with lines and the reader's doubts.

    Parameters
    ----------
    what
        Files of text, HTML or PDF, a folder, an address, or - for standard input.
    date
        Day of publication (YYYY-MM-DD); beats that of the page.
    encoding
        Encoding of text, such as latin-1.
    limit
        NAME=NUMBER, such as pages=2000 (repeat for more); docs/reading.md lists them.
    html
        File to write: the article beside its claims.
    draft
        Case file to write from the article; never overwrites.
    model
        Name of a language model that may propose more (extra llm; see docs/reading.md).
    yes
        Let the text leave this computer for the model's host.
    json
        Print one JSON object.
    """
    from demarche.reader.address import without_secret
    from demarche.reader.limits import limits_from

    if not what:
        raise QuestionError("name a file, a folder, an address, or - for standard input.")
    limits = limits_from(limit)
    day = published_on(date)
    names, skipped = _expanded(what, limits)
    several = len(names) > 1 or any(Path(one).is_dir() for one in what if _local(one))
    articles: list[Article] = []
    failed = [(name, "is a folder that cannot be opened") for name in skipped.closed]
    for name in names:
        try:
            articles.append(_article(name, day, encoding, limits, model=model, yes=yes))
        except DataError as error:
            if not several:
                raise
            failed.append((without_secret(name), str(error)))
    if several:
        _several(articles, failed, skipped.others, json=json, html=html, draft=draft)
        return
    _single(articles[0], json=json, html=html, draft=draft)


def _local(name: str) -> bool:
    return (
        name not in ("-", STDIN)
        and "://" not in name[:12]
        and "\x00" not in name
        and len(name) < 4000
    )


@dataclass(frozen=True, slots=True)
class _Skipped:
    """Folders that cannot be opened, and how many files are of a kind that is not read."""

    closed: tuple[str, ...]
    others: int


def _expanded(what: Sequence[str], limits: Limits) -> tuple[list[str], _Skipped]:
    """Files of folders, in order; everything else as it was named."""
    names: list[str] = []
    closed: list[str] = []
    others = 0
    for one in what:
        path = Path(one)
        if _local(one) and path.is_dir():
            inside, more = _inside(path, closed)
            others += more
            if not inside and not closed:
                raise DataError(f"{one} holds no file that is read ({', '.join(ENDINGS)}).")
            names += inside
        else:
            names.append(one)
    if len(names) > limits.files:
        raise DataError(limits.over("files", f"{len(names):,} files were named", need=len(names)))
    return names, _Skipped(tuple(closed), others)


def _inside(folder: Path, closed: list[str]) -> tuple[list[str], int]:
    """Files in a folder and below that may be read, and how many others there are."""
    found: list[str] = []
    others = 0

    def shut(error: OSError) -> None:
        closed.append(str(error.filename))

    for place, folders, files in os.walk(folder, onerror=shut):
        folders.sort()
        for name in files:
            if Path(name).suffix.lower() in ENDINGS:
                found.append(str(Path(place, name)))
            else:
                others += 1
    return sorted(found), others


def _article(
    name: str,
    day: dt.date | None,
    encoding: str | None,
    limits: Limits,
    *,
    model: str | None,
    yes: bool,
) -> Article:
    from demarche.desk.reading import read_article

    document = _document(name, day, encoding, limits)
    article = read_article(document)
    if document.date is not None and document.date > now().date():
        warning = f"the day of publication, {document.date}, lies ahead"
        article = _warned(article, warning)
    if model is not None:
        from demarche.show.read_model import with_model

        article = with_model(article, model=model, yes=yes)
    return article


def _warned(article: Article, warning: str) -> Article:
    from dataclasses import replace

    return replace(article, warnings=(*article.warnings, warning))


def _document(name: str, day: dt.date | None, encoding: str | None, limits: Limits) -> Document:
    from demarche.reader.document import document_of, document_of_file

    if name in ("-", STDIN):
        data = sys.stdin.buffer.read(limits.bytes + 1)
        if len(data) > limits.bytes:
            raise DataError(limits.over("bytes", "standard input is larger than that"))
        return document_of(
            data, origin="standard input", limits=limits, encoding=encoding, date=day
        )
    if "://" in name[:12] and not Path(name).exists():
        from demarche.reader.web import document_of_address

        return document_of_address(
            name,
            limits=limits,
            encoding=encoding,
            date=day,
            retrieved=now().isoformat(timespec="seconds"),
        )
    return document_of_file(Path(name), limits=limits, encoding=encoding, date=day)


def _single(article: Article, *, json: bool, html: str | None, draft: str | None) -> None:
    written = []
    if draft is not None:
        written.append(_write_draft(article, Path(draft)))
    if html is not None:
        from demarche.show.read_html import write_page

        written.append(f"wrote {write_page(article, Path(html))}")
    if json:
        from demarche.show.read_data import article_data, as_json

        sys.stdout.write(as_json(article_data(article)))
    elif not written:
        from demarche.show.read_text import say_article

        say_article(article)
    for line in written:
        (sys.stderr if json else sys.stdout).write(line + "\n")


def _several(
    articles: list[Article],
    failed: list[tuple[str, str]],
    others: int,
    *,
    json: bool,
    html: str | None,
    draft: str | None,
) -> None:
    from demarche.desk.reading import slant_of

    if html is not None or draft is not None:
        raise QuestionError("--html and --draft take one article.")
    if not articles:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed[:5])
        raise DataError(f"none of {len(failed):,} files could be read. {reasons}")
    slant = slant_of(articles)
    if json:
        from demarche.show.read_data import as_json, several_data

        sys.stdout.write(as_json(several_data(articles, slant, failed, others)))
    else:
        from demarche.show.read_text import say_several, say_slant

        say_several(articles, failed, others)
        say_slant(slant)
    if failed:
        raise DataError(
            f"{len(failed):,} of {len(articles) + len(failed):,} could not be read; the rest was, "
            "and each is listed with its reason."
        )


def _write_draft(article: Article, path: Path) -> str:
    from demarche.desk.draft import draft_text

    text = draft_text(article)
    write_new(path, text)
    return f"wrote {path}; fill it in, then: demarche check {path}"


@claims_app.command
def accept(
    what: str,
    /,
    *,
    id: Sequence[str] = (),
    word: Sequence[str] = (),
    source: str | None = None,
    date: str | None = None,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Enter reviewed claims into the ledger as forecasts of their source.

    Parameters
    ----------
    what
        What demarche read --json printed, with reviews; or an article, reviewed one by one here.
    id
        Id of a claim that is accepted (repeat for more).
    word
        ID=TEXT, the proposition in neutral words (repeat for more).
    source
        Id of the source; the outlet's or author's by default.
    date
        Day of publication (YYYY-MM-DD) where the reading has none.
    held
        Where the ledger is held.
    json
        Print one JSON object.
    """
    from demarche.desk.accept import forecasts_of

    words = dict(_worded(one) for one in word)
    data = _reading(what, published_on(date))
    if not id and not any(row.get("review") in ("accepted", "edited") for row in data["claims"]):
        id, more = _asked(data)
        words = {**more, **words}
    forecasts = forecasts_of(data, ids=tuple(id), words=words, source=source)
    from demarche.ledger.entering import add_sources

    ledger = opened(held)
    try:
        added = add_sources(ledger, forecasts)
    finally:
        close = getattr(ledger, "close", None)
        if close is not None:
            close()
    if json:
        rows = [{"seq": e.seq, "hash": e.hash} for e in added.entries]
        sys.stdout.write(jsonlib.dumps({"added": rows, "known": added.known}) + "\n")
        return
    for entry in added.entries:
        sys.stdout.write(f"entry {entry.seq}: {entry.content.source}, {entry.content.id}\n")  # type: ignore[union-attr]
    sys.stdout.write(f"{len(added.entries)} entered, {added.known} known already\n")


def _worded(one: str) -> tuple[str, str]:
    name, mark, text = one.partition("=")
    if not mark or not text.strip():
        raise QuestionError(f"--word must be ID=TEXT, got {one[:60]!r}.")
    return name, text.strip()


def published_on(date: str | None) -> dt.date | None:
    """Day of publication as said; it may not lie ahead."""
    day = given_day(date, option="--date")
    if day is not None and day > now().date():
        raise QuestionError(f"--date {day} lies ahead; an article is published before it is read.")
    return day


def _reading(what: str, day: dt.date | None) -> dict[str, Any]:
    """A reading from its file, or made now from an article."""
    path = Path(what)
    try:
        raw = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise DataError(f"{what} cannot be read: {error.strerror}.") from None
    if path.suffix.lower() == ".json" or raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (
        b"{",
        b"[",
    ):
        try:
            data = jsonlib.loads(raw.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise DataError(
                f"{what} is no JSON that can be read: {str(error)[:80]}. Make it again with "
                "demarche read FILE --json > READ.json."
            ) from None
        if not isinstance(data, dict) or not isinstance(data.get("claims"), list):
            raise DataError(f"{what} is no reading of one article (demarche read FILE --json).")
        return _dated(data, day)
    from demarche.reader.limits import Limits
    from demarche.show.read_data import article_data

    return article_data(_article(what, day, None, Limits(), model=None, yes=False))


def _dated(data: dict[str, Any], day: dt.date | None) -> dict[str, Any]:
    """Reading with its day of publication; one it has stays, as horizons count from it."""
    about = data.get("document")
    if day is None or not isinstance(about, dict):
        return data
    if about.get("date") not in (None, "", day.isoformat()):
        raise QuestionError(
            f"the reading counts its horizons from {about['date']}, not {day}: read the article "
            f"again with --date {day}."
        )
    return {**data, "document": {**about, "date": day.isoformat()}}


def _asked(data: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Ask about each claim on the terminal; without one, nothing is accepted."""
    from demarche.desk.accept import acceptable
    from demarche.show.read_text import short

    rows = acceptable(data)
    if not sys.stdin.isatty() or not rows:
        return [], {}
    taken: list[str] = []
    words: dict[str, str] = {}
    for row in rows:
        sys.stdout.write(
            f"line {row['line']}, {row['kind']}, {row['holder']}: {short(row['quote'])}\n"
        )
        answer = input("accept? [y]es, [n]o, [e]dit the words, [q]uit: ").strip().lower()
        if answer == "q":
            break
        if answer in ("y", "e"):
            taken.append(str(row["id"]))
        if answer == "e":
            words[str(row["id"])] = input("in neutral words: ").strip()
    return taken, words
