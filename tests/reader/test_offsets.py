"""The map of offsets from the input to the text that is read, and back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.reader.offsets import mapped
from demarche.reader.text import normalised

MARKS = "\u0301\u0302\u0327"
HIDDEN = "\u00ad\ufeff\u200b"
ODD = st.text(alphabet=f"ae\u00e9 {MARKS}\r\n\u00ad\ufeff\u200b\u00a0x.", max_size=24)


@settings(max_examples=400)
@given(ODD)
def test_every_part_of_the_text_is_the_same_part_of_the_input(text):
    read, offsets = mapped(text)
    for start in range(len(read)):
        for end in range(start + 1, len(read) + 1):
            first, last = offsets.start(start), offsets.end(end)
            assert 0 <= first < last <= len(text)
            if not any(c in MARKS + HIDDEN for c in read[start:end] + text[last : last + 1]):
                assert mapped(text[first:last])[0] == read[start:end]


@settings(max_examples=400)
@given(ODD)
def test_reading_twice_changes_nothing(text):
    assert normalised(normalised(text)) == normalised(text)


@given(ODD, st.integers(0, 3))
def test_characters_in_front_move_every_place(text, count):
    read, offsets = mapped(text)
    moved = offsets.ahead(count)
    for at in range(len(read)):
        assert moved.start(at) == offsets.start(at) + count
        assert moved.end(at + 1) == offsets.end(at + 1) + count
