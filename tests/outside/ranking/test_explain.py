"""Whom an act is done to: what stands beside the rules, and the grounds told, against loops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest

from demarche.outside.ranking._history import BUCKETS, History, history
from demarche.outside.ranking.explain import Reason, explain
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.rules import RULES_ONLY, beside, learn_until, rank_now
from tests.outside.ranking.leaks import table_of
from tests.outside.ranking.worlds import ENTITIES, quads_of, world

DAY = 24
KINDS = ("shared partner", "habit", "own country")
ASKED = [(0, 0), (1, 3), (4, 1), (6, 6), (9, 2), (2, 4)]


def learned(quads: Quads, day: int = DAY) -> History:
    past = history(quads)
    learn_until(past, first=0, day=day)
    return past


def fading(quads: Quads) -> Callable[..., float]:
    """Sums over the earlier rows of an actor: ``late(life, a, b, c)``, half left after `life`."""
    half = len(quads.relations)
    rows = [row for row in table_of(quads) if row[3] < DAY]
    facts = rows + [[c, (b + half) % (2 * half), a, d] for a, b, c, d in rows]

    def late(life: int, *, a: int, b: int | None = None, c: int | None = None) -> float:
        return sum(
            0.5 ** ((DAY - d) / life)
            for w, x, y, d in facts
            if w == a and b in (None, x) and c in (None, y)
        )

    return late


def by_loops(quads: Quads, s: int, r: int) -> tuple[dict[int, float], ...]:
    """Walk, habit of all and country by their definition, each over all it leads to."""
    late, everyone = fading(quads), range(len(quads.entities))
    walk: dict[int, float] = defaultdict(float)
    for m in everyone:
        first = late(30, a=s, c=m) / (late(30, a=s) or 1)
        for o in everyone if first >= 1e-4 else ():
            walk[o] += first * late(30, a=m, b=r, c=o) / (late(30, a=m, b=r) + 0.5)
    habit = {o: sum(late(60, a=m, b=r, c=o) for m in everyone) for o in everyone}
    kin = [m for m in everyone if m != s and quads.country[m] == quads.country[s] >= 0]
    country = {o: sum(late(30, a=m, b=r, c=o) for m in kin) for o in everyone}
    return tuple(
        {o: 0.5 * v / (sum(part.values()) + 1) for o, v in part.items() if v > 0 and o != s}
        for part in (walk, habit, country)
    )


def by_rules(past: History, s: int, r: int) -> dict[int, float]:
    who, score = rank_now(past, subject=s, relation=r, day=DAY, weights=RULES_ONLY)
    return dict(zip(who.tolist(), score.tolist(), strict=True))


@pytest.mark.parametrize(("s", "r"), ASKED)
def test_what_stands_beside_the_rules_is_that_of_a_plain_loop(s: int, r: int) -> None:
    quads = world(2, days=26, a_day=6)
    past = learned(quads)
    parts = by_loops(quads, s, r)
    found = beside(past, subject=s, relation=r, day=DAY)
    assert [dict(part) for part in found] == [pytest.approx(part) for part in parts]
    who, score = rank_now(past, subject=s, relation=r, day=DAY)
    rules = by_rules(past, s, r)
    assert set(who.tolist()) == {*rules, *parts[0], *parts[1], *parts[2]}
    for o, value in zip(who.tolist(), score.tolist(), strict=True):
        want = rules.get(o, 0.0) + sum(part.get(o, 0.0) for part in parts)
        assert value == pytest.approx(want, abs=2e-9)


def test_the_first_ground_is_of_the_largest_part_of_the_score() -> None:
    quads = world(2, days=26, a_day=6)
    past = learned(quads)
    first = set()
    for s, r in ASKED:
        rules = by_rules(past, s, r)
        for o in (o for o in range(len(ENTITIES)) if o != s):
            parts = {
                kind: part[o]
                for kind, part in zip(
                    KINDS, beside(past, subject=s, relation=r, day=DAY), strict=True
                )
                if o in part
            }
            parts |= {"rule": rules[o]} if o in rules else {}
            grounds = explain(past, quads, subject=s, relation=r, object=o, day=DAY, top=99)
            if not parts:  # trees may know more: whom both dealt with, and what s did to others
                assert {one.kind for one in grounds} <= {"shared partner", "own habit"}
                assert all(one.act == "" for one in grounds if one.via)
                continue
            order = [parts[kind] for kind in dict.fromkeys(one.kind for one in grounds)]
            assert order == pytest.approx(sorted(order, reverse=True), abs=1e-9)
            assert {"rule", "own country", "shared partner"} & {*parts} == {
                one.kind for one in grounds
            } - {"habit"}
            assert [one.kind for one in explain(
                past, quads, subject=s, relation=r, object=o, day=DAY, top=2
            )] == [one.kind for one in grounds[:2]]  # fmt: skip
            first |= {grounds[0].kind} if grounds else set()
    assert first >= {"rule", "own country"}


def test_the_partner_and_the_countryman_told_are_those_who_add_most() -> None:
    """Where several compete for a line; it is not always the first by number."""
    quads = world(5, days=26, a_day=9)
    past, late = learned(quads), fading(quads)
    contested: dict[str, set[int]] = defaultdict(set)
    for s, r in [*ASKED, (1, 1), (3, 1), (7, 0), (8, 3)]:
        for o in (o for o in range(len(ENTITIES)) if o != s):
            first = {m: late(30, a=s, c=m) for m in range(len(ENTITIES))}
            walk = {m: first[m] * late(30, a=m, b=r, c=o) / (late(30, a=m, b=r) + 0.5)
                    for m in first}  # fmt: skip
            kin = {m: late(30, a=m, b=r, c=o) for m in first
                   if m != s and quads.country[m] == quads.country[s] >= 0}  # fmt: skip
            for reason in explain(past, quads, subject=s, relation=r, object=o, day=DAY, top=99):
                of = {"shared partner": walk, "own country": kin}.get(reason.kind, {})
                rivals = [m for m, value in of.items() if value > 0]
                if len(rivals) > 1:
                    who = {reason.actor, reason.recipient} - {ENTITIES[o]}
                    most = max(of, key=lambda m: of[m])
                    assert who == {ENTITIES[most]}
                    contested[reason.kind].add(rivals.index(most))
    assert all(len(places) > 1 for places in contested.values()) and len(contested) == 2


@pytest.mark.parametrize(("s", "r"), ASKED)
def test_the_counts_of_rules_are_those_of_a_plain_loop(s: int, r: int) -> None:
    """Of the act of the line itself, those of questions at which it had been done as often."""
    quads = world(2, days=26, a_day=6)
    past, half = learned(quads), len(quads.relations)
    rows = [row for row in table_of(quads) if row[3] < DAY]
    facts = rows + [[c, (b + half) % (2 * half), a, d] for a, b, c, d in rows]

    def held(a: int, c: int, day: int) -> dict[int, tuple[int, int]]:
        """Bucket of the age of each act of a on c before a day, and how often (4 for more)."""
        days = defaultdict(list)
        for w, b, y, d in facts:
            if (w, y) == (a, c) and d < day:
                days[b].append(d)
        return {
            b: (sum(day - max(when) > end for end in BUCKETS), min(len(when), 4) if b == r else 0)
            for b, when in days.items()
        }

    seen: dict[tuple[int, int, int], int] = defaultdict(int)
    right: dict[tuple[int, int, int], int] = defaultdict(int)
    for day in range(DAY):
        for a in {w for w, b, _, d in facts if (b, d) == (r, day)}:
            answers = {y for w, b, y, d in facts if (w, b, d) == (a, r, day)}
            for c in range(len(ENTITIES)):
                for b, (age, times) in held(a, c, day).items():
                    seen[b, age, times] += 1
                    right[b, age, times] += c in answers
    told_again = 0
    for o in (o for o in range(len(ENTITIES)) if o != s):
        want = sorted(
            (seen[b, age, times], right[b, age, times])
            for b, (age, times) in held(s, o, DAY).items()
        )
        grounds = explain(past, quads, subject=s, relation=r, object=o, day=DAY, top=99)
        rules = [reason for reason in grounds if reason.kind == "rule"]
        assert sorted((one.seen, one.right) for one in rules) == want
        told_again += any(one.act == quads.relations[r % half] for one in rules)
    assert told_again


def test_where_nobody_did_the_like_whom_both_dealt_with_and_the_own_habit_are_told() -> None:
    """Graustark and Ruritania both dealt with Zenda and, later, with Strelsau, and never met.

    What the League did with Zenda is no business of theirs. None accused Ruritania.
    """
    made = [
        [3, 1, 6, 1], [6, 0, 0, 4], [3, 1, 9, 6], [0, 1, 9, 2], [9, 1, 6, 8], [3, 2, 8, 3],
        [3, 2, 8, 5],
    ]  # fmt: skip
    quads = quads_of(made, days=9)
    past = learned(quads, 9)
    both, own = explain(past, quads, subject=3, relation=2, object=0, day=9)
    assert told(both) == ("shared partner", "Graustark", "Ruritania", 0, 3)
    assert (both.act, both.via) == ("", "Strelsau League")
    assert told(own) == ("own habit", "Graustark", "", 2, 6)
    # Before Graustark met the League, Zenda was the one both had dealt with.
    (zenda, _) = explain(learned(quads, 5), quads, subject=3, relation=2, object=0, day=5)
    assert (zenda.via, zenda.last.day) == ("Zenda", 2)
    assert explain(learned(quads, 1), quads, subject=3, relation=2, object=0, day=1) == ()


def told(reason: Reason) -> tuple[str, str, str, int, int]:
    return reason.kind, reason.actor, reason.recipient, reason.times, reason.last.day


def test_grounds_beside_a_weak_rule_are_told_by_hand() -> None:
    """Graustark once accused Strelsau; its police do so often, its citizens did so last.

    Zenda, with which Graustark consults every day, accuses Strelsau as well. Others accuse others.
    """
    noise = [[a, 2, b, d] for a, b in ((7, 8), (0, 1), (8, 7)) for d in range(20)]
    force = [[4, 2, 9, d] for d in range(4, 20, 2)]
    talks = [[3, 1, 6, d] for d in range(20)]
    made = [[3, 0, 9, 0], [5, 2, 9, 19], [6, 2, 9, 10], [6, 2, 9, 12], *force, *talks, *noise]
    quads = quads_of(made, days=20)
    past = learned(quads, 20)
    grounds = explain(past, quads, subject=3, relation=2, object=9, day=20, top=9)
    assert [told(reason) for reason in grounds] == [
        ("own country", "Police (Graustark)", "Strelsau League", 8, 19),
        ("shared partner", "Zenda", "Strelsau League", 2, 13),
        ("habit", "", "Strelsau League", 11, 20),
        ("rule", "Graustark", "Strelsau League", 1, 1),
    ]
    assert [reason.via for reason in grounds] == ["", "Zenda", "", ""]
    assert {reason.act for reason in grounds[:3]} == {"Accuse"}
    # The habit of others is that of all but the one asked about.
    (mine,) = [
        one for one in explain(past, quads, subject=4, relation=2, object=9, day=20, top=99)
        if one.kind == "habit"
    ]  # fmt: skip
    assert (mine.times, mine.last.day) == (3, 20)
    # Asked who did it to Strelsau, ends are the other way round.
    back = explain(past, quads, subject=9, relation=6, object=3, day=20)
    assert told(back[-1])[:3] == ("rule", "Graustark", "Strelsau League")
