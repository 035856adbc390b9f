"""Quadruple benchmarks: integer rows subject, relation, object, time, with lists of names.

ICEWS14 and ICEWS18 are such folders. Their times count hours from the first day; rows of one day
are one row already. Other sets count days (ICEWS05-15 as it came with RE-GCN) or minutes (GDELT),
so times that are no whole days of 24 hours are refused until the units of a day are stated.

Relations are CAMEO labels, or CAMEO codes as in the GDELT set. Sets of facts over years (YAGO and
WIKI) are refused: none of their relations is an event.

The older sets of Garcia-Duran et al. write names and days in place of numbers, and need no lists.

References
----------
.. [1] Li, Z. et al. (2021). Temporal Knowledge Graph Reasoning Based on Evolutional Representation
   Learning. SIGIR '21. doi:10.1145/3404835.3462963
.. [2] Garcia-Duran, A., Dumancic, S. & Niepert, M. (2018). Learning Sequence Encoders for Temporal
   Knowledge Graph Completion. EMNLP 2018. arXiv:1809.03202
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.errors import DataError
from demarche.record.readers._codes import ORGANS, cameo_code, cameo_label, entity, group_of
from demarche.record.readers._load import Loaded, Sheet
from demarche.record.readers._plan import (
    CODE,
    PARTY,
    Found,
    Key,
    Layout,
    Lookup,
    Options,
    Plan,
    Reader,
    SourceFile,
    party_columns,
)
from demarche.record.readers._rows import row_plan
from demarche.record.readers._text import BadLine, look, raw_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from demarche.record.readers._result import ReadResult

__all__ = ["BENCHMARKS", "SPLITS", "STARTS", "read_quadruples", "refuse_days"]

STARTS = {"icews14": dt.date(2014, 1, 1), "icews18": dt.date(2018, 1, 1)}
"""Day 0 of the benchmarks that are known by name."""
SPLITS = ("train", "valid", "test")
HOURS = 24
LAST = dt.date(2199, 12, 31)
"""No time of a row may lie after it."""
_EPOCH = dt.date(1970, 1, 1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COLUMNS = ("subject", "relation", "object", "day", "key")


def _party(key: Key) -> Found:
    name = key[0]
    if name is None:
        return Found(values=(None, None, None, None))
    plain = name.replace("_", " ")
    group = group_of(name)
    iso3, sector = entity(plain)
    if group is not None:
        return Found(values=(group, iso3, sector, None))
    actor = iso3 if iso3 is not None and (sector is None or sector in ORGANS) else None
    return Found(values=(actor or name, iso3, sector, None))


def _code(key: Key) -> Found:
    if key[0] is not None and key[0].isdecimal():
        return cameo_code(key[0], column="relation")
    label = None if key[0] is None else key[0].replace("_", " ")
    return cameo_label(label, column="relation")


def _plan(options: Options) -> Plan:
    start = options.day_zero or STARTS.get(options.source)
    if start is None:
        raise DataError(
            f"quadruples of {options.source!r} need the date of their day 0 (--day-zero DATE, or "
            "day_zero in Python); icews14 and icews18 are known."
        )
    date = f"DATE '{start.isoformat()}' + CAST(r.day AS INTEGER)"
    lag = options.known_lag_days or 0
    return Plan(
        columns={
            "event_id": f"'{options.source}:' || r.key",
            "date": date,
            "known_at": f"{date} + {lag}",
            "known_at_kind": "'assumed'",
            **party_columns("actor", "a", "r.subject"),
            **party_columns("recipient", "b", "r.object"),
            "event": "c.event",
            "mode": "c.mode",
            "context": "c.context",
            "cameo": "c.cameo",
            "root": "c.root",
            "quad_code": "c.quad",
            "story": "r.key",
            "directed": "true",
        },
        lookups=(
            Lookup(name="a", keys=("r.subject",), gives=PARTY, resolve=_party),
            Lookup(name="b", keys=("r.object",), gives=PARTY, resolve=_party),
            Lookup(name="c", keys=("r.relation",), gives=CODE, resolve=_code),
        ),
    )


def _reader(source: str, title: str) -> Reader:
    return Reader(source=source, title=title, layout=Layout(required=_COLUMNS), plan=partial(_plan))


BENCHMARKS = (
    _reader("icews14", "ICEWS14 benchmark"),
    _reader("icews18", "ICEWS18 benchmark"),
    _reader("quadruples", "a folder of quadruples"),
)


def refuse_days(options: Options) -> None:
    """Refuse what is said of the times of quadruples of a source that has none.

    Raises
    ------
    DataError
        If ``day_zero`` or ``per_day`` is stated of another source.
    """
    stated = {"day_zero": options.day_zero, "per_day": options.per_day}
    given = [name for name, value in stated.items() if value is not None]
    if given and options.source not in {reader.source for reader in BENCHMARKS}:
        raise DataError(
            f"{' and '.join(given)} say what the times of quadruples count; {options.source} has "
            "days of its own. Leave them out."
        )


LISTS = ("entity2id.txt", "relation2id.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Names of the numbers of entities and relations, and the files they stand in."""

    entities: dict[str, str]
    relations: dict[str, str]
    files: tuple[Path, ...]


