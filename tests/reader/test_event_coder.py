"""The event coder: who did what to whom, when and in which mode, with the place of every word."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from demarche.reader.events import code_events
from demarche.reader.events.coder import neutral_label
from demarche.terms.codebooks import CAMEO, PLOVER_TYPES, SECTORS
from demarche.terms.loaded import loaded_words
from demarche.terms.reading_events import EVENT_MODES, CodedEvents, GivenActor

WEDNESDAY = dt.date(2026, 3, 4)
CODES = [
    line.split(" ", 1)
    for line in (Path(__file__).parent / "event_codes.txt").read_text("utf-8").splitlines()
]


def coded(text: str, **options: object) -> list[tuple[str | None, str, str | None, str]]:
    """Actor, CAMEO code, recipient, mode of every event."""
    found = code_events(text, **options)  # type: ignore[arg-type]
    return [
        (e.actor.code, e.cameo, e.recipient.code if e.recipient else None, e.mode)
        for e in found.events
    ]


def check_spans(found: CodedEvents, text: str) -> None:
    """Every span holds the words it says."""
    for event in found.events:
        sides = [event.actor.found, *([event.recipient.found] if event.recipient else [])]
        others = [w for w in (event.date.found, event.said_by) if w is not None]
        for words in (*sides, *others, event.trigger, event.found, *event.mentions):
            assert text[words.start : words.end] == words.words
        assert event.mode in EVENT_MODES
        assert event.event is None or event.event in PLOVER_TYPES
        assert event.label == CAMEO[event.cameo].label
        assert event.actor.sector is None or event.actor.sector in SECTORS
        assert event.found in event.mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chad attacked Niger.", [("CHD", "190", "NER")]),
        ("Niger was attacked by Chad.", [("TCD", "190", "NER")]),
        ("An attack by Chad on Niger was reported.", [("TCD", "190", "NER")]),
        ("Chad's attack on Niger was reported.", [("TCD", "190", "NER")]),
        ("The Chadian attack on Niger was reported.", [("TCD", "190", "NER")]),
        ("Talks between Chad and Niger began.", [("TCD", "040", "NER"), ("NER", "040", "TCD")]),
        ("Chad and Niger met.", [("TCD", "040", "NER"), ("NER", "040", "TCD")]),
        ("US-China trade talks began.", [("USA", "046", "CHN"), ("CHN", "046", "USA")]),
        (
            "Chad, Niger and Mali condemned Togo.",
            [("TCD", "111", "TGO"), ("NER", "111", "TGO"), ("MLI", "111", "TGO")],
        ),
        (
            "Chad condemned Togo and sent weapons to Niger.",
            [("TCD", "111", "TGO"), ("TCD", "072", "NER")],
        ),
        ("Chad condemned Togo, Niger said.", [("TCD", "111", "TGO")]),
        ("According to Niger, Chad condemned Togo.", [("TCD", "111", "TGO")]),
        ("Chad, which attacked Niger, has left.", [("TCD", "190", "NER")]),
        ("The Kremlin criticised London.", [("RUS", "111", "GBR")]),
        ("The president of Egypt visited Libya.", [("EGY", "042", "LBY")]),
        ("Somaliland signed an agreement with Ethiopia.", [("Somaliland", "057", "ETH")]),
        ("Taiwan thanked Paraguay.", [("TWN", "051", "PRY")]),
        ("Kosovo recognised Palestine.", [("XKX", "054", "PSE")]),
        ("Hezbollah fired rockets at Israel.", [("HEZ", "194", "ISR")]),
    ],
)
def test_who_did_what_to_whom(text, expected):
    expected = [(a.replace("CHD", "TCD"), code, b, "happened") for a, code, b in expected]
    assert coded(text) == expected


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("Chad attacked Niger.", "happened"),
        ("Chad will attack Niger.", "planned"),
        ("Chad is about to attack Niger.", "planned"),
        ("Chad may attack Niger.", "hypothetical"),
        ("Chad will attack Niger if the talks fail.", "hypothetical"),
        ("Did Chad attack Niger?", "hypothetical"),
        ("If Chad attacks Niger, Mali will act.", "hypothetical"),
        ("Chad did not attack Niger.", "denied"),
        ("Chad has never attacked Niger.", "denied"),
        ("Chad denied attacking Niger.", "denied"),
        ("Chad denied that it had attacked Niger.", "denied"),
        ("Chad denied it had attacked Niger.", "denied"),
        ("Chad denied its army had attacked Niger.", "denied"),
        ("Chad has yet to attack Niger.", "denied"),
        ("Chad is believed to have attacked Niger.", "happened"),
        ("Chad is expected to attack Niger.", "planned"),
        ("Chad attacked Niger in 1987.", "past"),
        ("Chad attacked Niger two years ago.", "past"),
    ],
)
def test_modes(text, mode):
    assert coded(text, published=WEDNESDAY) == [("TCD", "190", "NER", mode)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Chad threatened to attack Niger.", "1384"),
        ("Chad threatened Niger with sanctions.", "1312"),
        ("Chad urged Niger to release the prisoners.", "0253"),
        ("Chad demanded that Niger release the prisoners.", "1053"),
        ("Chad refused to release prisoners to Niger.", "1243"),
        ("Chad agreed to send food aid to Niger.", "0333"),
        ("Chad called on Niger to lift sanctions.", "0254"),
        ("Chad suspended talks with Niger.", "164"),
        ("Chad stopped supplying weapons to Niger.", "1622"),
        ("Chad lifted sanctions on Niger.", "085"),
        ("Chad will not send weapons to Niger.", "1222"),
        ("Chad accused Niger of spying.", "1125"),
        ("Chad urged Niger not to attack Mali.", "0256"),
        ("Chad promised not to attack Niger.", "030"),
        ("Chad promised it would not send weapons to Niger.", "1222"),
    ],
)
def test_acts_within_acts(text, code):
    assert coded(text) == [("TCD", code, "NER", "happened")]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Chad attacked Niger on Monday.", "2026-03-02", "2026-03-02"),
        ("Chad attacked Niger on Wednesday.", "2026-03-04", "2026-03-04"),
        ("Chad attacked Niger yesterday.", "2026-03-03", "2026-03-03"),
        ("Chad attacked Niger last week.", "2026-02-23", "2026-03-01"),
        ("Chad attacked Niger in February.", "2026-02-01", "2026-02-28"),
        ("Chad attacked Niger on 3 March 2024.", "2024-03-03", "2024-03-03"),
        ("Chad attacked Niger on March 3, 2024.", "2024-03-03", "2024-03-03"),
        ("Chad attacked Niger in December.", "2025-12-01", "2025-12-31"),
        ("Chad attacked Niger three days ago.", "2026-03-01", "2026-03-01"),
        ("Chad will visit Niger next month.", "2026-04-01", "2026-04-30"),
    ],
)
def test_dates_are_intervals_counted_from_the_day_of_publication(text, start, end):
    (event,) = code_events(text, published=WEDNESDAY).events
    assert (str(event.date.start), str(event.date.end)) == (start, end)


def test_without_a_day_of_publication_relative_dates_stay_open_and_say_so():
    found = code_events("Chad attacked Niger on Monday.")
    (event,) = found.events
    assert (event.date.start, event.date.end, event.date.flags) == (None, None, ("no_published",))
    assert event.date.found is not None and event.date.found.words == "on Monday"
    assert found.notes


def test_a_speaker_is_not_the_actor_and_is_named():
    (event,) = code_events("Chad attacked Niger, the Malian army said on Monday.").events
    assert event.said_by is not None and event.said_by.words == "Malian army"


def test_organs_keep_their_state_and_their_sector():
    (event,) = code_events("Egyptian soldiers arrested two Libyan journalists.").events
    assert (event.actor.country, event.actor.sector) == ("EGY", "military")
    assert event.recipient is not None
    assert (event.recipient.country, event.recipient.sector) == ("LBY", "media")


def test_an_organ_inherits_the_only_country_around_and_says_so():
    (event,) = code_events("In Sudan, police arrested opposition leaders on Monday.").events
    assert (event.actor.code, event.actor.how) == ("SDN", "inherited")
    assert any("taken from the text around" in doubt for doubt in event.doubts)


def test_an_office_holder_named_earlier_stands_for_the_state_and_the_name_is_not_kept():
    text = "Kenyan President Adam Otieno visited Uganda. Otieno criticised Tanzania."
    events = code_events(text).events
    assert [(e.actor.code, e.cameo) for e in events] == [("KEN", "042"), ("KEN", "111")]
    assert events[1].actor.how == "named earlier"
    assert "Otieno" not in events[0].actor.found.words + events[0].as_coded + events[1].as_coded


def test_private_persons_are_no_actors():
    assert coded("Jane Miller criticised John Smith.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Turkish-backed rebels attacked the village.",
        "Pro-Russian demonstrators praised France.",
        "The anti-Israel march criticised nobody.",
        "Bank of China criticised Air France.",
        "Michael Jordan visited New Mexico.",
        "The Washington Post criticised the Times of India.",
        "He speaks French and criticised the Swiss.",
        "Tutsis and Hutus attacked the village.",
        "Turkey, ham and cheese.",
        "",
        "    \n\n  ",
    ],
)
def test_what_is_no_actor_makes_no_event_between_states(text):
    assert [row for row in coded(text) if row[0] and row[2] and row[0] != row[2]] == []


def test_the_same_event_told_again_is_counted_once():
    text = (
        "Chad attacked Niger on Monday.\n\nNiger said that Chad had attacked Niger. "
        "Chad's attack on Niger was condemned by Mali."
    )
    found = code_events(text, published=WEDNESDAY)
    attacks = [e for e in found.events if e.cameo == "190"]
    assert len(attacks) == 1 and attacks[0].count == 3
    assert dict(found.left_out)["told again, merged"] == 2
    check_spans(found, text)


def test_different_days_are_different_events():
    text = "Chad shelled Niger on Monday. Chad shelled Niger on Tuesday."
    assert len(code_events(text, published=WEDNESDAY).events) == 2


def test_both_sides_are_the_two_states_named_most():
    text = (
        "Chad accused Niger of arming rebels in Mali. Niger denied it. Chad recalled its envoy. "
        "The African Union urged both sides to negotiate."
    )
    last = [row for row in coded(text) if row[0] == "AU"]
    assert last == [("AU", "026", "TCD", "happened"), ("AU", "026", "NER", "happened")]


def test_given_actors_go_first():
    actors = [GivenActor(names=("Gondor", "Minas Tirith"), code="GON", country="GON")]
    assert coded("Gondor attacked France.", actors=actors) == [("GON", "190", "FRA", "happened")]
    assert coded("Gondor attacked France.") == []


def test_loaded_words_of_a_text_do_not_reach_the_coded_words():
    text = "Chad's brutal regime launched an unprovoked terrorist attack on Niger."
    for event in code_events(text).events:
        assert not loaded_words(event.as_coded)


@pytest.mark.parametrize("code", CAMEO)
def test_no_code_is_worded_with_a_loaded_word(code):
    assert not loaded_words(neutral_label(code))


def test_spans_count_code_points_of_the_text_as_given():
    text = "\ufeff🙂 « À Paris », puis: Chad attacked Niger’s army — again.\r\nChad met Mali."
    found = code_events(text)
    assert len(found.events) == 2
    check_spans(found, text)


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("Putin praised Chad.", dt.date(2024, 3, 1), "RUS"),
        ("Vladimir Putin praised Chad.", dt.date(2024, 3, 1), "RUS"),
        ("Stoltenberg praised Chad.", dt.date(2020, 3, 1), "NAT"),
        ("Stoltenberg praised Chad.", dt.date(1999, 3, 1), None),
        ("Melania Trump praised Chad.", dt.date(2018, 3, 1), None),
        ("President Trump praised Chad.", dt.date(2018, 3, 1), "USA"),
        ("President Trump praised Chad.", dt.date(2010, 3, 1), None),
    ],
)
def test_a_name_stands_for_an_office_in_its_years_only(text, day, expected):
    found = coded(text, published=day)
    assert found == ([(expected, "051", "TCD", "happened")] if expected else [])
    for event in code_events(text, published=day).events:
        assert any("known by name" in doubt for doubt in event.doubts)
        assert event.actor.name in ("Russia", "United States", "North Atlantic Treaty Organization")


def test_a_month_is_no_march():
    assert coded("Chad visited Niger, Mali and Togo on March 22.", published=WEDNESDAY) == [
        ("TCD", "042", other, "happened") for other in ("NER", "MLI", "TGO")
    ]


@pytest.mark.parametrize(("code", "text"), CODES, ids=[text for _, text in CODES])
def test_codes_that_can_come_out(code, text):
    assert ("PER", code, "GHA") in {(a, cameo, b) for a, cameo, b, _ in coded(text)}


def test_codes_of_nearly_all_roots_can_come_out():
    assert len({code for code, _ in CODES}) > 140
    assert {code[:2] for code, _ in CODES} == {f"{n:02d}" for n in range(1, 21)}
