"""UCDP's interface: pages of events with the user's token, kept as CSV files of 49 columns."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from demarche.errors import DataError
from demarche.record.addresses import allow
from demarche.record.download import write_whole
from demarche.record.exchange import Manners, MissingError, TryLaterError, ask, checked_token
from demarche.record.sources import source

__all__ = ["candidate_versions", "fetch_ucdp"]

QUOTA = 5000
"""Requests a day that UCDP allows; its errors count too."""

_NEEDED = ("id", "type_of_violence", "date_start", "date_end", "best", "low", "high")
_VERSION = re.compile(r"\d{2}\.(\d|0\.\d{1,2}|01\.\d{2}\.\d{2})")


def candidate_versions(start: dt.date, end: dt.date) -> tuple[str, ...]:
    """Monthly candidate versions ``YY.0.M`` of a period.

    Examples
    --------
    >>> candidate_versions(dt.date(2024, 12, 5), dt.date(2025, 1, 3))
    ('24.0.12', '25.0.1')
    """
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    months = (start.year * 12 + start.month - 1 + k for k in range(count))
    return tuple(f"{at // 12 % 100:02d}.0.{at % 12 + 1}" for at in months)


def fetch_ucdp(
    into: str | Path,
    *,
    token: str,
    version: str,
    start: dt.date | None = None,
    end: dt.date | None = None,
    base: str | None = None,
    page_size: int = 1000,
    quota: int = QUOTA,
    manners: Manners | None = None,
) -> tuple[Path, ...]:
    """Fetch all pages of one version of GED or of the candidate events.

    Each page becomes one CSV file, ``ucdp-VERSION-START-END-SIZE.pNNNNofNNNN.csv``, written whole
    or not at all. A page that is here is not asked for again: a versioned address returns the same
    data for ever.

    Parameters
    ----------
    into : path
    token : str
        Yours; sent as the header ``x-ucdp-access-token``, written nowhere.
    version : str
        Such as ``25.1`` (yearly) or ``25.0.3`` (candidate).
    start, end : date, optional
        Filter on the days of the events.
    base : str, optional
        Address in place of UCDP's own.
    page_size : int
        1 to 1000.
    quota : int
        Requests this call may make, failed ones included.
    manners : Manners, optional

    Returns
    -------
    tuple of Path
        One per page, in order.

    Raises
    ------
    MissingError
        If the version does not exist (yet).
    TryLaterError
        If the quota is used up or the server stays busy; the pages so far are kept.
    DataError
        If the token is missing or refused, an answer is not what UCDP documents, columns are
        missing, or the pages do not add up to the number announced.
    """
    if not token:
        raise DataError(
            "UCDP wants a token: ask for one by e-mail (https://ucdp.uu.se/apidocs/) and set "
            "DEMARCHE_UCDP_TOKEN"
        )
    checked_token(token, variable="DEMARCHE_UCDP_TOKEN")
    if not _VERSION.fullmatch(version) or not 1 <= page_size <= 1000:
        raise DataError(
            f"UCDP version {version!r}, {page_size} rows a page: expected a version like 25.1 or "
            "25.0.3 and 1 to 1000 rows"
        )
    folder = Path(into)
    span = f"{start or 'first'}-{end or 'last'}".replace("-", "")
    stem = f"ucdp-{version}-{span}-{page_size}"
    here = _here(folder, stem)
    pages = _pages(here)
    if pages and len(here) == pages:
        return tuple(here[k] for k in range(pages))
    spent = _Quota(quota, manners or Manners())
    filters = {"StartDate": start, "EndDate": end}
    query = {"pagesize": page_size} | {k: str(v) for k, v in filters.items() if v is not None}
    page, announced = 0, -1
    while page == 0 or page < pages:
        if page in here:
            page += 1
            continue
        answer = _page(
            f"gedevents/{version}?{urlencode(query | {'page': page})}", token, base, spent
        )
        if pages not in (0, max(int(answer["TotalPages"]), 1)):
            raise DataError(
                f"UCDP {version}: the number of pages changed from {pages} to "
                f"{answer['TotalPages']} on the way; remove {stem}* and run again"
            )
        pages, announced = max(int(answer["TotalPages"]), 1), int(answer["TotalCount"])
        name = f"{stem}.p{page:04d}of{pages:04d}.csv"
        here[page] = write_whole(folder / name, _csv(answer["Result"], version))
        page += 1
    found = tuple(here[k] for k in range(pages))
    rows = sum(_rows(path) for path in found)
    if announced >= 0 and rows != announced:
        raise DataError(
            f"UCDP {version}: {announced} events announced, {rows} on {pages} pages; remove "
            f"{stem}* and run again"
        )
    return found


class _Quota:
    """Requests made so far, failed ones included, against the day's allowance."""

    def __init__(self, quota: int, manners: Manners) -> None:
        self.left = quota
        self.also = manners.on_request
        self.manners = replace(manners, on_request=self.count)

    def count(self, address: str) -> None:
        if self.left <= 0:
            raise DataError(
                "UCDP: the requests allowed for this run are used up (5,000 a day, errors count); "
                "the pages so far are kept, run the same command tomorrow"
            )
        self.left -= 1
        if self.also is not None:
            self.also(address)


