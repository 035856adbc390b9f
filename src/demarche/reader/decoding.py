"""Bytes to text: by byte-order mark, as UTF-8, or as told; never with a silent replacement."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from demarche.errors import DataError

__all__ = ["Decoded", "decode", "kind_of"]

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a zip archive or an office document (docx, odt, epub)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document (doc, xls)"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"OggS", "a sound or video file"),
    (b"ID3", "a sound file"),
)
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--[^>]{0,2000}-->\s*)?<(?:!doctype\s+html|html|head|body|article|div|p|meta|title)\b",
    re.IGNORECASE,
)
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text without its byte-order mark, whether it had one, the encoding, and notes."""

    text: str
    encoding: str
    mark: bool = False
    notes: tuple[str, ...] = ()


def kind_of(data: bytes, *, name: str) -> str:
    """What bytes hold: ``text``, ``html`` or ``pdf``.

    Raises
    ------
    DataError
        If they are empty or hold something else, named as far as it is known.

    Examples
    --------
    >>> kind_of(b"<!doctype html><p>Hello", name="a"), kind_of(b"Hello", name="b")
    ('html', 'text')
    """
    if not data.strip(b" \t\r\n\x0b\x0c"):
        raise DataError(f"{name} is empty; nothing was read.")
    if data.lstrip()[:5] == b"%PDF-":
        return "pdf"
    for mark, what in _BINARY:
        if data.startswith(mark) and not (mark == b"MZ" and b"\x00" not in data[:512]):
            raise DataError(f"{name} is {what}, not text; export it as text, HTML or PDF.")
    head = data[:4096]
    if _HTML.match(head):
        return "html"
    if _XML.match(head):
        if re.search(rb"<html\b|<!doctype\s+html", head, re.IGNORECASE):
            return "html"
        raise DataError(f"{name} is XML, which is not read; save the article as text or HTML.")
    return "text"


def decode(data: bytes, *, name: str, encoding: str | None = None, html: bool = False) -> Decoded:
    r"""Text of bytes.

    Parameters
    ----------
    data : bytes
    name : str
        Name of the source, for messages.
    encoding : str, optional
        Said by the user or by a web server; else a byte-order mark, else (``html``) what the page
        says, else UTF-8.
    html : bool
        Pages that say nothing and are no UTF-8 are read as Windows-1252, with a note.

    Raises
    ------
    DataError
        If the bytes are not of that encoding, with the place; or hold NUL.

    Examples
    --------
    >>> decode("café".encode(), name="a").text
    'café'
    """
    notes: list[str] = []
    for mark, code in _MARKS:
        if data.startswith(mark):
            notes.append(f"byte-order mark of {code} removed")
            text = _strict(data[len(mark) :], code, name=name)
            if not text.strip():
                raise DataError(f"{name} is empty but for its byte-order mark; nothing was read.")
            return Decoded(
                text=_clean(text, name=name), encoding=code, mark=True, notes=tuple(notes)
            )
    nul = data.find(b"\x00")
    if nul >= 0:
        hint = " It may be UTF-16: try --encoding utf-16." if data[:200].count(b"\x00") > 20 else ""
        raise DataError(f"{name} holds a NUL byte at byte {nul:,}: it is no plain text.{hint}")
    stated = encoding or (_stated(data) if html else None)
    if stated is not None:
        try:
            codecs.lookup(stated)
        except LookupError:
            if encoding is not None and not html:
                raise DataError(f"{encoding[:40]!r} is no encoding that is known.") from None
            notes.append(f"encoding {stated[:40]!r} is not known; read as UTF-8")
            stated = None
    if stated is None and html:
        try:
            return Decoded(text=_clean(data.decode("utf-8"), name=name), encoding="utf-8")
        except UnicodeDecodeError:
            notes.append("the page states no encoding and is no UTF-8; read as Windows-1252")
            text = data.decode("cp1252", "replace")
            return Decoded(text=_clean(text, name=name), encoding="cp1252", notes=tuple(notes))
    code = stated or "utf-8"
    text = _strict(data, code, name=name)
    return Decoded(text=_clean(text, name=name), encoding=code, notes=tuple(notes))


def _stated(data: bytes) -> str | None:
    met = _META.search(data[:4096])
    return met[1].decode("ascii", "ignore") if met else None


def _strict(data: bytes, code: str, *, name: str) -> str:
    try:
        return data.decode(code)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} is not {code} at byte {error.start:,} "
            f"({data[error.start : error.start + 1]!r})."
            " Name its encoding, for example --encoding latin-1, or save it as UTF-8."
        ) from None
    except (UnicodeError, ValueError, LookupError):
        raise DataError(f"{name} cannot be read as {code}.") from None


def _clean(text: str, *, name: str) -> str:
    nul = text.find("\x00")
    if nul >= 0:
        raise DataError(f"{name} holds a NUL character at character {nul:,}: it is no plain text.")
    return text
