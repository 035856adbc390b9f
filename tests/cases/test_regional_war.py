"""The first case: what the question and its source require it to hold, one test each."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources

import pytest

from demarche.terms import COURSE_KINDS, PLOVER, STATEMENTS_ONLY
from tests.shared import need

TEXT = (resources.files("demarche.cases") / "shipped_cases" / "regional-war.toml").read_text(
    "utf-8"
)
TRIGGERS = ("regional-war", "israel-hezbollah-war", "israel-iran-strikes", "us-iran-combat")


def test_asked_as_of_1_november_2023_for_90_days(regional):
    assert regional.question.as_of == dt.date(2023, 11, 1)
    assert regional.question.horizon_days == 90
    assert regional.question.trigger == "regional-war"
    assert regional.question.actor == "RUS"


@pytest.mark.parametrize("id", "RUS USA ISR IRN SYR HZB HAM PSE TUR SAU EGY CHN UKR NATO".split())
def test_every_actor_of_the_system_is_there(regional, id):
    actor = regional.actor(id)
    kinds = {"NATO": "coalition", "HZB": "armed group", "HAM": "armed group", "PSE": "authority"}
    assert actor.kind == kinds.get(id, "state")


def test_the_coalition_names_its_members(regional):
    assert regional.actor("NATO").members


@pytest.mark.parametrize(
    "wanted",
    ["diplomatic", "security|military", "presidency", "current of opinion for (solidarity|support)",
     "current of opinion for (staying out|restraint)"],
)  # fmt: skip
def test_the_factions_behind_russia_are_there(regional, wanted):
    names = [faction.name for faction in regional.factions_of("RUS")]
    assert len(names) >= 5
    assert any(re.search(wanted, name) for name in names), names


def test_the_two_camps_differ_on_the_issue_that_divides_them(regional):
    stances = {f.id: {s.issue: s.position for s in f.stances} for f in regional.factions}
    diplomats, security = (stances[id]["alignment"] for id in ("rus-diplomats", "rus-security"))
    assert diplomats.high < security.low, "the two camps want the same"


@pytest.mark.parametrize("id", ["USA", "ISR", "IRN", "HZB"])
def test_the_others_can_answer(regional, id):
    assert len(regional.courses_of(id)) >= 2
    assert regional.factions_of(id)


def test_three_issues_each_with_two_named_ends(regional):
    assert len(regional.issues) == 3
    for issue in regional.issues:
        assert issue.low.strip()
        assert issue.high.strip()
        assert issue.low != issue.high


def test_four_triggers_and_none(regional):
    assert {t.id for t in regional.triggers} == {*TRIGGERS, "none"}


@pytest.mark.parametrize("id", TRIGGERS)
def test_a_trigger_has_a_rule_with_a_number_and_codes_and_shifts(regional, id):
    trigger = regional.trigger(id)
    assert re.search(r"\d", trigger.rule), "two strangers could not apply it alike"
    assert trigger.coded_as.plover
    assert trigger.coded_as.cameo
    assert trigger.shifts
    assert trigger.aliases


def test_none_shifts_nothing_and_has_a_rule(regional):
    assert not regional.trigger("none").shifts
    assert regional.trigger("none").rule


def test_thirteen_russian_courses_from_words_to_combat(regional):
    courses = regional.courses_of("RUS")
    assert len(courses) == 13
    kinds = [course.kind for course in courses]
    assert STATEMENTS_ONLY in kinds
    assert {"mediation", "un_action", "coordination", "withdraw_consent", "hold_third_party",
            "air_defence", "intelligence", "arms_covert", "volunteers", "deployment",
            "combat"} <= set(kinds)  # fmt: skip
    assert {course.rung for course in courses} == set(range(1, 7))


@pytest.mark.parametrize("at", range(13))
def test_each_russian_course_is_coded(regional, at):
    course = regional.courses_of("RUS")[at]
    assert course.kind in {*COURSE_KINDS, STATEMENTS_ONLY}
    assert course.coded_as.plover
    assert set(course.coded_as.plover) <= set(PLOVER)
    assert course.coded_as.cameo
    assert course.resolution.strip()
    if course.kind in COURSE_KINDS:
        assert course.rung == COURSE_KINDS[course.kind].rung, "rung of the course and of its kind"


def test_covert_courses_are_marked_covert(regional):
    seen = {course.kind: course.observability for course in regional.courses_of("RUS")}
    assert seen["intelligence"] == seen["arms_covert"] == "covert"
    assert seen["combat"] == seen["deployment"] == "public"


TIES = {
    "drone contract of 2010": ("ISR", "RUS", 2010, False),
    "contracts cancelled in 2019": ("ISR", "UKR", 2019, True),
    "deconfliction over Syria": ("RUS", "ISR", 2015, False),
    "Hamas delegation of October 2023": ("RUS", "HAM", 2023, False),
    "drones from Iran": ("IRN", "RUS", 2022, False),
}


@pytest.mark.parametrize(("actor", "recipient", "year", "revoked"), TIES.values(), ids=TIES)
def test_a_tie_is_there_with_dated_evidence_and_fades_or_ended(
    regional, actor, recipient, year, revoked
):
    found = [
        tie
        for tie in regional.ties
        if (tie.actor, tie.recipient) == (actor, recipient)
        and year in (tie.since.year, tie.revoked.year if tie.revoked else 0)
        and (tie.revoked is not None) == revoked
    ]
    assert found, f"no tie {actor} -> {recipient} of {year}"
    evidence = {item.id: item for item in regional.evidence}
    for tie in found:
        assert tie.evidence
        assert all(evidence[id].date <= regional.question.as_of for id in tie.evidence)
        now = tie.strength_at(regional.question.as_of)
        assert now < tie.strength.mode, "neither decayed nor revoked"
        assert (now == 0) == revoked


def test_the_delegation_of_october_2023_is_dated(regional):
    evidence = {item.id: item for item in regional.evidence}
    (tie,) = [t for t in regional.ties if (t.actor, t.recipient) == ("RUS", "HAM")]
    days = [evidence[id].date for id in tie.evidence]
    assert any((day.year, day.month) == (2023, 10) for day in days)


def test_the_war_in_ukraine_is_coupled_by_a_channel(regional):
    (price,) = [issue.id for issue in regional.issues if "Ukraine" in issue.name]
    channels = [channel for channel in regional.channels if channel.to_issue == price]
    assert channels
    for channel in channels:
        assert channel.evidence
        assert channel.weight.low < channel.weight.high


def test_red_lines_have_a_history_that_shows_what_followed(regional):
    russian = [line for line in regional.red_lines if line.actor == "RUS"]
    assert len(russian) >= 3
    for line in regional.red_lines:
        assert line.asserted_by.strip(), line.id
        assert line.history, line.id
        for crossing in line.history:
            assert crossing.followed.strip()
            assert crossing.evidence, f"{line.id}: history without evidence"
    assert len({line.actor for line in regional.red_lines}) >= 3, "only one side has red lines"


def article(regional):
    (found,) = [s for s in regional.sources if s.publisher == "Crescent International"]
    return found


def test_the_article_is_one_source_among_others_with_its_slant_noted(regional):
    source = article(regional)
    assert source.author == "Ahmet Mehmet"
    assert source.date == dt.date(2023, 11, 1)
    assert "declares its side" in source.slant
    assert re.search(r"\d", source.slant), "a slant note is one of counts"
    assert len(regional.sources) >= 10
    for item in regional.evidence:
        if item.source == source.id:
            assert "article" in item.what, f"{item.id}: told as a fact, not as the article's report"


def test_every_evidence_item_is_dated_and_looked_up_in_a_source(regional):
    sources = {source.id for source in regional.sources}
    assert len(regional.evidence) >= 20
    for item in regional.evidence:
        assert item.date <= regional.question.as_of, item.id
        assert item.source in sources, item.id
        assert item.what.strip(), item.id


def claims(regional):
    return [claim for claim in regional.claims if claim.source == article(regional).id]


def test_at_least_14_claims_each_with_paragraph_holder_kind_and_hedge(regional):
    assert len(claims(regional)) >= 14
    for claim in claims(regional):
        assert 1 <= claim.paragraph <= 29, claim.id
        assert claim.holder.strip(), claim.id
        assert claim.hedge.strip(), claim.id
        assert claim.text.strip(), claim.id


def test_claims_tell_prediction_from_commitment_and_possibility(regional):
    kinds = {claim.kind for claim in claims(regional)}
    assert kinds & {"commitment", "red_line"}
    assert {"prediction", "conditional", "cannot_be_ruled_out"} <= kinds


def test_likely_and_unlikely_carry_the_band_of_the_word(regional):
    bands = {claim.hedge: (claim.low, claim.high) for claim in claims(regional) if claim.low}
    assert bands["likely"] == (0.55, 0.8)
    assert bands["unlikely"] == (0.2, 0.45)
    assert bands["highly unlikely"] == (0.05, 0.2)


def test_claims_are_held_by_more_than_the_author(regional):
    assert len({claim.holder for claim in claims(regional)}) >= 3


def words(text):
    plain = text.replace("\u2019", "'").replace("\u2018", "'").lower()
    return re.findall(r"[a-z0-9']+", plain)


def test_no_sentence_of_the_article_is_in_the_case(regional):
    """No eight words in a row, the title of the source apart."""
    theirs = words(need("seed", "article-2023-11.txt").read_text(encoding="utf-8"))
    assert len(theirs) > 500, "this is not the article"
    runs = {tuple(theirs[i : i + 8]) for i in range(len(theirs) - 7)}
    mine = words(TEXT.replace(article(regional).title, " | "))
    found = [mine[i : i + 8] for i in range(len(mine) - 7) if tuple(mine[i : i + 8]) in runs]
    assert not found, [" ".join(run) for run in found[:5]]


def test_what_may_happen_beside_the_list_is_stated(regional):
    (rest,) = [row for row in regional.unlisted if row.actor == "RUS"]
    assert 0 < rest.probability.mode < 0.5
    assert regional.limits
    assert regional.watch


def test_persons_and_communities_are_not_actors(regional):
    kinds = {actor.kind for actor in regional.actors}
    assert kinds <= {"state", "armed group", "organisation", "coalition", "authority"}
    names = " ".join(f"{f.name} {f.wants}" for f in regional.factions).lower()
    assert not re.search(
        r"\b(jew|jews|jewish|muslims?|christians?|chechens?|slavs?|ethnic)\b", names
    )
