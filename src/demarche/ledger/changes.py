"""What a correction, or anything else that was entered since, did to the scores."""

from __future__ import annotations

from dataclasses import dataclass, fields

from demarche.ledger.cards import Card, Counts, ScoreTable

__all__ = ["Change", "score_changes"]

VALUES = ("brier", "log", "index", "over_time", "coverage", "peer", "adjusted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One number of one card, before and after; None where there was or is none."""

    lane: str
    forecaster: str
    group: str
    what: str
    before: float | None
    after: float | None


def score_changes(before: ScoreTable, after: ScoreTable) -> tuple[Change, ...]:
    """Every number that differs between two tables of the same split, card by card.

    Means, indices, points, and all counts of what was scored and left out are compared.

    Parameters
    ----------
    before, after : ScoreTable
    """
    old, new = ({_key(card): card for card in table.cards} for table in (before, after))
    found = []
    for key in sorted(set(old) | set(new)):
        one, two = old.get(key), new.get(key)
        for what in (*VALUES, *(f.name for f in fields(Counts) if f.type == "int")):
            a, b = _value(one, what), _value(two, what)
            if a != b:
                found.append(
                    Change(
                        lane=key[0], forecaster=key[3], group=key[4], what=what, before=a, after=b
                    )
                )
    return tuple(found)


def _key(card: Card) -> tuple[str, str, str, str, str]:
    return card.lane, card.kind, card.source, card.forecaster, card.group


def _value(card: Card | None, what: str) -> float | None:
    if card is None:
        return None
    if what in ("brier", "log"):
        mean = card.brier if what == "brier" else card.log
        return None if mean is None else round(mean.value, 12)
    found = getattr(card if what in VALUES else card.counts, what)
    return None if found is None else round(float(found), 12)
