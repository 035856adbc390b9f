"""The vocabulary: words for probabilities, ties that decay, ranges that hold."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche import terms
from demarche.errors import TermError, near_miss
from demarche.terms import ICD203, Question, Range, Tie, check_range, icd203


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.0, "almost no chance"),
        (0.049, "almost no chance"),
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly even chance"),
        (0.55, "likely"),
        (0.8, "very likely"),
        (0.95, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_words_are_those_of_the_directive(p, word):
    """Intelligence Community Directive 203 (2015), section D.6.e.(2), first row of words."""
    assert icd203(p) == word


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_never_gets_a_lower_word(a, b):
    order = [word for word, _, _ in ICD203]
    low, high = sorted((a, b))
    assert order.index(icd203(low)) <= order.index(icd203(high))


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_has_no_word(p):
    with pytest.raises(TermError):
        icd203(p)


def tie(**changes) -> Tie:
    base = {
        "id": "t",
        "actor": "A",
        "recipient": "B",
        "kind": "contract",
        "sign": "+",
        "since": dt.date(2010, 1, 1),
        "strength": Range(0.2, 0.8, 0.9),
        "half_life_days": 100.0,
        "because": "-",
        "evidence": ("e",),
    }
    return Tie(**{**base, **changes})


def test_a_tie_halves_with_each_half_life_and_ends_when_revoked():
    assert tie().strength_at(dt.date(2010, 1, 1)) == 0.8
    assert tie().strength_at(dt.date(2010, 4, 11)) == pytest.approx(0.4)
    assert tie().strength_at(dt.date(2009, 12, 31)) == 0.0
    assert tie(revoked=dt.date(2010, 2, 1)).strength_at(dt.date(2010, 2, 1)) == 0.0


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_tie_never_grows_by_itself(a, b):
    first, later = sorted((a, b))
    start = dt.date(2010, 1, 1)
    assert tie().strength_at(start + dt.timedelta(later)) <= tie().strength_at(
        start + dt.timedelta(first)
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Range(0.5, 0.4, 0.6), "in the order"),
        (Range(0.5, 0.6, float("nan")), "finite"),
        (Range(20, 50, 80), "Divide by 100"),
        (Range(-0.1, 0.2, 0.3), "lie in [0, 1]"),
    ],
    ids=["order", "nan", "percent", "below"],
)
def test_a_range_that_does_not_hold_says_why(value, said):
    with pytest.raises(TermError) as found:
        check_range(value, low=0, high=1, what="salience")
    assert said in str(found.value)


def test_terms_are_frozen_and_take_keywords_only():
    for name in terms.__all__:
        item = getattr(terms, name)
        if dataclasses.is_dataclass(item):
            assert item.__dataclass_params__.frozen, name
            assert all(f.kw_only for f in dataclasses.fields(item)), name


def test_a_question_is_named_by_its_content():
    base = Question(
        case="c",
        actor="A",
        trigger="t",
        courses=("x",),
        ladder=("0", "1"),
        as_of=dt.date(2020, 1, 1),
        horizon_days=90,
    )
    assert base.id == dataclasses.replace(base).id
    assert base.id != dataclasses.replace(base, horizon_days=91).id


def test_the_near_miss_is_silent_when_nothing_is_near():
    assert near_miss("salence", ["salience", "position"]) == "Did you mean 'salience'?"
    assert near_miss("zzz", ["salience"]) == ""
