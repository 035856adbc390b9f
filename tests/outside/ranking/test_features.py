"""Every feature of the learned rankers against its definition over the list of earlier rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from demarche.outside.ranking._history import BUCKETS, History, history
from demarche.outside.ranking._kernels import confidence
from demarche.outside.ranking._relation_rows import PLAIN, RANKED
from demarche.outside.ranking._rows import NEVER
from demarche.outside.ranking.evaluate import queries_of
from demarche.outside.ranking.features import _RANKED, FEATURES, feature_table
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.relations import RELATION_FEATURES, pair_history
from demarche.outside.ranking.rules import learn_until
from tests.outside.ranking.worlds import world

DAY = 38
Mask = Any


class Rows:
    """The doubled rows before a day, and sums over those of them that one asks for."""

    def __init__(self, quads: Quads) -> None:
        known = quads.before(DAY)
        self.half, self.quads = len(quads.relations), quads
        self.a = np.r_[known.subject, known.object]
        self.b = np.r_[known.relation, known.relation + self.half]
        self.c = np.r_[known.object, known.subject]
        self.day = np.r_[known.day, known.day]
        self.age = DAY - self.day
        self.root = np.r_[quads.root, quads.root + 20]
        self.quad = np.r_[quads.quad, quads.quad + 4]
        self.everyone = range(len(quads.entities))

    def late(self, life: float, which: Mask) -> float:
        return float((0.5 ** (self.age[which] / life)).sum())

    def evening(self, life: float, which: Mask) -> float:
        return float((0.5 ** ((self.age[which] - 1) / life)).sum())

    def gap(self, which: Mask) -> float:
        return float(self.age[which].min()) if which.any() else NEVER

    def back(self, r: int) -> int:
        return r + self.half if r < self.half else r - self.half

    def share(self, e: int, r: int, o: int) -> float:
        """Of what e did of late under r, what it did to o."""
        under = (self.a == e) & (self.b == r)
        return self.late(30, under & (self.c == o)) / (self.late(30, under) + 0.5)

    def role(self, s: int, r: int, o: int) -> Mask:
        """Rows under r between the same sectors, within a country or not as s and o are."""
        land, organ = self.quads.country, self.quads.sector
        own = (land[self.a] == land[self.c]) & (land[self.a] >= 0)
        same = bool(land[s] == land[o] >= 0)
        return (
            (self.b == r)
            & (organ[self.a] == organ[s])
            & (organ[self.c] == organ[o])
            & (own == same)
        )


def triple(rows: Rows, past: History, s: int, r: int, o: int) -> dict[str, float]:
    pair = (rows.a == s) & (rows.c == o)
    same, back = pair & (rows.b == r), pair & (rows.b == rows.back(r))
    of_root = pair & (rows.root[rows.b] == rows.root[r])
    of_quad = pair & (rows.quad[rows.b] == rows.quad[r])
    root_back = pair & (rows.root[rows.b] == rows.root[rows.back(r)])
    quad_back = pair & (rows.quad[rows.b] == rows.quad[rows.back(r)])
    rates, gaps, other, again = [], [], 0.0, 0.0
    for body in np.unique(rows.b[pair]).tolist():
        held = pair & (rows.b == body)
        gaps.append(rows.gap(held))
        b = sum(gaps[-1] > end for end in BUCKETS)
        rate = confidence(body, r, int(held.sum()), b, past.index, past.tables)
        rates.append(rate)
        other, again = (other, rate) if body == r else (max(other, rate), again)
    rates.sort(reverse=True)
    best = [*rates, 0.0, 0.0]
    miss = [1 - 0.8**i * rate for i, rate in enumerate(rates[:5])]
    return {
        "same_n": same.sum(), "same_2": rows.late(2, same), "same_7": rows.late(7, same),
        "same_30": rows.late(30, same), "same_120": rows.late(120, same),
        "same_gap": rows.gap(same),
        "back_n": back.sum(), "back_7": rows.late(7, back), "back_30": rows.late(30, back),
        "back_gap": rows.gap(back), "root_7": rows.late(7, of_root),
        "root_30": rows.late(30, of_root), "root_back_30": rows.late(30, root_back),
        "quad_30": rows.late(30, of_quad), "quad_back_30": rows.late(30, quad_back),
        "dyad_n": pair.sum(), "dyad_2": rows.late(2, pair), "dyad_7": rows.late(7, pair),
        "dyad_30": rows.late(30, pair), "dyad_120": rows.late(120, pair),
        "dyad_gap": rows.gap(pair), "dyad_days": len(np.unique(rows.day[pair])),
        "dyad_out_30": rows.late(30, pair & (rows.b < rows.half)),
        "dyad_in_30": rows.late(30, pair & (rows.b >= rows.half)), "dyad_kinds": len(rates),
        "rule_best": best[0], "rule_second": best[1], "rule_or": 1 - np.prod(miss),
        "rule_other": other, "rule_all": 1 - np.prod([1 - rate for rate in rates]),
        "rule_again": again, "dyad_gap_2": sorted([*gaps, NEVER, NEVER])[1],
    }  # fmt: skip


def popular(rows: Rows, r: int, o: int) -> dict[str, float]:
    any_, back = rows.a == o, rows.back(r)
    under = any_ & (rows.b == back)
    late, many = rows.late(14, any_), len(np.unique(rows.c[any_]))
    of_root = any_ & (rows.root[rows.b] == rows.root[back])
    return {
        "under_n": under.sum(), "under_3": rows.late(3, under), "under_14": rows.late(14, under),
        "under_60": rows.late(60, under), "under_gap": rows.gap(under),
        "under_partners": len(np.unique(rows.c[under])), "any_n": any_.sum(),
        "any_3": rows.late(3, any_), "any_14": late, "any_30": rows.late(30, any_),
        "any_gap": rows.gap(any_), "any_partners": many,
        "root_share": rows.evening(14, of_root) / (late + 0.1),
        "twin_60": rows.late(60, any_ & (rows.b == r)), "reach": rows.late(30, any_) / (many or 1),
    }  # fmt: skip


def subject(rows: Rows, s: int, r: int) -> dict[str, float]:
    mine, under = rows.a == s, rows.b == r
    act = mine & under
    many, met = len(np.unique(rows.c[mine])), len(np.unique(rows.c[act]))
    size = len(rows.everyone)
    pair = rows.a.astype(np.int64) * size + rows.c
    first = 0
    for one in np.unique(pair):
        day = rows.day[pair == one].min()
        first += rows.b[(pair == one) & (rows.day == day)].min() == r
    return {
        "subject_14": rows.late(14, mine), "subject_30": rows.late(30, mine),
        "subject_partners": many, "act_n": act.sum(), "act_14": rows.late(14, act),
        "act_60": rows.late(60, act), "act_gap": rows.gap(act), "act_partners": met,
        "relation": r, "root": rows.root[r], "weekday": DAY % 7,
        "subject_new": many / (mine.sum() + 1), "act_new": met / (act.sum() + 1),
        "head_new": len(np.unique(pair[under])) / (under.sum() + 1),
        "head_met": first / (under.sum() + 1),
    }  # fmt: skip


def place(rows: Rows, s: int, r: int, o: int) -> dict[str, float]:
    land, organ = rows.quads.country, rows.quads.sector
    act = (rows.a == s) & (rows.b == r)
    whole = rows.late(120, act) + 0.5
    kin = (land[rows.a] == land[s]) & (rows.a != s) & (land[s] >= 0)
    to_land, to_organ = act & (land[rows.c] == land[o]), act & (organ[rows.c] == organ[o])
    return {
        "same_country": float(land[s] == land[o]) if land[s] >= 0 else -1.0,
        "sector": organ[o], "subject_sector": organ[s],
        "sector_under": rows.evening(30, (rows.b == r) & (organ[rows.c] == organ[o]))
        if organ[o] >= 0 else 0.0,
        "own_country_under": rows.late(30, kin & (rows.b == r) & (rows.c == o)),
        "country_share": rows.late(120, to_land) / whole if land[o] >= 0 else 0.0,
        "sector_share": rows.late(120, to_organ) / whole if organ[o] >= 0 else 0.0,
        "role_60": rows.late(60, rows.role(s, r, o)),
    }  # fmt: skip


def walks(rows: Rows, s: int, r: int) -> dict[str, dict[int, float]]:
    mine, everyone = rows.a == s, rows.everyone
    whole = rows.late(30, mine) or 1
    first = {m: rows.late(30, mine & (rows.c == m)) / whole for m in everyone}
    near = {m: part for m, part in first.items() if part >= 1e-4}
    hops = {
        o: sum(
            part * rows.late(30, (rows.a == m) & (rows.c == o)) / rows.late(30, rows.a == m)
            for m, part in near.items()
        )
        for o in everyone if o != s
    }  # fmt: skip
    under = {o: sum(part * rows.share(m, r, o) for m, part in near.items()) for o in everyone}
    peers = {
        e: sum(
            rows.late(120, mine & (rows.b == r) & (rows.c == x)) * rows.share(x, rows.back(r), e)
            for x in everyone
        )
        for e in everyone if e != s
    }  # fmt: skip
    like = {
        o: sum(part * rows.share(e, r, o) for e, part in peers.items() if part > 1e-3)
        for o in everyone
    }
    return {"two_hops": hops, "walk_under": under, "like_minded": like}


def check_within(got: np.ndarray, names: tuple[str, ...], ranked: list[str], *, ages: bool) -> None:
    """Rank (0 best, ties share it; what is at its lowest comes last) and share of some columns."""
    at = {name: place for place, name in enumerate(names)}
    for name in ranked:
        values = got[:, at[name]].astype(float)
        age = ages and name.endswith("gap")
        worth = -values if age else values
        rank = [(worth > one).sum() for one in worth]
        assert got[:, at[f"rank_{name}"]].tolist() == rank, name
        share = worth.max() - worth if age else worth / (worth.sum() or 1)
        assert got[:, at[f"share_{name}"]] == pytest.approx(share, rel=1e-5, abs=1e-6), name


def test_features_of_who_are_those_of_a_plain_loop() -> None:
    quads = world(2, days=40, a_day=3)
    past = history(quads)
    learn_until(past, first=0, day=DAY)
    rows, checked = Rows(quads), set()
    queries = queries_of(quads, first=DAY, last=DAY)
    table = feature_table(past, subject=queries.subject, relation=queries.relation, day=DAY)
    for i, (s, r) in enumerate(
        zip(queries.subject.tolist(), queries.relation.tolist(), strict=True)
    ):
        span = slice(table.start[i], table.start[i + 1])
        walked = walks(rows, s, r)
        for o, got in zip(table.candidate[span].tolist(), table.rows[span], strict=True):
            row = dict(zip(FEATURES, got.tolist(), strict=True))
            want = triple(rows, past, s, r, o) | popular(rows, r, o) | subject(rows, s, r)
            want |= place(rows, s, r, o) | {name: part[o] for name, part in walked.items()}
            want["countrymen"] = want["own_country_under"]
            assert {name: row[name] for name in want} == pytest.approx(want, rel=2e-5, abs=1e-6)
            checked |= {name for name, value in want.items() if value not in (0, NEVER)}
        check_within(table.rows[span], FEATURES, list(_RANKED), ages=True)
    assert checked == set(want)  # none of them is idle here
    others = {"between_30", "between_quad_30", "toward_30", "toward_back_30"}
    plain = {name for name in FEATURES if not name.startswith(("rank_", "share_"))}
    assert plain - set(want) == others  # these have a test of their own


@pytest.mark.parametrize("ids", [4, 8])
def test_features_of_what_are_those_of_a_plain_loop(ids: int) -> None:
    quads = world(2, days=40, a_day=3)
    past = pair_history(quads)
    past.until(DAY)
    rows, half, checked = Rows(quads), len(quads.relations), set()
    land = quads.country
    for s, o in ((0, 1), (3, 2), (7, 5), (9, 4), (6, 8)):
        ends = (np.array([end], dtype=np.int32) for end in (s, o))
        table = past.rows(*ends, DAY, ids)
        check_within(table, RELATION_FEATURES, list(RANKED), ages=False)
        pair = (rows.a == s) & (rows.c == o)
        for r in range(ids):
            way = (rows.b < half) == (r < half)
            act, done = (rows.a == s) & (rows.b == r), (rows.a == o) & (rows.b == rows.back(r))
            quad = rows.quad[rows.b] == rows.quad[r]
            lands = (land[rows.a] == land[s]) & (land[rows.c] == land[o])
            lands &= (land[rows.a] >= 0) & (land[rows.c] >= 0)
            same = rows.late(30, pair & (rows.b == r))
            known = triple(rows, past.past, s, r, o)
            want = {name: known[name] for name in PLAIN[:18]} | {
                "way_30": rows.late(30, pair & way), "back_way_30": rows.late(30, pair & ~way),
                "all_30": rows.evening(30, rows.b == r), "relation": r % half,
                "role_60": rows.late(60, rows.role(s, r, o)), "root": quads.root[r % half],
                "between_30": rows.evening(30, lands & quad), "weekday": DAY % 7,
                "actor_share": rows.late(60, act) / (rows.late(30, rows.a == s) + 1),
                "recipient_share": rows.late(60, done) / (rows.late(30, rows.a == o) + 1),
                "same_share": same / (known["dyad_30"] + 0.5),
            } | {
                f"{who}_{life}": rows.late(life, which)
                for who, which in (("actor", act), ("recipient", done)) for life in (3, 14, 60)
            }  # fmt: skip
            prior = rows.evening(30, rows.b == r) / rows.evening(30, rows.b < half)
            rates, total, weight = [prior], prior / 2, 0.5
            for body in np.unique(rows.b[pair]).tolist():
                held = pair & (rows.b == body)
                b = sum(rows.gap(held) > end for end in BUCKETS)
                rate = (past.right[r, body, b] + 10 * prior) / (past.seen[body, b] + 10)
                rates.append(rate)
                total += rows.late(30, held) * rate
                weight += rows.late(30, held)
            found = sorted(rates[1:], reverse=True)[:5]
            want |= {"rule_best": max(rates), "rule_mean": total / weight}
            want["rule_or"] = 1 - np.prod([1 - 0.8**i * rate for i, rate in enumerate(found)])
            row = dict(zip(RELATION_FEATURES, table[r].tolist(), strict=True))
            assert {name: row[name] for name in want} == pytest.approx(want, rel=2e-5, abs=1e-6)
            checked |= {name for name, value in want.items() if value not in (0, NEVER)}
    assert checked == set(want) == set(PLAIN)
