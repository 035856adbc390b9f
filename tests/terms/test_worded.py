"""Ranges from words: the table against its published source, its order, and its refusals."""

from __future__ import annotations

import pickle
from dataclasses import asdict, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import TermError
from demarche.terms import WORDED, Range, WordedRange, check_range, worded_range, worded_table

ROHRMANN = {
    "not at all": 0.0, "slightly": 2.5, "moderately": 5.0, "considerably": 7.6,
    "very much": 8.7, "extremely": 9.6,
}  # fmt: skip
"""Means of words of intensity on a scale from 0 to 10: rohrmannresearch.net/vqs-dat.html."""
AGREEMENT = {"strongly": (0.4, 9.6), "mainly": (2.4, 7.4), "somewhat": (3.2, 6.4)}
"""Means of "... disagree" and "... agree", same page."""


@pytest.mark.parametrize("word", ROHRMANN)
def test_saliences_are_the_published_means(word):
    assert worded_range(word, kind="salience").mode == pytest.approx(ROHRMANN[word] / 10)


@pytest.mark.parametrize("word", AGREEMENT)
def test_positions_are_the_published_means_with_both_sides_averaged(word):
    disagree, agree = AGREEMENT[word]
    mode = worded_range(f"{word} towards the high end", kind="position").mode
    assert mode == pytest.approx(10 * (agree + 10 - disagree) / 2)


@pytest.mark.parametrize("kind", WORDED)
def test_words_rise_and_their_ranges_cover_the_scale_without_gaps(kind):
    rows = list(WORDED[kind].values())
    bounds = (0, 100) if kind == "position" else (0, 1)
    for value in rows:
        check_range(value, low=bounds[0], high=bounds[1], what=kind)
    assert [v.mode for v in rows] == sorted({v.mode for v in rows})
    assert [v.low for v in rows[1:]] == [v.high for v in rows[:-1]]
    assert rows[-1].high == bounds[1]


def test_mirroring_an_issue_mirrors_its_positions():
    here = worded_table("position", low="war", high="peace")
    there = worded_table("position", low="peace", high="war")
    for words, value in here.items():
        if "end" not in words:
            assert tuple(there[words]) == (100 - value.high, 100 - value.mode, 100 - value.low)


REFUSED = {
    "a near miss": ("mainly toward the high end", "Did you mean 'mainly towards the high end'?"),
    "capitals": ("Mainly towards the high end", "Did you mean 'mainly towards the high end'?"),
    "two blanks": ("in the  middle", "Did you mean 'in the middle'?"),
    "another issue's end": ("at victory", "or 'the high end' or 'war' or 'peace'"),
    "a salience": ("extremely", "'somewhat towards'"),
    "nothing": ("", "'in the middle'"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_in_the_table_is_refused_with_the_table(words, said):
    with pytest.raises(TermError) as error:
        worded_range(words, kind="position", low="war", high="peace")
    assert said in str(error.value)


@given(st.text())
def test_no_text_outside_the_table_becomes_a_number(words):
    for kind in WORDED:
        if words not in WORDED[kind]:
            with pytest.raises(TermError):
                worded_range(words, kind=kind)


def test_a_worded_range_is_a_range_that_keeps_its_words_when_copied():
    value = worded_range("weak", kind="capability")
    assert value == Range(*value)
    assert hash(value) == hash(Range(*value))
    assert pickle.loads(pickle.dumps(value)).words == "weak"
    assert value._replace(high=0.5).words == ""
    assert Range(1, 2, 3).words == ""

    @dataclass
    class Held:
        at: WordedRange

    assert asdict(Held(at=value))["at"] == value
