"""Is everything in place? Store, lock, disk, extras, tokens and, if asked, each source's server."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from demarche.errors import DemarcheError
from demarche.record.sources import SOURCES, Source, source

__all__ = ["Check", "Doctor", "doctor_report", "probe_source"]

State = Literal["ok", "note", "bad"]
Probe = Callable[[Source, float], str]
_EXTRAS = (
    ("duckdb", "record"),
    ("narwhals", "record"),
    ("pyarrow", "record"),
    ("urllib3", "record"),
    ("numba", "record"),
    ("threadpoolctl", "record"),
    ("lightgbm", "learn"),
    ("pyspark", "spark"),
)
_LITTLE = 5 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: ``ok``, ``note`` (works without it) or ``bad``, and what to do."""

    what: str
    state: State
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """All checks, in order."""

    checks: tuple[Check, ...]

    @property
    def well(self) -> bool:
        """Whether nothing is bad."""
        return all(check.state != "bad" for check in self.checks)

    def text(self) -> str:
        """Report for people, one line a check."""
        return "\n".join(f"{c.state:<5} {c.what}: {c.found}" for c in self.checks)


def doctor_report(
    store_path: str | Path,
    *,
    sources: Sequence[str] = SOURCES,
    timeout: float = 10.0,
    probe: Probe | None = None,
    environ: Mapping[str, str] | None = None,
) -> Doctor:
    """Look at everything the record needs. Never raises, writes nothing.

    Parameters
    ----------
    store_path : path
        Folder of the store; need not exist.
    sources : sequence of str
        Ids to look at; an unknown one is a bad check.
    timeout : float
        Seconds per source.
    probe : callable, optional
        ``probe(source, timeout)`` returns "" if its server can be reached, else why not. No
        network is touched unless this is given; `probe_source` is the usual one.
    environ : mapping, optional
        Where tokens are looked for; the process's environment unless given.

    Examples
    --------
    >>> doctor_report("no-such-store", sources=["icews"]).checks[0].found
    'no-such-store: no store yet; demarche record sync makes one'
    """
    root = Path(store_path)
    environment = os.environ if environ is None else environ
    checks = [
        _guarded("store", lambda: _store(root)),
        _guarded("lock", lambda: _lock(root)),
        _guarded("left-overs", lambda: _left_over(root)),
        _guarded("disk", lambda: _disk(root)),
        *(_guarded(name, lambda n=name, e=extra: _extra(n, e)) for name, extra in _EXTRAS),  # type: ignore[misc]
        _guarded("java", lambda: _java(environment)),
    ]
    for id in sources:
        checks += _source(id, timeout, probe, environment)
    return Doctor(checks=tuple(checks))


def probe_source(found: Source, timeout: float) -> str:
    """Ask a source's server one small question; "" if it answers, else why not.

    A refusal for want of a token counts as an answer here: the token has its own check.
    """
    from demarche.record.addresses import NameNotFoundError, allow
    from demarche.record.exchange import Manners, MissingError, TryLaterError, opened

    if found.access == "by hand":
        return ""
    address = found.address + (found.lists[0] if found.lists else "")
    manners = Manners(connect_timeout=timeout, read_timeout=timeout, attempts=1)
    accept = (400, 401, 403, 404, 405) if found.access == "api" else ()
    try:
        with opened(address, allowed=allow(address, given=False), manners=manners, accept=accept):
            return ""
    except NameNotFoundError:
        return "the name is not found (DNS): are you online?"
    except MissingError:
        return "404: the address has moved"
    except (TryLaterError, DemarcheError) as error:
        return str(error)


