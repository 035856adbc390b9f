"""Text files as they come: what is wrong with them, and a clean copy where something is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from demarche.errors import DataError

__all__ = ["MAX_LINE", "BadLine", "Clean", "Look", "clean", "look", "raw_lines"]

MAX_LINE = 2_000_000
"""Longest line in bytes; DuckDB's own default, 2 MB. A longer one is rejected."""

_CHUNK = 1 << 23
_RECORD_LINES = 200
_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive inside"),
    (b"\x1f\x8b", "gzip inside"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"SQLite format", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\xff\xd8\xff", "a JPEG picture"),
)
_TREE = re.compile(rb'<\?xml|\{\s*(?:"|\}|$)|\[\s*[\[{]')
"""How XML and JSON begin, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """First look at a text file: its lines, and whether a clean copy is needed.

    A blank line needs no look: a strict scan has fewer rows than the file has lines then.
    """

    lines: int
    bom: bool
    utf8: bool
    returns: bool

    @property
    def dirty(self) -> bool:
        """Whether the file needs a clean copy before DuckDB reads it."""
        return self.bom or self.returns or not self.utf8


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that was not read: its number, the column at fault if known, the reason, the line."""

    line: int
    column: str | None
    reason: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """A clean copy: line numbers in front, one record a line; what was left out and why."""

    path: Path
    rows: int
    bad: tuple[BadLine, ...]
    encoding: str


def look(path: Path, *, name: str) -> Look:
    """Check that a file is text of lines at all.

    Raises
    ------
    DataError
        If it is empty, a binary file, UTF-16, an HTML page, or holds a NUL byte (its offset is
        named).
    """
    seen = path.stat()
    return _looked(path, name, (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))


@lru_cache(maxsize=256)
def _looked(path: Path, name: str, state: tuple[int, ...]) -> Look:
    """The look at a file in that state: one who looked before need not look again.

    The time of change can be set by whoever writes the file; that of the entry cannot.
    """
    lines, offset, returns, ascii_only, utf8 = 0, 0, False, True, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    last, head = b"\n", b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if offset == 0:
                head = chunk[:512]
                _refuse_other_kinds(head, name)
            if (nul := chunk.find(b"\0")) >= 0:
                raise DataError(
                    f"{name} holds a NUL byte at offset {offset + nul}: not a text file, or a "
                    "damaged one. Fetch it again, or export it as UTF-8 text."
                )
            lines += chunk.count(b"\n")
            returns = returns or b"\r" in chunk
            if utf8 and not (ascii_only and chunk.isascii()):
                ascii_only = False
                utf8 = _decodes(decoder, chunk)
            last = chunk[-1:]
            offset += len(chunk)
    if offset == 0 or not head.removeprefix(codecs.BOM_UTF8).strip():
        raise DataError(f"{name} is empty. Nothing was read; fetch the file again.")
    if utf8 and not ascii_only:
        utf8 = _decodes(decoder, b"", final=True)
    bom = head.startswith(codecs.BOM_UTF8)
    return Look(lines=lines + (last != b"\n"), bom=bom, utf8=utf8, returns=returns)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_other_kinds(head: bytes, name: str) -> None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError(f"{name} is UTF-16, not UTF-8. Save it again as UTF-8.")
    archive = next((kind for magic, kind in _ARCHIVES if head.startswith(magic)), None)
    if head[257:262] == b"ustar":
        archive = "a tar archive"
    if archive is not None:
        raise DataError(f"{name} is {archive}, not a text file of events. Unpack it first.")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            more = " Export it to text."
            if kind in ("Parquet", "Arrow"):
                more = " Give a column map (--map FILE), or export it to text."
            raise DataError(f"{name} is {kind}, not a text file of events.{more}")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise DataError(
            f"{name} is an HTML page (an error or login page?), not data. Fetch the file again."
        )
    if _TREE.match(start):
        kind = "XML" if start.startswith(b"<") else "JSON"
        raise DataError(
            f"{name} is {kind}, not a table of rows. Fetch it "
            "as CSV (ACLED: _format=csv, as record sync --start --end does), or make a table of it."
        )
    even, odd = head[0::2].count(b"\0"), head[1::2].count(b"\0")
    if max(even, odd) > len(head) // 5:
        raise DataError(f"{name} looks like UTF-16 without a mark, not UTF-8. Save it as UTF-8.")


def raw_lines(path: Path) -> Iterator[bytes]:
    """Lines of a file without their ends; CR LF and LF end a line, CR where there is no LF."""
    with path.open("rb") as file:
        newline = _newline(file)
        if newline == b"\n":
            for line in file:
                yield line.rstrip(b"\r\n") if line.endswith((b"\n", b"\r")) else line
        else:
            rest = b""
            while chunk := file.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\r")
                yield from whole
            if rest:
                yield rest


