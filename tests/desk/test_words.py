"""Questions in words: read as meant, or refused with what is known; never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demarche.cases import shipped_case, shipped_ids
from demarche.desk.words import understand
from demarche.errors import QuestionError
from demarche.terms import NO_TRIGGER

READ = {
    "regional-war": [
        "the war becomes regional", "the war in Gaza became regional", "the war goes regional",
        "the Gaza war turns into a regional war", "the war spreads across the region",
        "the conflict spread across the region", "war on Palestine goes regional",
        "a wider regional war breaks out", "THE WAR BECOMES REGIONAL",
    ],
    "israel-hezbollah-war": [
        "Israel invades Lebanon", "Israel invaded Lebanon", "Israel and Hezbollah go to war",
        "Israel launched a ground operation in Lebanon", "war breaks out with Hezbollah",
        "there is a ground war between Israel and Hizbullah",
    ],
    "israel-iran-strikes": [
        "Israel attacks Iran", "Israel attacked Iran", "Iran attacks Israel",
        "Israel and Iran strike each other", "Israel bombed Iran", "Iran fires missiles at Israel",
        "Israel and Iran exchange strikes", "Israel attacks Ir\u00e1n",
    ],
    "us-iran-combat": [
        "the United States attacks Iran", "the US attacks Iran", "America bombed Iran",
        "Washington and Tehran go to war", "the U.S. and Iran go to war", "US strikes Iran",
        "there is direct combat between the United States and Iran",
    ],
}  # fmt: skip
CONDITIONS = [(trigger, words) for trigger, phrases in READ.items() for words in phrases]
FORMS = [
    "What would Russia do if {}?",
    "what will russia do if {}",
    "If {}, what would Russia do?",
    "How would Moscow respond if {}?",
    "How might the Kremlin react in case {}?",
    "What does the Russian Federation do once {}?",
    "In the event that {}, what would Russia do?",
    "Assuming that {}, what will Russia do?",
]
ACTORS = {
    "RUS": ["Russia", "Moscow", "the Kremlin", "the Russian government", "RUS"],
    "USA": ["the United States", "the US", "Washington", "America"],
    "ISR": ["Israel", "ISR"],
    "IRN": ["Iran", "Tehran", "the Islamic Republic of Iran"],
    "HZB": ["Hezbollah", "Hizbullah"],
}


@pytest.mark.parametrize(("trigger", "words"), CONDITIONS, ids=[words for _, words in CONDITIONS])
def test_a_paraphrase_of_a_trigger_is_read_as_that_trigger(regional, trigger, words):
    for form in FORMS[:3]:
        read = understand(form.format(words), cases=[regional])
        assert (read.actor.id, read.trigger.id) == ("RUS", trigger), form.format(words)


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_the_question_does_not_change_what_it_means(regional, form):
    for trigger, (words, *_) in READ.items():
        read = understand(form.format(words), cases=[regional])
        assert (read.actor.id, read.trigger.id) == ("RUS", trigger), form.format(words)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_name_of_an_actor_is_read_as_that_actor(regional, actor):
    for name in ACTORS[actor]:
        read = understand(f"What would {name} do if the war becomes regional?", cases=[regional])
        assert (read.actor.id, read.trigger.id) == (actor, "regional-war"), name
        assert read.actor.name in read.text
        assert "regional-war" in read.text


def test_a_question_may_name_its_actor_in_the_condition_too(regional):
    read = understand("What would Israel do if Iran attacks Israel?", cases=[regional])
    assert (read.actor.id, read.trigger.id) == ("ISR", "israel-iran-strikes")
    read = understand("What would Iran do if Israel attacks it?", cases=[regional])
    assert (read.actor.id, read.trigger.id) == ("IRN", "israel-iran-strikes")


def test_war_in_the_main_clause_is_not_the_condition(regional):
    read = understand("Would Russia go to war if Israel attacks Iran?", cases=[regional])
    assert read.trigger.id == "israel-iran-strikes"


def test_should_may_open_a_condition_or_stand_in_the_main_clause(regional):
    for text in (
        "Should Israel attack Iran, what would Russia do?",
        "How might Russia react should Israel attack Iran?",
        "What should one expect of Russia if Israel attacks Iran?",
    ):
        assert understand(text, cases=[regional]).trigger.id == "israel-iran-strikes", text


def test_a_question_without_a_condition_asks_without_a_trigger(regional):
    read = understand("What will Russia do?", cases=[regional])
    assert read.trigger.id == NO_TRIGGER
    assert "no trigger" in read.text


@pytest.mark.parametrize("id", shipped_ids())
def test_every_alias_of_every_trigger_of_a_case_is_read_as_that_trigger(id):
    """What the case says of itself must be understood, the words for no trigger included."""
    case = shipped_case(id)
    name = case.actor(case.question.actor).name
    wrong = []
    for trigger in case.triggers:
        for words in (trigger.label, *trigger.aliases):
            if words == "no trigger":
                continue
            try:
                read = understand(f"What would {name} do if {words}?", cases=[case]).trigger.id
            except QuestionError as error:
                read = str(error).splitlines()[0]
            if read != trigger.id:
                wrong.append(f"{words!r} is {trigger.id}, read as {read}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("id", shipped_ids())
def test_the_question_of_a_shipped_case_finds_that_case_among_all(id):
    """Its own words, whatever other cases ship."""
    case = shipped_case(id)
    name = case.actor(case.question.actor).name
    label = case.trigger(case.question.trigger).label
    cases = [shipped_case(other) for other in shipped_ids()]
    read = understand(f"What would {name} do if {label}?", cases=cases)
    assert (read.case.id, read.trigger.id) == (id, case.question.trigger)


NEGATED = [
    "Israel did not attack Iran",
    "the war doesn't become regional",
    "the war does not become regional",
    "no regional war breaks out",
    "Israel never attacks Iran",
]


@pytest.mark.parametrize("words", NEGATED)
def test_a_negated_condition_is_not_read_as_its_opposite(regional, words):
    try:
        read = understand(f"What would Russia do if {words}?", cases=[regional])
    except QuestionError:
        return
    assert read.trigger.id == NO_TRIGGER


OTHERS = ["Iran attacks Turkey", "Iran attacks Iraq", "Ukraine attacks Russia",
          "Egypt invades Lebanon", "China invades Taiwan", "Russia invades Lebanon",
          "Turkey attacks Iran"]  # fmt: skip


@pytest.mark.parametrize("words", OTHERS)
def test_an_event_between_others_is_not_read_as_a_known_trigger(regional, words):
    with pytest.raises(QuestionError):
        understand(f"What would Russia do if {words}?", cases=[regional])


NONSENSE = ["the moon turns blue", "colourless green ideas sleep furiously", "xyzzy", "42",
            "the price of tea falls", "\u0438 \u0442\u0430\u043a \u0434\u0430\u043b\u0435\u0435",
            "a" * 5000, "," * 2000]  # fmt: skip


@pytest.mark.parametrize("words", NONSENSE, ids=lambda words: words[:20])
def test_a_condition_nobody_knows_is_refused_with_the_triggers_that_are_known(regional, words):
    with pytest.raises(QuestionError) as caught:
        understand(f"What would Russia do if {words}?", cases=[regional])
    for trigger in READ:
        assert trigger in str(caught.value)


@pytest.mark.parametrize("name", ["Narnia", "Atlantis", "the Moon", "Syria", "Egypt", "RU", ""])
def test_an_actor_that_cannot_be_asked_about_is_refused_with_those_that_can(regional, name):
    """Syria and Egypt are in the case, but have no courses of their own."""
    with pytest.raises(QuestionError) as caught:
        understand(f"What would {name} do if the war becomes regional?", cases=[regional])
    for known in ("Russia (RUS)", "United States (USA)", "Israel (ISR)", "Iran (IRN)"):
        assert known in str(caught.value)


@pytest.mark.parametrize("text", ["", "?", "   ", "if", "If?", "if, then", "What would do if?"])
def test_no_question_at_all_is_refused_and_shows_how_to_ask(regional, text):
    with pytest.raises(QuestionError, match="Ask like this"):
        understand(text, cases=[regional])


def test_two_equal_readings_are_both_listed_and_none_is_taken(regional):
    twin = replace(regional, id="twin")
    with pytest.raises(QuestionError, match="more than one way") as caught:
        understand("What would Russia do if the war becomes regional?", cases=[regional, twin])
    assert "demarche ask regional-war --actor RUS --if regional-war" in str(caught.value)
    assert "demarche ask twin --actor RUS --if regional-war" in str(caught.value)


def test_a_condition_that_fits_two_triggers_lists_both(regional):
    with pytest.raises(QuestionError, match="more than one way") as caught:
        understand("What would Russia do if war breaks out?", cases=[regional])
    assert str(caught.value).count("--if ") >= 2


def test_part_of_a_longer_word_is_no_name(regional):
    with pytest.raises(QuestionError):
        understand("What would Usain do if the war becomes regional?", cases=[regional])


def test_the_template_is_understood_too(small_case):
    read = understand("What would Northland do if the strait is closed?", cases=[small_case])
    assert (read.actor.id, read.trigger.id) == ("NLD-X", "closure")
    read = understand("What would Southland do if it closes the strait?", cases=[small_case])
    assert read.actor.id == "SLD-X"