def _guarded(what: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except Exception as error:
        return Check(what=what, state="bad", found=f"could not be looked at ({error!r})")


def _store(root: Path) -> Check:
    from demarche.record._damage import damaged, said
    from demarche.record.manifest import read_manifest

    if not root.exists():
        return Check(
            what="store",
            state="note",
            found=f"{root}: no store yet; demarche record sync makes one",
        )
    try:
        manifest = read_manifest(root)
    except DemarcheError as error:
        return Check(what="store", state="bad", found=str(error))
    if lost := damaged(root, manifest):
        return Check(what="store", state="bad", found=said(root, lost))
    if not os.access(root, os.W_OK):
        return Check(what="store", state="note", found=f"{root}: may be read but not written")
    return Check(
        what="store", state="ok", found=f"{root}: manifest reads, {len(manifest.sources)} sources"
    )


def _lock(root: Path) -> Check:
    path = root / "lock"
    if not path.is_file():
        return Check(what="lock", state="ok", found="free")
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read(200).decode("utf-8", "replace").strip() or "another process"
            return Check(what="lock", state="note", found=f"held by {holder}")
    return Check(what="lock", state="ok", found="free")


def _left_over(root: Path) -> Check:
    from demarche.record.manifest import orphans, read_manifest

    try:
        lost = len(orphans(root, read_manifest(root)))
    except DemarcheError:
        return Check(what="left-overs", state="note", found="not known, the manifest is unreadable")
    lost += sum(path.is_file() for path in (root / "tmp").rglob("*"))
    parts = sum(1 for path in root.rglob("*.part") if path.is_file()) if root.exists() else 0
    if not lost and not parts:
        return Check(what="left-overs", state="ok", found="none")
    return Check(
        what="left-overs",
        state="note",
        found=f"{lost} files that no manifest names (the next sync removes them), {parts} "
        "downloads cut off (the next one goes on with them)",
    )


def _disk(root: Path) -> Check:
    place = root.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    state: State = "ok" if free >= _LITTLE else "note"
    return Check(what="disk", state=state, found=f"{free / 1e9:.1f} GB free at {place}")


def _extra(name: str, extra: str) -> Check:
    if importlib.util.find_spec(name) is None:
        return Check(
            what=name,
            state="note",
            found=f"not installed: pip install 'demarche[{extra}]' if you need it",
        )
    return Check(what=name, state="ok", found=metadata.version(name))


def _java(environ: Mapping[str, str]) -> Check:
    home = environ.get("JAVA_HOME", "")
    place = shutil.which("java", path=os.path.join(home, "bin")) if home else None
    place = place or shutil.which("java", path=environ.get("PATH", os.defpath))
    if place is None:
        return Check(what="java", state="note", found="not found; only the Spark engine needs it")
    return Check(what="java", state="ok", found=place)


def _source(
    id: str, timeout: float, probe: Probe | None, environ: Mapping[str, str]
) -> list[Check]:
    try:
        found = source(id)
    except DemarcheError as error:
        return [Check(what=f"source {id}", state="bad", found=str(error))]
    checks = []
    if found.environment:
        checks.append(_token(found, environ))
    if probe is not None and found.access != "by hand":

        def look() -> Check:
            why = probe(found, timeout)
            state: State = "bad" if why else "ok"
            return Check(what=f"{found.id} server", state=state, found=why or "answers")

        checks.append(_guarded(f"{found.id} server", look))
    elif found.access == "by hand" and found.address:
        checks.append(Check(what=found.id, state="ok", found=f"fetched by hand: {found.address}"))
    return checks


def _token(found: Source, environ: Mapping[str, str]) -> Check:
    """Whether a token is set; its value is never shown."""
    present = [name for name in found.environment if environ.get(name)]
    account = {"DEMARCHE_ACLED_USER", "DEMARCHE_ACLED_PASSWORD"}
    enough = bool(present) and (
        not account & set(found.environment)
        or account <= set(present)
        or "DEMARCHE_ACLED_TOKEN" in present
    )
    if enough:
        return Check(what=f"{found.id} token", state="ok", found=f"{' and '.join(present)} set")
    return Check(
        what=f"{found.id} token",
        state="note",
        found=f"not set ({', '.join(found.environment)}): {found.key}, see {found.home}",
    )
