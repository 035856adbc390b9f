"""No text breaks the event coder, none makes it slow out of proportion, none makes it invent."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.reader.events import code_events
from tests.reader.test_event_coder import check_spans

WORDS = st.sampled_from(
    "Russia France 's Israeli the of and , . to attacked will not by talks with sanctions on Chad "
    'said that who after ( ) " - soldiers ministry Kremlin it its denied if ? May Monday 2024 in '
    "agreed send weapons accused was UN US between A ; : — n't".split()
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text):
    check_spans(code_events(text, published=dt.date(2026, 3, 4)), text)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_any_order_of_words_is_read(words):
    text = " ".join(words)
    check_spans(code_events(text, published=dt.date(2026, 3, 4)), text)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=40), st.dates())
def test_the_same_text_gives_the_same_events(words, day):
    text = " ".join(words)
    assert code_events(text, published=day) == code_events(text, published=day)


SHAPES = [
    "a",
    "Russia attacked France and ",
    "Russia, ",
    "'s",
    "(",
    "to attack ",
    "n",
    "U.S.",
    "of the ",
    "that Russia said ",
    "\u202e",
    "1.1,",
    "attack",
    "Russia's ",
    "- ",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_text_on_one_line_is_read(shape):
    """Cut into pieces, so that time grows with length; bench/skill/events_coder.py measures it."""
    text = shape * (60_000 // len(shape))
    found = code_events(text)
    assert found.sentences >= 1
    check_spans(found, text)


def test_one_event_told_without_end_stays_one_event():
    text = "Russia attacked France and " * 8_000
    (event,) = code_events(text).events
    assert event.count > 7_900
    check_spans(code_events(text), text)


def test_a_megabyte_on_one_line_is_read():
    text = "Russia, " * 125_000
    found = code_events(text)
    assert dict(found.left_out)["sentence cut after its longest length"] > 100
    check_spans(found, text)


@pytest.mark.parametrize(
    "text",
    [
        "Россия заявила, что Франция напала на Чад.",
        "روسيا تهاجم أوكرانيا وإسرائيل تقصف غزة",
        "俄罗斯攻击乌克兰。法国谴责以色列。",
        "La Russie a attaqué l'Ukraine; la France condamne Israël.",
        "Deutschland verurteilt den Angriff Russlands auf die Ukraine.",
        "Rusia atacó a Ucrania y España condenó el ataque de Israel.",
        "Rosja zaatakowała Ukrainę, a Polska potępiła atak.",
        "ロシアがウクライナを攻撃した。",
        "רוסיה תקפה את אוקראינה",
        "Türkiye Suriye'ye saldırdı ve Fransa kınadı.",
    ],
)
def test_other_languages_make_no_events(text):
    assert code_events(text).events == ()
