"""A reading as one HTML file: the article beside its claims; self-contained, no scripts."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from demarche import __version__
from demarche.show.read_text import quoted, short
from demarche.show.written import replace_own

if TYPE_CHECKING:
    from demarche.desk.reading import Article
    from demarche.terms.claims import ReadClaim

__all__ = ["page_of", "write_page"]

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;
grid-template-columns:minmax(0,3fr) minmax(0,2fr)}
header,footer{grid-column:1/-1;padding:.5rem 1.5rem;border-bottom:1px solid #8888}
main{padding:1rem 1.5rem;max-width:46rem;overflow-wrap:anywhere}
main p{white-space:pre-wrap;margin:0 0 1em}
aside{padding:1rem 1.5rem;border-left:1px solid #8888;overflow-wrap:anywhere}
mark{background:#ffe08a;color:#000}
mark.promise{background:#bcd7ff}mark.other{background:#ddd}
mark.event{background:none;color:inherit;border-bottom:2px dotted #2a7}
article{border-top:1px solid #8888;padding:.5rem 0}
.k{font-weight:600}.d{color:#a40;font-size:.9em}.m{font-size:.9em}
a{color:inherit}
@media (max-width:60rem){body{display:block}aside{border-left:0}}
@media print{body{display:block}}
"""
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
MARK = '<meta name="generator" content="demarche read">'
CSP = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
FORWARD = ("prediction", "conditional", "past_prediction")
PROMISES = ("commitment", "red_line", "threat")


def _marks(article: Article) -> list[tuple[int, int, str, str]]:
    """Places to highlight: claims, and events where no claim stands; none overlap."""
    found: list[tuple[int, int, str, str]] = []
    taken = 0
    for claim in sorted(article.claims.claims, key=lambda c: c.span.start):
        if claim.span.start >= taken:
            kind = (
                "claim"
                if claim.kind in FORWARD
                else ("promise" if claim.kind in PROMISES else "other")
            )
            found.append((claim.span.start, claim.span.end, kind, claim.id))
            taken = claim.span.end
    for n, event in enumerate(article.events.events if article.events else ()):
        start, end = event.found.start, event.found.end
        if all(end <= a or start >= b for a, b, _, _ in found):
            found.append((start, end, "event", f"e{n + 1}"))
    return sorted(found)


def _text(article: Article) -> str:
    text = article.document.text
    parts: list[str] = []
    at = 0
    for start, end, kind, id in _marks(article):
        parts.append(escape(text[at:start]))
        link = f'<a href="#c-{escape(id)}" id="t-{escape(id)}">'
        parts.append(f'<mark class="{kind}">{link}{escape(text[start:end])}</a></mark>')
        at = end
    parts.append(escape(text[at:]))
    return "<p>" + "".join(parts).replace("\n\n", "</p>\n<p>") + "</p>"


def _claim(claim: ReadClaim) -> str:
    rows = []
    if claim.band is not None:
        band = claim.band
        words = f"“{escape(short(band.words, width=40))}”" if band.words else "no hedge"
        heard = ""
        if band.heard is not None:
            low, middle, high = (f"{100 * x:.3g}" for x in band.heard)
            heard = f"; readers hear {low}-{high} %, median {middle} %"
        span = (
            f"{100 * band.low:.3g}"
            if band.low == band.high
            else (f"{100 * band.low:.3g}-{100 * band.high:.3g}")
        )
        rows.append(
            f"{span} % ({words}, {escape(band.hedge)}, table {escape(band.table)} "
            f"{escape(band.version)}{heard})"
        )
    if claim.condition is not None:
        rows.append(f"if: {escape(short(claim.condition.span.text))}")
    if claim.horizon is not None:
        start, end = claim.horizon.start, claim.horizon.end
        rows.append(
            f"when: {escape(claim.horizon.span.text)} ({start or '?'} to {end or '?'}; "
            f"{escape(', '.join(claim.horizon.flags) or 'as stated')})"
        )
    if claim.resolves:
        rows.append(f"settled by: {escape(claim.resolves)}")
    doubts = _doubts(claim.doubts)
    chain = " > ".join([*claim.holder.chain, claim.holder.name])
    details = "".join(f'<div class="m">{row}</div>' for row in rows)
    return (
        f'<article id="c-{escape(claim.id)}"><a href="#t-{escape(claim.id)}">'
        f'<span class="k">{escape(claim.kind.replace("_", " "))}</span>, line {claim.line}</a> '
        f"{escape(claim.polarity or '')} · {escape(short(chain, width=60))}"
        f"<div>{escape(quoted(claim.span.text))}</div>{details}{doubts}</article>"
    )


def _doubts(doubts: tuple[str, ...]) -> str:
    return f'<div class="d">doubts: {escape(", ".join(doubts))}</div>' if doubts else ""


def page_of(article: Article) -> str:
    """Text of the page; everything from the article is escaped, nothing is loaded or run.

    Examples
    --------
    >>> from demarche.desk.reading import read_article
    >>> from demarche.reader.document import document_of
    >>> page = page_of(read_article(document_of(b"<b> may fall, Oman said.", origin="a.txt")))
    >>> "<b>" in page, "&lt;b&gt;" in page
    (False, True)
    """
    document = article.document
    title = document.title or "Reading"
    about = [x for x in (document.author, document.outlet, str(document.date or "")) if x]
    claims = "".join(_claim(claim) for claim in article.claims.claims)
    events = "".join(
        f'<article id="c-e{n}"><a href="#t-e{n}"><span class="k">event</span></a> '
        f"{escape(event.cameo)} {escape(short(event.as_coded))}"
        + (
            f'<div class="d">doubts: {escape(", ".join(event.doubts))}</div>'
            if event.doubts
            else ""
        )
        + "</article>"
        for n, event in enumerate(article.events.events if article.events else (), start=1)
    )
    notes = "".join(f"<li>{escape(warning)}</li>" for warning in article.warnings)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{CSP}">\n'
        f"{MARK}\n"
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1><div>{escape(', '.join(about))}</div></header>\n"
        f"<main>{_text(article)}</main>\n"
        f"<aside><h2>{len(article.claims.claims)} claims</h2>{claims}"
        f"<h2>{len(article.events.events) if article.events else 0} events</h2>{events}"
        f"<h2>Notes</h2><ul>{notes}</ul></aside>\n"
        f"<footer>demarche {escape(__version__)}; {escape(article.claims.version)}; text sha256 "
        f"{escape(document.sha256)}. Proposals of the reader, not reviewed.</footer>\n"
        "</body></html>\n"
    )


def write_page(article: Article, path: Path) -> Path:
    """Write the page; an earlier page of ours is replaced whole, no other file.

    Raises
    ------
    QuestionError
        If it cannot be written, or another file is there.
    """
    return replace_own(path, page_of(article).encode("utf-8", "backslashreplace"))
