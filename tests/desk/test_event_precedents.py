"""Occasions are those of the trigger as written, and what followed is the course as asked about."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.desk import ask
from demarche.outside.events.trigger import trigger_answer
from tests.builders import case_of
from tests.desk.test_event_half import DAY, coded, made

BEGUN = dt.date(2020, 2, 3)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Twelve protests of CCC-X and six of SLD-X, each answered next day: by turns towards two."""
    rows = []
    for n in range(18):
        day = BEGUN + dt.timedelta(days=30 * n)
        by = "SLD-X" if n % 3 == 2 else "CCC-X"
        to = "AAA-X" if n % 2 else "SLD-X"
        rows += [f"{day},{by},NLD-X,141", f"{day + dt.timedelta(days=1)},NLD-X,{to},073"]
    return made(tmp_path_factory.mktemp("precedents"), more=rows)


def read(store, *, by, recipients):
    data = coded()
    data["actors"] += [{"id": f"{name}-X", "name": f"{name}land"} for name in ("AAA", "CCC")]
    data["courses"][0]["coded_as"] = {"cameo": ["073"], "recipients": recipients}
    for trigger in data["triggers"]:
        if trigger["id"] != "none":
            trigger.pop("actor")
            trigger |= {"recipient": "NLD-X", "coded_as": {"cameo": ["141"]}}
            trigger |= {"actor": by} if by else {}
    found = ask(case_of(data), store=store, as_of=DAY, horizon_days=7, draws=32).record
    return next(course for course in found.courses if course.course == "talks")


@pytest.mark.parametrize(
    ("by", "recipients", "followed", "occasions"),
    [
        ("CCC-X", ["SLD-X"], 6, 12),
        ("CCC-X", ["SLD-X", "AAA-X"], 12, 12),
        ("SLD-X", ["SLD-X", "AAA-X"], 6, 6),
        (None, ["SLD-X"], 9, 18),
        (None, ["SLD-X", "AAA-X"], 18, 18),
    ],
)
def test_n_of_n_is_that_of_the_trigger_and_of_the_course(
    store, by, recipients, followed, occasions
):
    """Each occasion counts once, whoever of the recipients the act was done to."""
    course = read(store, by=by, recipients=recipients)
    assert (course.followed, course.occasions) == (followed, occasions)
    last = next(item for item in reversed(course.dated) if item.kind == "occasion")
    assert last.day == BEGUN + dt.timedelta(days=30 * (17 if by != "CCC-X" else 16))
    assert last.recipient == " or ".join(recipients)
    assert len({item.id for item in course.dated}) == len(course.dated)
    assert course.controls >= course.controls_followed


def test_a_dyad_whose_lift_was_judged_is_asked_for_its_own(tmp_path, monkeypatch):
    """Where the gate opens for exact dyads; it was asked for that of the actor."""
    from demarche.desk import event_reading

    given = []

    def heard(**more):
        given.append((more["actor"], more["dyad"]))
        return trigger_answer(**more)

    monkeypatch.setattr(event_reading, "trigger_answer", heard)
    found = ask(case_of(coded()), store=made(tmp_path), as_of=DAY, horizon_days=2, draws=32).record
    assert found.courses
    assert given
    assert any(dyad >= 0 for _, dyad in given)


@pytest.mark.parametrize(
    ("recipients", "asked_about", "said"),
    [
        (["NLD-X"], None, "acts of an actor on itself are not counted"),
        (["NLD-X", "SLD-X"], ("SLD-X",), "Acts of an actor on itself are not counted."),
        (["SLD-X", "SOUTH"], ("SLD-X",), ""),
    ],
)
def test_an_actor_itself_is_no_recipient_and_one_of_two_names_counts_once(
    store, recipients, asked_about, said
):
    """The record counts no act within one actor: it told them as never seen, at under 1 %."""
    data = coded()
    data["actors"].append({"id": "SOUTH", "name": "Southland", "aliases": ["SLD-X"]})
    data["courses"][0]["coded_as"]["recipients"] = recipients
    found = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32).record
    course = next((one for one in found.courses if one.course == "talks"), None)
    if asked_about is None:
        assert course is None
        assert dict(found.missing)["talks"] == said
        return
    assert course.recipients == asked_about
    assert said in course.note
    data["courses"][0]["coded_as"]["recipients"] = ["SLD-X"]
    one = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32).record
    same = next(each for each in one.courses if each.course == "talks")
    assert (course.probability, course.events) == (same.probability, same.events)
