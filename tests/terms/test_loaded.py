"""The list of loaded words: counted by form, sorted, and no neutral alternative is loaded."""

from __future__ import annotations

import time

from demarche.terms.loaded import LOADED, loaded_words


def test_every_word_counts_its_own_forms_and_words_are_unique_and_sorted():
    names = [row.word for row in LOADED]
    assert names == sorted(names) and len(set(names)) == len(names)
    for row in LOADED:
        assert (row.word, 1) in loaded_words(f"They said {row.word} again.")


def test_no_alternative_is_loaded():
    for row in LOADED:
        assert not loaded_words(row.instead), row.word


def test_inner_parts_of_words_do_not_count():
    assert loaded_words("regimen, heroin, mobile, evilly, pre-regime-x") == ()


def test_long_text_takes_bounded_time():
    started = time.perf_counter()
    loaded_words("a" * 1_000_000 + " terror" * 100_000)
    assert time.perf_counter() - started < 20
