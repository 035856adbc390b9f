"""Coded events as quadruples: subject, relation, object, day, and what is known of each name."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError

__all__ = ["Quads", "country_and_sector", "quads_from_columns"]

Ints = NDArray[np.int32]
_IN_BRACKETS = re.compile(r"^(?P<sector>.+?) \((?P<country>[^()]+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quads:
    """Who did what to whom on which day, one row per (subject, relation, object, day).

    Attributes
    ----------
    subject, relation, object, day : int array, shape (N,)
        Sorted by day, subject, relation, object. Day 0 is `start`.
    start : date
    days : int
        Days of record, 0 to ``days - 1``; the first day that can be forecast from it is `days`.
    entities, relations : tuple of str
        Names, in the order of their ids.
    cameo : tuple of str, length R
        CAMEO code of each relation; empty where it has none.
    root, quad : int array, shape (R,)
        CAMEO root, 1 to 20 (0 unknown), and quad class, 1 to 4 (0 unknown).
    country, sector : int array, shape (E,)
        Index into `countries` and `sectors`; -1 where there is none.
    countries, sectors : tuple of str
    source : str
        Events of several sources are never mixed.
    """

    subject: Ints
    relation: Ints
    object: Ints
    day: Ints
    start: dt.date
    days: int
    entities: tuple[str, ...]
    relations: tuple[str, ...]
    cameo: tuple[str, ...]
    root: Ints
    quad: Ints
    country: Ints
    sector: Ints
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    source: str

    def date_of(self, day: int) -> dt.date:
        """Date of a day number."""
        return self.start + dt.timedelta(days=int(day))

    def before(self, day: int) -> Quads:
        """Rows before a day; names and ids stay as they are."""
        keep = int(np.searchsorted(self.day, day))
        fields = {name: getattr(self, name) for name in self.__slots__}
        for name in ("subject", "relation", "object", "day"):
            fields[name] = fields[name][:keep]
        return Quads(**(fields | {"days": min(self.days, max(day, 0))}))

    def in_use(self) -> Quads:
        """The same rows without the names, codes and places that none of them has.

        Ids are numbered anew in their old order, so what later rows name changes nothing.
        """

        def numbered(ids: Ints, size: int) -> tuple[Ints, Ints]:
            used = np.unique(ids[ids >= 0])
            at = np.full(size + 1, -1, dtype=np.int32)
            at[used] = np.arange(len(used))
            return used, at

        who, at_who = numbered(np.concatenate([self.subject, self.object]), len(self.entities))
        acts, at_act = numbered(self.relation, len(self.relations))
        lands, at_land = numbered(self.country[who], len(self.countries))
        organs, at_organ = numbered(self.sector[who], len(self.sectors))
        return replace(
            self,
            subject=at_who[self.subject],
            relation=at_act[self.relation],
            object=at_who[self.object],
            entities=tuple(self.entities[i] for i in who),
            relations=tuple(self.relations[i] for i in acts),
            cameo=tuple(self.cameo[i] for i in acts),
            root=self.root[acts],
            quad=self.quad[acts],
            country=at_land[self.country[who]],
            sector=at_organ[self.sector[who]],
            countries=tuple(self.countries[i] for i in lands),
            sectors=tuple(self.sectors[i] for i in organs),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of rows and names: equal for equal content."""
        digest = hashlib.sha256()
        for name in self.__slots__:
            value = getattr(self, name)
            digest.update(f"{name}\x00".encode())
            if isinstance(value, np.ndarray):
                digest.update(np.ascontiguousarray(value, dtype="<i4").tobytes())
            else:
                digest.update(repr(value).encode())
        return digest.hexdigest()


def country_and_sector(name: str) -> tuple[str, str]:
    """Country and sector as an ICEWS name states them: ``Sector (Country)``; empty where not.

    Examples
    --------
    >>> country_and_sector("Police (Ruritania)")
    ('Ruritania', 'Police')
    >>> country_and_sector("Ruritania")
    ('', '')
    """
    found = _IN_BRACKETS.match(name.replace("_", " "))
    return (found["country"], found["sector"]) if found else ("", "")


