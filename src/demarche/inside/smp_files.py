"""KTAB's own files: its CSV and XML scenarios read, its log read and reproduced."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, MethodError, TermError, near_miss
from demarche.inside.smp_model import ALIASES, CHOICES, SmpCase, SmpOptions, SmpRun, smp_options

__all__ = ["SmpLog", "read_smp", "read_smp_log", "smp_history"]

Floats = NDArray[np.float64]
LARGEST = 20_000_000
"""Bytes of a scenario that are read; KTAB's own limit of actors lies far below."""
TAGS = {
    "VictoryProbModel": "victory",
    "VotingRule": "voting",
    "PCEModel": "pce",
    "StateTransitions": "transitions",
    "BigRRange": "risk_range",
    "BigRAdjust": "risk_estimate",
    "ThirdPartyCommit": "third_parties",
    "InterVecBrgn": "interpolation",
    "BargnModel": "bargain",
}
LOG_OPTIONS = {
    name: TAGS[name]
    for name in (
        "VictoryProbModel",
        "VotingRule",
        "PCEModel",
        "BigRRange",
        "BigRAdjust",
        "ThirdPartyCommit",
        "InterVecBrgn",
    )
}


def read_smp(path: Path, *, changes: Sequence[str] = ()) -> SmpCase:
    """A scenario of KTAB from its CSV or XML file.

    CSV: a line ``name, description, actors, dimensions``; a heading; a line per actor with name,
    description, capability, then position and salience of each dimension (0-100). XML: KTAB's
    ``Scenario`` element, with or without ``ModelParameters`` and ``IdealAdjustment``.

    Parameters
    ----------
    path : Path
        Ends in ``.csv`` or ``.xml``.
    changes : sequence of str
        Options to set instead of the file's own, such as ``stm=Deterministic``.

    Raises
    ------
    DataError
        If the file cannot be read, names the line or actor and what was expected.
    MethodError
        If the XML asks for an option that is not built (see ``smp_model.KNOWN_DEFECTS``).
    """
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path} has more than {LARGEST} bytes; this is no KTAB scenario.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from None
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xml"):
        raise DataError(f"{path}: expected a KTAB scenario ending in .csv or .xml, got {suffix!r}.")
    try:
        if suffix == ".csv":
            return _from_csv(text, file=str(path), options=smp_options(changes))
        return _from_xml(text, file=str(path), changes=changes)
    except TermError as error:
        raise DataError(f"{path}: {error}") from None


def _number(text: str | None, *, file: str, place: str) -> float:
    try:
        value = float((text or "").strip())
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        seen = "nothing" if not (text or "").strip() else repr((text or "").strip()[:40])
        raise DataError(f"{file}, at {place}: expected a number, got {seen}.")
    return value


def _from_csv(text: str, *, file: str, options: SmpOptions) -> SmpCase:
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(text.splitlines(), skipinitialspace=True)
        if any(cell.strip() for cell in row)
    ]
    if len(rows) < 3 or len(rows[0]) < 4:
        raise DataError(
            f"{file}: expected a first line 'name, description, actors, dimensions', a heading and "
            f"a line per actor, got {len(rows)} lines."
        )
    counts = [_number(rows[0][c], file=file, place=f"line 1, field {c + 1}") for c in (2, 3)]
    n, k = int(counts[0]), int(counts[1])
    if n != counts[0] or k != counts[1] or n < 1 or k < 1:
        raise DataError(f"{file}, at line 1: expected whole numbers of actors and dimensions.")
    if len(rows) - 2 != n:
        raise DataError(f"{file}: the first line says {n} actors, {len(rows) - 2} lines follow.")
    names, notes, table = [], [], np.zeros((n, 1 + 2 * k))
    for i, row in enumerate(rows[2:]):
        cells = row[:-1] if len(row) > 3 + 2 * k and not row[-1] else row
        if len(cells) != 3 + 2 * k:
            raise DataError(
                f"{file}, at actor {i + 1} ({row[0]!r}): expected {3 + 2 * k} fields for {k} "
                f"dimensions, got {len(cells)}."
            )
        names.append(cells[0])
        notes.append(cells[1])
        for c, cell in enumerate(cells[2:]):
            table[i, c] = _number(cell, file=file, place=f"actor {cells[0]!r}, field {c + 3}")
    heading = rows[1]
    return SmpCase(
        name=rows[0][0],
        description=rows[0][1],
        actors=_distinct(names, file=file),
        descriptions=tuple(notes),
        dimensions=tuple(
            heading[3 + 2 * d] if len(heading) > 3 + 2 * d else f"dimension {d + 1}"
            for d in range(k)
        ),
        capability=table[:, 0],
        position=table[:, 1::2],
        salience=table[:, 2::2],
        options=options,
    )


