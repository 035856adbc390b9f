"""Cells of files by others: probabilities, outcomes and days, parsed or refused, never guessed."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from demarche.errors import DataError
from demarche.ledger.formats._result import RowError
from demarche.terms.ledger import Outcome

__all__ = ["day", "outcome", "probability", "read_json", "read_text"]

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
DAY = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "happened", "occurred"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "did not happen", "did not occur"})
VOID = frozenset(
    {"annulled", "annul", "void", "voided", "cancel", "cancelled", "canceled", "ambiguous"}
)
UNKNOWN = frozenset({"not known", "not_known", "unknown", "not-known"})
OPEN = frozenset({"", "open", "unresolved", "pending", "none"})
MOST_BYTES = 200_000_000
DEEPEST = 64
FIRST_YEAR, LAST_YEAR = 1900, 2199


def probability(cell: str, *, percent: bool = False, comma: bool = False) -> float:
    """Probability of a cell: 0.7 or 70 %; a bare 70 only where the column is said to be percent.

    Parameters
    ----------
    cell : str
    percent : bool
        The column's name says that its numbers are percent.
    comma : bool
        The file uses decimal commas (its fields are separated by semicolons).
    """
    text = cell.strip()
    signed = text.endswith("%")
    bare = text[:-1].strip() if signed else text
    if not bare:
        raise RowError("the probability is empty")
    if COMMA.fullmatch(bare):
        if not comma:
            raise RowError(f"probability {text!r} has a decimal comma; write {_dotted(text)!r}")
        bare = _dotted(bare)
    if not NUMBER.fullmatch(bare):
        raise RowError(f"probability {text!r} is not a number")
    value = float(bare)
    hint = f"; write {value / 100:g} or {value:g} %" if 1 < value <= 100 else ""
    if signed or percent:
        value, hint = value / 100, ""
    if not 0 <= value <= 1:
        raise RowError(f"probability {text!r} lies outside [0, 1]{hint}")
    return value


def _dotted(text: str) -> str:
    return text.replace(",", ".")


def outcome(cell: str) -> Outcome | None:
    """Outcome of a cell; None while open."""
    text = " ".join(cell.split()).casefold()
    if text in OPEN:
        return None
    for words, found in ((YES, "yes"), (NO, "no"), (VOID, "annulled"), (UNKNOWN, "not_known")):
        if text in words:
            return found  # type: ignore[return-value]
    raise RowError(
        f"outcome {cell.strip()[:40]!r} is none of yes, no, annulled, not known, or empty for open"
    )


def day(cell: str, *, what: str) -> dt.date | None:
    """UTC day of a cell in the order year, month, day; None if it is empty.

    A time without a zone is taken as UTC.
    """
    text = cell.strip()
    if not text:
        return None
    met = DAY.fullmatch(text)
    if met is None:
        raise RowError(f"{what} {text[:40]!r} is not a date such as 2024-03-05")
    year, month, number = (int(part) for part in met.groups()[:3])
    try:
        found = dt.date(year, month, number)
        if met.group(4):
            zone = met.group(7) or "Z"
            at = dt.datetime(
                year, month, number, int(met.group(4)), int(met.group(5)), int(met.group(6) or 0),
                tzinfo=_zone(zone),
            )  # fmt: skip
            found = at.astimezone(dt.UTC).date()
    except (ValueError, OverflowError):
        raise RowError(f"{what} {text[:40]!r} is no day of the calendar") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise RowError(f"{what} {text[:40]!r} lies outside {FIRST_YEAR} to {LAST_YEAR}")
    return found


def _zone(text: str) -> dt.tzinfo:
    if text in ("Z", "UTC"):
        return dt.UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return dt.timezone(sign * dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def read_text(path: Path) -> str:
    """Text of a file in UTF-8, with or without a byte-order mark.

    Raises
    ------
    DataError
        If it cannot be read, is empty, too large, binary or not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{path.name} has {size:,} bytes; at most {MOST_BYTES:,} are read. Split the file."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path.name} is UTF-16; save it as UTF-8.")
    if b"\x00" in raw:
        at = raw.index(b"\x00")
        raise DataError(f"{path.name} is not text: it has a NUL byte at offset {at}.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: expected UTF-8 text, got byte 0x{raw[error.start]:02x} at offset "
            f"{error.start}; save it as UTF-8."
        ) from None
    if not text.strip():
        raise DataError(f"{path.name} is empty.")
    return text


def read_json(path: Path) -> Any:
    """Content of a JSON file, strictly: no NaN, no key given twice, not nested too deeply.

    Raises
    ------
    DataError
        If it is not such a file; names line and column.
    """
    text = read_text(path)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise DataError(f"{path.name}: the key {key[:60]!r} is given twice in one object.")
            found[key] = value
        return found

    def number(word: str) -> Any:
        raise DataError(f"{path.name}: {word} is no number of JSON.")

    def whole(digits: str) -> int:
        if len(digits) > 30:
            raise DataError(f"{path.name}: a number of {len(digits)} digits is refused.")
        return int(digits)

    try:
        found = json.loads(
            text, object_pairs_hook=once, parse_constant=number, parse_int=whole
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path.name}, line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}."
        ) from None
    except RecursionError:
        raise DataError(f"{path.name} is nested too deeply; at most {DEEPEST} levels.") from None
    _check_depth(found, name=path.name)
    return found


def _check_depth(value: Any, *, name: str) -> None:
    layer = [value]
    for _ in range(DEEPEST):
        for text in layer:
            if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
                raise DataError(f"{name}: a text has half of a surrogate pair: {text[:40]!r}.")
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not layer:
            return
    raise DataError(f"{name} is nested too deeply; at most {DEEPEST} levels.")
