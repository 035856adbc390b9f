"""A web page to its main text and metadata; hidden parts are left out and counted."""

from __future__ import annotations

import re
from typing import Any

from demarche.errors import DataError
from demarche.reader.limits import Limits

__all__ = ["extract", "nesting"]

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr "
    "option thead tbody tfoot colgroup optgroup rp rt".split()
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|"
    r"opacity\s*:\s*0(?![.\d])"
)
_SCRIPTS = ("script", "style", "noscript", "template", "iframe", "object", "svg", "form", "button")
FEWEST = 200
"""Characters below which a page has no article."""
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SENTENCE = re.compile(r"(?<![\w,'\"-])(?:[\w,'\"-]{1,40}+ ){4,60}+[^\s.!?]{1,40}[.!?]")
_WALL = re.compile(
    r"enable javascript|accept (?:all )?cookies|verify you are human|access denied|"
    r"subscribe to (?:read|continue)|"
    r"log ?in to (?:read|continue)|page not found|404|captcha",
    re.IGNORECASE,
)


def nesting(text: str, *, limit: int) -> int:
    """Deepest nesting of tags, counted without building a tree; stops above the limit.

    Examples
    --------
    >>> nesting("<div><div>x</div></div>", limit=10)
    2
    """
    depth = deepest = 0
    for met in _TAG.finditer(text):
        if met[2].lower() in _VOID:
            continue
        if met[1]:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
            if deepest > limit:
                break
    return deepest


def extract(text: str, *, name: str, limits: Limits) -> dict[str, Any]:
    """Main text, title, author, outlet and day of a page, with notes on what was left out.

    Raises
    ------
    DataError
        If tags are nested too deep, or no article is found.
    """
    from lxml import etree
    from lxml import html as lh

    text, odd = _NOT_TEXT.subn("", text)
    depth = nesting(text, limit=limits.depth)
    if depth > limits.depth:
        raise DataError(limits.over("depth", f"{name} nests tags deeper than {limits.depth:,}"))
    parser = lh.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = lh.document_fromstring(
            re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text, count=1), parser=parser
        )
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise DataError(f"{name} cannot be read as a page: {str(error)[:120]}.") from None
    notes = _strip(tree, text)
    if odd:
        notes.append(f"left out: {odd:,} control characters")
    found = _main(tree, name)
    body = str(found.get("text") or "")
    visible = " ".join(tree.itertext()) if len(body) < FEWEST else ""
    longer = len(re.sub(r"\s+", " ", visible)) > 2 * max(FEWEST, len(body))
    if longer and len(_SENTENCE.findall(visible)) >= 3:
        body = _paragraphs(tree)
        notes.append("no main text was recognised: all visible text was taken")
    return _checked(found, body, notes, name)


def _checked(found: dict[str, Any], body: str, notes: list[str], name: str) -> dict[str, Any]:
    sentences = _SENTENCE.findall(body)
    if not sentences or (len(body) < FEWEST and len(sentences) < 2):
        wall = _WALL.search(body)
        why = f" ({wall.group().lower()!r} is on it)" if wall else ""
        raise DataError(
            f"{name} holds no article{why}: it may be a page of navigation, an error page, or one "
            "that needs a login. Save the article's text and read that."
        )
    if _WALL.search(body) and len(body) < 1500:
        notes.append("the page may be an error, consent or login page: check what was read")
    return {**found, "text": body, "notes": notes}


def _strip(tree: Any, text: str) -> list[str]:
    """Take out what a reader of the page does not see; say how much that was."""
    notes = []
    scripts = list(tree.iter(*_SCRIPTS[:7]))
    hidden = [
        e
        for e in tree.iter()
        if isinstance(e.tag, str)
        and (
            e.get("hidden") is not None
            or e.get("aria-hidden") == "true"
            or _HIDDEN.search((e.get("style") or "").lower()[:2000])
        )
        and e.tag not in ("html", "body")
    ]
    comments = text.count("<!--")
    alts = sum(1 for e in tree.iter("img") if e.get("alt"))
    for element in (*scripts, *hidden):
        parent = element.getparent()
        if parent is not None:
            tail = _NOT_TEXT.sub("", element.tail or "")
            before = element.getprevious()
            if before is not None:
                before.tail = _NOT_TEXT.sub("", before.tail or "") + tail
            else:
                parent.text = _NOT_TEXT.sub("", parent.text or "") + tail
            parent.remove(element)
    for count, what in (
        (len(scripts), "scripts, styles and frames"),
        (len(hidden), "hidden elements"),
        (comments, "comments"),
        (alts, "picture texts"),
    ):
        if count:
            notes.append(f"left out: {count:,} {what}")
    return notes


def _main(tree: Any, name: str) -> dict[str, Any]:
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    empty = {"text": "", "title": "", "author": "", "outlet": "", "date": ""}
    try:
        found = trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            favor_recall=True,
        )
    except (RecursionError, ValueError, TypeError, AttributeError, LookupError):
        return empty
    if found is None:
        return empty
    got = found if isinstance(found, dict) else found.as_dict()
    return {
        "text": _spaced(got.get("text") or ""),
        "title": _said(got.get("title")),
        "author": _said(got.get("author")),
        "outlet": _said(got.get("sitename") or got.get("hostname")),
        "date": _said(got.get("date"))[:10],
    }


def _said(value: object) -> str:
    text = str(value or "").strip()[:500]
    return "" if text == "None" else text


def _spaced(text: str) -> str:
    """One paragraph a line becomes one paragraph a block."""
    return "\n\n".join(line.strip() for line in text.splitlines() if line.strip())


def _paragraphs(tree: Any) -> str:
    blocks = [
        re.sub(r"\s+", " ", "".join(e.itertext())).strip()
        for e in tree.iter("p", "h1", "h2", "h3", "li", "blockquote", "td")
    ]
    text = "\n\n".join(block for block in blocks if block)
    if len(text) < FEWEST:
        body = tree.find("body")
        text = _spaced("\n".join((body if body is not None else tree).itertext()))
    return text