def _index(labels: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    names = tuple(sorted({label for label in labels if label}))
    at = {name: index for index, name in enumerate(names)}
    return np.array([at.get(label, -1) for label in labels], dtype=np.int32), names


def _places(
    entities: Sequence[str], places: Mapping[str, tuple[str, str]] | None
) -> list[tuple[str, str]]:
    """Country and sector of each entity: as given, or as read from names."""
    if places is not None:
        return [places.get(name, ("", "")) for name in entities]
    read = [country_and_sector(name) for name in entities]
    known = {country for country, _ in read if country}
    plain = [name.replace("_", " ") for name in entities]
    return [(name, "") if name in known else pair for name, pair in zip(plain, read, strict=True)]


def quads_from_columns(
    columns: Mapping[str, Sequence[int] | NDArray[np.integer]],
    *,
    entities: Sequence[str],
    relations: Sequence[tuple[str, str, int, int]],
    start: dt.date,
    days: int,
    source: str,
    places: Mapping[str, tuple[str, str]] | None = None,
) -> Quads:
    """Quads from columns of ids.

    Parameters
    ----------
    columns : mapping of str to ints
        ``subject``, ``relation``, ``object`` (ids) and ``day`` (from `start`).
    entities : sequence of str
    relations : sequence of (name, CAMEO code, root, quad class)
        Code empty, root and quad class 0 where unknown.
    start : date
    days : int
        Days of record.
    source : str
    places : mapping of name to (country, sector), optional
        Empty text where there is none. By default both are read from ICEWS-like names.

    Returns
    -------
    Quads
        Repeated rows are kept once; the order of the input does not matter.

    Raises
    ------
    DataError
        If columns differ in length, an id is outside its names, or a day outside the record.

    Examples
    --------
    >>> quads = quads_from_columns(
    ...     {"subject": [0, 0], "relation": [0, 0], "object": [1, 1], "day": [0, 0]},
    ...     entities=["Police (Ruritania)", "Ruritania"], relations=[("Consult", "040", 4, 1)],
    ...     start=dt.date(2020, 1, 1), days=1, source="made-up")
    >>> len(quads.subject), quads.countries, quads.country.tolist(), quads.sector.tolist()
    (1, ('Ruritania',), [0, 0], [0, -1])
    """
    names = ("subject", "relation", "object", "day")
    arrays = [np.asarray(columns[name], dtype=np.int32).reshape(-1) for name in names]
    if len({array.size for array in arrays}) > 1:
        sizes = {name: array.size for name, array in zip(names, arrays, strict=True)}
        raise DataError(f"the columns of quads differ in length: {sizes}.")
    bounds = (len(entities), len(relations), len(entities), days)
    for name, array, bound in zip(names, arrays, bounds, strict=True):
        if array.size and (array.min() < 0 or array.max() >= bound):
            raise DataError(
                f"{name} ids run from {int(array.min())} to {int(array.max())}; expected 0 to "
                f"{bound - 1}: name every id, and state as many days as the rows span."
            )
    rows = np.unique(np.stack([arrays[3], arrays[0], arrays[1], arrays[2]], axis=1), axis=0)
    pairs = _places(entities, places)
    country, countries = _index([country for country, _ in pairs])
    sector, sectors = _index([sector for _, sector in pairs])
    return Quads(
        day=np.ascontiguousarray(rows[:, 0]),
        subject=np.ascontiguousarray(rows[:, 1]),
        relation=np.ascontiguousarray(rows[:, 2]),
        object=np.ascontiguousarray(rows[:, 3]),
        start=start,
        days=days,
        entities=tuple(entities),
        relations=tuple(name for name, _, _, _ in relations),
        cameo=tuple(code for _, code, _, _ in relations),
        root=np.array([root for _, _, root, _ in relations], dtype=np.int32),
        quad=np.array([quad for _, _, _, quad in relations], dtype=np.int32),
        country=country,
        sector=sector,
        countries=countries,
        sectors=sectors,
        source=source,
    )
