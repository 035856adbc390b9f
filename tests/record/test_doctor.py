"""The doctor looks at everything, says what to do, never raises and stays off the network."""

from __future__ import annotations

import fcntl
import hashlib
import socket
from dataclasses import replace

import pytest

from demarche.record.doctor import doctor_report, probe_source
from demarche.record.manifest import Manifest, Month, Part, SourceState, publish
from demarche.record.sources import SOURCES, source


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **more):
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def found(report):
    return {check.what: check for check in report.checks}


def test_without_a_store_or_tokens_it_notes_what_is_missing(tmp_path):
    report = doctor_report(tmp_path / "none", environ={"PATH": ""})
    checks = found(report)
    assert report.well and checks["store"].state == "note"
    assert checks["ucdp_ged token"].found.startswith("not set (DEMARCHE_UCDP_TOKEN)")
    assert checks["java"].state == "note"
    assert {"duckdb", "numba", "lightgbm", "pyspark", "disk", "lock"} <= set(checks)
    assert not (tmp_path / "none").exists()
    assert len(report.text().splitlines()) == len(report.checks)


def test_tokens_are_seen_and_never_shown(tmp_path):
    environ = {"DEMARCHE_UCDP_TOKEN": "sesame", "DEMARCHE_ACLED_USER": "sesame"}
    report = doctor_report(tmp_path, environ=environ)
    checks = found(report)
    assert checks["ucdp_ged token"].state == "ok" and checks["acled token"].state == "note"
    assert "sesame" not in report.text()
    whole = environ | {"DEMARCHE_ACLED_PASSWORD": "sesame"}
    assert found(doctor_report(tmp_path, environ=whole))["acled token"].state == "ok"


def test_a_store_is_read_and_what_is_lost_or_left_over_is_counted(tmp_path):
    sha = hashlib.sha256(b"x").hexdigest()
    part = Part(path="events/source=x/2020-01.parquet", sha256=sha, rows=1, bytes=1)
    state = SourceState(months={"2020-01": Month(events=part)})
    publish(tmp_path, Manifest())
    (tmp_path / part.path).parent.mkdir(parents=True)
    (tmp_path / part.path).write_bytes(b"x")
    publish(tmp_path, Manifest(sources={"gdelt2": state}))
    (tmp_path / part.path).unlink()
    assert "2020-01.parquet is gone" in found(doctor_report(tmp_path))["store"].found
    (tmp_path / part.path).write_bytes(b"x")
    checks = found(doctor_report(tmp_path))
    assert checks["store"].state == "ok" and checks["left-overs"].found == "none"
    (tmp_path / "events" / "source=x" / "orphan.parquet").write_bytes(b"x")
    (tmp_path / "a.zip.part").write_bytes(b"x")
    assert found(doctor_report(tmp_path))["left-overs"].found.startswith("1 files that no manifest")
    (tmp_path / "manifest.json").write_text("{")
    report = doctor_report(tmp_path)
    assert not report.well and found(report)["store"].state == "bad"


def test_the_holder_of_the_lock_is_named(tmp_path):
    with (tmp_path / "lock").open("w+") as file:
        file.write("process 42 on here\n")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        assert found(doctor_report(tmp_path))["lock"].found == "held by process 42 on here"
    assert found(doctor_report(tmp_path))["lock"].found == "free"


def test_servers_are_asked_only_with_a_probe_and_a_probe_that_breaks_is_a_bad_check(tmp_path):
    asked = []

    def probe(found, timeout):
        asked.append((found.id, timeout))
        if found.id == "gdelt1":
            raise RuntimeError("boom")
        return "404: the address has moved" if found.id == "gdelt2" else ""

    report = doctor_report(tmp_path, timeout=3.0, probe=probe)
    checks = found(report)
    assert [id for id, _ in asked] == [s for s in SOURCES if source(s).access != "by hand"]
    assert {timeout for _, timeout in asked} == {3.0}
    assert checks["gdelt2 server"].found.startswith("404") and not report.well
    assert checks["gdelt1 server"].state == "bad" and "boom" in checks["gdelt1 server"].found
    assert checks["acled server"].state == "ok"


def test_an_unknown_source_is_a_bad_check(tmp_path):
    report = doctor_report(tmp_path, sources=["gdelt3"])
    assert not report.well and "Did you mean" in report.text()


def test_the_usual_probe_explains_a_missing_network_and_a_private_address(monkeypatch):
    def none(*args, **more):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", none)
    assert "DNS" in probe_source(source("gdelt2"), 0.1)
    local = replace(source("acled"), address="http://127.0.0.1/")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **m: [(0, 0, 0, "", ("127.0.0.1", 80))])
    assert "private" in probe_source(local, 0.1)
    assert probe_source(source("icews"), 0.1) == ""
