"""demarche picture reliability: the diagram is the back-test's own bins."""

from __future__ import annotations

import json

import pytest

from demarche.outside.events.backtest import backtest
from demarche.show.cli import main
from demarche.show.events_tables import backtest_json
from tests.outside.events.panels import made


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    found = backtest(made(seed=4), horizons=(1, 7), cold=(), trees=False, triggers=False, draws=5)
    path = tmp_path_factory.mktemp("result") / "result.json"
    path.write_text(backtest_json(found))
    return path


def run(capsys, *argv):
    code = main(["picture", "reliability", *argv])
    found = capsys.readouterr()
    return code, found.out, found.err


def test_every_horizon_is_shown_with_its_bins(result, capsys):
    code, out, _ = run(capsys, str(result))
    assert code == 0
    track = json.loads(result.read_text())["tracks"][1]
    assert "made-up, 7 days ahead, series with a past, ours" in out
    ours = track["reliability"]["ours"]
    assert f"ECE {ours['ece']:.4f}" in out
    for count, observed in zip(ours["count"], ours["observed"], strict=True):
        assert any(f"{100 * observed:.1f} %" in x and str(count) in x for x in out.splitlines())


def test_what_the_back_test_left_out_stands_below(result, capsys, tmp_path):
    data = json.loads(result.read_text())
    gap = "a gap in the record: 2020-03-01 to 2020-03-20, 20 days with no row"
    (tmp_path / "gap.json").write_text(json.dumps(data | {"left_out": [gap, "30 days: \x1b[2J"]}))
    code, out, _ = run(capsys, str(tmp_path / "gap.json"))
    assert code == 0
    assert out.endswith(f"\nleft out: {gap}\nleft out: 30 days:  [2J\n")


def test_a_file_holds_one_diagram(result, capsys, tmp_path):
    pytest.importorskip("altair")
    code, _, err = run(capsys, str(result), "-o", str(tmp_path / "r.svg"))
    assert code == 1 and "--horizon" in err
    code, out, _ = run(capsys, str(result), "--horizon", "7", "-o", str(tmp_path / "r.svg"))
    assert code == 0 and "wrote" in out
    assert "7 days ahead" in (tmp_path / "r.svg").read_text()


def test_what_is_not_there_is_named(result, capsys, tmp_path):
    code, _, err = run(capsys, str(result), "--method", "our")
    assert code == 1 and "Did you mean 'ours'" in err
    code, _, err = run(capsys, str(result), "--horizon", "30")
    assert code == 1 and "it has 1, 7" in err
    (tmp_path / "x.json").write_text("[1]")
    code, _, err = run(capsys, str(tmp_path / "x.json"))
    assert code == 1 and "is no back-test" in err
    code, _, err = run(capsys, str(tmp_path / "none.json"))
    assert code == 1 and "cannot be read" in err