def _lists(folders: Sequence[Path], kept: Path | None) -> dict[Path, _Names]:
    """Names for each folder of splits: beside them, else those that were kept.

    Raises
    ------
    DataError
        If there are none, or a number has two names.
    """
    old = None if kept is None else _names_of(kept)
    found = {}
    for folder in folders:
        missing = [name for name in LISTS if not (folder / name).is_file()]
        if not missing:
            found[folder] = _names_of(folder)
        elif old is not None:
            found[folder] = old
        else:
            raise DataError(
                f"{folder} holds no {missing[0]}: quadruples need the names of their numbers. Put "
                f"{' and '.join(LISTS)} beside them; the store keeps them for later files."
            )
    every = [*([] if old is None else [old]), *found.values()]
    for one in every[1:]:
        for kind in ("entities", "relations"):
            names, others = getattr(every[0], kind), getattr(one, kind)
            for number in sorted(names.keys() & others.keys(), key=int):
                if names[number] != others[number]:
                    raise DataError(
                        f"the number {number} of {kind} is {names[number]!r} in one list of names "
                        f"and {others[number]!r} in {one.files[0].parent}: these are two sets of "
                        "numbers. Read them into stores of their own (--store)."
                    )
    return found


def _refuse_facts(found: Iterable[_Names]) -> None:
    """Refuse sets none of whose relations is an event, such as YAGO and WIKI.

    Raises
    ------
    DataError
        If no relation of a list is a CAMEO code or label.
    """
    for one in found:
        known = (_code((name,)).values[CODE.index("root")] for name in one.relations.values())
        if one.relations and not any(known):
            raise DataError(
                f"none of the {len(one.relations)} relations of {one.files[1]} is a CAMEO code or "
                f"label of an event; the first is {next(iter(one.relations.values()))!r}. Sets of "
                "facts over years (YAGO, WIKI) hold no events and cannot be used. For a table of "
                "events with names of its own give a column map (--map FILE)."
            )


def _names_of(folder: Path) -> _Names:
    files = tuple(folder / name for name in LISTS)
    return _Names(entities=_names(files[0]), relations=_names(files[1]), files=files)


def _names(path: Path) -> dict[str, str]:
    """Names by id, from ``entity2id.txt`` or ``relation2id.txt``: name, blank, id."""
    look(path, name=path.name)
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        bad = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path.name}, line {bad}: the name is not UTF-8. Save the list as UTF-8."
        ) from None
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and line.strip().isdigit()):
            continue
        name, id = ([*line.rsplit("\t", 1), ""] if "\t" in line else [*line.rsplit(None, 1), ""])[
            :2
        ]
        if not id.strip().isdigit():
            raise DataError(
                f"{path.name}, line {number}: expected a name and its number, got {line[:80]!r}."
            )
        if id.strip() in found:
            raise DataError(f"{path.name}, line {number}: the number {id.strip()} is given twice.")
        found[id.strip()] = name.strip()
    return found


