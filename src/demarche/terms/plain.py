"""Terms as plain JSON values and back, strictly: what is stored is what was meant, or an error."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
import types
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from demarche.errors import TermError, near_miss

__all__ = ["from_plain", "instant_text", "number_text", "to_plain"]

T = TypeVar("T")
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
LARGEST = 2**63 - 1
NONE = type(None)


def to_plain(value: Any) -> Any:
    """A frozen value as dictionaries, lists, text, whole numbers, flags and null.

    A number of type ``float`` becomes its shortest decimal text that reads back to the same number;
    text is put in Unicode's form NFC; a day is ``YYYY-MM-DD``; an instant is UTC with microseconds.

    Raises
    ------
    TermError
        If a number is not finite, an instant has no zone, a text holds half a character (a lone
        surrogate), or a value is not of the type its term states; the message names the field.

    Examples
    --------
    >>> from demarche.terms import CourseForecast
    >>> to_plain(CourseForecast(course="veto", probability=0.1, low=0, high=1))
    {'course': 'veto', 'probability': '0.1', 'low': '0.0', 'high': '1.0', 'note': ''}
    """
    return _encode(value, value.__class__, "")


def from_plain(cls: type[T], data: Any, *, at: str = "") -> T:
    """The frozen value that `to_plain` wrote; anything else is refused.

    Raises
    ------
    TermError
        If a key is unknown or missing, a value has another type, a number is not written as
        `to_plain` writes it, or the term itself refuses the value; the message names the field.

    Examples
    --------
    >>> from demarche.terms import CourseForecast
    >>> row = {"course": "veto", "probability": "0.1", "low": "0.0", "high": "1.0", "note": ""}
    >>> from_plain(CourseForecast, row).probability
    0.1
    >>> from_plain(CourseForecast, {**row, "probability": "0.10"})
    Traceback (most recent call last):
    ...
    demarche.errors.TermError: probability: expected a number as its shortest decimal text \
('0.1'), got '0.10'.
    """
    found: T = _decode(data, cls, at)
    return found


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _wrong(at: str, expected: str, value: object) -> TermError:
    where = f"{at}: " if at else ""
    shown = repr(value)
    return TermError(
        f"{where}expected {expected}, got {shown if len(shown) <= 80 else shown[:77] + '...'}."
    )


def _branches(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _is_term(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _text(value: str, at: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise _wrong(at, "text that can be written as UTF-8", value) from None
    return unicodedata.normalize("NFC", value)


def instant_text(at: dt.datetime) -> str:
    """An instant in UTC with microseconds.

    Examples
    --------
    >>> instant_text(dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC))
    '2030-01-01T12:00:00.000000Z'
    """
    return at.astimezone(dt.UTC).strftime(STAMP)


def number_text(value: float, at: str = "") -> str:
    """Shortest decimal text of a finite number; minus zero is zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(at, "a finite number", value)
    return repr(float(value) + 0.0)


def _encode(value: Any, kind: Any, at: str) -> Any:
    branches = _branches(kind)
    if len(branches) > 1:
        if value is None and NONE in branches:
            return None
        rest = [branch for branch in branches if branch is not NONE]
        chosen = next((b for b in rest if _is_term(b) and isinstance(value, b)), rest[0])
        return _encode(value, chosen, at)
    if _is_term(kind):
        if not isinstance(value, kind):
            raise _wrong(at, f"a {kind.__name__}", value)
        dot = f"{at}." if at else ""
        return {n: _encode(getattr(value, n), h, dot + n) for n, h in _hints(kind).items()}
    if get_origin(kind) is tuple:
        return _encode_tuple(value, get_args(kind), at)
    if get_origin(kind) is dict:
        return {_text(k, at): _encode(v, get_args(kind)[1], f"{at}.{k}") for k, v in value.items()}
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise _wrong(at, f"one of {', '.join(map(repr, get_args(kind)))}", value)
        return value
    return _encode_leaf(value, kind, at)


def _encode_leaf(value: Any, kind: Any, at: str) -> Any:
    if kind is float:
        return number_text(value, at)
    if kind is dt.datetime:
        if not isinstance(value, dt.datetime) or value.utcoffset() is None:
            raise _wrong(at, "an instant with its zone", value)
        return instant_text(value)
    if kind is dt.date:
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise _wrong(at, "a day", value)
        return value.isoformat()
    if value.__class__ is not kind or kind not in (str, int, bool):
        raise _wrong(at, f"a value of type {getattr(kind, '__name__', kind)}", value)
    if kind is int and abs(value) > LARGEST:
        raise _wrong(at, "a whole number of at most 63 bits", value)
    return _text(value, at) if kind is str else value


