"""Bring a source's raw files onto this machine: bulk files by list, interfaces with your token."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from demarche.errors import DataError
from demarche.record.acled_api import AcledAccess, fetch_acled, fetch_acled_deleted
from demarche.record.addresses import allow
from demarche.record.download import Progress, download
from demarche.record.exchange import Manners, MissingError
from demarche.record.plan import Plan, plan_downloads
from demarche.record.sources import source as source_of
from demarche.record.ucdp_api import QUOTA, candidate_versions, fetch_ucdp

__all__ = ["Failed", "Synced", "access_of", "sync_remote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A file that did not come, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced(Sequence[Path]):
    """What is here after a download: a sequence of the paths to read, and what was counted.

    Attributes
    ----------
    source : str
    paths : tuple of Path
        Raw files of the period, whole and checked, in order: give them to `ingest`.
    withdrawn : tuple of Path
        ACLED: files of the source ``acled_deleted``.
    fetched, already_here : int
        Files that came now, and files that were here.
    bytes_fetched : int
    not_yet_there : tuple of str
        Listed, but the server says 404, or a release that does not exist yet. Nothing remembers
        them: they are asked for again at the next call.
    unlisted : int
        Quarter hours or days that the list does not name (yet).
    failed : tuple of Failed
        Refused (size, checksum, web page ...) or given up on; the others are not held up by them.
    whole_files : bool
        The period chose files by when they were published: they hold rows of earlier days too.
    """

    source: str
    paths: tuple[Path, ...]
    withdrawn: tuple[Path, ...] = ()
    fetched: int = 0
    already_here: int = 0
    bytes_fetched: int = 0
    not_yet_there: tuple[str, ...] = ()
    unlisted: int = 0
    failed: tuple[Failed, ...] = ()
    whole_files: bool = False

    @overload
    def __getitem__(self, at: int) -> Path: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Path]: ...
    def __getitem__(self, at: int | slice) -> Path | Sequence[Path]:
        return self.paths[at]

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    @property
    def whole(self) -> bool:
        """Whether all that is listed came."""
        return not self.not_yet_there and not self.failed

    def data(self) -> dict[str, object]:
        """Counts and what did not come, as an object for JSON."""
        return {
            "fetched": self.fetched,
            "already_here": self.already_here,
            "bytes_fetched": self.bytes_fetched,
            "not_yet_there": list(self.not_yet_there),
            "unlisted": self.unlisted,
            "failed": [{"name": one.name, "reason": one.reason} for one in self.failed],
        }

    def text(self) -> str:
        """Summary for people; names up to five of each kind of trouble."""
        rows = [
            f"{self.source}: {self.fetched} files fetched ({self.bytes_fetched} bytes), "
            f"{self.already_here} already here"
        ]
        if self.whole_files:
            rows.append("  each is read whole: rows dated before its period too")
        if self.not_yet_there:
            rows.append(
                f"  {len(self.not_yet_there)} not there yet, asked for again next time: "
                f"{_some(self.not_yet_there)}"
            )
        if self.unlisted:
            rows.append(f"  {self.unlisted} not in the list yet")
        if self.failed:
            rows.append(f"  {len(self.failed)} failed: {_some([f.reason for f in self.failed])}")
        return "\n".join(rows)


def sync_remote(
    store_raw_dir: str | Path,
    *,
    source: str,
    start: dt.date,
    end: dt.date,
    mirror: str | None = None,
    listing: str | Path | None = None,
    translation: bool = False,
    version: str | None = None,
    label: str | None = None,
    since: int | None = None,
    countries: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
    allow_hosts: Sequence[str] = (),
    quota: int = QUOTA,
    manners: Manners | None = None,
    progress: Progress | None = None,
    most_failures: int = 20,
) -> Synced:
    """Fetch the raw files of a source and period into ``store_raw_dir/SOURCE``.

    What is here is kept; what was cut off goes on; one bad file does not hold up the rest. Run it
    again to get what was missing: a quarter hour that answered 404 is asked for anew.

    Parameters
    ----------
    store_raw_dir : path
    source : str
        ``gdelt1``, ``gdelt2``, ``ucdp_ged``, ``ucdp_candidate`` or ``acled``.
    start, end : date
        First and last day, both included: of GDELT the days on which files were published, of
        ``ucdp_candidate`` the months of the versions, else of the events. Give what came to
        `ingest` without a period, for files hold rows of earlier days too.
    mirror : str, optional
        Address in place of the source's own.
    listing : path, optional
        GDELT: saved copy of the list(s).
    translation : bool
        GDELT 2.0: the translated feed.
    version : str, optional
        UCDP GED: version; the newest known to ``sources.toml`` unless given.
    label : str, optional
        ACLED: name of this download; the server's date unless given.
    since : int, optional
        ACLED: only rows changed since this unix second.
    countries : tuple of str
        ACLED: only these.
    environ : mapping, optional
        Where tokens are read from; the process's environment unless given.
    allow_hosts : sequence of str
        Further hosts that a redirect may lead to.
    quota : int
        UCDP: most requests of this call.
    manners : Manners, optional
    progress : callable, optional
        Called with file name, bytes so far, bytes in all.
    most_failures : int
        Give up after as many failed files in a row.

    Raises
    ------
    TermError
        If the source is unknown.
    DataError
        If it has to be fetched by hand, a token is missing or refused, there is not room enough,
        or nothing came at all.
    """
    found = source_of(source)
    mirror = None if mirror is None else mirror.rstrip("/") + "/"
    folder = Path(store_raw_dir) / found.id
    manners = manners or Manners()
    if found.access == "by hand" or found.id == "acled_deleted":
        raise DataError(
            f"{found.name} is not fetched by demarche: get it from {found.address} and run "
            f"demarche record sync --source {found.id} --from FOLDER"
            if found.access == "by hand"
            else "acled_deleted comes together with acled: sync that source"
        )
    if found.access == "files":
        plan = plan_downloads(
            found.id,
            start=start,
            end=end,
            into=folder,
            mirror=mirror,
            listing=listing,
            translation=translation,
            manners=manners,
        )
        return _bulk(plan, folder, mirror, allow_hosts, manners, progress, most_failures)
    environment = os.environ if environ is None else environ
    manners = _told(manners, progress, found.id)
    if found.id == "acled":
        access = access_of(environment)
        paths = fetch_acled(
            folder,
            access=access,
            start=start,
            end=end,
            since=since,
            countries=countries,
            base=mirror,
            label=label,
            manners=manners,
        )
        gone = fetch_acled_deleted(
            Path(store_raw_dir) / "acled_deleted",
            access=access,
            since=start,
            base=mirror,
            label=label,
            manners=manners,
        )
        return Synced(source=found.id, paths=paths, withdrawn=gone, fetched=len(paths + gone))
    versions = (
        (version or found.version,) if found.id == "ucdp_ged" else candidate_versions(start, end)
    )
    return _ucdp(found.id, versions, folder, start, end, mirror, environment, quota, manners)


def access_of(environ: Mapping[str, str]) -> AcledAccess:
    """ACLED account of the environment: DEMARCHE_ACLED_USER, _PASSWORD, _TOKEN."""
    return AcledAccess(
        user=environ.get("DEMARCHE_ACLED_USER", ""),
        password=environ.get("DEMARCHE_ACLED_PASSWORD", ""),
        token=environ.get("DEMARCHE_ACLED_TOKEN", ""),
    )


def _bulk(
    plan: Plan,
    folder: Path,
    mirror: str | None,
    allow_hosts: Sequence[str],
    manners: Manners,
    progress: Progress | None,
    most_failures: int,
) -> Synced:
    if not plan.files:
        raise DataError(f"{plan.text()}\nnothing to fetch: check the period")
    if not plan.fits:
        raise DataError(f"{plan.text()}\nmake room, or take a shorter period")
    base = mirror or source_of(plan.source).address
    allowed = allow(base, given=mirror is not None, also=allow_hosts)
    paths: list[Path] = []
    missing: list[str] = []
    failed: list[Failed] = []
    fetched = here = size = row = 0
    for number, planned in enumerate(plan.files, 1):
        place = f" (file {number:,} of {len(plan.files):,})"
        try:
            got = download(
                planned.item,
                into=folder,
                allowed=allowed,
                manners=manners,
                progress=_placed(progress, place),
            )
        except MissingError:
            missing.append(planned.item.name)
            continue
        except DataError as error:
            failed.append(Failed(name=planned.item.name, reason=str(error)))
            row += 1
            if row >= most_failures:
                raise DataError(
                    f"{plan.source}: {row} files in a row failed, given up; the last one: {error}. "
                    f"{len(paths)} files are here and kept"
                ) from None
            continue
        row = 0
        paths.append(got.path)
        fetched += got.how != "already here"
        here += got.how == "already here"
        size += got.fetched
    done = Synced(
        source=plan.source,
        paths=tuple(paths),
        fetched=fetched,
        already_here=here,
        bytes_fetched=size,
        not_yet_there=tuple(missing),
        unlisted=plan.unlisted,
        failed=tuple(failed),
        whole_files=True,
    )
    if not paths:
        raise DataError(f"{done.text()}\nnothing came")
    return done


def _placed(progress: Progress | None, place: str) -> Progress | None:
    """Progress of a file that also says which of how many it is."""
    if progress is None:
        return None
    return lambda name, done, total: progress(name + place, done, total)


def _told(manners: Manners, progress: Progress | None, id: str) -> Manners:
    """Manners that also tell how many requests an interface was sent."""
    if progress is None:
        return manners
    sent = itertools.count(1)

    def tell(address: str) -> None:
        progress(f"requests to {id}", next(sent), None)
        if manners.on_request is not None:
            manners.on_request(address)

    return replace(manners, on_request=tell)


def _ucdp(
    id: str,
    versions: Sequence[str],
    folder: Path,
    start: dt.date,
    end: dt.date,
    mirror: str | None,
    environ: Mapping[str, str],
    quota: int,
    manners: Manners,
) -> Synced:
    paths: list[Path] = []
    missing: list[str] = []
    counter = _Counter(quota, manners.on_request)
    for version in versions:
        # A monthly release is taken whole: it also revises events of earlier months.
        whole = id == "ucdp_candidate"
        try:
            paths += fetch_ucdp(
                folder,
                token=environ.get("DEMARCHE_UCDP_TOKEN", ""),
                version=version,
                base=mirror,
                quota=counter.left,
                manners=replace(manners, on_request=counter),
                start=None if whole else start,
                end=None if whole else end,
            )
        except MissingError:
            missing.append(version)
    if not paths:
        raise DataError(f"UCDP has none of {', '.join(missing)} (yet)")
    return Synced(
        source=id,
        paths=tuple(paths),
        fetched=len(paths),
        not_yet_there=tuple(missing),
        whole_files=id == "ucdp_candidate",
    )


class _Counter:
    """Requests of all versions of one call together."""

    def __init__(self, quota: int, also: Callable[[str], None] | None) -> None:
        self.left = quota
        self.also = also

    def __call__(self, address: str) -> None:
        self.left -= 1
        if self.also is not None:
            self.also(address)


def _some(names: Sequence[str]) -> str:
    return "; ".join(names[:5]) + (f"; and {len(names) - 5} more" if len(names) > 5 else "")
