"""The cases that ship, the template, and the words in which they are written."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from demarche.cases import (
    find_case,
    load_case,
    load_outcomes,
    outcome_ids,
    parse_case,
    shipped_case,
    shipped_ids,
    template,
)
from demarche.errors import CaseError, DataError, QuestionError
from demarche.record import load_episodes
from demarche.terms import NO_TRIGGER
from tests.builders import put, template_data, toml

ROOM = resources.files("demarche.cases")
IDS = shipped_ids()
FILES = {f"{id}": (ROOM / "shipped_cases" / f"{id}.toml").read_text("utf-8") for id in IDS}
OUTCOMES = {f"{id}": (ROOM / "outcomes" / f"{id}.toml").read_text("utf-8") for id in outcome_ids()}
LOADED = re.compile(
    r"\b(regimes?|terrorist(?:s|ic)?|genocid(?:e|al)|zionis[tm]s?|apartheid|puppets?|prox(?:y|ies)|"
    r"stooges?|lackeys?|henchm[ae]n|thugs?|butchers?|tyran(?:t|ts|ny|nical)|dictators?|despots?|"
    r"warmonger\w*|rogue|barbar\w+|savages?|bloodthirsty|fanatic\w*|evil|infidels?|imperialis[tm]s?|"
    r"neo-?nazis?|nazis?|so-called|occupiers?|oppressors?|martyr\w*|resistance axis|axis of \w+|"
    r"freedom fighters?|liberators?|aggressors?|cron(?:y|ies)|kleptocra\w+|mullahs?)\b",
    re.IGNORECASE,
)


def ours(value):
    """Return every text of a file that we wrote: all but titles and addresses of sources."""
    if isinstance(value, dict):
        named = "publisher" in value
        for key, item in value.items():
            if not (named and key in ("title", "url", "publisher", "author")):
                yield from ours(item)
    elif isinstance(value, list):
        for item in value:
            yield from ours(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_no_loaded_word_in_a_case(text):
    found = [word for line in ours(tomllib.loads(text)) for word in LOADED.findall(line)]
    notes = [word for line in text.splitlines() if line.startswith("#")
             for word in LOADED.findall(line)]  # fmt: skip
    assert not found + notes


@pytest.mark.parametrize("text", OUTCOMES.values(), ids=OUTCOMES)
def test_no_loaded_word_in_outcomes(text):
    assert not [word for line in ours(tomllib.loads(text)) for word in LOADED.findall(line)]


@pytest.mark.parametrize("word", ["regime", "terrorist", "genocidal", "Zionist", "apartheid",
                                  "puppet", "proxy", "proxies"])  # fmt: skip
def test_the_list_of_loaded_words_finds_them(word):
    assert LOADED.search(f"an {word}, as they say")
    assert not LOADED.search("regimen, approximate, evildoing, devil")


@pytest.mark.parametrize("id", IDS)
def test_a_shipped_case_holds_what_an_answer_needs(id):
    case = shipped_case(id)
    assert case.id == id, "the file is called otherwise than the case"
    known = frozenset(episode.id for episode in load_episodes())
    assert set(case.exclude_episodes) <= known
    assert case.courses_of(case.question.actor)
    assert case.question.trigger != NO_TRIGGER, "no Y to ask about"
    assert case.features(actor=case.question.actor, trigger=case.question.trigger), (
        "no situation: the outside view would stand empty"
    )
    assert all(trigger.rule.strip() for trigger in case.triggers)
    assert case.sources
    assert case.evidence
    assert max(course.rung for course in case.courses) < len(case.ladder)
    for actor in case.deciding():
        assert actor.rule, f"{actor.id} decides by no declared rule"
        assert actor.rule_because.strip(), f"no reason for the rule of {actor.id}"


@pytest.mark.parametrize("id", IDS)
def test_every_evidence_item_of_a_shipped_case_is_used_or_names_a_source_that_is_dated(id):
    case = shipped_case(id)
    sources = {source.id: source for source in case.sources}
    assert all(item.date <= case.question.as_of for item in case.evidence)
    assert {item.source for item in case.evidence} <= set(sources)
    used = {item.source for item in case.evidence} | {claim.source for claim in case.claims}
    assert set(sources) <= used, f"sources nothing rests on: {sorted(set(sources) - used)}"


@pytest.mark.parametrize("id", IDS)
def test_outcomes_of_a_shipped_case_hold_together_and_lie_after_its_date(id):
    if id not in outcome_ids():
        with pytest.raises(DataError, match="no outcomes file"):
            load_outcomes(shipped_case(id))
        return
    case = shipped_case(id)
    found = load_outcomes(case)
    assert found.outcomes
    for window in found.outcomes:
        assert window.window_start >= case.question.as_of, "known when the question was asked"


def test_every_outcomes_file_belongs_to_a_shipped_case():
    assert set(outcome_ids()) <= set(IDS)


def test_the_first_case_and_four_with_known_outcomes_ship():
    assert "regional-war" in IDS
    assert len(set(IDS) & set(outcome_ids()) - {"regional-war"}) >= 4


def test_the_template_is_a_case_that_passes_and_says_where_each_table_stands():
    case = parse_case(template(), file="template.toml")
    assert case.deciding()
    for table in ("actors", "issues", "factions", "courses", "triggers", "situations", "unlisted"):
        assert f"[[{table}]]" in template()


def test_a_case_is_found_by_id_and_by_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(template(), encoding="utf-8")
    assert find_case(str(path)) == load_case(path)
    assert find_case(IDS[0]) is shipped_case(IDS[0])


def test_an_unknown_id_names_the_near_miss_and_all_that_ship():
    with pytest.raises(QuestionError, match="Did you mean 'regional-war'") as caught:
        find_case("regional-wars")
    assert all(id in str(caught.value) for id in IDS)


@pytest.mark.parametrize("name", ["./none.toml", "none.toml", "a/b"])
def test_a_missing_path_is_no_unknown_id(name):
    with pytest.raises(CaseError, match="no such file"):
        find_case(name)


BAD_OUTCOMES = {
    "not TOML": ("case = ", "not valid TOML"),
    "another case": ('case = "other"\ncoded = 2024-01-01\nnote = ""\nsources = []\noutcomes = []\n',
                     "is for case 'other'"),
    "unknown key": ('case = "my-case"\nkase = 1\ncoded = 2024-01-01\nnote = ""\nsources = []\n'
                    'outcomes = []\n', "kase"),
    "not UTF-8": (b'case = "\xff"\n', "UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD_OUTCOMES.values(), ids=BAD_OUTCOMES)
def test_bad_outcomes_are_refused_in_words(tmp_path, small_case, text, said):
    path = tmp_path / "outcomes.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=said):
        load_outcomes(small_case, path=path)


WINDOW = """case = "my-case"
coded = 2024-06-01
note = ""
[[sources]]
id = "s"
title = "t"
publisher = "p"
[[outcomes]]
id = "w"
trigger = "{trigger}"
window_start = 2024-02-01
window_days = 90
rule_met = "yes"
what = "It closed."
source = "s"
courses = [{courses}]
"""
ROW = '{{ course = "{0}", value = "{1}", source = "{2}"{3} }}'
GOOD = [ROW.format(id, "no", "s", "") for id in ("talks", "sanctions", "force")]
BAD_WINDOWS = {
    "course missing": (GOOD[:2], "course 'force' is missing"),
    "course twice": ([*GOOD, GOOD[0]], "course 'talks' is given twice"),
    "unknown course": ([*GOOD, ROW.format("forse", "no", "s", "")], "Did you mean 'force'"),
    "unknown source": ([*GOOD[:2], ROW.format("force", "no", "x", "")], "source 'x' is not"),
    "yes without a date": ([*GOOD[:2], ROW.format("force", "yes", "s", "")], "exactly for yes"),
    "no with a date": (
        [*GOOD[:2], ROW.format("force", "no", "s", ", date = 2024-02-02")], "exactly for yes"),
    "date outside": (
        [*GOOD[:2], ROW.format("force", "yes", "s", ", date = 2025-02-02")], "outside the window"),
    "maybe": ([*GOOD[:2], ROW.format("force", "maybe", "s", "")], "courses"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), BAD_WINDOWS.values(), ids=BAD_WINDOWS)
def test_a_window_that_does_not_fit_the_case_is_refused(tmp_path, small_case, rows, said):
    path = tmp_path / "outcomes.toml"
    good = WINDOW.format(trigger="closure", courses=", ".join(GOOD))
    path.write_text(good, encoding="utf-8")
    assert load_outcomes(small_case, path=path).outcomes[0].trigger == "closure"
    path.write_text(WINDOW.format(trigger="closure", courses=", ".join(rows)), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(said)):
        load_outcomes(small_case, path=path)


def test_outcomes_of_an_unknown_trigger_are_refused_with_the_file_named(tmp_path, small_case):
    path = tmp_path / "outcomes.toml"
    path.write_text(WINDOW.format(trigger="closing", courses=", ".join(GOOD)), encoding="utf-8")
    with pytest.raises(DataError, match=r"outcomes\.toml: .*'closing'"):
        load_outcomes(small_case, path=path)


def test_a_shipped_case_is_read_only():
    case = shipped_case("regional-war")
    with pytest.raises(AttributeError):
        case.title = "x"
    assert shipped_case("regional-war") is case
    assert toml(put(template_data(), "title", "x")) != template()
