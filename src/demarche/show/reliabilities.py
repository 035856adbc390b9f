"""Reliability diagrams of a back-test of events: read from its JSON or run on a record."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import QuestionError, near_miss

if TYPE_CHECKING:
    from demarche.show.pictures import Bin

__all__ = ["read_result", "reliabilities", "run_backtest"]

TRACKS = {"B": "series with a past", "D": "all known dyads"}


def read_result(path: Path) -> dict[str, Any]:
    """What ``demarche validate events --json`` printed.

    Raises
    ------
    QuestionError
        If the file cannot be read or holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("tracks"), list):
        raise QuestionError(
            f"{path} is no back-test; expected the object that 'demarche validate events --json' "
            "prints. Save it with '> FILE' and name that file."
        )
    return data


def run_backtest(
    store: Path, *, source: str | None, unit: Any, horizon: int | None
) -> dict[str, Any]:
    """The back-test of a record's last tenth, as its JSON object."""
    from demarche.desk.validate_events import validate_events
    from demarche.show.events_tables import backtest_json

    sys.stderr.write("forecasting day by day; this takes a few minutes ...\n")
    horizons = (1, 7, 30) if horizon is None else (horizon,)
    found = validate_events(store, source=source, unit=unit, horizons=horizons)
    data: dict[str, Any] = json.loads(backtest_json(found))
    return data


def reliabilities(
    data: Mapping[str, Any], *, horizon: int | None, method: str
) -> list[tuple[str, list[Bin]]]:
    """Title and bins of each diagram of series with a past, or of one horizon.

    Raises
    ------
    QuestionError
        If the back-test holds no such horizon or method.
    """
    from demarche.show.pictures import Bin

    out = []
    tracks = [track for track in data["tracks"] if track["name"] == "B"]
    for track in tracks:
        if horizon is not None and track["horizon"] != horizon:
            continue
        held = track["reliability"]
        if method not in held:
            raise QuestionError(
                f"the back-test holds no reliability of {method!r}; it has "
                f"{', '.join(sorted(held))}. {near_miss(method, held)}".rstrip()
            )
        one = held[method]
        columns = (one["forecast"], one["observed"], one["low"], one["high"], one["count"])
        bins = [
            Bin(forecast=f, observed=o, low=low, high=high, count=n)
            for f, o, low, high, n in zip(*columns, strict=True)
        ]
        days = "1 day" if track["horizon"] == 1 else f"{track['horizon']} days"
        title = (
            f"{data['source']}, {days} ahead, {TRACKS['B']}, {method}: "
            f"{track['first']} to {track['last']}, ECE {one['ece']:.4f}"
        )
        out.append((title, bins))
    if not out:
        held_at = ", ".join(str(track["horizon"]) for track in tracks)
        raise QuestionError(
            f"the back-test holds no horizon of {horizon} days; it has {held_at or 'none'}."
        )
    return out
