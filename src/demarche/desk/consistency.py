"""Whether a case's own assumptions contradict each other: a warning, never a probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demarche import inside
from demarche.terms import NO_TRIGGER, Case

__all__ = ["Conflicting", "conflicting_assumptions", "consistency_warnings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicting:
    """An assumption that the case's other assumptions speak against.

    ``lead`` is by how much the balance of ``better`` exceeds that of ``assumed``; ``against`` are
    the assumptions that make it so, each with its variant and its part of the lead, largest first;
    ``trigger`` is where it holds, ``none`` for the case as it stands.
    """

    trigger: str
    assumption: str
    name: str
    assumed: str
    better: str
    lead: float
    against: tuple[tuple[str, str, str, float], ...]


def conflicting_assumptions(case: Case, *, trigger: str = NO_TRIGGER) -> tuple[Conflicting, ...]:
    """Assumptions of a case that contradict the others under a trigger, largest lead first.

    By cross-impact balances: an assumption is contradicted where, given all the others, another of
    its variants has a higher balance of judgements. Empty if the set is consistent, or if the case
    states no judgements.

    Parameters
    ----------
    case : Case
    trigger : str
        Assumptions may differ under a trigger.

    Raises
    ------
    QuestionError
        If the case has no such trigger.

    References
    ----------
    .. [1] Weimer-Jehle, W. (2006). Cross-impact balances: a system-theoretical approach to
       cross-impact analysis. Technological Forecasting and Social Change 73, 334-361.
       doi:10.1016/j.techfore.2005.06.005
    """
    case.trigger(trigger)
    if not case.impacts:
        return ()
    rows = {row.id: row for row in case.assumptions}
    place = {
        cell: n
        for n, cell in enumerate((row.id, v) for row in case.assumptions for v in row.variants)
    }
    matrix = np.zeros((len(place), len(place)))
    for impact in case.impacts:
        start = place[impact.from_assumption, impact.from_variant]
        matrix[start, place[impact.to_assumption, impact.to_variant]] = impact.strength
    found = inside.contradictions(
        {row.id: row.variants for row in case.assumptions},
        matrix,
        assumed={row.id: row.holds(trigger) for row in case.assumptions},
    )
    return tuple(
        Conflicting(
            trigger=trigger,
            assumption=row.descriptor,
            name=rows[row.descriptor].name,
            assumed=row.assumed,
            better=row.favoured,
            lead=row.lead,
            against=tuple((id, rows[id].name, v, part) for id, v, part in row.because if part > 0),
        )
        for row in found
    )


def consistency_warnings(case: Case, *, trigger: str | None = None) -> tuple[str, ...]:
    """Sentences on a case's contradictions under one trigger, or wherever its assumptions differ.

    Parameters
    ----------
    case : Case
    trigger : str, optional
        Without one: the case as it stands, and every trigger that changes an assumption.
    """
    where = [trigger]
    if trigger is None:
        changed = {id for row in case.assumptions for id in row.under}
        where = [NO_TRIGGER, *(t.id for t in case.triggers if t.id in changed)]
    return tuple(
        _sentence(row, label=case.trigger(row.trigger).label if row.trigger != NO_TRIGGER else "")
        for id in where
        for row in conflicting_assumptions(case, trigger=id or NO_TRIGGER)
    )


def _sentence(row: Conflicting, *, label: str) -> str:
    first = row.against[0]
    pair = f"{row.name!r} = {row.assumed!r} and {first[1]!r} = {first[2]!r}"
    more = ", ".join(f"{name!r} = {v!r} ({part:+g})" for _, name, v, part in row.against[1:])
    here = f" if {label}" if label else ""
    return (
        f"the case's assumptions contradict each other{here}: {pair} do not go together by the "
        f"case's own judgements; {row.better!r} fits the others better, by {row.lead:g}"
        + (f" (also {more})." if more else ".")
    )
