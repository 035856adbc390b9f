"""Terms as plain JSON values and back, strictly: what is stored is what was meant, or an error."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
import types
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from demarche.errors import TermError, near_miss

__all__ = ["from_plain", "instant_text", "number_text", "to_plain"]

T = TypeVar("T")
Step = Callable[[Any], Any]
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
    try:
        return _encoder(value.__class__)(value)
    except _FaultError as fault:
        raise fault.error() from None


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
    try:
        found: T = _decoder(cast(Any, cls))(data)
    except _FaultError as fault:
        raise fault.error(at) from None
    return found


class _FaultError(Exception):
    """A value that is refused; its place is put together on the way up."""

    def __init__(self, text: str, *, value: object = None, whole: bool = False) -> None:
        super().__init__(text)
        self.text, self.value, self.whole, self.place = text, value, whole, ""

    def below(self, name: str) -> _FaultError:
        """The same fault, seen from one step further up."""
        dot = "." if self.place and not self.place.startswith("[") else ""
        self.place = f"{name}{dot}{self.place}"
        return self

    def error(self, at: str = "") -> TermError:
        """What the user is told."""
        place = self.below(at).place if at else self.place
        where = f"{place}: " if place else ""
        if self.whole:
            return TermError(where + self.text)
        shown = repr(self.value)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        return TermError(f"{where}expected {self.text}, got {shown}.")


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _branches(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _is_term(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _text(value: str) -> str:
    if value.isascii():
        return value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise _FaultError("text that can be written as UTF-8", value=value) from None
    return unicodedata.normalize("NFC", value)


def instant_text(at: dt.datetime) -> str:
    """An instant in UTC with microseconds.

    Examples
    --------
    >>> instant_text(dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC))
    '2030-01-01T12:00:00.000000Z'
    """
    return at.astimezone(dt.UTC).strftime(STAMP)


def number_text(value: float) -> str:
    """Shortest decimal text of a finite number; minus zero is zero.

    Raises
    ------
    TermError
        If it is not finite, or no number.

    Examples
    --------
    >>> number_text(0.1), number_text(-0.0), number_text(1)
    ('0.1', '0.0', '1.0')
    """
    try:
        return _number_out(value)
    except _FaultError as fault:
        raise fault.error() from None


def _number_out(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _FaultError("a finite number", value=value)
    return repr(float(value) + 0.0)


@functools.cache
def _encoder(kind: Any) -> Step:
    """Function that writes values of one type."""
    if len(branches := _branches(kind)) > 1:
        return _union_out(branches)
    if _is_term(kind):
        return _term_out(kind)
    if get_origin(kind) is tuple:
        return _tuple_step(get_args(kind), tuple, "a tuple", _encoder, list)
    return _LEAVES_OUT.get(kind) or _either_way(kind, _encoder)


@functools.cache
def _decoder(kind: Any) -> Step:
    """Function that reads values of one type."""
    if len(branches := _branches(kind)) > 1:
        return _union_in(branches)
    if _is_term(kind):
        return _term_in(kind)
    if get_origin(kind) is tuple:
        return _tuple_step(get_args(kind), list, "a list", _decoder, tuple)
    return _LEAVES_IN.get(kind) or _either_way(kind, _decoder)


def _either_way(kind: Any, step_of: Callable[[Any], Step]) -> Step:
    """Types that are written as they are read."""
    if get_origin(kind) is dict:
        return _dict_step(step_of, get_args(kind)[1])
    return _literal(get_args(kind)) if get_origin(kind) is Literal else _same(kind)


def _union_out(branches: tuple[Any, ...]) -> Step:
    rest = [branch for branch in branches if branch is not NONE]
    terms = [(branch, _encoder(branch)) for branch in rest if _is_term(branch)]
    first, nothing = _encoder(rest[0]), NONE in branches

    def step(value: Any) -> Any:
        if value is None and nothing:
            return None
        for branch, encode in terms:
            if isinstance(value, branch):
                return encode(value)
        return first(value)

    return step


def _union_in(branches: tuple[Any, ...]) -> Step:
    rest = [branch for branch in branches if branch is not NONE]
    terms = [(set(_hints(branch)), _decoder(branch)) for branch in rest if _is_term(branch)]
    first, nothing = _decoder(rest[0]), NONE in branches

    def step(data: Any) -> Any:
        if data is None and nothing:
            return None
        if len(terms) > 1 and isinstance(data, dict):
            for keys, decode in terms:
                if keys == set(data):
                    return decode(data)
        return first(data)

    return step


def _term_out(kind: type) -> Step:
    steps = [(name, _encoder(hint)) for name, hint in _hints(kind).items()]

    def step(value: Any) -> dict[str, Any]:
        if not isinstance(value, kind):
            raise _FaultError(f"a {kind.__name__}", value=value)
        found = {}
        for name, encode in steps:
            try:
                found[name] = encode(getattr(value, name))
            except _FaultError as fault:
                raise fault.below(name) from None
        return found

    return step


def _term_in(kind: Any) -> Step:
    steps = [(name, _decoder(hint)) for name, hint in _hints(kind).items()]
    names = {name for name, _ in steps}

    def step(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _FaultError(f"an object ({kind.__name__})", value=data)
        if data.keys() != names:
            _refuse_keys(kind, data)
        values = {}
        for name, decode in steps:
            try:
                values[name] = decode(data[name])
            except _FaultError as fault:
                raise fault.below(name) from None
        try:
            return kind(**values)
        except TermError as error:
            raise _FaultError(str(error), whole=True) from None

    return step


def _refuse_keys(kind: Any, data: Mapping[str, Any]) -> None:
    hints = _hints(kind)
    for key in data:
        if key not in hints:
            known = f"{kind.__name__} has no key {key!r}; it has {', '.join(hints)}."
            raise _FaultError(f"{known} {near_miss(key, hints)}".rstrip(), whole=True)
    missing = ", ".join(name for name in hints if name not in data)
    raise _FaultError(f"{kind.__name__} lacks {missing}.", whole=True)


def _tuple_step(
    args: tuple[Any, ...],
    seen: type[list[Any]] | type[tuple[Any, ...]],
    what: str,
    make: Callable[[Any], Step],
    into: Callable[[list[Any]], Any],
) -> Step:
    """Step of a tuple in memory and a list in JSON, of one kind or of a kind at each place."""
    if len(args) == 2 and args[1] is Ellipsis:
        steps, only = [], make(args[0])
    else:
        steps, only = [make(arg) for arg in args], None

    def step(value: Any) -> Any:
        if not isinstance(value, seen):
            raise _FaultError(what, value=value)
        if only is None and len(value) != len(steps):
            raise _FaultError(f"{len(steps)} values", value=value)
        found = []
        for n, item in enumerate(value):
            try:
                found.append(only(item) if only is not None else steps[n](item))
            except _FaultError as fault:
                raise fault.below(f"[{n}]") from None
        return into(found)

    return step


def _dict_step(make: Callable[[Any], Step], kind: Any) -> Step:
    inner = make(kind)

    def step(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _FaultError("an object", value=value)
        found = {}
        for key, item in value.items():
            try:
                found[_text(key)] = inner(item)
            except _FaultError as fault:
                raise fault.below(key) from None
        return found

    return step


def _literal(args: tuple[Any, ...]) -> Step:
    expected = f"one of {', '.join(map(repr, args))}"

    def step(value: Any) -> Any:
        for arg in args:
            if value == arg and value.__class__ is arg.__class__:
                return value
        raise _FaultError(expected, value=value)

    return step


def _same(kind: Any) -> Step:
    """Step of a type that is no part of terms."""

    def step(value: Any) -> Any:
        raise _FaultError(f"a value of a type that can be stored, not {kind!r}", value=value)

    return step


def _text_out(value: Any) -> str:
    if value.__class__ is not str:
        raise _FaultError("a value of type str", value=value)
    return _text(value)


def _text_in(data: Any) -> str:
    if _text_out(data) != data:
        raise _FaultError("text in Unicode's form NFC", value=data)
    return str(data)


def _whole(value: Any) -> int:
    if value.__class__ is not int:
        raise _FaultError("a value of type int", value=value)
    if abs(value) > LARGEST:
        raise _FaultError("a whole number of at most 63 bits", value=value)
    return int(value)


def _flag(value: Any) -> bool:
    if value.__class__ is not bool:
        raise _FaultError("a value of type bool", value=value)
    return bool(value)


def _instant_out(value: Any) -> str:
    if not isinstance(value, dt.datetime) or value.utcoffset() is None:
        raise _FaultError("an instant with its zone", value=value)
    return instant_text(value)


def _day_out(value: Any) -> str:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _FaultError("a day", value=value)
    return value.isoformat()


def _day_in(data: Any) -> dt.date:
    try:
        found = dt.date.fromisoformat(data)
    except (TypeError, ValueError):
        raise _FaultError("a day such as 2023-11-01", value=data) from None
    if found.isoformat() != data:
        raise _FaultError(f"a day written {found.isoformat()!r}", value=data)
    return found


def _number_in(data: Any) -> float:
    try:
        found = float(data) if isinstance(data, str) else None
    except ValueError:
        found = None
    if found is None or not math.isfinite(found):
        raise _FaultError("a number written as decimal text", value=data)
    shortest = _number_out(found)
    if shortest != data:
        raise _FaultError(f"a number as its shortest decimal text ({shortest!r})", value=data)
    return found


def _instant_in(data: Any) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(data)
        written = found.astimezone(dt.UTC).strftime(STAMP)
    except (TypeError, ValueError, OverflowError):
        raise _FaultError("an instant such as 2023-11-01T12:00:00.000000Z", value=data) from None
    if written != data:
        raise _FaultError(f"an instant written {written!r}", value=data)
    return found


_LEAVES_OUT: dict[Any, Step] = {
    float: _number_out,
    int: _whole,
    bool: _flag,
    str: _text_out,
    dt.datetime: _instant_out,
    dt.date: _day_out,
}
_LEAVES_IN: dict[Any, Step] = {
    float: _number_in,
    int: _whole,
    bool: _flag,
    str: _text_in,
    dt.datetime: _instant_in,
    dt.date: _day_in,
}