def _distinct(names: Sequence[str], *, file: str) -> tuple[str, ...]:
    for name in names:
        if not name or names.count(name) > 1:
            raise DataError(f"{file}: actor names must be given and differ, got {name!r}.")
    return tuple(names)


def _from_xml(text: str, *, file: str, changes: Sequence[str]) -> SmpCase:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DataError(f"{file}: a document type or entity has no place in a KTAB scenario.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise DataError(f"{file}: not well-formed XML: {error}.") from None
    if root.tag != "Scenario":
        raise DataError(f"{file}: expected the root element 'Scenario', got {root.tag!r}.")
    dimensions = tuple((d.text or "").strip() for d in root.iterfind("Dimensions/dName"))
    found = root.findall("Actors/Actor")
    if not found or not dimensions:
        raise DataError(f"{file}: expected Dimensions/dName and Actors/Actor, one or more of each.")
    names = _distinct([(a.findtext("name") or "").strip() for a in found], file=file)
    capability = np.array(
        [
            _number(a.findtext("capability"), file=file, place=f"actor {name!r}, capability")
            for a, name in zip(found, names, strict=True)
        ]
    )
    tables = []
    for tag, cell in (("Position", "dCoord"), ("Salience", "dSal")):
        rows = []
        for a, name in zip(found, names, strict=True):
            cells = a.findall(f"{tag}/{cell}")
            if len(cells) != len(dimensions):
                raise DataError(
                    f"{file}, at actor {name!r}: expected {len(dimensions)} {cell} in {tag}, got "
                    f"{len(cells)}."
                )
            rows.append(
                [
                    _number(c.text, file=file, place=f"actor {name!r}, {tag} on {dimension!r}")
                    for c, dimension in zip(cells, dimensions, strict=True)
                ]
            )
        tables.append(np.array(rows))
    return SmpCase(
        name=(root.findtext("name") or "").strip(),
        description=(root.findtext("desc") or "").strip(),
        actors=names,
        descriptions=tuple((a.findtext("description") or "").strip() for a in found),
        dimensions=dimensions,
        capability=capability,
        position=tables[0],
        salience=tables[1],
        accommodation=_accommodation(root, names=names, file=file),
        options=_xml_options(root, file=file, changes=changes),
    )


def _accommodation(
    root: ElementTree.Element, *, names: tuple[str, ...], file: str
) -> Floats | None:
    pairs = root.findall("IdealAdjustment/iaPair")
    if not pairs:
        return None
    table: Floats = np.eye(len(names))
    for pair in pairs:
        cell = []
        for tag in ("adjustingIdeal", "referencePos"):
            name = (pair.findtext(tag) or "").strip()
            if name not in names:
                raise DataError(
                    f"{file}, at IdealAdjustment: {tag} names no actor, got {name!r}. "
                    f"{near_miss(name, names)}".rstrip()
                )
            cell.append(names.index(name))
        table[cell[0], cell[1]] = _number(
            pair.findtext("adjust"), file=file, place=f"IdealAdjustment of {names[cell[0]]!r}"
        )
    return table


def _xml_options(root: ElementTree.Element, *, file: str, changes: Sequence[str]) -> SmpOptions:
    block = root.find("ModelParameters")
    if block is None:
        return smp_options(changes)
    chosen = []
    for tag, name in TAGS.items():
        value = (block.findtext(tag) or "").strip()
        if not value:
            raise DataError(f"{file}: ModelParameters lacks {tag}, which KTAB requires there.")
        chosen.append(f"{name}={value}")
    try:
        return smp_options([*chosen, *changes])
    except MethodError as error:
        raise MethodError(f"{file}, at ModelParameters: {error}") from None


def smp_history(run: SmpRun) -> tuple[str, ...]:
    """The closing lines of KTAB's log for this run: movement, positions, probabilities.

    Examples
    --------
    >>> from demarche.inside.smp_model import smp
    >>> case = SmpCase(actors=("a", "b", "c"), dimensions=("x",), capability=[1, 2, 2.5],
    ...     position=[[0.0], [40.0], [100.0]], salience=[[50.0], [40.0], [60.0]])
    >>> smp_history(smp(case))[-1].split(":")[0]
    'c, prob '
    """
    actors, dimensions = run.case.actors, run.case.dimensions
    lines = [
        f"Fractional change compared to first step: {run.stop_fraction[-1]:.4f}  "
        f"(target={run.case.options.quiet:.4f})",
        "Completed model run",
        f"There were {run.turns + 1} states, with {run.turns} steps between them",
        "History of actor positions over time:",
    ]
    for i, actor in enumerate(actors):
        for k, dimension in enumerate(dimensions):
            places = " ".join(f" {x:.1f}" for x in run.position[:, i, k])
            lines.append(f"{actor}, {dimension}: {places}")
    lines.append("History of actors' winning probabilities:")
    for i, actor in enumerate(actors):
        lines.append(f"{actor}, prob : " + " ".join(f"{p:.4f}" for p in run.probability[:, i]))
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmpLog:
    """What a log of KTAB says of its run; positions 0-100 as printed.

    ``targets`` are (turn, initiator, receiver, gain as printed), sorted; threads print them in
    any order.
    """

    case: SmpCase
    position: Floats
    probability: Floats
    stop_fraction: Floats
    targets: tuple[tuple[int, int, int, float], ...]
    closing: tuple[str, ...]


def read_smp_log(path: Path) -> SmpLog:
    """Inputs and results of a run from the log that KTAB's ``smpc`` prints.

    Raises
    ------
    DataError
        If the file is not such a log or is cut off.
    """
    try:
        lines = [line.rstrip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from None
    text = "\n".join(lines)
    n = _first(r"^Number of actors: *(\d+)", text, file=str(path))
    k = _first(r"^Number of dimensions: *(\d+)", text, file=str(path))
    actors = tuple(re.findall(r"^Actor: \d+ name: (.*)$", text, re.M)[:n])
    dimensions = tuple(re.findall(r"^Dimension \d+ : (.*)$", text, re.M)[:k])
    power = [float(v) for v in re.findall(r"^Actor: \d+ power: +([\d.eE+-]+)", text, re.M)[:n]]
    tables = []
    for word in ("pos", "sal"):
        found = re.findall(rf"^{word}\[(\d+), (\d+)\] = +([\d.eE+-]+)", text, re.M)
        table = np.full((n, k), np.nan)
        for i, j, value in found:
            table[int(i), int(j)] = float(value)
        tables.append(table)
    options = {
        name: ALIASES.get(value, value)
        for tag, name in LOG_OPTIONS.items()
        for value in re.findall(rf"^{tag}: (\w+)$", text, re.M)[:1]
        if ALIASES.get(value, value) in CHOICES[name]
    }
    start = next((i for i, s in enumerate(lines) if s == "Completed model run"), None)
    closing = tuple(lines[start:]) if start is not None else ()
    positions = [line.split(":", 1)[1] for line in _block(closing, "History of actor positions")]
    chances = [line.split(":", 1)[1] for line in _block(closing, "History of actors' winning")]
    if len(positions) != n * k or len(chances) != n:
        raise DataError(
            f"{path}: the log is cut off: {len(positions)} of {n * k} histories of positions, "
            f"{len(chances)} of {n} of probabilities."
        )
    turns = len(chances[0].split())
    return SmpLog(
        case=SmpCase(
            actors=actors,
            dimensions=dimensions,
            capability=np.array(power),
            position=tables[0],
            salience=tables[1],
            options=SmpOptions(**options),
        ),
        position=np.array([[float(v) for v in row.split()] for row in positions])
        .reshape(n, k, turns)
        .transpose(2, 0, 1),
        probability=np.array([[float(v) for v in row.split()] for row in chances]).T,
        stop_fraction=np.array(
            [float(v) for v in re.findall(r"^Fractional change .*?: ([\d.]+)", text, re.M)]
        ),
        targets=tuple(
            sorted(
                (int(t), int(i), int(j), float(g))
                for t, i, j, g in re.findall(
                    r"^In turn (\d+) actor (\d+) has most advantageous target (\d+) worth ([\d.]+)",
                    text,
                    re.M,
                )
            )
        ),
        closing=closing,
    )


def _first(pattern: str, text: str, *, file: str) -> int:
    found = re.search(pattern, text, re.M)
    if found is None:
        raise DataError(f"{file}: expected a log of KTAB's smpc with a line like {pattern!r}.")
    return int(found.group(1))


def _block(lines: Sequence[str], heading: str) -> list[str]:
    """Lines after a heading up to the next one (or to what follows the histories)."""
    taken: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("History of"):
            inside = line.startswith(heading)
        elif inside and ":" in line and not line.startswith(("SMPModel", "Finish", "Elapsed")):
            taken.append(line)
    return taken
