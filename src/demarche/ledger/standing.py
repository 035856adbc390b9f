"""Which forecast of whom counts, and how it stands beside those of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demarche.errors import TermError
from demarche.ledger.items import Item, Lane
from demarche.scores import brier, difficulty_adjusted, mean_over_time, peer, timeline
from demarche.terms.ledger import ForecasterKind

__all__ = ["InForce", "Key", "Unit", "adjusted_means", "in_force", "key_of", "peer_points"]

Key = tuple[Lane, ForecasterKind, str, str]
"""Lane, kind, source and name of a forecaster: what is never averaged together."""
Unit = tuple[str, str]
"""A proposition: question and course."""
MOST_CELLS = 20_000_000
"""Forecasters times propositions up to which difficulty is adjusted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One forecaster's forecasts of one proposition: the one in force at the end, and over time."""

    item: Item
    over_time: float | None
    coverage: float | None


def key_of(item: Item) -> Key:
    """Whose forecast an item is."""
    return item.lane, item.kind, item.source, item.forecaster


def in_force(
    rows: Sequence[Item], *, spot: float | None = None
) -> dict[Key, dict[Unit, InForce]]:  # fmt: skip
    """Forecast that counts, by forecaster and proposition; rows come in order of time.

    The last one before the event, or the one in force ``spot`` days after the opening: who had
    none then is not scored on the proposition.
    """
    parts: dict[Key, dict[Unit, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in rows:
        if item.outcome in ("yes", "no") and not item.late:
            parts[key_of(item)][item.unit].append(item)
    return defaultdict(
        dict,
        {
            key: {
                unit: one
                for unit, given in units.items()
                if (one := _counting(given) if spot is None else _at(given, days=spot)) is not None
            }
            for key, units in parts.items()
        },
    )


def _counting(given: Sequence[Item]) -> InForce:
    last = given[-1]
    times = [item.at for item in given if item.at is not None]
    if len(times) < len(given) or last.opens is None or last.closes is None:
        return InForce(item=last, over_time=None, coverage=None)
    if not last.closes > last.opens:
        return InForce(item=last, over_time=None, coverage=None)
    if len(given) == 1:
        return _alone(last, at=times[0], opens=last.opens, closes=last.closes)
    line = timeline(
        times,
        p=[item.p for item in given],
        opened=last.opens,
        closes=last.closes,
        event=last.event,
    )
    found = mean_over_time(line, outcome=int(last.outcome == "yes"))
    return InForce(item=last, over_time=found.value, coverage=found.coverage)


def _at(given: Sequence[Item], *, days: float) -> InForce | None:
    """Forecast in force so many days after the opening; None if there is none, or no dates."""
    found = None
    for item in given:
        if item.at is None or item.opens is None or item.closes is None:
            return None
        moment = item.opens + days
        ended = item.closes if item.event is None else min(item.closes, item.event)
        if item.at <= moment < ended:
            found = item
    return None if found is None else InForce(item=found, over_time=None, coverage=None)


def _alone(item: Item, *, at: float, opens: float, closes: float) -> InForce:
    """A single forecast in force from its day to the end; as `timeline`, in one step."""
    ended = closes if item.event is None else min(closes, max(opens, item.event))
    begins = max(at, opens)
    if begins >= ended:
        return InForce(item=item, over_time=None, coverage=0.0)
    return InForce(
        item=item,
        over_time=(item.p - float(item.outcome == "yes")) ** 2,
        coverage=min(1.0, (ended - begins) / (closes - opens)),
    )


def peer_points(held: Mapping[Key, Mapping[Unit, InForce]]) -> dict[Key, dict[Unit, float]]:
    """Peer score of every forecast of a proposition that others answered as well, by lane."""
    asked: dict[tuple[Lane, Unit], list[Key]] = defaultdict(list)
    for key, units in held.items():
        for unit in units:
            asked[key[0], unit].append(key)
    points: dict[Key, dict[Unit, float]] = defaultdict(dict)
    for (_, unit), keys in asked.items():
        if len(keys) < 2:
            continue
        of_outcome = [_of_outcome(held[key][unit].item) for key in keys]
        for key, value in zip(keys, peer(of_outcome).values, strict=True):
            points[key][unit] = float(value)
    return points


def _of_outcome(item: Item) -> float:
    return item.p if item.outcome == "yes" else 1 - item.p


def adjusted_means(
    held: Mapping[Key, Mapping[Unit, InForce]], *, reference: str, fewest: int
) -> tuple[dict[Key, float], str]:
    """Mean Brier scores adjusted for difficulty, of live forecasts, and why there are none."""
    live = {key: units for key, units in held.items() if key[0] == "live"}
    fitted = [key for key in live if key[1] not in ("pool", "crowd") and key[3] != reference]
    shared = {unit for key in fitted for unit in live[key]}
    if len(fitted) < 2 or len({unit[0] for unit in shared}) < fewest:
        return {}, ""
    if len(live) * len(shared) > MOST_CELLS:
        return {}, "not adjusted for difficulty: too many forecasters and questions."
    label = {key: "\x1f".join(key) for key in live}
    rows = [(key, unit) for key, units in live.items() for unit in units if unit in shared]
    scores = brier(
        [live[key][unit].item.p for key, unit in rows],
        outcome=[float(live[key][unit].item.outcome == "yes") for key, unit in rows],
    )
    try:
        found = difficulty_adjusted(
            scores,
            forecasters=[label[key] for key, _ in rows],
            questions=["\x1f".join(unit) for _, unit in rows],
            dummies={label[key] for key in live if key not in fitted},
        )
    except TermError as error:
        return {}, f"not adjusted for difficulty: {str(error).split(':')[0]}."
    means = {name: mean for name, mean, _ in found.scores}
    return {key: means[label[key]] for key in live if label[key] in means}, ""
