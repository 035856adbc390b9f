"""What the kernels read and write: a fixed index of the quadruples, and counters that age.

Every row is entered twice, as (s, r, o) and as (o, r + R, s), so that "to whom" and "who" are one
task. The index only says where a counter lives; a counter that no earlier day has touched holds
zero, and the kernels pass over it, so later rows cannot show.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking.quads import Quads

__all__ = ["BUCKETS", "History", "Index", "State", "Tables", "history"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

BUCKETS: tuple[int, ...] = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 150)
"""Upper ends of the ages, in days, that share one confidence; the last bucket is older."""

HALF_LIVES = (2.0, 7.0, 30.0, 120.0, 3.0, 14.0, 60.0)
"""Half-lives in days: 0-3 for triples, 1-2 also for pairs, 4-6 for (entity, relation)."""


class Index(NamedTuple):
    """Where things are: all arrays int32.

    Pairs of entity e are ``pair_ptr[e]:pair_ptr[e + 1]``, sorted by object; triples of pair p are
    ``trip_ptr[p]:trip_ptr[p + 1]``, sorted by relation; groups (entity, relation) of e are
    ``grp_ptr[e]:grp_ptr[e + 1]``, sorted by relation, and the triples of group g are
    ``gt_trip[gt_ptr[g]:gt_ptr[g + 1]]``, sorted by object. The countries that entity e dealt with
    are ``land_of[land_ptr[e]:land_ptr[e + 1]]``, sorted; ``pair_land`` and ``pair_lands`` say where
    a pair counts among them and among the pairs of countries (``lands_key``), -1 for nowhere.
    """

    pair_ptr: Ints
    pair_sub: Ints
    pair_obj: Ints
    trip_ptr: Ints
    trip_rel: Ints
    trip_pair: Ints
    trip_grp: Ints
    grp_ptr: Ints
    grp_ent: Ints
    grp_rel: Ints
    gt_ptr: Ints
    gt_trip: Ints
    rel_ptr: Ints
    rel_grp: Ints
    member_ptr: Ints
    member: Ints
    root: Ints
    quad: Ints
    country: Ints
    sector: Ints
    land_ptr: Ints
    land_of: Ints
    pair_land: Ints
    pair_lands: Ints
    trip_role: Ints
    role_key: NDArray[np.int64]
    lands_key: NDArray[np.int64]


class State(NamedTuple):
    """Counters: number, last day, and decayed sums as they stood on that last day."""

    power: Floats
    trip_n: Ints
    trip_last: Ints
    trip_sum: Floats
    pair_n: Ints
    pair_last: Ints
    pair_days: Ints
    pair_sum: Floats
    grp_n: Ints
    grp_last: Ints
    grp_partners: Ints
    grp_sum: Floats
    ent_n: Ints
    ent_last: Ints
    ent_partners: Ints
    ent_sum: Floats
    ent_root: Floats
    between: Floats
    between_last: Ints
    toward: Floats
    toward_last: Ints
    to_sector: Floats
    role_sum: Floats
    role_last: Ints
    head: Floats


class Tables(NamedTuple):
    """Rule tables: how often a body of an age was there when the head was asked, and was right.

    ``seen`` and ``right`` are indexed by head, body, bucket of age.
    """

    bucket: Ints
    seen: Ints
    right: Ints
    again_seen: Ints
    again_right: Ints
    class_seen: Floats
    class_right: Floats


class History(NamedTuple):
    """Index, counters, rule tables, and the doubled rows by day."""

    index: Index  # type: ignore[assignment]  # tuple.index is not wanted here
    state: State
    tables: Tables
    trip_of_row: Ints
    day_ptr: Ints
    entities: int
    relations: int


def _pointers(ids: NDArray[np.integer], size: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(ids, minlength=size))]).astype(np.int32)


def _roles(
    quads: Quads,
    sub: NDArray[np.int64],
    rel: NDArray[np.int64],
    obj: NDArray[np.int64],
) -> tuple[NDArray[np.int64], Ints]:
    """Keys (sector, relation, sector, same country) that occur, and the key of each triple."""
    from_s, to_s = quads.sector[sub].astype(np.int64), quads.sector[obj].astype(np.int64)
    from_c, to_c = quads.country[sub], quads.country[obj]
    same = ((from_c == to_c) & (from_c >= 0)).astype(np.int64)
    wide = max(len(quads.sectors), 1) + 1
    key = (((from_s + 1) * (2 * len(quads.relations)) + rel) * wide + to_s + 1) * 2 + same
    keys, at = np.unique(key, return_inverse=True)
    return keys, np.ascontiguousarray(at, dtype=np.int32)


def _slots(
    kept: NDArray[np.bool_], key: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys that occur among the pairs that are kept, and the place of each pair's key; or -1."""
    keys, at = np.unique(key[kept], return_inverse=True)
    place = np.full(len(key), -1, dtype=np.int64)
    place[kept] = at
    return keys, place


