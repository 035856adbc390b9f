"""The sources of the record: owner, terms, citation, columns, address, when rows are known."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from demarche.errors import DataError, TermError, near_miss

__all__ = [
    "SOURCES",
    "Citation",
    "Source",
    "citations",
    "describe",
    "parse_sources",
    "source",
]

KnownAtKind = Literal["stamped", "release", "assumed"]
_ACCESS = ("files", "api", "by hand")
_KINDS = ("stamped", "release", "assumed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What to cite: BibTeX key, entry type and fields in order."""

    key: str
    type: str
    fields: tuple[tuple[str, str], ...]

    def bibtex(self) -> str:
        """BibTeX entry."""
        rows = "".join(f"  {name} = {{{value}}},\n" for name, value in self.fields)
        return f"@{self.type}{{{self.key},\n{rows}}}"

    def plain(self) -> str:
        """One line for people: authors, year, title, where, DOI or address."""
        field = {name: _plain(value) for name, value in self.fields}
        where = ", ".join(
            field[name] for name in ("journal", "booktitle", "publisher") if name in field
        )
        if "volume" in field:
            where += f" {field['volume']}" + (f"({field['number']})" if "number" in field else "")
        if "pages" in field:
            where += f", {field['pages']}"
        link = f"doi:{field['doi']}" if "doi" in field else field.get("url", "")
        authors = field.get("author", "").replace(" and ", "; ")
        head = f"{authors} ({field['year']})" if authors and "year" in field else authors
        return ". ".join(
            part for part in (head, field["title"], where, field.get("note", ""), link) if part
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of the record, as ``sources.toml`` states it.

    Attributes
    ----------
    id, name, owner, home : str
    terms : str
        Licence or terms of use in a sentence.
    redistribute : bool
        Whether the owner lets others pass rows on.
    access : str
        ``files`` (bulk files with lists), ``api`` (the user's own token), ``by hand``.
    version_rule, cadence, first : str
        How versions are told apart, how often rows come, and the first day covered.
    version : str
        Newest version known when this was written; empty where there are none.
    address : str
        Where requests go unless another address is given; ends with a slash.
    other_addresses : tuple of str
    pattern : str
        How addresses below `address` are built.
    lists : tuple of str
        Lists of files with sizes and checksums, below `address`.
    key : str
        What the user has to bring.
    environment : tuple of str
        Environment variables it is read from.
    known_at_kind, known_at : str
        Kind (stamped, release, assumed) and rule of the day on which a row could be known.
    lag_days : int
        Lag where that day is assumed; a default to be varied, not a finding.
    columns : tuple of str
        Columns of the source's event file, in its own names.
    notes : tuple of str
    citation : Citation
    """

    id: str
    name: str
    owner: str
    home: str
    terms: str
    redistribute: bool
    access: str
    version_rule: str
    cadence: str
    first: str
    address: str
    other_addresses: tuple[str, ...]
    pattern: str
    lists: tuple[str, ...]
    key: str
    environment: tuple[str, ...]
    known_at_kind: KnownAtKind
    known_at: str
    lag_days: int
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    citation: Citation
    version: str = ""


def source(id: str) -> Source:
    """Source of that id.

    Raises
    ------
    TermError
        If there is none; names the nearest one.

    Examples
    --------
    >>> source("gdelt2").known_at_kind
    'stamped'
    >>> len(source("ucdp_ged").columns)
    49
    """
    found = _load()
    if id not in found:
        raise TermError(
            f"source: expected one of {', '.join(found)}; got {id!r}. "
            f"{near_miss(id, found)} Run `demarche record cite` to list them."
        )
    return found[id]


def citations(ids: Iterable[str], *, form: Literal["plain", "bibtex"] = "plain") -> str:
    """What to cite for these sources, each work once, in order of the ids.

    Parameters
    ----------
    ids : iterable of str
    form : ``plain`` or ``bibtex``

    Raises
    ------
    TermError
        If an id or the form is unknown.

    Examples
    --------
    >>> print(citations(["ucdp_ged"]))
    Sundberg, Ralph; Melander, Erik (2013). Introducing the UCDP Georeferenced Event Dataset.
    Journal of Peace Research 50(4), 523-532. doi:10.1177/0022343313484347
    >>> citations(["gdelt1", "gdelt2"], form="bibtex").count("@inproceedings")
    1
    """
    if form not in ("plain", "bibtex"):
        raise TermError(f"form of the citations: expected plain or bibtex; got {form!r}")
    once = {source(id).citation.key: source(id).citation for id in ids}
    if form == "bibtex":
        return "\n\n".join(entry.bibtex() for entry in once.values())
    return "\n".join(entry.plain() for entry in once.values())


def describe(id: str) -> str:
    """Text of ``demarche record cite``: owner, terms, citation, how known, notes.

    Examples
    --------
    >>> describe("acled").splitlines()[0]
    'acled: ACLED events (Armed Conflict Location and Event Data (ACLED))'
    """
    found = source(id)
    key = f"{found.key} ({', '.join(found.environment)})" if found.environment else found.key
    rows = [
        f"{found.id}: {found.name} ({found.owner})",
        f"  terms     {found.terms}",
        f"  cite      {found.citation.plain()}",
        f"  known at  {found.known_at}; kind {found.known_at_kind}, lag {found.lag_days} days",
        f"  version   {found.version_rule}",
        f"  cadence   {found.cadence}" + (f"; from {found.first}" if found.first else ""),
        f"  access    {found.access}; key: {key}",
    ]
    if found.address:
        rows.append(f"  address   {found.address} {found.pattern}")
    return "\n".join([*rows, *(f"  note      {note}" for note in found.notes)])


def _plain(value: str) -> str:
    accents = {
        "{\\aa}": "å",
        '{\\"o}': "ö",
        "{\\'i}": "í",
        "{\\'a}": "á",
        "{\\v{c}}": "č",
        "{\\'c}": "ć",
        "\\&": "&",
        "--": "-",
    }
    for code, letter in accents.items():
        value = value.replace(code, letter)
    return value.replace("{", "").replace("}", "")


@cache
def _load() -> Mapping[str, Source]:
    file = resources.files("demarche.record").joinpath("sources.toml")
    return parse_sources(file.read_text(encoding="utf-8"), file="sources.toml")


def parse_sources(text: str, *, file: str) -> Mapping[str, Source]:
    """Sources of a TOML text, checked key by key.

    Raises
    ------
    DataError
        If a key is missing, unknown or of the wrong kind; names the source and the key.
    """
    fields = {name for name in Source.__dataclass_fields__ if name not in ("id", "version")}
    found: dict[str, Source] = {}
    for id, table in tomllib.loads(text).items():
        for name in table:
            if name not in fields | {"version"}:
                raise DataError(
                    f"{file}, [{id}]: unknown key {name!r}. {near_miss(name, fields)}".rstrip()
                )
        missing = sorted(fields - set(table))
        if missing:
            raise DataError(f"{file}, [{id}]: missing {', '.join(missing)}")
        if table["access"] not in _ACCESS or table["known_at_kind"] not in _KINDS:
            raise DataError(
                f"{file}, [{id}]: access is one of {', '.join(_ACCESS)} and known_at_kind one of "
                f"{', '.join(_KINDS)}; got {table['access']!r}, {table['known_at_kind']!r}"
            )
        found[id] = Source(id=id, **{name: _frozen(value) for name, value in table.items()})
    return MappingProxyType(found)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        fields = tuple((k, v) for k, v in value.items() if k not in ("key", "type"))
        return Citation(key=value["key"], type=value["type"], fields=fields)
    return value


SOURCES: tuple[str, ...] = tuple(_load())
"""Ids of all sources, in the order of ``sources.toml``."""
