"""Why a line ranks where it does: the rules behind it with their dates, or the next best ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import History
from demarche.outside.ranking._kernels import TOP, aged, confidence, find, noisy_or
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.relations import RELATION_FEATURES, PairHistory
from demarche.outside.ranking.rules import DIGITS, beside

__all__ = ["Reason", "explain", "explain_between"]

Kind = Literal["rule", "shared partner", "own country", "habit", "own habit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One ground for a line.

    Attributes
    ----------
    kind : str
        *rule*: an earlier act between the same two. *shared partner*: `via`, with whom the subject
        deals, did the same; without an act, `via` dealt with both. *own country*: other actors of
        the subject's country did the same. *habit*: others did the same. *own habit*: the subject
        did the same to others.
    act : str
        Name of the earlier act.
    actor, recipient : str
        Who did it to whom; one of them is empty for a habit.
    last : date
        Its last day before the forecast.
    times : int
        Days on which it was recorded; for a habit, rows.
    right, seen : int
        For a rule: of `seen` earlier questions with the same act at the same age (and as often,
        once, twice, three times, or more, if it is the act of the line), `right` were so answered.
        Where the recipient is given, a question is a day on which two dealt with each other. A
        count of the record, not the probability of this line. Zero otherwise.
    via : str
    """

    kind: Kind
    act: str
    actor: str
    recipient: str
    last: dt.date
    times: int
    right: int = 0
    seen: int = 0
    via: str = ""


def _rules(
    past: History, quads: Quads, *, s: int, r: int, o: int, day: int
) -> list[tuple[float, Reason]]:
    """Rules of length 1 that hold for the line, with their confidence."""
    index, state, tables = past.index, past.state, past.tables
    found = []
    for k, body, n in _between(past, s=s, o=o):
        b = int(tables.bucket[day - int(state.trip_last[k])])
        right, seen = tables.right[r, body, b], tables.seen[r, body, b]
        if body == r:
            m = min(n, 4) - 1
            right, seen = tables.again_right[r, b, m], tables.again_seen[r, b, m]
        reason = _act(past, quads, k, kind="rule", s=s, o=o, right=int(right), seen=int(seen))
        found.append((float(confidence(body, r, n, b, index, tables)), reason))
    return found


def _between(past: History, *, s: int, o: int) -> Iterator[tuple[int, int, int]]:
    """Triples between two that have occurred, each with its relation and its days."""
    index, state = past.index, past.state
    p = find(index.pair_obj, index.pair_ptr[s], index.pair_ptr[s + 1], o)
    for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]) if p >= 0 else ():
        if state.trip_n[k] > 0:
            yield k, int(index.trip_rel[k]), int(state.trip_n[k])


def _act(
    past: History,
    quads: Quads,
    k: int,
    *,
    kind: Kind,
    s: int,
    o: int,
    right: int = 0,
    seen: int = 0,
    via: str = "",
) -> Reason:
    """A triple that has occurred, in the direction in which it was done; as seen from s to o."""
    r, half = int(past.index.trip_rel[k]), past.relations
    actor, recipient = (s, o) if r < half else (o, s)
    return Reason(
        kind=kind,
        act=quads.relations[r % half],
        actor=quads.entities[actor],
        recipient=quads.entities[recipient],
        last=quads.date_of(int(past.state.trip_last[k])),
        times=int(past.state.trip_n[k]),
        right=right,
        seen=seen,
        via=via,
    )


def _shared(past: History, quads: Quads, *, s: int, o: int) -> list[tuple[float, Reason]]:
    """Third parties that dealt with both of late, the latest first."""
    index, state = past.index, past.state

    def partners(e: int) -> dict[int, int]:
        pairs = range(index.pair_ptr[e], index.pair_ptr[e + 1])
        return {
            int(index.pair_obj[p]): int(state.pair_last[p]) for p in pairs if state.pair_n[p] > 0
        }

    of_s, of_o = partners(s), partners(o)
    found = []
    for m in sorted((of_s.keys() & of_o.keys()) - {s, o}):
        last = min(of_s[m], of_o[m])
        reason = Reason(
            kind="shared partner",
            act="",
            actor=quads.entities[s],
            recipient=quads.entities[o],
            last=quads.date_of(last),
            times=0,
            via=quads.entities[m],
        )
        found.append((float(last), reason))
    return found