def _index(quads: Quads) -> tuple[Index, Ints]:
    """Index of the doubled rows, and the triple of each doubled row."""
    n_e, n_r = len(quads.entities), len(quads.relations)
    sub = np.concatenate([quads.subject, quads.object]).astype(np.int64)
    obj = np.concatenate([quads.object, quads.subject]).astype(np.int64)
    rel = np.concatenate([quads.relation, quads.relation + n_r]).astype(np.int64)
    key, trip_of_row = np.unique((sub * n_e + obj) * (2 * n_r) + rel, return_inverse=True)
    trip_rel = key % (2 * n_r)
    pair_key, trip_pair = np.unique(key // (2 * n_r), return_inverse=True)
    pair_sub, pair_obj = pair_key // max(n_e, 1), pair_key % max(n_e, 1)
    trip_sub = pair_sub[trip_pair]
    grp_key, trip_grp = np.unique(trip_sub * (2 * n_r) + trip_rel, return_inverse=True)
    grp_ent, grp_rel = grp_key // max(2 * n_r, 1), grp_key % max(2 * n_r, 1)
    root = np.concatenate([quads.root, np.where(quads.root > 0, quads.root + 20, 0)])
    quad = np.concatenate([quads.quad, np.where(quads.quad > 0, quads.quad + 4, 0)])
    n_c = len(quads.countries)
    placed = np.flatnonzero(quads.country >= 0)
    from_c, to_c = (quads.country[ends].astype(np.int64) for ends in (pair_sub, pair_obj))
    lands, pair_land = _slots(to_c >= 0, pair_sub * max(n_c, 1) + to_c)
    lands_key, pair_lands = _slots((from_c >= 0) & (to_c >= 0), from_c * max(n_c, 1) + to_c)
    arrays = {
        "pair_ptr": _pointers(pair_sub, n_e),
        "pair_sub": pair_sub,
        "pair_obj": pair_obj,
        "trip_ptr": _pointers(trip_pair, len(pair_key)),
        "trip_rel": trip_rel,
        "trip_pair": trip_pair,
        "trip_grp": trip_grp,
        "grp_ptr": _pointers(grp_ent, n_e),
        "grp_ent": grp_ent,
        "grp_rel": grp_rel,
        "gt_ptr": _pointers(trip_grp, len(grp_key)),
        "gt_trip": np.argsort(trip_grp, kind="stable"),
        "rel_ptr": _pointers(grp_rel, 2 * n_r),
        "rel_grp": np.argsort(grp_rel, kind="stable"),
        "member_ptr": _pointers(quads.country[placed], n_c),
        "member": placed[np.argsort(quads.country[placed], kind="stable")],
        "root": root,
        "quad": quad,
        "country": quads.country,
        "sector": quads.sector,
        "land_ptr": _pointers(lands // max(n_c, 1), n_e),
        "land_of": lands % max(n_c, 1),
        "pair_land": pair_land,
        "pair_lands": pair_lands,
    }
    fields = {name: np.ascontiguousarray(a, dtype=np.int32) for name, a in arrays.items()}
    role_key, trip_role = _roles(quads, trip_sub, trip_rel, pair_obj[trip_pair])
    index = Index(**fields, trip_role=trip_role, role_key=role_key, lands_key=lands_key)
    return index, np.ascontiguousarray(trip_of_row, dtype=np.int32)


def _state(index: Index, *, days: int, sectors: int) -> State:
    n_t, n_p, n_g = len(index.trip_rel), len(index.pair_obj), len(index.grp_rel)
    n_e = len(index.pair_ptr) - 1
    gap = np.arange(days + 2, dtype=np.float64)
    power = np.stack([0.5 ** (gap / half) for half in HALF_LIVES])

    def ints(size: int) -> Ints:
        return np.zeros(size, dtype=np.int32)

    return State(
        power=power,
        trip_n=ints(n_t),
        trip_last=ints(n_t) - 1,
        trip_sum=np.zeros((n_t, 4)),
        pair_n=ints(n_p),
        pair_last=ints(n_p) - 1,
        pair_days=ints(n_p),
        pair_sum=np.zeros((n_p, 2)),
        grp_n=ints(n_g),
        grp_last=ints(n_g) - 1,
        grp_partners=ints(n_g),
        grp_sum=np.zeros((n_g, 3)),
        ent_n=ints(n_e),
        ent_last=ints(n_e) - 1,
        ent_partners=ints(n_e),
        ent_sum=np.zeros((n_e, 3)),
        ent_root=np.zeros((n_e, 41)),
        between=np.zeros((len(index.lands_key), 9)),
        between_last=ints(len(index.lands_key)) - 1,
        role_sum=np.zeros(len(index.role_key)),
        role_last=ints(len(index.role_key)) - 1,
        head=np.zeros((len(index.root), 4)),
        toward=np.zeros(len(index.land_of)),
        toward_last=ints(len(index.land_of)) - 1,
        to_sector=np.zeros((len(index.root), max(sectors, 1))),
    )


def _tables(relations: int, days: int) -> Tables:
    ages = np.arange(days + 2)
    wide = len(BUCKETS) + 1
    return Tables(
        bucket=np.searchsorted(BUCKETS, ages).astype(np.int32),
        seen=np.zeros((2 * relations, 2 * relations, wide), dtype=np.int32),
        right=np.zeros((2 * relations, 2 * relations, wide), dtype=np.int32),
        again_seen=np.zeros((2 * relations, wide, 4), dtype=np.int32),
        again_right=np.zeros((2 * relations, wide, 4), dtype=np.int32),
        class_seen=np.zeros((6, wide)),
        class_right=np.zeros((6, wide)),
    )


def history(quads: Quads) -> History:
    """Index of all rows with every counter at zero: nothing is known until a day is learned."""
    index, trip_of_row = _index(quads)
    both = np.concatenate([quads.day, quads.day])
    order = np.argsort(both, kind="stable")
    return History(
        index=index,
        state=_state(index, days=quads.days, sectors=len(quads.sectors)),
        tables=_tables(len(quads.relations), quads.days),
        trip_of_row=trip_of_row[order],
        day_ptr=_pointers(both, quads.days),
        entities=len(quads.entities),
        relations=len(quads.relations),
    )
