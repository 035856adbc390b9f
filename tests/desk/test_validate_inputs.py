"""A case's inputs beside votes and events: what agrees, what does not, what cannot be checked."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from demarche.desk.input_pairs import position_of
from demarche.desk.validate_inputs import validate_inputs
from demarche.errors import DataError, QuestionError
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.show.cli import main
from demarche.show.cli_validate_inputs import inputs_text
from tests.builders import BECAUSE, case_of, tiny, toml
from tests.shared import need

STATES = {"AAA": 90, "BBB": 70, "CCC": 50, "DDD": 30, "EEE": 10}


def made(**more) -> dict:
    """Five states in the order of their positions, a group, and ties of the first with the rest."""
    factions, ties = [], []
    for n, (id, position) in enumerate([*STATES.items(), ("GRP", 60)]):
        stance = {
            "issue": "i0", "position": [position, position, position],
            "salience": [0.1 * n + 0.2] * 3, "because": BECAUSE,
        }  # fmt: skip
        factions.append(
            {"id": f"f-{id}", "actor": id, "name": f"rulers of {id}", "wants": "water",
             "capability": [1, 1, 2], "because": BECAUSE, "stances": [stance]}
        )  # fmt: skip
    for n, id in enumerate(["BBB", "CCC", "DDD", "EEE"]):
        ties.append(
            {"id": f"t-{id}", "actor": "AAA", "recipient": id, "kind": "trade", "sign": "+",
             "since": dt.date(2023, 1, 15), "strength": [0.8 - 0.2 * n] * 3,
             "half_life_days": 100000.0, "because": BECAUSE, "evidence": ["e"]}
        )  # fmt: skip
    data = tiny(
        actors=[
            *({"id": id, "name": f"Land {id}"} for id in STATES),
            {"id": "GRP", "name": "Group", "kind": "armed group"},
        ],
        factions=factions, ties=ties, courses=1,
        sources=[{"id": "s", "title": "Yearbook", "publisher": "House"}],
        evidence=[{"id": "e", "date": dt.date(2023, 1, 15), "what": "A treaty.", "source": "s"}],
    )  # fmt: skip
    return {**data, **more}


def votes(path, points):
    rows = [f"{id},Land {id},2023,{value}" for id, value in points.items()]
    text = "iso3c,countryname,year,idealpointall\n" + "\n".join(rows) + "\n"
    (path / "Idealpoints.csv").write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Cooperation with AAA falls from BBB to EEE; events dated and known before the case's day."""
    folder = tmp_path_factory.mktemp("inputs")
    rows = ["day,who,whom,code"]
    for n, other in enumerate(["BBB", "CCC", "DDD", "EEE"]):
        for k in range(40):
            day = dt.date(2023, 2, 1) + dt.timedelta(days=k)
            rows.append(f"{day},AAA,{other},{'043' if k % 5 >= n + 1 else '190'}")
        rows.append(f"2023-06-01,{other},AAA,043")
        rows.append(f"2024-06-01,AAA,{other},190")
    rows += [f"2023-03-{d:02d},AAA,ZZZ,043" for d in range(1, 21)]
    (folder / "made.csv").write_text("\n".join(rows) + "\n")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    ingest(
        folder / "store", [folder / "made.csv"], source="made", column_map=columns,
        known_lag_days=0,
    )  # fmt: skip
    count_store(folder / "store")
    return folder / "store"


def test_positions_in_the_order_of_the_votes_agree_whatever_the_direction(tmp_path):
    case = case_of(made())
    points = {id: -value / 50 for id, value in STATES.items()}
    (row,) = validate_inputs(case, ideal_points=votes(tmp_path, points)).votes.issues
    assert (row.order.rho, row.order.tau, row.order.n) == (-1, -1, 5)
    assert row.order.rho_interval.high > -0.5
    assert row.distances.agreement.rho == pytest.approx(1)
    assert row.distances.agreement.n == 10
    assert row.distances.p == pytest.approx(2 / 120)
    assert all(gap.gap == 0 for gap in row.factions)


def test_the_faction_that_stands_where_its_votes_do_not_comes_first(tmp_path):
    points = {id: value / 50 for id, value in STATES.items()} | {"EEE": 5.0}
    (row,) = validate_inputs(case_of(made()), ideal_points=votes(tmp_path, points)).votes.issues
    worst = row.factions[0]
    assert (worst.faction, worst.above, worst.votes, worst.gap) == ("f-EEE", 0.0, 1.0, -1.0)


def test_who_has_no_votes_is_named_and_too_few_are_not_compared(tmp_path):
    found = validate_inputs(
        case_of(made()), ideal_points=votes(tmp_path, {"AAA": 1, "BBB": 2, "CCC": 0})
    )
    (row,) = found.votes.issues
    assert row.order is row.distances is None
    assert row.why == "3 of 6 actors with a position have an ideal point; 4 are needed"
    assert ("Group", "no state") in found.votes.without
    assert ("Land DDD", "no ideal point before 2024") in found.votes.without
    assert "cannot be checked: 3 of 6" in inputs_text(found)


