"""The test of equal accuracy: one value per question, in order of time, over its horizon."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest

from demarche.ledger.equal import equal_accuracy
from demarche.ledger.items import items_of_sources
from demarche.ledger.scorecard import score_table
from demarche.scores import diebold_mariano
from demarche.terms.ledger import SourceForecast

START = dt.date(2030, 1, 1)


def said(holder, n, p, *, course="", every=30, days=20, yes=True):
    asked = START + dt.timedelta(days=every * n)
    return SourceForecast(
        id=f"q{n}|{course}|{holder}",
        source="s",
        holder=holder,
        question=f"q{n}",
        course=course,
        text="Something happens.",
        forecaster="person",
        kind="prediction",
        probability=p,
        asked=asked,
        closes=asked + dt.timedelta(days=days),
        outcome="yes" if yes else "no",
        resolved_on=asked + dt.timedelta(days=days),
    )


def scores(seed=1, n=24):
    rng = np.random.default_rng(seed)
    return rng.random(n), rng.random(n)


def test_windows_that_do_not_overlap_give_the_test_at_one_step():
    own, other = scores()
    items = items_of_sources(said("ada", n, 0.5) for n in range(24))
    found = equal_accuracy(own, other=other, items=items, fewest=20)
    wanted = diebold_mariano(own, reference=other)
    assert (found.questions, found.steps, found.why) == (24, 1, "")
    assert found.statistic == pytest.approx(wanted.statistic)
    assert found.p_value == pytest.approx(wanted.p_value)


def test_the_horizon_says_over_how_many_questions_windows_overlap():
    own, other = scores()
    items = items_of_sources(said("ada", n, 0.5, every=7, days=20) for n in range(24))
    found = equal_accuracy(own, other=other, items=items, fewest=20)
    wanted = diebold_mariano(own, reference=other, steps=3)
    assert found.steps == 3  # a window of 21 days, a question every 7
    assert found.statistic == pytest.approx(wanted.statistic)


def test_courses_of_one_question_are_one_value_and_order_is_by_day():
    own, other = scores(n=48)
    items = items_of_sources(said("ada", n, 0.5, course=c) for n in range(24) for c in ("a", "b"))
    found = equal_accuracy(own, other=other, items=items, fewest=20)
    wanted = diebold_mariano(
        own.reshape(24, 2).mean(axis=1), reference=other.reshape(24, 2).mean(axis=1)
    )
    assert found.questions == 24
    assert found.statistic == pytest.approx(wanted.statistic)
    turn = np.random.default_rng(2).permutation(48)
    again = equal_accuracy(own[turn], other=other[turn], items=[items[i] for i in turn], fewest=20)
    assert again.statistic == pytest.approx(found.statistic)


@pytest.mark.parametrize(
    ("n", "every", "why"),
    [(10, 30, "fewer than 20 questions"), (24, 1, "windows overlap over 21 of 24 questions")],
)
def test_where_there_is_no_test_the_reason_is_given(n, every, why):
    own, other = scores(n=n)
    items = items_of_sources(said("ada", k, 0.5, every=every) for k in range(n))
    found = equal_accuracy(own, other=other, items=items, fewest=20)
    assert (found.statistic, found.p_value, found.why) == (None, None, why)


def test_without_days_there_is_no_order_and_no_test():
    own, other = scores()
    items = items_of_sources(
        SourceForecast(
            id=f"{k}", source="s", holder="ada", text="x", forecaster="person",
            kind="prediction", probability=0.5, outcome="yes",
        )
        for k in range(24)
    )  # fmt: skip
    found = equal_accuracy(own, other=other, items=items, fewest=20)
    assert found.why == "not every forecast has a day and a deadline"


def test_it_stands_in_the_table_with_the_two_sided_score(tmp_path, capsys):
    from demarche.show.cli import main

    rng = np.random.default_rng(5)
    rows = ["user,id,p,y,date,deadline"]
    for n in range(30):
        asked = dt.date(2020, 1, 1) + dt.timedelta(days=30 * n)
        yes = int(rng.random() < 0.5)
        for name, noise in (("ada", 0.1), ("ben", 0.45)):
            p = float(np.clip(abs(yes - noise * rng.random()), 0.01, 0.99))
            rows.append(f"{name},q{n},{p:.3f},{yes},{asked},{asked + dt.timedelta(days=20)}")
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    command = ["score", str(tmp_path / "a.csv"), "--reference", "ben"]
    assert main([*command, "--json"]) == 0
    cards = json.loads(capsys.readouterr().out)["scores"]["cards"]
    ada = next(card for card in cards if card["forecaster"] == "ada")
    assert ada["two_sided"] == pytest.approx(2 * ada["brier"]["value"], abs=3e-9)
    test = next(v for v in ada["versus"] if v["reference"] == "ben")["equal"]
    assert (test["questions"], test["steps"], test["why"]) == (30, 1, "")
    assert test["statistic"] > 2
    assert test["p_value"] < 0.005
    assert main(command) == 0
    text = capsys.readouterr().out
    line = next(line for line in text.splitlines() if line.startswith("ada") and " ben " in line)
    assert line.endswith(f"{test['statistic']:>+7.2f} <.01")
    also = text[text.index("ALSO") :].splitlines()
    assert also[1].split()[:3] == ["0", "to", "2"]
    assert f"{ada['two_sided']:.3f}" in also[2]
    assert max(map(len, text.splitlines())) <= 100


def test_the_table_of_a_ledger_has_it_by_horizon():
    items = items_of_sources(
        said(name, n, p, days=days, yes=n % 2 == 0)
        for n in range(40)
        for name, p in (("ada", 0.7 - 0.4 * (n % 2)), ("ben", 0.4 + 0.01 * n))
        for days in [10 if n < 20 else 25]
    )
    table = score_table(items, by="horizon", reference="ben")
    (card,) = [card for card in table.cards if card.forecaster == "ada"]
    (beside,) = [v for v in card.versus if v.reference == "ben"]
    assert (card.group, beside.equal.questions) == ("1-30 days", 40)
