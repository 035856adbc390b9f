"""demarche picture: what the record counted is what is drawn, and what is not there is named."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.synthetic import made_world
from demarche.record.synthetic_files import write_gdelt2
from demarche.show.cli import main
from tests.desk.test_event_as_of import store_of

ACTORS = ("RUS", "UKR", "CHN", "IND")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    there = tmp_path_factory.mktemp("record")
    world = made_world(actors=len(ACTORS), days=60, events_per_day=40, seed=3)
    write_gdelt2(world, there / "raw", rows=2400, seed=4)
    ingest(there / "store", [there / "raw"], source="gdelt2")
    count_store(there / "store")
    return there / "store"


def run(capsys, *argv):
    code = main(list(argv))
    found = capsys.readouterr()
    return code, found.out, found.err


def busiest(store):
    from demarche.desk.record import open_counts

    counts = open_counts(store)
    pair = max(
        {(a, r) for a, r in zip(counts.actor.tolist(), counts.recipient.tolist(), strict=True)},
        key=lambda p: counts.count[(counts.actor == p[0]) & (counts.recipient == p[1])].sum(),
    )
    return counts, counts.actors[pair[0]], counts.actors[pair[1]]


def test_counts_over_time_add_up_to_the_record(store, capsys):
    counts, actor, recipient = busiest(store)
    code, out, _ = run(capsys, "picture", "counts", actor, recipient, "--store", str(store))
    assert code == 0
    shown = sum(
        int(line.partition("total ")[2].partition(",")[0].replace("e+", ""))
        for line in out.splitlines()
        if "total" in line
    )
    x, z = counts.actors.index(actor), counts.actors.index(recipient)
    assert shown == counts.count[(counts.actor == x) & (counts.recipient == z)].sum() > 0


def test_counts_that_became_known_after_the_last_day_are_shown(tmp_path, capsys):
    """A release of a year is known long after it: the picture was one of zeros."""
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=n) for n in range(40)]
    rows = [f"{day},2021-06-01,AAA,BBB,190" for day in days]
    asked = ("picture", "counts", "AAA", "BBB", "--store", str(store_of(tmp_path / "s", rows)))
    code, out, _ = run(capsys, *asked)
    assert code == 0
    assert "total 40" in out
    code, _, err = run(capsys, *asked, "--as-of", "2020-02-09")
    assert code != 0
    assert "nothing of it was known by 2020-02-09" in " ".join(err.split())


def test_a_trigger_is_marked_and_a_file_is_written(store, capsys, tmp_path):
    counts, actor, _ = busiest(store)
    day = counts.start + dt.timedelta(days=20)
    mark = f"{day}=a summit"
    code, out, _ = run(
        capsys, "picture", "counts", actor, "--mark", mark, "--by", "day", "--store", str(store)
    )
    assert code == 0
    assert f"^ {day} a summit" in out
    path = tmp_path / "x.svg"
    code, out, _ = run(
        capsys, "picture", "counts", actor, "--mark", mark, "--store", str(store), "-o", str(path)
    )
    assert code == 0
    assert "a summit" in path.read_text(encoding="utf-8")


def test_months_that_are_counted_in_part_are_named(store, capsys):
    counts, actor, recipient = busiest(store)
    argv = ["picture", "counts", actor.lower(), recipient, "--by", "month", "--store", str(store)]
    code, out, _ = run(capsys, *argv)
    first, last = out.splitlines()[0], counts.end
    assert code == 0 and (last + dt.timedelta(days=1)).day != 1 and counts.start.day == 1
    title = f"{actor} to {recipient}, events by month (gdelt2), {last:%Y-%m} up to {last}"
    assert first == title
    code, out, _ = run(capsys, *argv, "--since", str(counts.start + dt.timedelta(days=9)))
    assert f"{counts.start:%Y-%m} from {counts.start + dt.timedelta(days=9)} on" in out


def test_coverage_names_every_source(store, capsys):
    code, out, _ = run(capsys, "picture", "coverage", "--store", str(store))
    assert code == 0
    assert out.startswith("gdelt2")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("counts", "ATLANTIS"), "knows no actor 'ATLANTIS'"),
        (("counts", "ATLANTIS", "--source", "gdelt1"), "holds nothing of 'gdelt1'"),
        (("counts", "X", "--since", "yesterday"), "must be a date"),
    ],
)
def test_what_is_not_there_is_named(store, capsys, argv, said):
    code, _, err = run(capsys, "picture", *argv, "--store", str(store))
    assert code == 1
    assert said in err
    assert "Traceback" not in err


def test_an_empty_place_says_what_to_do(capsys, tmp_path):
    code, _, err = run(capsys, "picture", "coverage", "--store", str(tmp_path / "none"))
    assert code == 1
    assert f"the record at {tmp_path / 'none'} is empty; fill it with demarche record sync" in err


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory):
    """Quadruples: counted by their own names, asked about by a case under codes."""
    folder = tmp_path_factory.mktemp("names")
    (folder / "entity2id.txt").write_text("China\t0\nJapan\t1\nBoko_Haram\t2\n")
    (folder / "relation2id.txt").write_text("Make statement\t0\n")
    rows = [f"0\t0\t1\t{24 * day}" for day in range(40)] + ["2\t0\t1\t24"]
    (folder / "train.txt").write_text("\n".join(rows) + "\n")
    ingest(folder / "store", [folder], source="icews14", known_lag_days=0)
    count_store(folder / "store")
    return folder / "store"


@pytest.mark.parametrize(
    ("names", "total"),
    [(("China", "Japan"), 40), (("CHN", "JPN"), 40), (("CHN",), 40), (("boko haram",), 1)],
)
def test_a_benchmark_is_asked_by_its_names_or_by_the_codes_of_a_case(
    benchmark, capsys, names, total
):
    code, out, err = run(capsys, "picture", "counts", *names, "--store", str(benchmark))
    assert (code, err) == (0, "")
    assert f"total {total}," in out


def test_a_name_near_one_of_a_benchmark_is_answered_with_it(benchmark, capsys):
    code, _, err = run(capsys, "picture", "counts", "Chinna", "--store", str(benchmark))
    assert code == 1
    assert "Did you mean 'China'?" in err
