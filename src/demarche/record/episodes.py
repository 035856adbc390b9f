"""The episodes that ship with the package: read strictly, cut at a date, turned into a table."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, near_miss
from demarche.terms import (
    COURSE_KINDS,
    FEATURES,
    NOT_KNOWN,
    ORDERED_FEATURES,
    STATEMENTS_ONLY,
    Episode,
    Source,
    Taken,
)

__all__ = [
    "EpisodeTable",
    "encode_situation",
    "episode_table",
    "episodes_hash",
    "load_episodes",
    "outcome_of",
    "usable",
]

Floats = NDArray[np.float64]
SUCCESSORS = {"SUN": "RUS"}
"""Actors read as one over time, for the question whether two episodes have the same actor."""
LONGEST_WINDOW = 180

_EPISODE_KEYS: dict[str, type] = {
    "id": str,
    "actor": str,
    "title": str,
    "trigger": str,
    "trigger_date": dt.date,
    "favours": list,
    "against": list,
    "response": str,
    "window_days": int,
    "coder": str,
    "checked": bool,
    "features": dict,
    "courses": dict,
    "sources": list,
}


def episodes_folder() -> Path:
    """Folder of the shipped episode files."""
    return Path(str(resources.files("demarche.record"))) / "episodes"


def load_episodes(folder: Path | None = None) -> tuple[Episode, ...]:
    """All episodes of a folder, by trigger date and id; the shipped ones by default.

    Raises
    ------
    DataError
        If a file is not TOML or any row breaks the codebook; every problem is listed.
    """
    if folder is None:
        return _shipped()
    return _load(folder)


@functools.cache
def _shipped() -> tuple[Episode, ...]:
    return _load(episodes_folder())


def _load(place: Path) -> tuple[Episode, ...]:
    files = sorted(place.glob("*.toml"))
    if not files:
        raise DataError(f"no episode files (*.toml) in {place}.")
    problems: list[str] = []
    found: dict[str, Episode] = {}
    for path in files:
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: not valid TOML: {error}")
            continue
        for index, row in enumerate(raw.get("episode", [])):
            at = f"{path.name}, episode {index} ({row.get('id', 'no id')})"
            wrong = list(_problems(row))
            problems += [f"{at}: {text}" for text in wrong]
            if wrong:
                continue
            if row["id"] in found:
                problems.append(f"{at}: this id is used twice.")
            found[row["id"]] = _episode(row)
    if problems:
        raise DataError("\n".join([f"{len(problems)} problems in the episodes", *problems]))
    return tuple(sorted(found.values(), key=lambda e: (e.trigger_date, e.id)))


def _problems(row: Mapping[str, Any]) -> Iterator[str]:
    for key, kind in _EPISODE_KEYS.items():
        if key not in row:
            yield f"expected the key {key!r}"
        elif not isinstance(row[key], kind) or (kind is int and isinstance(row[key], bool)):
            yield f"{key} must be of type {kind.__name__}, got {row[key]!r}"
    for key in row:
        if key not in _EPISODE_KEYS and key != "note":
            yield f"{key!r} is not a known key. {near_miss(key, _EPISODE_KEYS)}"
    if not all(isinstance(row.get(key), kind) for key, kind in _EPISODE_KEYS.items()):
        return
    if not 1 <= row["window_days"] <= LONGEST_WINDOW:
        yield f"window_days must be 1 to {LONGEST_WINDOW}, got {row['window_days']}"
    for name, words in FEATURES.items():
        value = row["features"].get(name)
        if value not in words and value != NOT_KNOWN:
            yield (
                f"feature {name} must be one of {', '.join(words)}, {NOT_KNOWN}, got {value!r}. "
                f"{near_miss(value, words)}"
            )
    for name in row["features"]:
        if name not in FEATURES:
            yield f"{name!r} is not a feature. {near_miss(name, FEATURES)}"
    sources = {source.get("id") for source in row["sources"]}
    for source in row["sources"]:
        if not {"id", "title", "publisher"} <= set(source):
            yield f"a source needs id, title and publisher, got {sorted(source)}"
        if set(source) - {"id", "title", "publisher", "author", "date", "url", "slant"}:
            yield f"source {source.get('id')!r} has unknown keys"
    for course in COURSE_KINDS:
        if course not in row["courses"]:
            yield f"course {course} is missing; 'not known' is allowed"
    for course, taken in row["courses"].items():
        yield from _course_problems(course, taken, row=row, sources=sources)


def _course_problems(
    name: str, taken: Mapping[str, Any], *, row: Mapping[str, Any], sources: set[Any]
) -> Iterator[str]:
    if name not in COURSE_KINDS:
        yield f"{name!r} is not a course of the taxonomy. {near_miss(name, COURSE_KINDS)}"
        return
    unknown = set(taken) - {"value", "date", "precision", "confidence", "source", "note"}
    if unknown:
        yield f"course {name} has unknown keys {sorted(unknown)}"
    if taken.get("value") not in ("yes", "no", NOT_KNOWN):
        yield f"course {name} must be yes, no or not known, got {taken.get('value')!r}"
    if taken.get("confidence") not in ("high", "medium", "low"):
        yield f"course {name}: confidence must be high, medium or low"
    if taken.get("source") not in sources:
        yield f"course {name}: source {taken.get('source')!r} is not one of the row's"
    if (taken.get("value") == "yes") != ("date" in taken):
        yield f"course {name}: a date is given exactly for yes"
    elif "date" in taken:
        lag = (taken["date"] - row["trigger_date"]).days
        first = -15 if taken.get("precision") == "month" else 0
        if not first <= lag <= row["window_days"]:
            yield f"course {name}: {taken['date']} lies {lag} days after the trigger"


def _episode(row: Mapping[str, Any]) -> Episode:
    return Episode(
        id=row["id"],
        actor=row["actor"],
        title=row["title"],
        trigger=row["trigger"],
        trigger_date=row["trigger_date"],
        favours=tuple(row["favours"]),
        against=tuple(row["against"]),
        response=row["response"],
        window_days=row["window_days"],
        coder=row["coder"],
        checked=row["checked"],
        features=dict(row["features"]),
        courses={name: Taken(**row["courses"][name]) for name in COURSE_KINDS},
        sources=tuple(Source(**_source(source)) for source in row["sources"]),
        note=row.get("note", ""),
    )


def _source(raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(raw)
    if not isinstance(kept.get("date"), dt.date):
        kept.pop("date", None)
    return kept


def episodes_hash(episodes: Sequence[Episode]) -> str:
    """First twelve hexadecimal digits of the SHA-256 of the episodes' content."""
    return hashlib.sha256(repr(tuple(episodes)).encode("utf-8")).hexdigest()[:12]


