"""A case file in: bytes to TOML to a frozen case, with every problem of the file at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from demarche.cases.checks import check_semantics
from demarche.cases.worded import put_worded, take_worded
from demarche.errors import CaseError, Problem, near_miss
from demarche.terms import Case, Range

__all__ = ["MAX_BYTES", "load_case", "parse_case", "read_text"]

MAX_BYTES = 2_000_000
"""Largest case file read; the shipped cases are under 200 kB."""
MAX_DEPTH = 32


def read_text(path: Path, *, limit: int = MAX_BYTES) -> str:
    """Text of a file, refused with the reason if it is not a small UTF-8 text.

    Raises
    ------
    CaseError
        If the path is missing, a directory, unreadable, empty, too large, binary or not UTF-8.
    """
    name = str(path)

    def refuse(value: str, expected: str, hint: str = "") -> CaseError:
        return CaseError([Problem(file=name, place="", value=value, expected=expected, hint=hint)])

    try:
        if path.is_dir():
            raise refuse("a directory", "a case file (TOML)", "Name the file inside it.")
        if not path.exists():
            raise refuse(
                "no such file",
                "a case file (TOML)",
                "'demarche cases' lists what ships, 'demarche new-case' writes one.",
            )
        if not path.is_file():
            raise refuse("a device or pipe", "a case file (TOML)")
        size = path.stat().st_size
        if size > limit:
            raise refuse(
                f"{size} bytes",
                f"at most {limit} bytes",
                "Move long texts to their sources; a case holds codings.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise refuse(error.strerror or str(error), "a readable file") from error
    except ValueError as error:
        raise refuse(str(error), "a path of a file") from error
    if not data.strip():
        raise refuse(
            "an empty file", "a case file (TOML)", "'demarche new-case' writes a template."
        )
    if b"\x00" in data:
        raise refuse(f"a NUL byte at offset {data.index(0)}", "UTF-8 text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            f"byte 0x{data[error.start]:02x} at offset {error.start}",
            "UTF-8 text",
            "Save the file as UTF-8.",
        ) from error
    return text


def load_case(path: Path | str, *, episodes: frozenset[str] | None = None) -> Case:
    """Read a case file; every problem of the file is reported at once.

    Parameters
    ----------
    path : path
    episodes : frozenset of str, optional
        Known episode ids; if given, ``exclude_episodes`` is checked against them.

    Raises
    ------
    CaseError
        With all problems: file, place, value seen, what was expected, near miss.
    """
    path = Path(path)
    return parse_case(read_text(path), file=str(path), episodes=episodes)


def parse_case(text: str, *, file: str, episodes: frozenset[str] | None = None) -> Case:
    """A case from TOML text; ``file`` is the name used in messages.

    Raises
    ------
    CaseError
        As for :func:`load_case`.
    """
    raw = _toml(text, file=file)
    case, problems, wrong = _structure(raw, file=file)
    unreadable = _TABLES & set(wrong) or any(place.endswith(".id") for place in wrong)
    if case is not None and not unreadable:
        problems += [
            problem
            for problem in check_semantics(case, file=file, episodes=episodes)
            if not any(_follows(problem.place, place) for place in wrong)
        ]
    if problems or case is None:
        raise CaseError(problems)
    return case


_TABLES = {"actors", "courses", "factions", "issues", "triggers", "sources", "evidence", "question"}
"""Tables that others refer to: where one cannot be read at all, references are not judged."""
_LEANT_ON = ("actor", "rule", "id", "courses", "trigger")
"""Keys whose neighbours are checked against them: a fault there makes others look wrong."""


def _follows(place: str, wrong: str) -> bool:
    """Whether a problem may only follow from a fault of shape or type found elsewhere."""
    parent, _, key = wrong.rpartition(".")
    if key in _LEANT_ON and parent and (place == parent or place.startswith(parent + ".")):
        return True
    if wrong == "ladder" and place.endswith(".rung"):
        return True
    return place == wrong or place.startswith(wrong + ".")


def _toml(text: str, *, file: str) -> dict[str, Any]:
    def refuse(value: str, expected: str, hint: str = "") -> CaseError:
        return CaseError([Problem(file=file, place="", value=value, expected=expected, hint=hint)])

    try:
        raw = tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise refuse(str(error), "valid TOML") from error
    except RecursionError as error:
        raise refuse("values nested too deep", f"at most {MAX_DEPTH} levels") from error
    except ValueError as error:
        found = re.search(r"[0-9_]{4000,}", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        said = f"an integer of {len(found.group())} digits at line {line}" if found else str(error)
        raise refuse(said, "valid TOML with numbers of usual size") from error
    if _depth(raw) > MAX_DEPTH:
        raise refuse(f"{_depth(raw)} levels", f"at most {MAX_DEPTH} levels of nesting")
    return raw


def _depth(value: Any) -> int:
    deepest, layer = 0, [value]
    while layer:
        deepest += 1
        below: list[Any] = []
        for item in layer:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        layer = below
    return deepest


def _plain(value: Any) -> Any:
    """TOML values as JSON values: dates to text, integers too long for a float refused later."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime | dt.time):
        return {"__time__": value.isoformat()}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**15:
        return {"__integer__": f"an integer of {len(str(abs(value)))} digits"}
    return value