def _countrymen(
    past: History, quads: Quads, *, s: int, r: int, o: int, day: int
) -> list[tuple[float, Reason]]:
    """Others of s's country who did the same to o, by what is left of it."""
    index, state = past.index, past.state
    country = int(quads.country[s])
    found = []
    for k in _held(past, e=o, r=_inverse(past, r)).tolist() if country >= 0 else ():
        m = int(index.pair_obj[index.trip_pair[k]])
        if m == s or int(quads.country[m]) != country:
            continue
        reason = _act(past, quads, k, kind="own country", s=o, o=m)
        late = aged(state.trip_sum[k, 2], state.trip_last[k], day, state.power[2])
        found.append((late, reason))
    return found


def _walk(
    past: History, quads: Quads, *, s: int, r: int, o: int, day: int
) -> list[tuple[float, Reason]]:
    """Partners of s who did r to o, by their part in the walk that leads there."""
    index, state = past.index, past.state
    found = []
    for k in _held(past, e=o, r=_inverse(past, r)).tolist():
        m = int(index.pair_obj[index.trip_pair[k]])
        p = find(index.pair_obj, index.pair_ptr[s], index.pair_ptr[s + 1], m)
        if p < 0 or state.pair_n[p] == 0:
            continue
        first = aged(state.pair_sum[p, 1], state.pair_last[p], day, state.power[2])
        amount = aged(state.trip_sum[k, 2], state.trip_last[k], day, state.power[2])
        others = _held(past, e=m, r=r)
        late = state.power[2][day - state.trip_last[others]]
        whole = float((state.trip_sum[others, 2] * late).sum()) + 0.5
        via = quads.entities[m]
        reason = _act(past, quads, k, kind="shared partner", s=o, o=m, via=via)
        found.append((first * amount / whole, reason))
    return found


def _inverse(past: History, r: int) -> int:
    """The relation as seen from its other end."""
    return r + past.relations if r < past.relations else r - past.relations


def _held(past: History, *, e: int, r: int) -> NDArray[np.int32]:
    """Triples of an entity under a relation that have occurred."""
    index = past.index
    g = find(index.grp_rel, index.grp_ptr[e], index.grp_ptr[e + 1], r)
    if g < 0:
        return np.zeros(0, dtype=np.int32)
    held: NDArray[np.int32] = index.gt_trip[index.gt_ptr[g] : index.gt_ptr[g + 1]]
    return held[past.state.trip_n[held] > 0]


def _strongest(pairs: list[tuple[float, Reason]]) -> list[Reason]:
    """The strongest first; the latest of two as strong, then by name."""

    def key(pair: tuple[float, Reason]) -> tuple[object, ...]:
        value, one = pair
        return (-round(value, DIGITS), -one.last.toordinal(), one.act, one.actor, one.recipient)

    return [reason for _, reason in sorted(pairs, key=key)]


def explain(
    past: History, quads: Quads, *, subject: int, relation: int, object: int, day: int, top: int = 3
) -> tuple[Reason, ...]:
    """Grounds of one line, by their part in its score by rules.

    Parameters
    ----------
    past : History
        Learned, with rule tables, up to the day before `day`.
    quads : Quads
        For names and dates.
    subject, relation, object : int
    day : int
    top : int
        At most so many grounds.

    Returns
    -------
    tuple of Reason
        The rules between the two, the strongest first, before or behind what adds more or less than
        all of them: others of the subject's own country, a partner who did the same, the habit of
        others. Where none of it adds anything (trees know more), the same, whom both dealt with,
        and what the subject did of the kind to others. Empty where the record holds nothing.
    """
    s, r, o = subject, relation, object
    rules = _rules(past, quads, s=s, r=r, o=o, day=day)
    best = sorted((value for value, _ in rules), reverse=True)[:TOP]
    walk, habit, country = (
        part.get(o, 0.0) for part in beside(past, subject=s, relation=r, day=day)
    )
    back = _inverse(past, r)
    groups = [
        (noisy_or(np.array([*best, *[0.0] * (TOP - len(best))])), _strongest(rules)),
        (country, _strongest(_countrymen(past, quads, s=s, r=r, o=o, day=day))[:1]),
        (walk, _strongest(_walk(past, quads, s=s, r=r, o=o, day=day))[:1]),
        (habit, _strongest(_with_others(past, quads, kind="habit", e=o, r=back, but=s, day=day))),
    ]
    groups.sort(key=lambda group: -group[0])
    grounds = [reason for value, reasons in groups if value > 0.0 for reason in reasons]
    if not grounds:
        others = [reason for _, reasons in groups for reason in reasons]
        grounds = others + _strongest(_shared(past, quads, s=s, o=o))[:1]
        if not others:
            own = _with_others(past, quads, kind="own habit", e=s, r=r, but=o, day=day)
            grounds += _strongest(own)
    return tuple(grounds[:top])


