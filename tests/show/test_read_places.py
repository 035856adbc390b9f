"""Where quotes stand in the input, how long they are, and what is said of what is left out."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.desk.reading import read_article
from demarche.reader import claims as reader
from demarche.reader.document import document_of
from demarche.reader.limits import Limits
from demarche.show.cli import main
from demarche.show.read_data import PHRASE, QUOTE, article_data

SENTENCES = (
    "Officials in Baghdad fear that Côte d'Ivoire could leave the pact within weeks.",
    "If the talks fail, Norway will probably recall its envoy by the end of March.",
    "Algeria threatened to cut gas supplies unless the ruling is reversed.",
    "Kenya condemned Chile on Monday.",
)


def places(value: object):
    """Every object of a reading that has a span and words."""
    if isinstance(value, dict):
        words = value.get("text", value.get("quote"))
        if "span" in value and value["span"] and isinstance(words, str):
            yield value, words
        for one in value.values():
            yield from places(one)
    elif isinstance(value, list):
        for one in value:
            yield from places(one)


def reading_of(data: bytes, name: str = "a.txt"):
    return article_data(read_article(document_of(data, origin=name)))


def hold(source: str, data: dict) -> int:
    found = 0
    for value, words in places([data["claims"], data["events"]]):
        start, end = value["span"]
        assert source[start:end] == words
        assert value["input_span"] == value["span"]
        found += 1
    return found


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_spans_count_the_characters_of_the_input(ends, form, mark):
    text = mark + unicodedata.normalize(form, (ends * 2).join(SENTENCES))
    data = reading_of(text.encode())
    assert hold(text, data) > 20
    assert [row["kind"] for row in data["claims"]] == ["prediction", "conditional", "threat"]
    assert data["document"]["spans"] == "input"
    assert data["document"]["input_characters"] == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Fiji is unlike\u00adly to recall\u00a0its en\u00advoy by\u00a0May.",
        "Fiji is un\u200blikely to recall its envoy by May.",
        "Fiji is unlikely\r\nto recall its envoy by May.",
        "\ufeffFiji is unlikely to recall its envoy by May.",
    ],
)
def test_invisible_characters_hide_no_claim(text):
    data = reading_of(text.encode())
    (claim,) = data["claims"]
    assert (claim["kind"], claim["polarity"]) == ("prediction", "-")
    assert claim["horizon"] is not None
    assert hold(text, data) > 3


ODD = st.lists(
    st.sampled_from(
        [*SENTENCES, "\r\n", "\n\n", "\u00ad", "\u00a0", "e\u0301", "\ufeff", "“", " x "]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=120, deadline=None)
@given(ODD)
def test_any_mixture_keeps_its_places(text):
    if not text.strip("\ufeff\u00ad \r\n\u00a0"):
        return
    hold(text, reading_of(text.encode()))


def test_utf_16_counts_its_mark():
    text = "Fiji will probably recall its envoy."
    data = reading_of(("\ufeff" + text).encode("utf-16-le"))
    assert hold("\ufeff" + text, data) and data["claims"][0]["span"][0] == 1


def test_quotes_are_short_and_say_where_they_were_cut():
    long = (
        "After many weeks of talks in three cities, of which little was heard by anyone outside, "
        "the two governments will probably sign the treaty on the river and its many dams "
        "in the presence of all the heads of state of the region and of their guests."
    )
    (claim,) = reading_of(long.encode())["claims"]
    assert len(claim["quote"]) <= QUOTE and claim["quote_cut"] == "both"
    assert "probably" in claim["quote"] and claim["extent"] == [0, len(long)]
    for value, words in places(claim):
        assert len(words) <= PHRASE, value


def test_pages_say_that_their_spans_are_not_of_the_source():
    pytest.importorskip("lxml")
    body = "".join(f"<p>{one} {'The town was quiet that day. ' * 8}</p>" for one in SENTENCES[1:])
    page = f"<!doctype html><html><body><article>{body}</article></body></html>"
    data = reading_of(page.encode(), "a.html")
    assert data["document"]["spans"] == "text taken out"
    known = [row for row in data["claims"] if row["input_span"] is not None]
    assert known
    for row in known:
        start, end = row["input_span"]
        assert page[start:end] == row["quote"]


def test_the_limit_on_claims_shows(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(reader, "MAX_CLAIMS", 3)
    path = tmp_path / "a.txt"
    path.write_text("Oman may sign. " * 9, encoding="utf-8")
    assert main(["read", str(path), "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert (counts["claims"], counts["claims_complete"]) == (3, False)
    assert counts["claims_stopped_at"] == len("Oman may sign. " * 3) - 1
    assert main(["read", str(path)]) == 0
    assert "NOT ALL: stopped at the limit" in capsys.readouterr().out


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf", b"\xff\xfe", "\ufeff\r\n ".encode(), "\u200b".encode()]
)
def test_a_file_without_visible_characters_is_empty(tmp_path, capsys, data):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert main(["read", str(path)]) == 1
    err = capsys.readouterr().err
    assert "nothing was read" in err and "Traceback" not in err


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hunter2@example.org/a",
        "ftp://me:hunter2@example.org/",
        "https://me:hunt er2@example.org/",
        "https://me:x/hunter2@example.org/",
    ],
)
@pytest.mark.parametrize("others", [[], ["none.txt"]])
def test_a_refused_address_keeps_its_password_to_itself(capsys, address, others):
    assert main(["read", address, *others]) == 1
    said = capsys.readouterr()
    assert "hunt" not in said.out + said.err and "er2" not in said.out + said.err


def test_a_limit_names_what_is_needed(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("Oman may sign.\n" * 9, encoding="utf-8")
    assert main(["read", str(path), "--limit", "bytes=10"]) == 1
    assert f"--limit bytes={9 * 15}" in capsys.readouterr().err
    assert "bytes=" not in Limits().over("seconds", "x takes longer")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_opened_is_named(tmp_path, capsys):
    (tmp_path / "a.txt").write_text(SENTENCES[0], encoding="utf-8")
    shut = tmp_path / "shut"
    shut.mkdir()
    shut.chmod(0)
    code = main(["read", str(tmp_path)])
    shut.chmod(0o700)
    assert code == 1 and "shut" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.json", '{"format": "demarche reading 2", "claims": ['),
        ("r.json", "Oman may sign the treaty next week."),
        ("r.txt", ' \n{"format": 1'),
        ("r.txt", '\ufeff[{"id": 1}'),
    ],
)
def test_broken_json_is_never_read_as_an_article(tmp_path, capsys, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    argv = ["claims", "accept", str(path), "--id", "p1s1c1", "--ledger", str(tmp_path / "l.sqlite")]
    assert main(argv) == 1
    assert "JSON" in capsys.readouterr().err


def test_accept_takes_a_day_where_the_reading_has_none(tmp_path, capsys):
    pytest.importorskip("sqlalchemy")
    path = tmp_path / "a.txt"
    path.write_text("Fiji is unlikely to recall its envoy.", encoding="utf-8")
    held = ["--ledger", str(tmp_path / "l.sqlite"), "--source", "paper", "--id", "p1s1c1"]
    assert main(["claims", "accept", str(path), *held]) == 1
    assert main(["claims", "accept", str(path), *held, "--date", "2999-01-01"]) == 1
    assert "lies ahead" in capsys.readouterr().err
    assert main(["claims", "accept", str(path), *held, "--date", "2026-03-04"]) == 0
    assert "1 entered" in capsys.readouterr().out


def test_accept_does_not_move_the_day_of_a_reading(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("Fiji will recall its envoy next week.", encoding="utf-8")
    assert main(["read", str(path), "--json", "--date", "2026-03-04"]) == 0
    read = tmp_path / "r.json"
    read.write_text(capsys.readouterr().out, encoding="utf-8")
    argv = ["claims", "accept", str(read), "--id", "p1s1c1", "--source", "x"]
    assert main([*argv, "--date", "2026-04-04", "--ledger", str(tmp_path / "l.sqlite")]) == 1
    assert "read the article again" in capsys.readouterr().err


def test_a_cut_quote_is_no_proposition(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text(
        "After many weeks of talks in three cities, of which little was heard by anyone outside, "
        "the two governments will probably sign the treaty on the river and its many dams.",
        encoding="utf-8",
    )
    argv = [
        "claims",
        "accept",
        str(path),
        "--id",
        "p1s1c1",
        "--source",
        "x",
        "--date",
        "2026-03-04",
    ]
    assert main([*argv, "--ledger", str(tmp_path / "l.sqlite")]) == 1
    assert "--word p1s1c1=" in capsys.readouterr().err