def read_quadruples(
    paths: Sequence[Path],
    *,
    con: DuckDBPyConnection,
    options: Options,
    folder: Path,
    owned: bool,
) -> ReadResult:
    """Read the splits among some files; names are looked for beside them.

    Lists of names and files that are no split are not rows: they add no line.

    Raises
    ------
    DataError
        If there is no split, a list of names is missing, no relation is an event, day 0 is not
        known, or times are no whole days of hours and it is not stated what they count.
    """
    from demarche.record.readers._read import finish_read

    splits = sorted(
        (p for p in paths if _is_split(p)),
        key=lambda p: (str(p.parent), SPLITS.index(_split_of(p)), p.name),
    )
    if not splits:
        raise DataError(
            f"none of {', '.join(p.name for p in list(paths)[:5])} is a split of quadruples; "
            "expected train.txt, valid.txt or test.txt with entity2id.txt and relation2id.txt."
        )
    if options.per_day is not None and not 1 <= options.per_day <= 86_400:
        raise DataError(
            f"{options.per_day} units of time a day are out of range; give 1 to 86,400."
        )
    seen_of = {path: look(path, name=path.name) for path in splits}
    named = {path for path in splits if _is_named(path)}
    folders = dict.fromkeys(path.parent for path in splits if path not in named)
    lists = _lists(list(folders), options.names)
    _refuse_facts(lists.values())
    if named == set(splits):
        options = replace(options, day_zero=_EPOCH)
    plan = _plan(options)
    start = options.day_zero or STARTS[options.source]
    loaded, sheets = Loaded(raw=True), []
    prefix = f"quads{id(loaded)}"
    steps = []
    for number, path in enumerate(splits):
        seen = seen_of[path]
        sheet = Sheet(
            file=SourceFile(path=path, name=path.name, released=options.released),
            columns=_COLUMNS, header=0, delimiter="\t", quoted=False, latin1=False, look=seen,
        )  # fmt: skip
        sheets.append(sheet)
        table = f"{prefix}_{number}"
        if path in named:
            _load_rows(con, table, path, number, partial(_named_row, start=start), loaded)
            continue
        times: set[int] = set()
        row = partial(
            _numbered_row, names=lists[path.parent], start=start,
            per_day=options.per_day or HOURS, times=times,
        )  # fmt: skip
        _load_rows(con, table, path, number, row, loaded)
        steps.append(math.gcd(*times))
    _check_step(math.gcd(*steps), options.per_day, splits)
    result = finish_read(
        con, prefix, row_plan(plan, source=options.source), sheets=sheets, loaded=loaded,
        needed=_COLUMNS, options=options, refused=(), folder=folder, owned=owned,
    )  # fmt: skip
    if not lists:
        return result
    most = max(lists.values(), key=lambda one: (len(one.entities), len(one.relations)))
    return replace(result, names=most.files)


def _split_of(path: Path) -> str:
    """Name of the split that a file is, as in ``train.txt`` or ``icews_2014_train.txt``."""
    return path.stem.lower().rsplit("_", 1)[-1]


def _is_split(path: Path) -> bool:
    """Whether a file is a split; one with more in its name is none beside one without."""
    if path.suffix not in (".txt", ".tsv", "") or _split_of(path) not in SPLITS:
        return False
    plain = (path.with_name(split + path.suffix) for split in SPLITS)
    return path.stem.lower() in SPLITS or not any(one.is_file() for one in plain)


def _is_named(path: Path) -> bool:
    """Whether a split holds names and days in place of numbers."""
    first = next(iter(raw_lines(path))).decode("utf-8", "replace").split("\t")
    return len(first) in (4, 5) and _DAY.fullmatch(first[3].strip()) is not None


