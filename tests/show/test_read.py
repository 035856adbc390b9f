"""``demarche read`` and ``claims accept`` as a user meets them."""

from __future__ import annotations

import io
import json
import re
import time

import pytest

from demarche.show.cli import main
from tests.reader.news_server import PAGE

ARTICLE = (
    "The pact and the port\n\nBy Ann Lee\n\n"
    "Kenya will probably leave the pact by May, two diplomats said. If the talks fail, Kenya "
    "will close the port.\n\nPeru vowed to keep its troops in the region until 2028. The "
    "regime in Chile could fall. Norway expelled two diplomats of Chile on Monday.\n"
)
HOSTILE = (
    '<script>alert(1)</script> & "quoted" onmouseover=x\n\n'
    "Kenya will probably leave <b>the pact</b> by May, said </script><img src=x onerror=alert(1)> "
    "Ann. {{7*7}} javascript:alert(1) will \x1b[31mfall\x1b[0m by May.\n"
)


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def run(capsys, *argv) -> tuple[int, str, str]:
    code = main(["read", *map(str, argv)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_screen_names_lines_holders_and_bands(article, capsys):
    code, out, _ = run(capsys, article, "--date", "2026-03-04")
    assert code == 0
    assert re.search(r"\n +5 +prediction +\+ 55-80 % +two diplomats", out)
    assert "by May [2026-03-04 to 2026-05-31]" in out
    assert "if: If the talks fail" in out
    assert re.search(r"commitment +\+ +Peru", out)
    assert "events: " in out and "Norway" in out


def test_json_is_one_object_with_claims_events_and_spans(article, capsys):
    code, out, _ = run(capsys, article, "--json", "--date", "2026-03-04")
    data = json.loads(out)
    assert code == 0 and data["document"]["author"] == "Ann Lee"
    assert data["claims"] and data["events"]
    for row in (*data["claims"], *data["events"]):
        start, end = row["span"]
        assert ARTICLE[start:end] == row["quote"]
    first = data["claims"][0]
    assert (first["kind"], first["holder"], first["time"]) == (
        "prediction",
        "two diplomats",
        "by May",
    )
    assert first["probability"] == {"low": 0.55, "high": 0.8}
    assert first["review"] == "proposed"
    assert data["versions"]["claims"] and data["versions"]["events"]
    assert run(capsys, article, "--json", "--date", "2026-03-04")[1] == out


def test_standard_input_and_html(article, tmp_path, capsys, monkeypatch):
    given = io.TextIOWrapper(io.BytesIO(ARTICLE.encode()))
    monkeypatch.setattr("sys.stdin", given)
    code, out, _ = run(capsys, "-", "--json")
    assert code == 0 and json.loads(out)["document"]["origin"] == "standard input"
    assert any("no day of publication" in w for w in json.loads(out)["warnings"])
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    pytest.importorskip("trafilatura")
    assert json.loads(run(capsys, page, "--json")[1])["document"]["title"] == "The pact"


def test_a_page_replaces_an_earlier_page_and_no_other_file(article, tmp_path, capsys):
    before = article.read_bytes()
    code, _, err = run(capsys, article, "--html", article)
    assert code == 1 and "left as it is" in err
    assert article.read_bytes() == before
    page = tmp_path / "beside.html"
    assert run(capsys, article, "--html", page)[0] == 0
    assert run(capsys, article, "--html", page)[0] == 0
    assert b"generator" in page.read_bytes()


def test_row_56_the_page_escapes_everything_and_runs_nothing(tmp_path, capsys):
    source, page = tmp_path / "a.txt", tmp_path / "a.html"
    source.write_text(HOSTILE, encoding="utf-8")
    code, out, _ = run(capsys, source, "--html", page)
    text = page.read_text(encoding="utf-8")
    assert code == 0 and str(page) in out
    assert "<script" not in text and "<img" not in text and "<b>" not in text
    assert "default-src 'none'" in text and "script-src" not in text
    assert "http://" not in text and "https://" not in text
    assert not re.search(r"<[^>]*\son\w+=", text)
    assert "<mark" in text


def test_row_57_the_terminal_gets_no_escape_sequences(tmp_path, capsys):
    source = tmp_path / "a.txt"
    source.write_text(HOSTILE, encoding="utf-8")
    assert "\x1b" not in run(capsys, source)[1]


def test_a_draft_passes_check_and_marks_every_number(article, tmp_path, capsys):
    draft = tmp_path / "case.toml"
    code, _, err = run(capsys, article, "--draft", draft, "--date", "2026-03-04")
    assert code == 0, err
    assert main(["check", str(draft)]) == 0
    text = draft.read_text(encoding="utf-8")
    reasons = re.findall(r'because = "([^"]*)"', text)
    assert reasons and all(reason.startswith("Assumption to fill") for reason in reasons)
    assert "regime" not in text
    assert run(capsys, article, "--draft", draft, "--date", "2026-03-04")[0] == 1
    assert run(capsys, article, "--draft", tmp_path / "b.toml")[0] == 1


def test_a_folder_is_one_table_with_a_slant_note(tmp_path, capsys):
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"\x89PNG")
    (tmp_path / "skip.jpg").write_bytes(b"x")
    code, out, err = run(capsys, tmp_path)
    assert code == 1 and "1 of 3 could not be read" in err
    assert "2 read, 1 not read, 1 of kinds that are not read" in out and "PNG" in out
    assert "source-slant note" in out and "regime 1" in out
    assert "copies of one text" in out
    data = json.loads(run(capsys, tmp_path, "--json")[1])
    assert len(data["articles"]) == 2 and len(data["not_read"]) == 1
    assert "score" not in json.dumps(data["slant"])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"\x89PNG", "PNG"),
        (b"caf\xe9", "--encoding"),
        (b"a\x00b", "NUL"),
        (b"a " * 6_000_000, "--limit bytes="),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, capsys, content, match):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    code, out, err = run(capsys, path)
    assert (code, out) == (1, "")
    assert match in err and "Traceback" not in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "argv",
    [
        ["none.txt"],
        [],
        ["http://127.0.0.1/"],
        ["file:///etc/passwd"],
        ["a\x00b"],
        ["x.txt", "--limit", "page=3"],
        ["x.txt", "--date", "2026-02-30"],
        ["x.txt", "--date", "2999-01-01"],
    ],
)
def test_what_cannot_be_read_is_refused(argv, capsys):
    code, out, err = run(capsys, *argv)
    assert code in (1, 2) and out == "" and "Traceback" not in err