def _page(path: str, token: str, base: str | None, spent: _Quota) -> Mapping[str, Any]:
    root = base or source("ucdp_ged").address
    try:
        answer = ask(
            root + path,
            allowed=allow(root, given=base is not None),
            manners=spent.manners,
            headers={"x-ucdp-access-token": token, "Accept": "application/json"},
            accept=(401, 403),
        )
    except MissingError:
        raise MissingError(
            f"UCDP has no {path.split('?')[0]} (404): not released yet, or withdrawn"
        ) from None
    except TryLaterError as error:
        raise TryLaterError(
            f"UCDP: {error}. 429 may mean that the day's quota is used up"
        ) from None
    if answer.status in (401, 403):
        raise DataError(
            f"UCDP refuses the token ({answer.status}): check DEMARCHE_UCDP_TOKEN, or ask for a "
            "new one (https://ucdp.uu.se/apidocs/)"
        )
    try:
        found = json.loads(answer.body)
        whole = (
            isinstance(found["Result"], list)
            and int(found["TotalPages"]) >= 0
            and int(found["TotalCount"]) >= 0
        )
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise DataError(
            f"UCDP {path.split('?')[0]}: expected JSON with TotalCount, TotalPages and Result; got "
            f"{answer.body[:60]!r}"
        )
    return dict(found)


def _csv(rows: Sequence[Mapping[str, Any]], version: str) -> bytes:
    """Page as CSV with the columns of the published file, matched without case and underscores."""
    columns = source("ucdp_ged").columns
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        plain = {name.replace("_", "").lower(): value for name, value in row.items()}
        lacking = [name for name in _NEEDED if name.replace("_", "") not in plain]
        if lacking:
            raise DataError(
                f"UCDP {version}: events without {', '.join(lacking)}; the interface has changed"
            )
        table.writerow([_cell(plain.get(name.replace("_", ""))) for name in columns])
    return out.getvalue().encode()


def _cell(value: object) -> object:
    return "" if value is None else value


def _here(folder: Path, stem: str) -> dict[int, Path]:
    found = sorted(folder.glob(f"{stem}.p[0-9][0-9][0-9][0-9]of[0-9][0-9][0-9][0-9].csv"))
    return {int(path.name[-14:-10]): path for path in found}


def _pages(here: Mapping[int, Path]) -> int:
    numbers = {int(path.name[-8:-4]) for path in here.values()}
    if len(numbers) > 1:
        raise DataError(
            f"{next(iter(here.values())).parent}: pages of downloads that differ in their number "
            f"of pages ({sorted(numbers)}); remove one set and run again"
        )
    return numbers.pop() if numbers else 0


def _rows(path: Path) -> int:
    def lines() -> Iterator[str]:
        with path.open(encoding="utf-8", newline="") as file:
            yield from file

    csv.field_size_limit(2**31 - 1)
    return sum(1 for _ in csv.reader(lines())) - 1
