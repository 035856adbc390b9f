"""The frame of every page of the workbench: bar of links, skip link, limits, help on terms."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from demarche.errors import MethodError
from demarche.show.report import environment_of
from demarche.show.workbench.words import anchor_of, glossary

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = [
    "BASE_STYLE",
    "NAV",
    "command_html",
    "frame_html",
    "help_html",
    "link_to",
    "nav_html",
    "render",
]

BASE_STYLE = "/static/base.css"
"""Address of the style sheet that all pages share."""
NAV: tuple[tuple[str, str, str, bool], ...] = (
    ("workbench", "Workbench", "/", True),
    ("cases", "Cases", "/cases", False),
    ("question", "Question", "/question", True),
    ("factions", "Factions", "/?page=factions", True),
    ("ties", "Ties", "/ties", True),
    ("episodes", "Episodes", "/episodes", False),
    ("record", "Record", "/record", False),
    ("claims", "Claims", "/claims", True),
    ("ledger", "Ledger", "/ledger", False),
    ("glossary", "Glossary", "/glossary", False),
)
"""Pages: id, name, address, and whether the address names the case."""


def link_to(path: str, **more: str) -> str:
    """Address of a page with a query; empty values are left out.

    Examples
    --------
    >>> link_to("/question", case="a b", q="")
    '/question?case=a+b'
    >>> link_to("/?page=factions", case="x")
    '/?page=factions&case=x'
    """
    query = urlencode({name: value for name, value in more.items() if value})
    return path if not query else f"{path}{'&' if '?' in path else '?'}{query}"


def nav_html(*, here: str, case: str = "") -> Markup:
    """The bar of links; ``here`` is the id of the page shown, ``case`` goes along in the links."""
    from markupsafe import Markup

    links = [(name, link_to(path, case=case if cased else ""), id) for id, name, path, cased in NAV]
    return Markup(_environment().get_template("nav.html.j2").render(links=links, here=here))


def help_html(term: str) -> Markup:
    """A small link to what the glossary says of a term.

    Raises
    ------
    MethodError
        If the glossary has no such term: a help link must lead somewhere.

    Examples
    --------
    >>> str(help_html("tie"))
    '<a class="help" href="/glossary#tie" aria-label="What is tie? Glossary">?</a>'
    """
    from markupsafe import Markup

    if term not in {entry.term for entry in glossary()}:
        raise MethodError(f"the glossary has no entry {term!r}; add one to docs/glossary.md.")
    return Markup(
        '<a class="help" href="/glossary#{}" aria-label="What is {}? Glossary">?</a>'
    ).format(anchor_of(term), term)


def command_html(*lines: str) -> Markup:
    """Commands to type, one a line; an option is not torn apart where a line is too short.

    Examples
    --------
    >>> str(command_html("demarche check --json"))
    '<p class="command">demarche check <span class="nowrap">--json</span></p>'
    """
    from markupsafe import Markup, escape

    shown = [
        Markup(" ").join(
            Markup('<span class="nowrap">{}</span>').format(word)
            if word.startswith("--")
            else escape(word)
            for word in line.split(" ")
        )
        for line in lines
    ]
    return Markup('<p class="command">{}</p>').format(Markup("\n").join(shown))


def frame_html(
    title: str,
    body: str | Markup,
    *,
    limits: Sequence[str],
    here: str = "",
    case: str = "",
    nav: Markup | None = None,
    nonce: str = "",
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    head: str | Markup = "",
    kind: str = "",
) -> str:
    """A whole page as HTML text, with no inline script and nothing from other hosts.

    Parameters
    ----------
    title : str
    body : str or Markup
        A plain text is escaped; only markup stays markup.
    limits : sequence of str
        What the page cannot show; never empty.
    here, case : str
        As for `nav_html`.
    nav : Markup, optional
        A bar of your own.
    nonce : str
        Set on every link to a style sheet or script, where the server asks for one.
    styles, scripts : sequence of str
        Addresses of further files of this server.
    head : str or Markup
        What else stands in the head.
    kind : str
        Class of the body, by which a style sheet knows the page.

    Raises
    ------
    MethodError
        If no limit is stated.
    """
    said = tuple(limit for limit in limits if limit.strip())
    if not said:
        raise MethodError(f"the page {title!r} states no limits; say what it cannot show.")
    template = _environment().get_template("base.html.j2")
    return (
        template.render(
            title=title,
            body=body,
            limits=said,
            nav=nav_html(here=here, case=case) if nav is None else nav,
            nonce=nonce,
            styles=(BASE_STYLE, *styles),
            scripts=scripts,
            head=head,
            kind=kind,
        )
        + "\n"
    )


def render(name: str, **context: Any) -> Markup:
    """A template of this package filled in; everything that is no markup is escaped."""
    from markupsafe import Markup

    return Markup(_environment().get_template(name).render(**context))


@functools.lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import FunctionLoader

    environment = environment_of()
    environment.loader = FunctionLoader(_source)
    environment.globals.update(command=command_html, help=help_html, link_to=link_to)
    return environment


def _source(name: str) -> str | None:
    """Text of a template; ``report`` is the part of the report's template that holds its macros."""
    if name == "report":
        text = (resources.files("demarche.show") / "report.html.j2").read_text(encoding="utf-8")
        start = text.index("{%- macro symbol")
        return text[start : text.index("{%- macro heading", start)]
    file = resources.files("demarche.show.workbench") / "templates" / name
    return file.read_text(encoding="utf-8") if file.is_file() else None