def explain_between(
    past: PairHistory,
    quads: Quads,
    *,
    subject: int,
    relation: int,
    object: int,
    day: int,
    top: int = 3,
) -> tuple[Reason, ...]:
    """Grounds of one line about two, by their part in the score at fixed weights.

    Parameters
    ----------
    past : PairHistory
        Learned up to the day before `day`.
    quads : Quads
        For names and dates.
    subject, relation, object : int
    day : int
    top : int
        At most so many grounds.

    Returns
    -------
    tuple of Reason
        Acts between the two, and what either does of the kind with others. Empty where the record
        holds nothing of it.
    """
    held, r = past.past, relation
    row = past.between(subject, object, day)[relation].tolist()
    part = dict(zip(RELATION_FEATURES, row, strict=True))
    found = _acts_between(past, quads, s=subject, r=r, o=object, day=day, part=part)
    back = _inverse(held, r)
    own = _with_others(held, quads, kind="own habit", e=subject, r=r, but=object, day=day)
    habit = _with_others(held, quads, kind="habit", e=object, r=back, but=subject, day=day)
    found += [(0.5 * part["share_actor_60"] * share, reason) for share, reason in own]
    found += [(0.5 * part["share_recipient_60"] * share, reason) for share, reason in habit]
    return tuple(_strongest(found)[:top])


def _acts_between(
    past: PairHistory,
    quads: Quads,
    *,
    s: int,
    r: int,
    o: int,
    day: int,
    part: dict[str, float],
) -> list[tuple[float, Reason]]:
    """Earlier acts between two, with their part in the mean of the rules and in recurrence."""
    held = past.past
    state = held.state
    prior = float(state.head[r, 3] / (state.head[: held.relations, 3].sum() + 1e-9))
    found, total = [], 0.5
    for k, body, _ in _between(held, s=s, o=o):
        last = int(state.trip_last[k])
        b = int(held.tables.bucket[day - last])
        right, seen = int(past.right[r, body, b]), int(past.seen[body, b])
        weight = aged(state.trip_sum[k, 2], last, day, state.power[2])
        total += weight
        reason = _act(held, quads, k, kind="rule", s=s, o=o, right=right, seen=seen)
        found.append((weight * (right + 10 * prior) / (seen + 10), body, reason))
    again = part["share_same_120"] + 0.5 * part["same_share"]
    return [(value / total + (again if body == r else 0.0), one) for value, body, one in found]


def _with_others(
    past: History, quads: Quads, *, kind: Kind, e: int, r: int, but: int, day: int
) -> list[tuple[float, Reason]]:
    """What one end did (or, at R and above, had done to it) with all but the other.

    Beside it is the share that this has in what it did with all of them.
    """
    state, half = past.state, past.relations
    held = _held(past, e=e, r=r)
    others = held[past.index.pair_obj[past.index.trip_pair[held]] != but]
    if not len(others):
        return []
    late = state.trip_sum[:, 3][held] * state.power[3][day - state.trip_last[held]]
    part = late[np.isin(held, others)].sum() / late.sum()
    reason = Reason(
        kind=kind,
        act=quads.relations[r % half],
        actor=quads.entities[e] if r < half else "",
        recipient="" if r < half else quads.entities[e],
        last=quads.date_of(int(state.trip_last[others].max())),
        times=int(state.trip_n[others].sum()),
    )
    return [(float(part), reason)]