def _structure(raw: dict[str, Any], *, file: str) -> tuple[Case | None, list[Problem], list[str]]:
    """Validate shape and types; mend what is wrong so that later checks still see the rest."""
    import pydantic

    adapter = pydantic.TypeAdapter(Case)
    plain = _plain(raw)
    problems: list[Problem] = []
    wrong: list[str] = []
    worded, unknown = take_worded(plain, file=file)
    for path, problem in unknown:
        problems.append(problem)
        wrong.append(problem.place)
        _mend(plain, path)
    for path in _loose_ranges(plain, Case, ()):
        place = ".".join(map(str, path))
        problems.append(
            Problem(
                file=file,
                place=place,
                value=_show(_value_at(raw, path)),
                expected="a range [low, mode, high] of three finite numbers",
            )
        )
        wrong.append(place)
        _mend(plain, path)
    for _ in range(40):
        try:
            case = adapter.validate_json(json.dumps(plain))
            return put_worded(case, ranges=worded), problems, wrong
        except pydantic.ValidationError as error:
            found = error.errors()
        except UnicodeEncodeError:
            return (
                None,
                [Problem(file=file, place="", value="a lone surrogate", expected="UTF-8 text")],
                wrong,
            )
        for item in found:
            loc = tuple(part for part in item["loc"] if isinstance(part, int | str))
            problem, path = _problem(item, loc=loc, raw=raw, file=file)
            if problem not in problems:
                problems.append(problem)
                wrong.append(problem.place)
            _mend(plain, path)
    return None, problems, wrong


def _loose_ranges(
    value: Any, kind: Any, path: tuple[int | str, ...]
) -> Iterator[tuple[int | str, ...]]:
    """Places of ranges that are not three finite numbers (text and truth values are not)."""
    kind = _bare(kind)
    if kind is Range:
        numbers = (
            isinstance(value, list)
            and len(value) == 3
            and all(
                isinstance(x, int | float) and not isinstance(x, bool) and math.isfinite(x)
                for x in value
            )
        )
        if not numbers:
            yield path
    elif dataclasses.is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        hints = get_type_hints(kind)
        for key, item in value.items():
            if key in hints:
                yield from _loose_ranges(item, hints[key], (*path, key))
    elif get_origin(kind) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _loose_ranges(item, get_args(kind)[0], (*path, index))


_EXPECTED = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "dataclass_type": "a table",
    "named_tuple_type": "a range [low, mode, high]",
    "date_type": "a date (YYYY-MM-DD)",
    "date_parsing": "a date (YYYY-MM-DD)",
    "date_from_datetime_parsing": "a date (YYYY-MM-DD)",
    "finite_number": "a finite number",
}


def _problem(
    item: Any, *, loc: tuple[int | str, ...], raw: Any, file: str
) -> tuple[Problem, tuple[int | str, ...]]:
    kind = item["type"]
    owner = _type_at(loc[:-1])
    fields = [f.name for f in dataclasses.fields(owner)] if dataclasses.is_dataclass(owner) else []
    hint = ""
    if kind == "unexpected_keyword_argument":
        expected, value = "a known key", repr(loc[-1])
        hint = near_miss(loc[-1], fields) or f"Known here: {', '.join(fields)}."
    elif kind == "missing":
        expected, value = f"the key {loc[-1]!r}", "nothing"
    else:
        expected = _EXPECTED.get(kind, "")
        if kind in ("literal_error", "enum"):
            expected = "one of " + str(item.get("ctx", {}).get("expected", ""))
            options = [o.strip(" '") for o in expected[7:].replace(" or ", ",").split(",")]
            hint = near_miss(_value_at(raw, loc), options)
        expected = expected or str(item["msg"]).removeprefix("Input should be ")
        value = _show(_value_at(raw, loc))
    return Problem(
        file=file, place=".".join(map(str, loc)), value=value, expected=expected, hint=hint
    ), loc


def _show(value: Any) -> str:
    text = value.isoformat() if isinstance(value, dt.date | dt.time) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _value_at(raw: Any, loc: tuple[int | str, ...]) -> Any:
    for part in loc:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _type_at(loc: tuple[int | str, ...]) -> Any:
    """The annotated type at a place of a case."""
    current: Any = Case
    for part in loc:
        current = _bare(current)
        if dataclasses.is_dataclass(current) and isinstance(part, str):
            current = get_type_hints(current).get(part)
        elif get_origin(current) is tuple:
            current = get_args(current)[0]
        elif current is Range:
            return float
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        else:
            return None
    return _bare(current)


def _bare(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        inner = [arg for arg in get_args(kind) if arg is not type(None)]
        return inner[0] if inner else kind
    return kind


def _mend(plain: Any, path: tuple[int | str, ...]) -> None:
    """Replace what stands at a place by a harmless value of its type, or remove an unknown key."""
    parent = _value_at(plain, path[:-1])
    if not isinstance(parent, dict | list) or not path:
        return
    last = path[-1]
    owner = _type_at(path[:-1])
    known = dataclasses.is_dataclass(owner) and last in {f.name for f in dataclasses.fields(owner)}
    if isinstance(parent, dict) and dataclasses.is_dataclass(owner) and not known:
        parent.pop(last, None)
        return
    blank = _blank(_type_at(path))
    inside = isinstance(parent, list) and isinstance(last, int) and last < len(parent)
    if isinstance(parent, dict) or inside:
        parent[last] = blank  # type: ignore[index]


def _blank(kind: Any) -> Any:
    kind = _bare(kind)
    if kind is Range:
        return [0.5, 0.5, 0.5]
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is tuple or kind is tuple:
        return []
    if get_origin(kind) is dict:
        return {}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints: Mapping[str, Any] = get_type_hints(kind)
        return {
            f.name: _blank(hints[f.name])
            for f in dataclasses.fields(kind)
            if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        }
    simple: dict[Any, Any] = {str: "", int: 1, float: 0.5, bool: False, dt.date: "1900-01-01"}
    return simple.get(kind, "")