def _newline(file: BinaryIO) -> bytes:
    returns = False
    while chunk := file.read(_CHUNK):
        if b"\n" in chunk:
            file.seek(0)
            return b"\n"
        returns = returns or b"\r" in chunk
    file.seek(0)
    return b"\r" if returns else b"\n"


def clean(
    path: Path,
    target: Path,
    *,
    columns: tuple[str, ...],
    header: int,
    delimiter: str,
    quoted: bool,
    encoding: str,
) -> Clean:
    """Write a copy that DuckDB reads without a question, and list what had to be left out.

    Each kept line gets its number in front. A line is left out if it is blank, too long, not of
    the encoding, holds a carriage return inside, or has another number of fields; empty fields at
    its end beyond the columns are no fault.
    """
    bad: list[BadLine] = []
    rows = 0
    split = _records(path, quoted) if quoted else _plain(path)
    with target.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, raw, reason in split:
            if number <= header:
                continue
            text, fault = _text_of(raw, number, encoding)
            if fault is None and reason:
                fault = reason
            fields = [] if fault else _fields(text, delimiter, quoted)
            if fault is None and fields is None:
                fault = "a quote stands inside a field; write it twice"
            if fault is None and fields is not None:
                while len(fields) > len(columns) and fields[-1] == "":
                    fields.pop()
                fault = _count_fault(fields, columns)
            if fault is not None:
                column = _missing_column(fields, columns)
                bad.append(BadLine(line=number, column=column, reason=fault, value=text[:2000]))
                continue
            rows += 1
            if quoted:
                cells = (f.removesuffix("\n").replace("\n", " ") for f in fields or ())
                write.writerow([number, *cells])
            else:
                out.write(delimiter.join([str(number), *(fields or ())]) + "\n")
    return Clean(path=target, rows=rows, bad=tuple(bad), encoding=encoding)


def _plain(path: Path) -> Iterator[tuple[int, bytes, str]]:
    for number, line in enumerate(raw_lines(path), 1):
        yield number, line, ""


def _records(path: Path, quoted: bool) -> Iterator[tuple[int, bytes, str]]:
    """Records of a quoted file: lines joined until the quotes are even, within a cap."""
    lines = list(raw_lines(path))
    place = 0
    while place < len(lines):
        end, quotes = place, lines[place].count(b'"')
        while quotes % 2 and end + 1 < len(lines) and end - place < _RECORD_LINES:
            end += 1
            quotes += lines[end].count(b'"')
        if quotes % 2:
            reason = f"the quote opened on line {place + 1} is never closed"
            yield place + 1, lines[place], reason
            place += 1
        else:
            yield place + 1, b"\n".join(lines[place : end + 1]), ""
            place = end + 1


def _text_of(raw: bytes, number: int, encoding: str) -> tuple[str, str | None]:
    if number == 1:
        raw = raw.removeprefix(codecs.BOM_UTF8)
    if len(raw) > MAX_LINE - 100:
        text = raw[:4000].decode("utf-8", "replace")
        return text, f"line of {len(raw):,} bytes; at most {MAX_LINE - 100:,} are read"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "backslashreplace")
        return text, f"not UTF-8 at byte {error.start} of the line"
    if not text.strip():
        return text, "empty line"
    if "\r" in text:
        return text, "carriage return inside the line"
    return text, None


def _fields(text: str, delimiter: str, quoted: bool) -> list[str] | None:
    """Fields of a record, None if its quotes are wrong.

    A quote inside a field is written twice, or as R and Dataverse write it, after a backslash.
    """
    if not quoted:
        return text.split(delimiter)
    csv.field_size_limit(MAX_LINE)
    rows = _rows(text, delimiter)
    if rows is None and '\\"' in text:
        rows = _rows(text.replace('\\"', '""'), delimiter)
    return rows[0] if rows is not None and len(rows) == 1 else None


def _rows(text: str, delimiter: str) -> list[list[str]] | None:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _count_fault(fields: list[str], columns: tuple[str, ...]) -> str | None:
    if len(fields) == len(columns):
        return None
    kind = "short" if len(fields) < len(columns) else "long"
    return f"{kind} row: {len(fields)} fields, expected {len(columns)}"


def _missing_column(fields: list[str] | None, columns: tuple[str, ...]) -> str | None:
    if fields and len(fields) < len(columns):
        return columns[len(fields)]
    return None