def usable(
    episodes: Sequence[Episode], *, as_of: dt.date, exclude: Sequence[str] = ()
) -> tuple[Episode, ...]:
    """Episodes whose whole window was over on a day, without the excluded ones."""
    return tuple(e for e in episodes if e.known_on(as_of) and e.id not in exclude)


def outcome_of(episode: Episode, *, kinds: Sequence[str], horizon_days: int) -> float:
    """Whether any of several courses was taken: 1, 0, or NaN if that is not known."""
    values = [episode.outcome(kind, horizon_days=horizon_days) for kind in kinds]
    if any(value == 1 for value in values):
        return 1.0
    return float("nan") if any(np.isnan(value) for value in values) else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EpisodeTable:
    """Episodes as arrays: features (n, F) and outcomes (n, C), NaN where not known."""

    features: Floats
    outcomes: Floats
    kinds: tuple[Literal["categorical", "ordinal", "yes/no"], ...]
    feature_names: tuple[str, ...]
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    times: Floats


FEATURE_NAMES = ("same_actor", *FEATURES)


def _kind_of(name: str) -> Literal["categorical", "ordinal", "yes/no"]:
    if name in ORDERED_FEATURES:
        return "ordinal"
    return "yes/no" if FEATURES.get(name) == ("yes", "no") else "categorical"


def _actor_number(code: str) -> float:
    """A number for an actor code, the same for a state and its predecessor."""
    number = 0
    for letter in SUCCESSORS.get(code, code):
        number = number * 131 + ord(letter)
    return float(number % 2**40)


def encode_situation(features: Mapping[str, str], *, actor: str) -> Floats:
    """One situation as numbers, shape (F,); what is not stated is not known (NaN)."""
    row = [_actor_number(actor)]
    for name, words in FEATURES.items():
        value = features.get(name, NOT_KNOWN)
        if value == NOT_KNOWN:
            row.append(float("nan"))
        elif name in ORDERED_FEATURES:
            row.append(words.index(value) / (len(words) - 1))
        elif words == ("yes", "no"):
            row.append(1.0 if value == "yes" else 0.0)
        else:
            row.append(float(words.index(value)))
    return np.array(row)


def episode_table(
    episodes: Sequence[Episode],
    *,
    columns: Mapping[str, Sequence[str]],
    horizon_days: int,
) -> EpisodeTable:
    """Episodes as a table.

    ``columns`` maps a column's name to the kinds of courses of which at least one must be taken.
    The derived kind ``statements_only`` stands for *none* of the kinds in its list.
    """
    outcomes = np.empty((len(episodes), len(columns)))
    for row, episode in enumerate(episodes):
        for column, (name, kinds) in enumerate(columns.items()):
            value = outcome_of(episode, kinds=kinds, horizon_days=horizon_days)
            outcomes[row, column] = 1.0 - value if name == STATEMENTS_ONLY else value
    features = np.array([encode_situation(e.features, actor=e.actor) for e in episodes])
    return EpisodeTable(
        features=features.reshape(len(episodes), len(FEATURE_NAMES)),
        outcomes=outcomes,
        kinds=("categorical", *(_kind_of(name) for name in FEATURES)),
        feature_names=FEATURE_NAMES,
        columns=tuple(columns),
        labels=tuple(episode.id for episode in episodes),
        times=np.array([e.trigger_date.toordinal() / 365.25 for e in episodes], dtype=np.float64),
    )
