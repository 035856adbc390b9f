"""What comes next between two, by fixed weights: scores and grounds against loops and by hand."""

from __future__ import annotations

from collections import defaultdict

import pytest

from demarche.outside.ranking._history import BUCKETS
from demarche.outside.ranking.explain import Reason, explain_between
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.relations import pair_history, rank_between
from tests.outside.ranking.leaks import table_of
from tests.outside.ranking.worlds import ENTITIES, START, quads_of, world

DAY = 24
Key = tuple[str, str, int, int]


def bucket(age: int) -> int:
    return sum(age > end for end in BUCKETS)


def by_loops(quads: Quads, s: int, o: int) -> list[tuple[float, dict[Key, float]]]:
    """Score of each relation, and the part of each ground, from the list of earlier rows."""
    half = len(quads.relations)
    rows = [row for row in table_of(quads) if row[3] < DAY]
    facts = rows + [[c, b + half, a, d] for a, b, c, d in rows]

    def late(a: int | None, b: int, c: int | None, life: int, but: int | None = None) -> float:
        return sum(
            0.5 ** ((DAY - d) / life)
            for w, x, y, d in facts
            if w == (w if a is None else a) and x == b and y == (y if c is None else c) and y != but
        )

    seen: dict[tuple[int, int], int] = defaultdict(int)
    right: dict[tuple[int, int, int], int] = defaultdict(int)
    for day in range(DAY):
        for a, c in {(a, c) for a, _, c, d in facts if d == day}:
            today = {b for w, b, y, d in facts if (w, y, d) == (a, c, day)}
            past = defaultdict(list)
            for w, b, y, d in facts:
                if (w, y) == (a, c) and d < day:
                    past[b].append(d)
            for body, days in past.items():
                k = bucket(day - max(days))
                seen[body, k] += 1
                for head in today:
                    right[head, body, k] += 1
    held = {
        body: [d for w, b, y, d in facts if (w, b, y) == (s, body, o)] for body in range(2 * half)
    }
    whole = {
        "same": sum(late(s, r, o, 120) for r in range(half)),
        "actor": sum(late(s, r, None, 60) for r in range(half)),
        "recipient": sum(late(o, r + half, None, 60) for r in range(half)),
        "all": sum(late(None, r, None, 30) for r in range(half)),
    }
    dyad = sum(late(s, body, o, 30) for body in range(2 * half))
    out = []
    for r in range(half):
        prior = late(None, r, None, 30) / whole["all"]
        again = late(s, r, o, 120) / (whole["same"] or 1) + 0.5 * late(s, r, o, 30) / (dyad + 0.5)
        weights = 0.5 + dyad
        score = again + 0.5 * prior / weights
        parts: dict[Key, float] = {}
        for body, days in held.items():
            if days:
                k = bucket(DAY - max(days))
                rate = (right[r, body, k] + 10 * prior) / (seen[body, k] + 10)
                part = late(s, body, o, 30) * rate / weights
                score += part
                who = (s, o) if body < half else (o, s)
                name = f"{quads.entities[who[0]]} > {quads.entities[who[1]]}"
                key = (name, quads.relations[body % half], right[r, body, k], seen[body, k])
                parts[key] = part + (again if body == r else 0.0)
        for e, act, other, total in (
            (s, r, o, whole["actor"]), (o, r + half, s, whole["recipient"]),
        ):  # fmt: skip
            share = 0.5 * late(e, act, None, 60) / (total or 1)
            score += share
            if late(e, act, None, 120, but=other) > 0:
                of = late(e, act, None, 120, but=other) / late(e, act, None, 120)
                ends = (
                    ("others", quads.entities[e]) if act >= half else (quads.entities[e], "others")
                )
                parts[" > ".join(ends), quads.relations[r], 0, 0] = share * of
        out.append((score, parts))
    return out


def key_of(reason: Reason) -> Key:
    ends = f"{reason.actor or 'others'} > {reason.recipient or 'others'}"
    return (ends, reason.act, reason.right, reason.seen)


@pytest.mark.parametrize(("s", "o"), [(0, 1), (1, 0), (3, 2), (5, 7), (9, 4)])
def test_scores_and_grounds_are_those_of_a_plain_loop(s: int, o: int) -> None:
    quads = world(2, days=26, a_day=6)
    past = pair_history(quads)
    past.until(DAY)
    found = rank_between(past, subject=s, object=o, day=DAY)
    want = by_loops(quads, s, o)
    assert found.tolist() == pytest.approx([score for score, _ in want], abs=2e-6)
    for r, (_, parts) in enumerate(want):
        grounds = explain_between(past, quads, subject=s, relation=r, object=o, day=DAY, top=99)
        assert {key_of(reason) for reason in grounds} == set(parts)
        order = [parts[key_of(reason)] for reason in grounds]
        assert order == pytest.approx(sorted(order, reverse=True), abs=1e-7)
        assert (
            explain_between(past, quads, subject=s, relation=r, object=o, day=DAY, top=2)
            == grounds[:2]
        )


def test_grounds_between_two_name_days_one_can_count() -> None:
    """A consults B on the first four days, B makes a statement to A on the third.

    Two dealt with each other on three days on which a talk was one day old, and each time talked.
    The statement was one day old on one such day; two days old, as now, on none.
    """
    quads = quads_of([[0, 1, 1, d] for d in range(4)] + [[1, 0, 0, 2], [2, 1, 1, 1]], days=4)
    past = pair_history(quads)
    past.until(4)
    consult, statement, others = explain_between(
        past, quads, subject=0, relation=1, object=1, day=4
    )
    assert (consult.act, consult.actor, consult.recipient) == ("Consult", ENTITIES[0], ENTITIES[1])
    assert (consult.times, consult.last, consult.right, consult.seen) == (
        4, START.replace(day=4), 3, 3,
    )  # fmt: skip
    told = {reason.kind: reason for reason in (statement, others)}
    assert (told["rule"].actor, told["rule"].seen, told["rule"].last.day) == (ENTITIES[1], 0, 3)
    assert (told["habit"].recipient, told["habit"].times, told["habit"].last.day) == (
        ENTITIES[1], 1, 2,
    )  # fmt: skip
    assert explain_between(past, quads, subject=0, relation=3, object=2, day=4) == ()