def _check_step(step: int, per_day: int | None, splits: Sequence[Path]) -> None:
    """Refuse times that are no whole days of hours, unless it is stated what they count."""
    if per_day is None and step % HOURS:
        raise DataError(
            f"the times of {', '.join(path.name for path in splits[:3])} go by steps of {step}, so "
            "they do not count the hours of whole days. State how many make a day (--per-day N, or "
            "per_day in Python): 1 if they count days, 24 hours, 96 quarter hours, 1440 minutes."
        )


Row = tuple[str, str, str, str, str]
Judged = tuple[tuple[str, str] | None, Row | None]
"""What is wrong with a line, as column and reason, or its row."""


def _load_rows(
    con: DuckDBPyConnection,
    table: str,
    path: Path,
    number: int,
    judge: Callable[[str], Judged],
    loaded: Loaded,
) -> None:
    """Rows of one split as a table of names and days; lines that are no row are kept apart."""
    import pyarrow as pa

    columns: list[list[str | int]] = [[] for _ in range(6)]
    for line, raw in enumerate(raw_lines(path), 1):
        text = raw.removeprefix(b"\xef\xbb\xbf" if line == 1 else b"")
        torn = None
        try:
            shown = text.decode()
        except UnicodeDecodeError:
            shown, torn = text.decode("utf-8", "backslashreplace"), ("subject", "not UTF-8")
        fault, row = judge(shown)
        fault = fault or torn
        if row is None or fault is not None:
            column, reason = fault or ("subject", "no row")
            loaded.bad.append(
                (number, BadLine(line=line, column=column, reason=reason, value=shown[:2000]))
            )
            continue
        cells: tuple[str | int, ...] = (*row, line)
        for values, value in zip(columns, cells, strict=True):
            values.append(value)
    types = [pa.string()] * 5 + [pa.int64()]
    frame = pa.table(
        [pa.array(values, kind) for values, kind in zip(columns, types, strict=True)],
        names=[*_COLUMNS, "_line"],
    )
    con.register(f"{table}_in", frame)
    con.execute(
        f'CREATE TEMP TABLE "{table}" AS SELECT *, {number}::INTEGER AS _file FROM "{table}_in"'
    )
    con.unregister(f"{table}_in")
    loaded.scans.append((table, False))
    loaded.kept[number], loaded.first[number] = len(columns[0]), 0


def _numbered_row(
    text: str, *, names: _Names, start: dt.date, per_day: int, times: set[int]
) -> Judged:
    """Row of four or five numbers; its time joins `times`."""
    parts = text.split()
    if len(parts) not in (4, 5):
        return ("subject", f"{len(parts)} numbers, expected 4 or 5"), None
    if not all(p.isascii() and p.isdigit() for p in parts[:4]):
        return ("subject", "not whole numbers"), None
    s, r, o, time = parts[:4]
    for column, value, known in (
        ("subject", s, names.entities),
        ("relation", r, names.relations),
        ("object", o, names.entities),
    ):
        if value not in known:
            return (column, "number without a name"), None
    day = int(time) // per_day if len(time) <= 9 else None
    if day is None or day > (LAST - start).days:
        return ("time", "time beyond any record"), None
    times.add(int(time))
    key = f"{s}-{r}-{o}-{time}"
    return None, (names.entities[s], names.relations[r], names.entities[o], str(day), key)


def _named_row(text: str, *, start: dt.date) -> Judged:
    """Row of two names, the relation between them and a day, parted by tabs."""
    parts = [part.strip() for part in text.split("\t")]
    if len(parts) not in (4, 5) or not all(parts[:3]):
        return ("subject", f"{len(parts)} fields, expected two names, a relation and a day"), None
    s, r, o, day = parts[:4]
    try:
        on = dt.date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        on = None
    if on is None or not dt.date(1900, 1, 1) <= on <= LAST:
        return ("time", "not a date YYYY-MM-DD from 1900 to 2199"), None
    return None, (s, r, o, str((on - start).days), "|".join((s, r, o, day)))
