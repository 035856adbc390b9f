"""The shipped episodes: consistent, sourced, and cut at the date of the question."""

from __future__ import annotations

import collections
import datetime as dt
import re

import numpy as np
import pytest

from demarche.errors import DataError
from demarche.record import encode_situation, episode_table, load_episodes, usable
from demarche.record.episodes import episodes_folder
from demarche.terms import COURSE_KINDS, FEATURES, STATEMENTS_ONLY

EPISODES = load_episodes()
LOADED = re.compile(
    r"\b(regime|terrorist|terrorists|puppet|aggression|aggressor|genocid\w*|rogue|thug|brutal\w*|"
    r"heroic|evil|barbar\w*|fanatic\w*|mastermind)\b",
    re.IGNORECASE,
)


def test_there_are_enough_episodes_of_each_kind_of_actor():
    actors = collections.Counter(episode.actor for episode in EPISODES)
    assert len(EPISODES) >= 80
    assert actors["SUN"] + actors["RUS"] >= 35
    assert actors["USA"] >= 20
    assert len(actors) >= 10


@pytest.mark.parametrize("episode", EPISODES, ids=lambda e: e.id)
def test_an_episode_is_within_its_own_bounds(episode):
    assert dt.date(1945, 1, 1) <= episode.trigger_date <= dt.date(2023, 10, 31)
    known_by = episode.trigger_date + dt.timedelta(days=episode.window_days)
    assert known_by <= dt.date(2023, 11, 1)
    assert episode.actor not in episode.favours + episode.against
    assert not set(episode.favours) & set(episode.against)
    assert set(episode.features) == set(FEATURES)
    assert set(episode.courses) == set(COURSE_KINDS)
    year = re.search(r"-(\d{4})-", episode.id)
    assert year is not None
    assert int(year.group(1)) == episode.trigger_date.year


@pytest.mark.parametrize("episode", EPISODES, ids=lambda e: e.id)
def test_every_row_names_a_text_one_can_look_up_in_neutral_words(episode):
    assert episode.checked
    assert episode.sources
    for source in episode.sources:
        assert source.title.strip()
        assert source.publisher.strip()
        assert "grokipedia" not in source.url.lower()
    for text in (episode.title, episode.trigger, episode.response, episode.note):
        assert not LOADED.search(text), LOADED.search(text)
    assert 20 <= len(episode.response) <= 900


@pytest.mark.parametrize("episode", EPISODES, ids=lambda e: e.id)
def test_power_and_veto_follow_from_the_actor(episode):
    permanent = {"USA", "SUN", "RUS", "GBR", "FRA", "CHN"}
    if episode.actor in {"USA", "SUN"}:
        assert episode.features["power"] == "superpower"
    if episode.actor in permanent - {"CHN"}:
        assert episode.features["veto_power"] == "yes"
    if episode.actor not in permanent:
        assert episode.features["veto_power"] == "no"
        assert episode.features["power"] != "superpower"


def test_the_soviet_union_and_russia_divide_at_the_end_of_1991():
    for episode in EPISODES:
        if episode.actor == "SUN":
            assert episode.trigger_date < dt.date(1991, 12, 26)
        if episode.actor == "RUS":
            assert episode.trigger_date >= dt.date(1991, 12, 26)


def test_no_episode_whose_window_was_open_is_used():
    day = dt.date(1973, 10, 5)
    kept = usable(EPISODES, as_of=day, exclude=("usa-1956-suez",))
    assert kept
    assert all(e.trigger_date + dt.timedelta(days=e.window_days) <= day for e in kept)
    assert "usa-1956-suez" not in {e.id for e in kept}


def test_an_act_after_the_horizon_is_a_no_for_that_horizon():
    for episode in EPISODES:
        for kind, taken in episode.courses.items():
            if taken.value == "yes" and taken.date is not None:
                lag = (taken.date - episode.trigger_date).days
                if 0 < lag <= 180:
                    assert episode.outcome(kind, horizon_days=lag) == 1
                    assert episode.outcome(kind, horizon_days=max(lag - 1, 0)) == 0
            if taken.value == "not known":
                assert np.isnan(episode.outcome(kind, horizon_days=90))


def test_statements_only_is_the_complement_of_the_listed_courses():
    kinds = ("mediation", "combat")
    table = episode_table(EPISODES, columns={"any": kinds, STATEMENTS_ONLY: kinds}, horizon_days=90)
    known = ~np.isnan(table.outcomes[:, 0])
    np.testing.assert_array_equal(table.outcomes[known, 1], 1 - table.outcomes[known, 0])


def test_a_state_and_its_predecessor_count_as_the_same_actor():
    features = {"region": "europe"}
    assert encode_situation(features, actor="SUN")[0] == encode_situation(features, actor="RUS")[0]
    assert encode_situation(features, actor="USA")[0] != encode_situation(features, actor="RUS")[0]


def _broken(old: str, new: str, tmp_path):
    text = sorted(episodes_folder().glob("*.toml"))[0].read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "broken.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('veto_power = "yes"', 'veto_power = "yse"', "Did you mean 'yes'"),
        (
            "[episode.features]",
            '[episode.features]\nregoin = "europe"',
            "'regoin' is not a feature",
        ),
        ('value = "no"', 'value = "nope"', "must be yes, no or not known"),
        ('confidence = "', 'confidence = "very ', "confidence must be"),
        ("window_days = 180", "window_days = 900", "window_days must be 1 to 180"),
        ("checked = true", "chekced = true", "'chekced' is not a known key"),
    ],
)
def test_a_row_that_breaks_the_codebook_is_named(old, new, said, tmp_path):
    with pytest.raises(DataError, match=re.escape(said)):
        load_episodes(_broken(old, new, tmp_path))


def test_a_folder_without_episodes_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no episode files"):
        load_episodes(tmp_path)
