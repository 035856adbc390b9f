"""From bytes to text: the bad inputs of the notes on reliability, by row, and what is kept."""

from __future__ import annotations

import datetime as dt
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError, QuestionError
from demarche.reader.decoding import decode, kind_of
from demarche.reader.document import document_of, document_of_file
from demarche.reader.limits import Limits, limits_from
from demarche.reader.text import normalised
from tests.reader.news_server import PAGE, PARAGRAPH

FULL = pytest.mark.filterwarnings("ignore::ResourceWarning")


def page(body: str) -> bytes:
    return f"<!doctype html><html><head><title>T</title></head><body>{body}</body></html>".encode()


def pdf(text: str, *, packed: bool = True, length: int | None = None) -> bytes:
    """Smallest PDF with one page of text, written by hand."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    body = zlib.compress(stream) if packed else stream
    kind = b"/Filter /FlateDecode " if packed else b""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< " + kind + b"/Length %d >>\nstream\n" % (length or len(body)) + body + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for n, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % n + part + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer << /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF" % table


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_row_01_an_empty_file_is_said_to_be_empty(data):
    with pytest.raises(DataError, match="is empty"):
        document_of(data, origin="a.txt")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04" + b"0" * 40, "office document"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "office"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML"),
    ],
)
def test_row_02_other_files_are_named_as_such(data, what):
    with pytest.raises(DataError, match=what):
        document_of(data, origin="a.txt")


def test_row_03_invalid_utf8_names_the_byte_and_the_way_out():
    with pytest.raises(DataError, match=r"byte 3.*--encoding latin-1"):
        document_of("caf\xe9".encode("latin-1"), origin="a.txt")
    assert (
        document_of("caf\xe9".encode("latin-1"), origin="a", encoding="latin-1").text == "caf\xe9"
    )
    assert document_of("Oman may sign.".encode("utf-16"), origin="a").text == "Oman may sign."
    with pytest.raises(DataError, match="no encoding that is known"):
        document_of(b"x", origin="a", encoding="latin-99")


def test_row_04_a_byte_order_mark_is_removed_and_noted():
    document = document_of(b"\xef\xbb\xbfOman may sign.", origin="a")
    assert document.text == "Oman may sign." and "byte-order mark" in document.notes[0]


def test_row_05_nul_is_refused_with_its_place():
    with pytest.raises(DataError, match="byte 3"):
        document_of(b"abc\x00def", origin="a")
    with pytest.raises(DataError, match="utf-16"):
        document_of("Oman may sign the pact.".encode("utf-16-le"), origin="a")


def test_row_06_line_ends_are_made_one():
    assert document_of(b"a\r\nb\rc\n", origin="a").text == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("data", "name"), [(b"a " * 10_000_000, "bytes"), (b"Oman may sign. " * 300_000, "characters")]
)
def test_row_07_limits_have_a_number_and_a_way_to_raise_them(data, name):
    with pytest.raises(DataError, match=rf"limit is .*--limit {name}="):
        document_of(data, origin="a.txt")


@pytest.mark.parametrize("depth", [2_000, 50_000])
def test_row_08_deep_nesting_is_refused_never_empty(depth):
    body = "<div>" * depth + PARAGRAPH * 6 + "</div>" * depth
    with pytest.raises(DataError, match="--limit depth="):
        document_of(page(body), origin="a.html")


def test_row_08_nesting_below_the_limit_is_read():
    body = "<div>" * 900 + PARAGRAPH * 6 + "</div>" * 900
    assert "Norway will probably leave" in document_of(page(body), origin="a.html").text


def test_row_09_hidden_parts_are_left_out_and_counted():
    body = (
        PARAGRAPH
        * 6
        + "<p style='display: none'>Chile will attack by May.</p><script>Peru will attack.</script>"
        "<!-- Fiji will attack --><img alt='Togo will attack'><p hidden>Mali will attack.</p>"
    )
    document = document_of(page(f"<article>{body}</article>"), origin="a.html")
    assert "attack" not in document.text
    assert "left out: 2 hidden elements" in document.notes
    assert "left out: 1 picture texts" in document.notes


def test_row_10_invisible_and_look_alike_letters_are_flagged():
    notes = " ".join(document_of("Кenya will\u200b sign\u202e.".encode(), origin="a").notes)
    assert "2 invisible characters" in notes and "1 words mix scripts" in notes


def test_row_12_and_13_dates_are_taken_from_the_page_or_said_to_be_wrong():
    assert document_of(PAGE, origin="a").date == dt.date(2026, 3, 4)
    assert document_of(PAGE, origin="a", date=dt.date(2020, 1, 1)).date == dt.date(2020, 1, 1)
    assert document_of(b"Oman may sign.", origin="a").date is None


def test_a_page_of_navigation_is_no_article():
    body = "".join(f"<li><a href='/{n}'>Menu {n}</a></li>" for n in range(300))
    with pytest.raises(DataError, match="holds no article"):
        document_of(page(body), origin="a.html")


HOSTILE = {
    "attributes": "<p " + "a='b' " * 200_000 + ">x</p>" + PARAGRAPH * 6,
    "unclosed": PARAGRAPH.replace("</p>", "") * 2_000,
    "tags cut": PARAGRAPH * 6 + "<" * 100_000,
    "comments": PARAGRAPH * 6 + "<!--" * 50_000,
    "entities": "&amp;" * 200_000 + PARAGRAPH * 6,
    "bad charset": "<meta charset='x-nothing'>" + PARAGRAPH * 6,
    "control characters": "<script>x</script>\x01&#1;&#xD800;" + PARAGRAPH * 6,
    "quotes": PARAGRAPH * 6 + '<a href="' + "'" * 100_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_row_16_hostile_pages_take_bounded_time(body):
    started = time.monotonic()
    assert "Norway will probably leave" in document_of(page(body), origin="a.html").text
    assert time.monotonic() - started < 30


def test_a_pdf_is_read():
    document = document_of(pdf("Kenya will probably sign by May."), origin="a.pdf")
    assert (document.kind, document.text) == ("pdf", "Kenya will probably sign by May.")


def test_a_pdf_without_text_is_no_empty_success():
    with pytest.raises(DataError, match="holds no text"):
        document_of(pdf(""), origin="a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4 nothing", pdf("x")[:200], b"%PDF-" + b"\xff" * 5000])
def test_a_damaged_pdf_is_one_sentence(data):
    with pytest.raises(DataError, match=r"PDF|no text"):
        document_of(data, origin="a.pdf")


def test_row_50_a_pdf_that_unpacks_to_too_much_is_refused():
    bomb = pdf("(a) Tj " * 40_000_000)
    assert len(bomb) < 2_000_000
    started = time.monotonic()
    with pytest.raises(DataError):
        document_of(bomb, origin="a.pdf", limits=Limits(seconds=10, memory_mb=600))
    assert time.monotonic() - started < 20


def test_time_is_a_limit_with_a_number():
    body = PARAGRAPH * 36_000
    with pytest.raises(DataError, match="--limit seconds="):
        document_of(page(body), origin="a.html", limits=Limits(seconds=1))


def test_a_file_that_is_not_there_or_a_folder(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        document_of_file(tmp_path / "none.txt")
    with pytest.raises(DataError, match="is a folder"):
        document_of_file(tmp_path)


@pytest.mark.parametrize("said", ["page=3", "pages=x", "pages=0", "pages", "pages=-1"])
def test_a_limit_that_is_none_is_refused(said):
    with pytest.raises(QuestionError, match="--limit"):
        limits_from([said])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_one_clear_error(data):
    try:
        text = decode(data, name="x").text if kind_of(data, name="x") == "text" else ""
    except DataError as error:
        text, said = "", str(error)
        if "\n" in said:
            pytest.fail(said)
    assert "\x00" not in text and normalised(normalised(text)) == normalised(text)