def test_row_15_a_list_of_names_takes_bounded_time(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("Norway, Chile, Kenya and Peru " * 3_000, encoding="utf-8")
    started = time.monotonic()
    assert run(capsys, path)[0] == 0
    assert time.monotonic() - started < 60


def reading(article, tmp_path, capsys, *more):
    path = tmp_path / "read.json"
    path.write_text(run(capsys, article, "--json", *more)[1], encoding="utf-8")
    return path


def accept(capsys, *argv):
    code = main(["claims", "accept", *map(str, argv)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_nothing_enters_the_ledger_unreviewed(article, tmp_path, capsys):
    pytest.importorskip("sqlalchemy")
    path = reading(article, tmp_path, capsys, "--date", "2026-03-04")
    ledger = tmp_path / "ledger.sqlite"
    code, _, err = accept(capsys, path, "--ledger", ledger, "--source", "paper")
    assert code == 1 and "unreviewed" in err and not ledger.exists()


def test_reviewed_claims_become_forecasts_of_their_source(article, tmp_path, capsys):
    pytest.importorskip("sqlalchemy")
    path = reading(article, tmp_path, capsys, "--date", "2026-03-04")
    data = json.loads(path.read_text(encoding="utf-8"))
    ids = [row["id"] for row in data["claims"]]
    data["claims"][0]["review"] = "accepted"
    data["claims"][0]["text_as_coded"] = "Kenya leaves the pact."
    path.write_text(json.dumps(data), encoding="utf-8")
    ledger = tmp_path / "ledger.sqlite"
    code, out, err = accept(capsys, path, "--ledger", ledger)
    assert code == 0, err
    assert "ann-lee" in out and "1 entered, 0 known already" in out
    assert "0 entered, 1 known already" in accept(capsys, path, "--ledger", ledger)[1]
    loaded = next(row["id"] for row in data["claims"] if "regime" in row["quote"])
    code, _, err = accept(capsys, path, "--ledger", ledger, "--id", loaded)
    assert code == 1 and "'regime'" in err
    words = f"{loaded}=The government of Chile falls."
    code, out, err = accept(capsys, path, "--ledger", ledger, "--id", loaded, "--word", words)
    assert code == 0, err
    code, _, err = accept(capsys, path, "--ledger", ledger, "--id", "p9s9c9")
    assert code == 1 and ids[0] in err


def test_what_no_ledger_keeps_is_refused(tmp_path, capsys):
    article = tmp_path / "a.txt"
    article.write_text("By Ann Lee\n\nSpain should lift the embargo now.\n", encoding="utf-8")
    path = reading(article, tmp_path, capsys, "--date", "2026-03-04")
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["claims"][0]["kind"] == "normative"
    data["claims"][0]["review"] = "accepted"
    path.write_text(json.dumps(data), encoding="utf-8")
    code, _, err = accept(capsys, path, "--ledger", tmp_path / "l.sqlite")
    assert code == 1 and "which no ledger keeps" in err


def test_a_reading_without_a_day_dates_nothing(article, tmp_path, capsys):
    path = reading(article, tmp_path, capsys)
    ids = json.loads(path.read_text(encoding="utf-8"))["claims"]
    code, _, err = accept(capsys, path, "--id", ids[0]["id"], "--ledger", tmp_path / "l.sqlite")
    assert code == 1 and "--date" in err


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"format": "x", "claims": [1]}'])
def test_what_is_no_reading_is_refused(tmp_path, capsys, content):
    path = tmp_path / "r.json"
    path.write_text(content, encoding="utf-8")
    code, _, err = accept(capsys, path, "--id", "x", "--ledger", tmp_path / "l.sqlite")
    assert code == 1 and "Traceback" not in err
