"""ACLED's interface: tokens, pages by month or by time stamp, and the events it took back."""

from __future__ import annotations

import csv
import datetime as dt
import email.utils
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from demarche.errors import DataError
from demarche.record.addresses import allow
from demarche.record.download import write_whole
from demarche.record.exchange import Answer, Manners, ask, checked_token
from demarche.record.plan import months
from demarche.record.sources import source

__all__ = ["AcledAccess", "fetch_acled", "fetch_acled_deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcledAccess:
    """The user's own access to ACLED: account, or a token. Never shown, never written."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(slots=True, kw_only=True)
class _Session:
    """Tokens in force: got when first needed, renewed when the server says they have run out."""

    access: AcledAccess
    base: str
    given: bool
    manners: Manners
    label: str | None
    fresh: bool = False
    """Whether pages that are here are of an earlier state of the day, and are asked for again."""
    bearer: str = field(default="", repr=False)
    renewal: str = field(default="", repr=False)

    def get(self, path: str, query: Mapping[str, object]) -> Answer:
        """Answer of one page; a token that ran out on the way is renewed once."""
        if not self.bearer:
            self.bearer = checked_token(self.access.token, variable="DEMARCHE_ACLED_TOKEN")
            if not self.bearer:
                self._renew()
        for attempt in (1, 2):
            answer = ask(
                f"{self.base}{path}?{urlencode(query)}",
                allowed=allow(self.base, given=self.given),
                manners=self.manners,
                headers={"Authorization": f"Bearer {self.bearer}"},
                accept=(401, 403),
            )
            if answer.status == 403:
                raise DataError(
                    f"ACLED refuses {path} (403): your account lacks the right to the API, or has "
                    "not accepted its terms; see https://acleddata.com/"
                )
            if answer.status != 401:
                return answer
            if attempt == 1:
                self._renew()
        raise DataError("ACLED refuses a token it has just given (401); try again later")

    def _renew(self) -> None:
        if self.renewal and self._grant(grant_type="refresh_token", refresh_token=self.renewal):
            return
        if not self.access.user or not self.access.password:
            raise DataError(
                "ACLED wants an account: set DEMARCHE_ACLED_USER (your e-mail) and "
                "DEMARCHE_ACLED_PASSWORD. "
                + (
                    "The token given is refused or has run out (24 hours)"
                    if self.access.token
                    else "A token in DEMARCHE_ACLED_TOKEN serves for 24 hours"
                )
            )
        if not self._grant(
            grant_type="password", username=self.access.user, password=self.access.password
        ):
            raise DataError(
                "ACLED refuses the account: check DEMARCHE_ACLED_USER and DEMARCHE_ACLED_PASSWORD"
            )

    def _grant(self, **form: str) -> bool:
        answer = ask(
            f"{self.base}oauth/token",
            allowed=allow(self.base, given=self.given),
            manners=self.manners,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            form=urlencode({"client_id": "acled", **form}).encode(),
            accept=(400, 401, 403),
        )
        if answer.status != 200:
            self.renewal = ""
            return False
        try:
            found = json.loads(answer.body)
            self.bearer, self.renewal = str(found["access_token"]), found.get("refresh_token", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DataError("ACLED: expected JSON with access_token from oauth/token") from None
        return True


def fetch_acled(
    into: str | Path,
    *,
    access: AcledAccess,
    start: dt.date,
    end: dt.date,
    since: int | None = None,
    countries: tuple[str, ...] = (),
    base: str | None = None,
    page_size: int = 5000,
    label: str | None = None,
    manners: Manners | None = None,
) -> tuple[Path, ...]:
    """Fetch ACLED's events of a period, month by month and page by page, as CSV as it sends them.

    Files are named ``acled-LABEL-START-END.pNNNN.csv``. Rows are overwritten at the source, so the
    label, by default the server's own date, keeps each answer apart from later ones. Pages that
    are here under the same label are not asked for again.

    Parameters
    ----------
    into : path
    access : AcledAccess
    start, end : date
        Days of the events, both included.
    since : int, optional
        Only rows whose ``timestamp`` (unix) is at least this: what changed since the last sync.
    countries : tuple of str
        ACLED's own country names, joined by ``|`` (verify); all if empty.
    base : str, optional
        Address in place of ACLED's own, ending with a slash.
    page_size : int
    label : str, optional
    manners : Manners, optional

    Raises
    ------
    DataError
        If access is refused, an answer is no table of ACLED's, or there is no row at all: an
        account without the API right gets an empty answer, not an error.
    TryLaterError
        If the server stays busy; the pages so far are kept.
    """
    query: dict[str, object] = {}
    if since is not None:
        query |= {"timestamp": since, "timestamp_where": ">="}
    if countries:
        query["country"] = "|".join(countries)
    session = _session(access, base, manners, label)
    kept: list[Path] = []
    rows = 0
    for first, last in months(start, end):
        days = {"event_date": f"{first}|{last}", "event_date_where": "BETWEEN"}
        stem = f"{first:%Y%m%d}-{last:%Y%m%d}" + ("" if since is None else f"-since{since}")
        paths, got = _pages(
            session, "api/acled/read", query | days, Path(into), "acled", stem, page_size
        )
        kept += paths
        rows += got
    if not rows and since is None:
        raise DataError(
            f"ACLED sent no event between {start} and {end}. An account without the right to the "
            "API gets this empty answer, not an error: check your access level at "
            "https://acleddata.com/; if it is right, the period or country names hold no event"
        )
    return tuple(kept)


def fetch_acled_deleted(
    into: str | Path,
    *,
    access: AcledAccess,
    since: dt.date,
    base: str | None = None,
    page_size: int = 5000,
    label: str | None = None,
    manners: Manners | None = None,
) -> tuple[Path, ...]:
    """Fetch the events ACLED took back since a day, as ``acled_deleted-LABEL-SINCE.pNNNN.csv``.

    The day is sent as a unix number (00:00 UTC). Read the files as source ``acled_deleted``.

    Raises
    ------
    DataError, TryLaterError
        As `fetch_acled`; but no deletion at all is a possible answer.
    """
    second = int(dt.datetime.combine(since, dt.time(), tzinfo=dt.UTC).timestamp())
    paths, _ = _pages(
        _session(access, base, manners, label),
        "api/deleted/read",
        {"deleted_timestamp": second, "deleted_timestamp_where": ">="},
        Path(into),
        "acled_deleted",
        f"{since:%Y%m%d}",
        page_size,
    )
    return paths


def _session(
    access: AcledAccess, base: str | None, manners: Manners | None, label: str | None
) -> _Session:
    return _Session(
        access=access,
        base=base or source("acled").address,
        given=base is not None,
        manners=manners or Manners(),
        label=label,
    )


def _pages(
    session: _Session,
    path: str,
    query: Mapping[str, object],
    folder: Path,
    kind: str,
    stem: str,
    page_size: int,
) -> tuple[tuple[Path, ...], int]:
    """Pages from 1 until one holds fewer rows than asked for; paths and rows.

    Where no label was given the first page is asked for to learn the day. If it is another than
    the one of that day that is here, so may be all: a row that moved from one page to the next
    would be lost.
    """
    kept: list[Path] = []
    total, page = 0, 1
    while True:
        known = session.label is not None
        here = folder / f"{kind}-{session.label}-{stem}.p{page:04d}.csv"
        if known and not session.fresh and here.is_file():
            rows = _rows(here.read_bytes(), kind)
        else:
            answer = session.get(
                path, {"_format": "csv", **query, "limit": page_size, "page": page}
            )
            rows = _rows(answer.body, kind)
            session.label = session.label or _date(answer)
            here = folder / f"{kind}-{session.label}-{stem}.p{page:04d}.csv"
            if not known and here.is_file():
                session.fresh = here.read_bytes() != answer.body
            if rows:
                write_whole(here, answer.body)
        if rows:
            kept.append(here)
        total += rows
        if rows > page_size:
            raise DataError(f"ACLED {path}: {rows} rows on a page of {page_size}")
        if rows < page_size:
            return tuple(kept), total
        page += 1


def _rows(body: bytes, kind: str) -> int:
    """Rows of a page; refuses what is not a table of ACLED's."""
    if not body.strip():
        return 0
    try:
        csv.field_size_limit(2**31 - 1)
        table = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        header = next(table)
        count = sum(1 for row in table if row)
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        raise DataError(f"ACLED: the answer is no CSV ({error})") from None
    needed = source(kind).columns[:2]
    if not set(needed) <= set(header):
        raise DataError(
            f"ACLED: expected a table with columns {', '.join(needed)}; got {body[:80]!r}"
        )
    return count


def _date(answer: Answer) -> str:
    """The server's own date: nothing here asks for today's."""
    try:
        return f"{email.utils.parsedate_to_datetime(answer.headers.get('date', '')):%Y%m%d}"
    except (TypeError, ValueError):
        raise DataError(
            "ACLED: the answer bears no date; give a label, such as the day of the download"
        ) from None
