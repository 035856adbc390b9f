"""Commands of the event record: what they print, their exit codes, and what they leave alone."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import subprocess
import sys
import zipfile

import pytest

import demarche.record.counts as counts_module
import demarche.record.doctor as doctor_module
import demarche.record.ingest as ingest_module
from demarche.record._faults import disk_fault
from demarche.record.sources import SOURCES, source
from demarche.record.store import events
from demarche.show.cli import main
from demarche.show.where import store_path
from tests.record.faulty_server import FaultyServer, md5, plain
from tests.record.readers.test_read import gdelt
from tests.record.small_events import read_small, write


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of two sources in the tiny format, named by the environment."""
    monkeypatch.setenv("DEMARCHE_STORE", str(tmp_path / "store"))
    rows = [
        {"id": 1, "story": "s"},
        {"id": 2, "story": "s"},
        {"id": 3, "date": "2020-02-03", "actor": "=cmd"},
        {"line": "4|\x1b[31mred"},
    ]
    for id in ("icews", "own"):
        file = write(tmp_path / f"{id}.txt", rows)
        ingest_module.ingest(tmp_path / "store", [file], source=id, reader=read_small)
    return tmp_path / "store"


def test_status_as_json_counts_rows_by_source(store, capsys):
    assert main(["record", "status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["source"] for row in found["sources"]] == ["icews", "own"]
    row = found["sources"][0]
    assert (row["kept"], row["rejected"], row["duplicated"], row["files"]) == (2, 1, 1, 1)
    assert (row["first"], row["last"], row["last_known"]) == (
        "2020-01-05",
        "2020-02-03",
        "2020-02-03",
    )
    assert row["reasons"] == {"no date": 1}
    assert row["duplicates"] == {"one story": 1}
    assert [month["month"] for month in row["months"]] == ["2020-01", "2020-02"]


def test_status_in_words_says_the_same(store, capsys):
    assert main(["record", "status"]) == 0
    text = capsys.readouterr().out
    assert "icews: 2 rows that count, 2020-01-05 to 2020-02-03" in text
    assert "1 rejected; 1 duplicates set aside; 2 months" in text
    assert "daily counts: not made" in text


def test_status_of_no_store_says_how_to_fill_it(tmp_path, capsys):
    assert main(["record", "status", "--store", str(tmp_path / "none")]) == 0
    assert "demarche record sync --source S --from FILE" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_row57_rejects_show_no_terminal_escapes(store, capsys):
    assert main(["record", "rejects", "--source", "own"]) == 0
    text = capsys.readouterr().out
    assert "own own.txt:4 date: no date: 4| [31mred" in text
    assert "\x1b" not in text
    assert "1 of 1 rejected lines shown" in text


def test_a_folder_that_holds_nothing_is_told_by_its_name(tmp_path, capsys):
    nowhere = str(tmp_path / "nowhere")
    assert main(["record", "rejects", "--store", nowhere]) == 0
    assert capsys.readouterr().out.startswith(f"{nowhere} holds nothing yet; demarche record sync")
    assert main(["record", "cite", "--store", nowhere]) == 0
    found = capsys.readouterr()
    assert found.err == f"{nowhere} holds no source that is known; here are all that can be read.\n"
    assert all(source(id).name in found.out for id in SOURCES)


def test_export_needs_as_of_and_writes_codebook_and_citations(store, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert main(["record", "export", "-o", out]) == 2
    assert main(["record", "export", "--as-of", "soon", "-o", out]) == 1
    assert "--as-of must be a date" in capsys.readouterr().err
    code = main(["record", "export", "--as-of", "2021-01-01", "--format", "csv", "-o", out])
    assert code == 0
    text = capsys.readouterr().out
    assert "wrote 4 events" in text and "2 cells that begin like a formula" in text
    bib = (tmp_path / "out" / "citations.bib").read_text(encoding="utf-8")
    assert "@" in bib and "% no citation is known for the source own" in bib


def test_drop_asks_first(store, capsys):
    assert main(["record", "drop", "--source", "own"]) == 1
    assert "this would remove 2 rows of own" in capsys.readouterr().err
    assert main(["record", "drop", "--source", "own", "--yes"]) == 0
    assert events(store, as_of=dt.date(2021, 1, 1)).project("source").distinct().fetchall() == [
        ("icews",)
    ]


def test_cite_names_the_sources_of_the_store(store, capsys):
    assert main(["record", "cite", "--bibtex"]) == 0
    text = capsys.readouterr().out
    assert text.count("@") >= 1 and "ICEWS" in text and "GDELT" not in text


def test_sync_refuses_in_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DEMARCHE_STORE", str(tmp_path / "s"))
    bad = [
        (["--source", "icews"], 1, "--from, or the period to download"),
        (["--source", "icews", "--from", str(tmp_path / "no")], 1, "neither a file nor a folder"),
        (["--source", "icews", "--from", "x", "--start", "1.1.2020"], 1, "--start must be a date"),
        (["--source", "icews", "--from", "x", "--engine", "abacus"], 2, "abacus"),
    ]
    for words, code, text in bad:
        assert main(["record", "sync", *words]) == code
        err = capsys.readouterr().err
        assert text in err and "Traceback" not in err
    assert not (tmp_path / "s").exists()


def test_plan_reads_a_saved_list_and_writes_nothing(tmp_path, capsys):
    md5 = "0" * 32
    name = "20200101000000.export.CSV.zip"
    (tmp_path / "list").write_text(f"1234 {md5} http://data.gdeltproject.org/gdeltv2/{name}\n")
    words = ["--source", "gdelt2", "--start", "2020-01-01", "--end", "2020-01-01"]
    words += ["--listing", str(tmp_path / "list"), "--store", str(tmp_path / "s")]
    assert main(["record", "plan", *words]) == 0
    assert "1 files listed, 0 already here, 1 to fetch: 1.2 kB" in capsys.readouterr().out
    assert not (tmp_path / "s").exists()


def said(capsys, *words, code=0):
    """The one JSON object that a command of the record prints."""
    assert main(["record", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_export_and_drop_as_json_say_what_their_words_say(store, tmp_path, capsys):
    out = str(tmp_path / "out")
    done = said(capsys, "export", "--as-of", "2021-01-01", "--format", "csv", "-o", out)
    assert (done["folder"], done["rows"], done["escaped"]) == (out, 4, 2)
    assert (done["as_of"], done["sources"]) == ("2021-01-01", ["icews", "own"])
    assert set(done["files"]) == {path.name for path in (tmp_path / "out").iterdir()}
    gone = said(capsys, "drop", "--source", "own", "--yes")
    assert gone == {"source": "own", "kept": 2, "duplicated": 1, "store": str(store)}
    assert [row["source"] for row in said(capsys, "status")["sources"]] == ["icews"]


def test_cite_as_json_holds_terms_and_bibtex_of_the_sources_of_the_store(store, capsys):
    found = said(capsys, "cite")
    (row,) = found["sources"]
    assert (row["source"], row["redistribute"]) == ("icews", source("icews").redistribute)
    assert (row["terms"], row["cite"]) == (source("icews").terms, source("icews").citation.plain())
    assert found["bibtex"].startswith("@")


def test_plan_as_json_lists_the_files(tmp_path, capsys):
    name = "20200101000000.export.CSV.zip"
    (tmp_path / "list").write_text(f"1234 {'0' * 32} http://x.org/gdeltv2/{name}\n")
    words = ["--source", "gdelt2", "--start", "2020-01-01", "--end", "2020-01-01"]
    words += ["--listing", str(tmp_path / "list"), "--store", str(tmp_path / "s")]
    found = said(capsys, "plan", *words)
    assert found["files"] == [{"name": name, "size": 1234, "here": False}]
    assert (found["to_fetch"], found["bytes_to_fetch"], found["unknown_size"]) == (1, 1234, 0)
    assert (found["start"], found["unlisted"], found["fits"]) == ("2020-01-01", 95, True)
    assert not (tmp_path / "s").exists()


def test_doctor_as_json_is_whole_where_a_check_is_bad(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(doctor_module, "probe_source", lambda found, timeout: "connection refused")
    words = ["doctor", "--store", str(tmp_path), "--source", "gdelt2"]
    assert said(capsys, *words)["well"]
    found = said(capsys, *words, "--reach", code=1)
    assert not found["well"]
    bad = [check for check in found["checks"] if check["state"] == "bad"]
    assert bad == [{"what": "gdelt2 server", "state": "bad", "found": "connection refused"}]


def test_the_store_is_named_by_option_then_environment_then_folder(monkeypatch):
    monkeypatch.setenv("DEMARCHE_STORE", "/x/y")
    assert str(store_path("/a")) == "/a"
    assert str(store_path(None)) == "/x/y"
    monkeypatch.delenv("DEMARCHE_STORE")
    assert store_path(None).parts == ("desk", "record")


def test_the_commands_load_no_heavy_library():
    code = (
        "import sys; from demarche.show.cli_record import record; "
        "heavy = {'numpy', 'duckdb', 'narwhals', 'pyarrow', 'pyspark', 'urllib3'}; "
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr


def gdelt_file(name, n):
    """One quarter hour of GDELT as it is published."""
    return zipped(name.removesuffix(".zip"), gdelt(GLOBALEVENTID=str(n)) + "\n")


def zipped(name, text):
    """An archive of one file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, text)
    return held.getvalue()


def test_days_asked_for_one_by_one_lose_no_row_that_is_dated_back(tmp_path, capsys):
    server = FaultyServer()
    try:
        files = {}
        for day in ("20200102", "20200103"):
            dated = (day, "20200101", "20191226", "20190103")
            lines = [
                gdelt(GLOBALEVENTID=f"{day}{n}", SQLDATE=date, DATEADDED=f"{day}001500")
                for n, date in enumerate(dated)
            ]
            name = f"{day}001500.export.CSV.zip"
            files[name] = zipped(name.removesuffix(".zip"), "".join(line + "\n" for line in lines))
        rows = [f"{len(body)} {md5(body)} http://h/{name}" for name, body in files.items()]
        server.on("/masterfilelist.txt", plain(200, "\n".join(rows).encode()))
        for name, body in files.items():
            server.on(f"/{name}", plain(200, body))
        for start, end in (("02", "02"), ("03", "03"), ("01", "03")):
            period = ["--start", f"2020-01-{start}", "--end", f"2020-01-{end}"]
            given = ["--source", "gdelt2", *period, "--mirror", server.base]
            assert main(["record", "sync", *given, "--store", str(tmp_path)]) == 0
    finally:
        server.close()
    seen = capsys.readouterr()
    assert "each is read whole: rows dated before its period too" in seen.err
    assert "nothing new in 2 files" in seen.out  # a longer period reads no file again
    assert main(["record", "status", "--json", "--store", str(tmp_path)]) == 0
    (found,) = json.loads(capsys.readouterr().out)["sources"]
    assert (found["read"], found["kept"], found["outside"]) == (8, 8, 0)
    assert found["first"] == "2019-01-03"


def test_a_release_of_candidate_events_is_kept_whole(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DEMARCHE_UCDP_TOKEN", "sesame")
    row = dict.fromkeys(source("ucdp_candidate").columns, "") | {
        "id": 1, "type_of_violence": 1, "side_a": "A", "side_b": "B", "best": 2, "low": 2,
        "high": 3, "date_start": "2024-01-30", "date_end": "2024-01-30", "date_prec": 1,
    }  # fmt: skip
    body = {"TotalCount": 1, "TotalPages": 1, "Result": [row]}
    server = FaultyServer()
    try:
        server.on("/gedevents/24.0.2", plain(200, json.dumps(body).encode()))
        period = ["--start", "2024-02-01", "--end", "2024-02-29", "--mirror", server.base]
        words = ["--source", "ucdp_candidate", *period, "--store", str(tmp_path)]
        assert main(["record", "sync", *words]) == 0
    finally:
        server.close()
    seen = capsys.readouterr()
    assert "1 rows read, 0 rejected.\n+1 rows that count" in seen.out
    assert "each is read whole" in seen.err


@pytest.mark.parametrize("said", ["--json", "--quiet"])
def test_a_download_of_which_a_part_failed_is_never_silent(tmp_path, capsys, said):
    server = FaultyServer()
    try:
        names = [f"2020010200{n}500.export.CSV.zip" for n in (1, 3, 4)]
        files = {name: gdelt_file(name, n) for n, name in enumerate(names)}
        rows = [f"{len(body)} {md5(body)} http://h/{name}" for name, body in files.items()]
        server.on("/masterfilelist.txt", plain(200, "\n".join(rows).encode()))
        server.on(f"/{names[0]}", plain(200, files[names[0]]))
        server.on(f"/{names[1]}", plain(200, b"<html>error</html>"))
        period = ["--start", "2020-01-02", "--end", "2020-01-02"]
        given = ["--source", "gdelt2", *period, "--mirror", server.base, "--store", str(tmp_path)]
        assert main(["record", "sync", *given, said]) == 0
    finally:
        server.close()
    seen = capsys.readouterr()
    if said == "--quiet":
        assert "1 not there yet" in seen.err
        assert "1 failed" in seen.err
        return
    found = json.loads(seen.out)
    assert (found["read"], found["download"]["fetched"]) == (1, 1)
    assert found["download"]["not_yet_there"] == [names[2]]
    assert [one["name"] for one in found["download"]["failed"]] == [names[1]]


def test_a_download_of_acled_tells_what_was_withdrawn(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DEMARCHE_ACLED_TOKEN", "sesame")
    server = FaultyServer()
    try:
        head = (
            b"event_id_cnty,event_date,event_type,sub_event_type,actor1,actor2,inter1,timestamp\n"
        )
        row = b"A1,2024-01-05,Battles,Armed clash,Police,Rebels,1,1704844800\n"
        server.on("/api/acled/read", plain(200, head + row))
        gone = b"event_id_cnty,deleted_timestamp\nA1,1706000000\n"
        server.on("/api/deleted/read", plain(200, gone))
        period = ["--start", "2024-01-01", "--end", "2024-01-31"]
        given = ["--source", "acled", *period, "--mirror", server.base, "--store", str(tmp_path)]
        assert main(["record", "sync", *given]) == 0
        text = capsys.readouterr().out
        assert "acled: 1 files read" in text
        assert "1 withdrawals" in text
        assert main(["record", "sync", *given, "--json"]) == 0
    finally:
        server.close()
    assert json.loads(capsys.readouterr().out)["withdrawals"]["known"] == 1


MAP = 'date = "day"\nactor = "who"\nrecipient = "whom"\ncameo = "code"\n'


@pytest.fixture
def own(tmp_path):
    """Options that read a table of our own into a store."""
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "a.csv").write_text("day,who,whom,code\n2020-01-05,FRA,DEU,010\n")
    given = {"--map": "map.toml", "--from": "a.csv", "--store": "s"}
    return ["--source", "own"] + [x for k, v in given.items() for x in (k, str(tmp_path / v))]


def test_where_only_the_counts_fail_the_rows_are_said_to_be_there(own, monkeypatch, capsys):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28] No space left")

    with monkeypatch.context() as patch:
        patch.setattr(counts_module, "write_counts", full)
        assert main(["record", "sync", *own]) == 1
        said = capsys.readouterr().err
        assert "cannot be written: No space left on device. Its rows are there" in said
        patch.setitem(sys.modules, "pyspark.sql", None)
        assert main(["record", "sync", *own, "--engine", "spark"]) == 1
        said = capsys.readouterr().err
        assert "needs pyspark" in said
        assert "the same command makes them with --engine duckdb" in said
    assert main(["record", "sync", *own]) == 0
    assert "daily counts: ready" in capsys.readouterr().out


def test_a_full_disk_is_said_in_the_words_of_the_system():
    said = (
        'IO Error: Async write failed for range [offset=0, size=9]: {"exception_type":"IO",'
        '"exception_message":"Could not write file \\"x\\": No space left on device","errno":"28"}'
    )
    assert disk_fault(OSError(said)) == "No space left on device"
    assert disk_fault(OSError("IO Error: odd\nmore")) == "IO Error: odd"


def test_doctor_asks_servers_only_if_told_to(tmp_path, monkeypatch, capsys):
    asked = []

    def probe(found, timeout):
        asked.append(found.id)
        return "connection refused"

    monkeypatch.setattr(doctor_module, "probe_source", probe)
    given = ["record", "doctor", "--store", str(tmp_path), "--source", "gdelt2"]
    assert main(given) == 0
    assert asked == []
    assert main([*given, "--reach"]) == 1
    assert asked == ["gdelt2"]
    assert "bad   gdelt2 server: connection refused" in capsys.readouterr().out
