"""Back-tests of events as text, 100 columns wide, and as JSON."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from demarche.desk.validate_events import BackTest, Track

__all__ = ["backtest_json", "backtest_text"]

WIDTH = 100
_HEAD = (
    f"{'method':<23}{'Brier':>7}{'skill':>8}  {'90 % interval':<16}{'log sk.':>8}"
    f"{'ECE':>7}{'slope':>6}{'O/E':>6}{'sharp':>6}{'AUC':>6}"
)


def _number(value: float, form: str, *, width: int) -> str:
    """A number, a dash where there is none, or the bound of the room of one that has no room.

    One that would fill its column, and touch the one before, has no decimals.
    """
    text = "-" if math.isnan(value) else format(value, form)
    if abs(value) >= 1000:
        text = ">999" if value > 0 else "<-999"
    elif width and len(text) >= width:
        text = format(value, "+.0f" if form.startswith("+") else ".0f")
    return f"{text:>{width}}"


def _percent(value: float, *, width: int) -> str:
    """A share in percent with its sign."""
    return _number(100 * value, "+.1f", width=width)


def backtest_text(test: BackTest) -> str:
    """Tables of every horizon: methods side by side, then by class and by past events.

    Parameters
    ----------
    test : BackTest

    Returns
    -------
    str
    """
    lines = [
        f"VALIDATION: events of {test.source}, {test.rows} daily counts over {test.days} days",
        f"  record sha256 {test.sha256}",
        f"  seed {test.seed}; LightGBM {'took part' if test.trees else 'did not take part'}",
        "  skill is measured against the reference of each table; smaller Brier is better",
    ]
    for line in test.left_out:
        lines += textwrap.wrap(line, WIDTH, initial_indent="  left out: ", subsequent_indent="    ")
    for track in test.tracks:
        lines += ["", *_track(track, least=test.min_events)]
    return "\n".join(lines) + "\n"


def _track(track: Track, *, least: int) -> list[str]:
    """Lines of one horizon."""
    who, usual = (
        (f"series with at least {least} earlier events", 1)
        if track.name == "B"
        else ("all known dyads, weekly origins", 7)
    )
    if track.step != usual:
        who = f"{who.removesuffix(', weekly origins')}, origins every {track.step} days"
    some = next(iter(track.scores.values()))
    lines = [
        f"{track.horizon} {'DAY' if track.horizon == 1 else 'DAYS'}, {who}",
        f"  origins {track.first} to {track.last}; {track.n} forecasts of {track.series} series, "
        f"{track.independent} without overlap;",
        f"  the act followed in {100 * some.rate:.1f} %; reference: {track.reference}",
    ]
    if track.across_gaps:
        one = track.across_gaps == 1
        which = "1 origin more is" if one else f"{track.across_gaps} origins more are"
        whose = "its window lies" if one else "their windows lie"
        lines.append(f"  {which} left out: {whose} across a gap of the record")
    lines.append(_HEAD)
    for name, s in track.scores.items():
        low, high = (_percent(v, width=0) for v in (s.brier_skill_low, s.brier_skill_high))
        lines.append(
            f"{name:<23}{s.brier:>7.4f}{_percent(s.brier_skill, width=8)}  "
            f"{low + ' to ' + high:<16}{_percent(s.log_skill, width=8)}{s.ece:>7.4f}"
            f"{_number(s.slope, '.2f', width=6)}"
            f"{_number(s.observed_over_expected, '.2f', width=6)}"
            f"{s.sharpness:>6.3f}{_number(s.auc, '.3f', width=6)}"
        )
    lines += _parts("by class (ours)", track.by_class)
    lines += _parts("by earlier events of the series (ours)", track.by_events)
    return lines


def _parts(title: str, parts: Mapping[str, Any]) -> list[str]:
    """Lines of the scores of parts of the forecasts."""
    lines = [f"  {title:<40}{'n':>8}{'rate':>8}{'skill':>8}{'log sk.':>8}{'O/E':>7}"]
    for name, s in parts.items():
        lines.append(
            f"    {name:<38}{s.n:>8}{s.rate:>8.4f}{_percent(s.brier_skill, width=8)}"
            f"{_percent(s.log_skill, width=8)}{_number(s.observed_over_expected, '.2f', width=7)}"
        )
    return lines


def _clean(value: Any) -> Any:
    """JSON's own types: NaN becomes null, dates become text."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6) + 0.0
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def backtest_json(test: BackTest) -> str:
    """The same as one JSON object.

    Parameters
    ----------
    test : BackTest

    Returns
    -------
    str
    """
    return json.dumps(_clean(asdict(test)), indent=2)
