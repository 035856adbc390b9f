"""A ledger in either database; PostgreSQL runs as a private cluster that only these tests see."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demarche.ledger.store import Ledger, open_ledger
from tests.ledger.made import Clock

PROGRAMS = ("initdb", "pg_ctl", "postgres")


def _programs() -> dict[str, str]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    return {name: found for name in PROGRAMS if (found := shutil.which(name, path=path))}


def _absent(reason: str) -> None:
    if os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
        pytest.fail(f"PostgreSQL is required here: {reason}")
    pytest.skip(f"no PostgreSQL: {reason} (make system installs it)")


def _user() -> str | None:
    """Whom the cluster runs as: it refuses root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class Cluster:
    """A cluster in a folder of its own that listens on a socket there and nowhere else."""

    def __init__(self, programs: dict[str, str], folder: Path) -> None:
        self.programs, self.folder, self.user = programs, folder, _user()
        if self.user is not None:
            shutil.chown(folder, user=self.user)
        folder.chmod(0o755)

    def run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [self.programs[program], "-D", str(self.folder / "data"), *options],
            user=self.user, cwd="/", capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def make(self) -> None:
        self.run("initdb", "-U", "demarche", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        own = f"-c listen_addresses='' -k {self.folder}"
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", own, "start")

    def crash(self) -> None:
        """Stop without writing anything more, as after a crash."""
        self.run("pg_ctl", "-m", "immediate", "-w", "stop")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A cluster that only these tests see; gone after them."""
    programs = _programs()
    missing = [name for name in PROGRAMS if name not in programs]
    if missing:
        _absent(f"{', '.join(missing)} not found")
    folder = Path(tempfile.mkdtemp(prefix="dl"))
    try:
        found = Cluster(programs, folder)
        found.make()
        found.start()
        try:
            yield found
        finally:
            found.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a new database of the cluster."""
    import psycopg

    name = f"l{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(host=str(cluster.folder), user="demarche", dbname="postgres") as admin:
        admin.autocommit = True
        admin.execute(f'CREATE DATABASE "{name}"')
    yield f"postgresql:///{name}?host={cluster.folder}&user=demarche"
    with psycopg.connect(host=str(cluster.folder), user="demarche", dbname="postgres") as admin:
        admin.autocommit = True
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Place of a ledger that is not there yet, in either database."""
    if request.param == "sqlite":
        return str(tmp_path / "desk" / "ledger.sqlite")
    return str(request.getfixturevalue("database"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Iterator[Callable[..., Ledger]]:
    """Opens ledgers by the test's clock and closes them."""
    held: list[Ledger] = []

    def open_(place: str | Path, **options: object) -> Ledger:
        options.setdefault("new_id", "0a" * 16)
        options.setdefault("run", "r1")
        options.setdefault("wait", 5.0)
        ledger = open_ledger(place, clock=clock, **options)
        held.append(ledger)
        return ledger

    yield open_
    for ledger in held:
        ledger.close()


@pytest.fixture
def ledger(where: str, opened: Callable[..., Ledger]) -> Ledger:
    return opened(where)


@pytest.fixture
def small(tmp_path: Path, opened: Callable[..., Ledger]) -> Ledger:
    """An empty ledger in a file."""
    return opened(tmp_path / "desk" / "ledger.sqlite")