def test_votes_of_the_cases_own_year_are_not_looked_at(tmp_path):
    points = votes(tmp_path, dict.fromkeys(STATES, 1.0))
    text = (points / "Idealpoints.csv").read_text("utf-8").replace(",2023,", ",2024,")
    (points / "Idealpoints.csv").write_text(text, encoding="utf-8")
    (row,) = validate_inputs(case_of(made()), ideal_points=points).votes.issues
    assert "0 of 6" in row.why


def test_positions_all_alike_cannot_be_ordered(tmp_path):
    (row,) = validate_inputs(
        case_of(made()), ideal_points=votes(tmp_path, dict.fromkeys(STATES, 1.0))
    ).votes.issues
    assert "nothing to order" in row.why


def test_ties_are_compared_with_the_shares_of_cooperative_events(store):
    found = validate_inputs(case_of(made()), store=store)
    record = found.record
    pair = next(p for p in record.pairs if (p.actor, p.recipient) == ("Land AAA", "Land BBB"))
    assert (pair.events, pair.cooperative) == (40, 0.8)
    assert pair.low < 0.8 < pair.high
    assert pair.tie == pytest.approx(0.8, abs=0.01)
    assert pair.apart == 20
    ties, apart, salience = record.agreements
    assert (ties.found.rho, ties.found.n, ties.found.units) == (1, 4, 4)
    assert apart.found.rho == 1
    assert "1 actors with factions" in salience.why
    assert record.attention[0].share == pytest.approx(160 / 180)
    assert record.without == ("Group",)


def test_no_event_after_the_cases_date_counts(store):
    record = validate_inputs(case_of(made()), store=store).record
    assert record.last == dt.date(2024, 1, 15)
    assert all(p.events in (1, 40) for p in record.pairs)
    short = validate_inputs(case_of(made()), store=store, days=30).record
    assert {p.events for p in short.pairs} == {0}


def test_where_there_is_nothing_it_says_so(store, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEMARCHE_STORE", raising=False)
    path = tmp_path / "case.toml"
    path.write_text(toml(made()), encoding="utf-8")
    assert main(["validate", "inputs", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.count("cannot be checked") == 2
    early = made(
        question={**tiny()["question"], "as_of": dt.date(2020, 1, 1)}, ties=[], evidence=[]
    )
    assert "after the case's date" in validate_inputs(case_of(early), store=store).record_why
    alone = case_of(tiny())
    assert "knows 1 of the case's actors" in validate_inputs(alone, store=store).record_why


def test_the_command_prints_text_and_json(store, tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(toml(made()), encoding="utf-8")
    votes(tmp_path, {id: value / 50 for id, value in STATES.items()})
    given = [
        "validate",
        "inputs",
        str(path),
        "--ideal-points",
        str(tmp_path),
        "--store",
        str(store),
    ]
    assert main(given) == 0
    out = capsys.readouterr().out
    assert "Agreement is no proof" in out
    assert "order, n = 5 actors: Spearman +1.00" in out
    assert "80 % (65-90)" in out
    assert "this issue\n" in out
    assert "independent 4: Spearman +1.00" in out
    assert out.count("cannot be told from no agreement") == 2
    assert main([*given, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["votes"]["issues"][0]["order"]["rho"] == 1
    assert data["record"]["pairs"][0]["events"] == 40


def test_bad_options_are_refused(store, tmp_path):
    case = case_of(made())
    with pytest.raises(DataError, match="must hold one"):
        validate_inputs(case, ideal_points=tmp_path)
    with pytest.raises(QuestionError, match="must be 1 to"):
        validate_inputs(case, store=store, days=0)
    with pytest.raises(QuestionError, match="Did you mean 'made'"):
        validate_inputs(case, store=store, source="mad")


def test_an_actors_position_is_the_weighted_mean_of_its_factions():
    data = tiny()
    other = json.loads(json.dumps(data["factions"][0]))
    other |= {"id": "f1", "capability": [3, 3, 3]}
    other["stances"][0] |= {"position": [10, 10, 10], "salience": [0.2, 0.2, 0.2]}
    case = case_of({**data, "factions": [data["factions"][0], other]})
    assert position_of(case, actor="AAA", issue="i0") == pytest.approx((70 * 0.6 + 10 * 0.6) / 1.2)
    assert position_of(case, actor="AAA", issue="other") is None


def test_the_regional_war_beside_the_published_votes():
    """Four states have both; the order is stated with an interval that admits how few they are."""
    from demarche.cases import shipped_case

    case = shipped_case("regional-war")
    found = validate_inputs(case, ideal_points=need("data", "un_idealpoints"))
    rows = {row.issue: row for row in found.votes.issues}
    order = rows["alignment"].order
    assert order.n == 4
    assert order.rho == pytest.approx(-0.8)
    assert order.rho_interval.high > 0
    assert rows["ukraine-price"].order is None
    assert ("Hezbollah", "no state") in found.votes.without
