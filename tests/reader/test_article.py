"""The article of the first case: forward-looking claims listed by hand, found by the reader."""

from __future__ import annotations

import json
from pathlib import Path

from demarche.reader.claims import read_claims
from demarche.reader.document import document_of_file
from demarche.terms.claims import FORECAST_KINDS
from tests.shared import need

LIST = json.loads((Path(__file__).parent / "article_claims.json").read_text(encoding="utf-8"))
FORWARD = {*FORECAST_KINDS, "commitment", "red_line", "threat"}


def matched(document, claims):
    """Listed claims each with the found ones that overlap them, and found ones that meet none."""
    rows = {}
    free = set(range(len(claims)))
    for n, row in enumerate(LIST["claims"]):
        hits = [
            k
            for k, claim in enumerate(claims)
            if min(claim.span.end, row["end"]) - max(claim.span.start, row["start"])
            > 0.5 * (row["end"] - row["start"])
        ]
        rows[n] = hits
        free -= set(hits)
    return rows, free


def found():
    document = document_of_file(need("seed", "article-2023-11.txt"))
    assert document.sha256 == LIST["sha256"]
    claims = [
        claim
        for claim in read_claims(document.text, language="en").claims
        if LIST["first_paragraph"] <= claim.paragraph <= LIST["last_paragraph"]
        and claim.kind in FORWARD
    ]
    return document, claims


def test_all_listed_claims_are_found_and_few_others():
    """Recall 20 of 20; docs/reading.md prints it with the precision."""
    rows, free = matched(*found())
    missed = [n for n, hits in rows.items() if not hits]
    assert not missed, [LIST["claims"][n] for n in missed]
    assert len(free) <= 2


def test_kinds_of_the_listed_claims():
    document, claims = found()
    rows, _ = matched(document, claims)
    right = sum(
        any(claims[k].kind == LIST["claims"][n]["kind"] for k in hits) for n, hits in rows.items()
    )
    assert right >= 0.9 * len(rows)


def test_no_loaded_word_of_the_article_is_the_readers_own():
    _, claims = found()
    for claim in claims:
        assert "regime" not in claim.resolves and "terrorist" not in claim.resolves