def _encode_tuple(value: Any, args: tuple[Any, ...], at: str) -> list[Any]:
    if not isinstance(value, tuple):
        raise _wrong(at, "a tuple", value)
    kinds = _kinds(value, args, at)
    return [_encode(v, kind, f"{at}[{n}]") for n, (v, kind) in enumerate(zip(value, kinds))]


def _kinds(value: Any, args: tuple[Any, ...], at: str) -> tuple[Any, ...]:
    if len(args) == 2 and args[1] is Ellipsis:
        return (args[0],) * len(value)
    if len(value) != len(args):
        raise _wrong(at, f"{len(args)} values", value)
    return args


def _decode(data: Any, kind: Any, at: str) -> Any:
    branches = _branches(kind)
    if len(branches) > 1:
        if data is None and NONE in branches:
            return None
        rest = [branch for branch in branches if branch is not NONE]
        return _decode(data, _matching(data, rest), at)
    if _is_term(kind):
        return _decode_term(data, kind, at)
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise _wrong(at, "a list", data)
        kinds = _kinds(data, get_args(kind), at)
        return tuple(_decode(v, k, f"{at}[{n}]") for n, (v, k) in enumerate(zip(data, kinds)))
    if get_origin(kind) is dict:
        if not isinstance(data, dict):
            raise _wrong(at, "an object", data)
        return {k: _decode(v, get_args(kind)[1], f"{at}.{k}") for k, v in data.items()}
    if get_origin(kind) is Literal:
        if not any(data == a and data.__class__ is a.__class__ for a in get_args(kind)):
            raise _wrong(at, f"one of {', '.join(map(repr, get_args(kind)))}", data)
        return data
    return _decode_leaf(data, kind, at)


def _matching(data: Any, branches: list[Any]) -> Any:
    """Branch of a union of terms whose fields are the keys of an object; the first otherwise."""
    if isinstance(data, Mapping):
        for branch in branches:
            if _is_term(branch) and set(_hints(branch)) == set(data):
                return branch
    return branches[0]


def _decode_term(data: Any, kind: Any, at: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(at, f"an object ({kind.__name__})", data)
    hints = _hints(kind)
    where = f"{at}: " if at else ""
    for key in data:
        if key not in hints:
            raise TermError(
                f"{where}{kind.__name__} has no key {key!r}; it has {', '.join(hints)}. "
                f"{near_miss(key, hints)}".rstrip()
            )
    missing = [name for name in hints if name not in data]
    if missing:
        raise TermError(f"{where}{kind.__name__} lacks {', '.join(missing)}.")
    dot = f"{at}." if at else ""
    values = {name: _decode(data[name], hint, dot + name) for name, hint in hints.items()}
    try:
        return kind(**values)
    except TermError as error:
        raise TermError(f"{where}{error}") from None


def _decode_leaf(data: Any, kind: Any, at: str) -> Any:
    if kind is float:
        return _number(data, at)
    if kind is dt.datetime:
        return _stamp(data, at)
    if kind is dt.date:
        try:
            found = dt.date.fromisoformat(data)
        except (TypeError, ValueError):
            raise _wrong(at, "a day such as 2023-11-01", data) from None
        if found.isoformat() != data:
            raise _wrong(at, f"a day written {found.isoformat()!r}", data)
        return found
    if data.__class__ is not kind or kind not in (str, int, bool):
        raise _wrong(at, f"a value of type {getattr(kind, '__name__', kind)}", data)
    if kind is int and abs(data) > LARGEST:
        raise _wrong(at, "a whole number of at most 63 bits", data)
    if kind is str and _text(data, at) != data:
        raise _wrong(at, "text in Unicode's form NFC", data)
    return data


def _number(data: Any, at: str) -> float:
    try:
        found = float(data) if isinstance(data, str) else None
    except ValueError:
        found = None
    if found is None or not math.isfinite(found):
        raise _wrong(at, "a number written as decimal text", data)
    if number_text(found) != data:
        shortest = number_text(found)
        raise _wrong(at, f"a number as its shortest decimal text ({shortest!r})", data)
    return found


def _stamp(data: Any, at: str) -> dt.datetime:
    try:
        found = dt.datetime.strptime(data, STAMP).replace(tzinfo=dt.UTC)
    except (TypeError, ValueError):
        raise _wrong(at, "an instant such as 2023-11-01T12:00:00.000000Z", data) from None
    if found.strftime(STAMP) != data:
        raise _wrong(at, f"an instant written {found.strftime(STAMP)!r}", data)
    return found
