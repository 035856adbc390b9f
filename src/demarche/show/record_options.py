"""What the commands of the event record are told of files, checked before any work."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from demarche.errors import QuestionError
from demarche.show.where import given_day

__all__ = ["file_options", "period_of"]


def file_options(
    release: str | None,
    *,
    released: str | None,
    lag: int | None,
    day_zero: str | None,
    per_day: int | None,
    map: str | None,
) -> dict[str, Any]:
    """What is said of the files, checked before any work."""
    if lag is not None and not 0 <= lag <= 36_525:
        raise QuestionError(f"--lag must be 0 to 36,525 days, got {lag}.")
    if per_day is not None and not 1 <= per_day <= 86_400:
        raise QuestionError(f"--per-day must be 1 to 86,400 units of time, got {per_day}.")
    said: dict[str, Any] = {
        "version": release,
        "released": given_day(released, option="--released"),
        "known_lag_days": lag,
        "day_zero": given_day(day_zero, option="--day-zero"),
        "per_day": per_day,
        "column_map": None if map is None else _column_map(Path(map)),
    }
    return {name: value for name, value in said.items() if value is not None}


def period_of(
    source: str, first: dt.date | None, last: dt.date | None, *, command: str
) -> tuple[dt.date, dt.date]:
    """First and last day of a download; an error where one is not given."""
    if first is None or last is None:
        raise QuestionError(
            f"demarche record {command} --source {source}: name the files to read with --from, or "
            "the period to download with --start and --end."
        )
    return first, last


def _column_map(path: Path) -> dict[str, str]:
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"--map {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise QuestionError(f"--map {path} is not TOML: {error}.") from None
    for name, value in data.items():
        if not isinstance(value, str):
            raise QuestionError(
                f'--map {path}, at {name}: expected a column, as in {name} = "col"; got {value!r}.'
            )
    return data
