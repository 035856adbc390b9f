"""What a download would fetch, before anything is written: files, sizes, what is here, disk."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import DataError
from demarche.record.addresses import allow
from demarche.record.download import Item
from demarche.record.exchange import Manners, TryLaterError, opened, pieces
from demarche.record.lists import Listing, gdelt1_items, gdelt2_items, lines_of
from demarche.record.sources import Source, source

__all__ = ["Plan", "Planned", "months", "plan_downloads"]

Have = Callable[[str], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A file of the plan, and whether a file of that name and size is already here."""

    item: Item
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `sync_remote` would do.

    Attributes
    ----------
    source : str
    start, end : date
        Both included.
    files : tuple of Planned
        Empty for an interface (its sizes are not known beforehand) and for sources fetched by hand.
    requests : tuple of str
        For an interface: what would be asked, one line per series of pages.
    unlisted : int
        Quarter hours or days of the period that the list does not name (yet).
    disk_free : int
        Bytes free where the files would go.
    notes : tuple of str
        What the user has to know or do first.
    """

    source: str
    start: dt.date
    end: dt.date
    files: tuple[Planned, ...]
    requests: tuple[str, ...]
    unlisted: int
    disk_free: int
    notes: tuple[str, ...]

    @property
    def wanted(self) -> tuple[Item, ...]:
        """Files that are not here yet."""
        return tuple(planned.item for planned in self.files if not planned.here)

    @property
    def bytes_wanted(self) -> int:
        """Sum of the listed sizes of the files not here yet."""
        return sum(item.size or 0 for item in self.wanted)

    @property
    def fits(self) -> bool:
        """Whether they fit on the disk."""
        return self.bytes_wanted < self.disk_free

    def text(self) -> str:
        """Plan for people."""
        rows = [f"{self.source}, {self.start} to {self.end}"]
        if self.files:
            sizeless = sum(item.size is None for item in self.wanted)
            rows.append(
                f"  {len(self.files)} files listed, {len(self.files) - len(self.wanted)} already "
                f"here, {len(self.wanted)} to fetch: {_size(self.bytes_wanted)}"
                + (f" and {sizeless} of unknown size" if sizeless else "")
            )
        rows += [f"  would ask  {request}" for request in self.requests]
        if self.unlisted:
            rows.append(
                f"  {self.unlisted} of the period are not in the list; they may appear later and "
                "are asked for again at the next sync"
            )
        rows.append(f"  {_size(self.disk_free)} free" + ("" if self.fits else ": NOT ENOUGH"))
        rows += [f"  note  {note}" for note in self.notes]
        return "\n".join(rows)


def plan_downloads(
    source_id: str,
    *,
    start: dt.date,
    end: dt.date,
    into: str | Path,
    mirror: str | None = None,
    listing: str | Path | None = None,
    translation: bool = False,
    version: str | None = None,
    have: Have | None = None,
    manners: Manners | None = None,
    environ: Mapping[str, str] | None = None,
) -> Plan:
    """Plan of a download. Nothing is written.

    Parameters
    ----------
    source_id : str
    start, end : date
        First and last day, both included, as in `sync_remote`.
    into : path
        Folder the files would go to; need not exist.
    mirror : str, optional
        Address in place of the source's own, ending with a slash; may be private, since given.
    listing : path, optional
        Saved copy of GDELT 2.0's master list, or folder with both lists of 1.0, in place of the
        one on the net.
    translation : bool
        GDELT 2.0: the translated feed instead of the English one.
    version : str, optional
        UCDP GED: the version, such as ``25.1``.
    have : callable, optional
        Size of the file of that name, None if it is not here. Looks into `into` unless given.
    manners : Manners, optional
    environ : mapping, optional
        Where tokens are looked for; the process's environment unless given.

    Raises
    ------
    TermError
        If the source is unknown.
    DataError
        If `end` lies before `start`, the list cannot be had, or names nothing that can be read.
    """
    found = source(source_id)
    if end < start:
        raise DataError(f"period: ends {end}, before it begins {start}; swap them")
    folder = Path(into)
    have = have or _in_folder(folder)
    disk_free = shutil.disk_usage(_existing(folder)).free
    notes: list[str] = []
    listed = Listing(items=(), expected=0, unlisted=0, unread=0)
    requests: tuple[str, ...] = ()
    if found.access == "files":
        listed = _listed(found, start, end, mirror, listing, translation, manners or Manners())
        if listed.unread:
            notes.append(f"{listed.unread} lines of the list could not be read")
        if not listed.items:
            notes.append(f"the list names no file of this period; {found.id} begins {found.first}")
    elif found.access == "api":
        requests = _requests(found, start, end, version)
        environment = os.environ if environ is None else environ
        if not any(environment.get(name) for name in found.environment):
            notes.append(
                f"no token: set {' or '.join(found.environment)} ({found.key}, {found.home})"
            )
    else:
        notes.append(f"fetched by hand: {found.address} ({found.pattern})")
        notes.append(f"then: demarche record sync --source {found.id} --from FOLDER")
    files = tuple(Planned(item=item, here=_here(item, have(item.name))) for item in listed.items)
    return Plan(
        source=found.id,
        start=start,
        end=end,
        files=files,
        requests=requests,
        unlisted=listed.unlisted,
        disk_free=disk_free,
        notes=(*notes, *found.notes),
    )


def months(start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """Calendar months between two days, the first and last cut to them.

    Examples
    --------
    >>> [(str(a), str(b)) for a, b in months(dt.date(2024, 1, 30), dt.date(2024, 2, 2))]
    [('2024-01-30', '2024-01-31'), ('2024-02-01', '2024-02-02')]
    """
    while start <= end:
        following = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        yield start, min(following - dt.timedelta(days=1), end)
        start = following


def _requests(found: Source, start: dt.date, end: dt.date, version: str | None) -> tuple[str, ...]:
    if found.id == "ucdp_ged":
        return (f"gedevents/{version or found.version}, {start} to {end}, all pages",)
    spans = months(start, end)
    if found.id == "ucdp_candidate":
        return tuple(f"gedevents/{a:%y}.0.{a.month}, all pages" for a, _ in spans)
    return (
        *(f"acled/read, {a} to {b}, all pages" for a, b in spans),
        f"deleted/read, since {start}, all pages",
    )


def _listed(
    found: Source,
    start: dt.date,
    end: dt.date,
    mirror: str | None,
    listing: str | Path | None,
    translation: bool,
    manners: Manners,
) -> Listing:
    base = mirror or found.address
    if not base.endswith("/"):
        base += "/"
    given = mirror is not None

    def lines(name: str) -> Iterator[str]:
        if listing is None:
            return _fetched(base, name, given, manners)
        path = Path(listing)
        return _saved(path / name if path.is_dir() else path)

    if found.id == "gdelt1":
        return gdelt1_items(lines("md5sums"), lines("filesizes"), start=start, end=end, base=base)
    name = found.lists[1] if translation else found.lists[0]
    return gdelt2_items(lines(name), start=start, end=end, base=base, translation=translation)


def _fetched(base: str, name: str, given: bool, manners: Manners) -> Iterator[str]:
    """Lines of a list on the net; a list that breaks off is read again from its start."""
    permitted = allow(base, given=given)
    for attempt in range(1, manners.attempts + 1):
        try:
            # Held in memory line by line: a broken list must not pass for a short one.
            with opened(base + name, allowed=permitted, manners=manners) as response:
                body = list(
                    _data(lines_of(pieces(response, manners=manners, cap=2**30)), base + name)
                )
            return iter(body)
        except TryLaterError as error:
            if attempt == manners.attempts:
                raise
            wait = max(manners.backoff * 2 ** (attempt - 1), error.wait or 0.0)
            manners.sleep(min(wait, manners.longest_wait))
    raise AssertionError("unreachable")


def _data(lines: Iterable[str], address: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == 0 and line.lstrip().startswith("<"):
            raise DataError(f"{address}: a web page in place of the list of files; refused")
        yield line


def _saved(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise DataError(f"{path}: no such list of files")
    with path.open(encoding="ascii", errors="replace") as file:
        yield from file


def _in_folder(folder: Path) -> Have:
    def have(name: str) -> int | None:
        path = folder / name
        return path.stat().st_size if path.is_file() else None

    return have


def _here(item: Item, size: int | None) -> bool:
    return size is not None and size == (size if item.size is None else item.size)


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
