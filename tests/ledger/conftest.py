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


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """Folder of the socket of a cluster that listens nowhere else; gone after the tests."""
    programs = _programs()
    missing = [name for name in PROGRAMS if name not in programs]
    if missing:
        _absent(f"{', '.join(missing)} not found")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="dl", dir="/tmp"))
    data = folder / "data"
    if user is not None:
        shutil.chown(folder, user=user)
    folder.chmod(0o755)

    def run(*command: str) -> None:
        done = subprocess.run(
            command, user=user, cwd="/", capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run(
            programs["initdb"], "-D", str(data), "-U", "demarche", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync",
        )  # fmt: skip
        run(
            programs["pg_ctl"], "-D", str(data), "-w", "-l", str(folder / "log"), "-o",
            f"-c listen_addresses='' -k {folder}", "start",
        )  # fmt: skip
        try:
            yield folder
        finally:
            run(programs["pg_ctl"], "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(cluster: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a new database of the cluster."""
    import psycopg

    name = f"l{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(host=str(cluster), user="demarche", dbname="postgres") as admin:
        admin.autocommit = True
        admin.execute(f'CREATE DATABASE "{name}"')
    yield f"postgresql:///{name}?host={cluster}&user=demarche"
    with psycopg.connect(host=str(cluster), user="demarche", dbname="postgres") as admin:
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
