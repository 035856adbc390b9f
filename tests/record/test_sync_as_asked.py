"""What a stranger may hand to a sync: odd ids, other files, tables of every kind."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.readers import read_events
from demarche.record.store import events
from demarche.show.cli import main
from tests.record.readers.test_read import gdelt
from tests.record.test_names import folder

END = dt.date(2100, 1, 1)
MAP = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
TABLE = {
    "day": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)],
    "who": ["USA", "NAM"],
    "whom": ["RUS", "CHN"],
    "code": ["010", "190"],
}


@pytest.mark.parametrize("id", ["../evil", "a/b", "", ".", "x" * 65, "a b", "é", "a\x1b", "-a"])
def test_row58_an_id_of_a_source_never_leads_out_of_the_store(tmp_path, id):
    with pytest.raises(DataError, match="cannot be the id of a source"):
        ingest(tmp_path / "in" / "s", [tmp_path], source=id, column_map=MAP)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["parquet", "arrow", "arrows", "feather", "csv"])
def test_a_table_of_any_kind_is_read_by_its_map(tmp_path, kind):
    table, path = pa.table(TABLE), tmp_path / f"t.{kind}"
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "feather":
        feather.write_feather(table, str(path))
    elif kind == "csv":
        path.write_text("day,who,whom,code\n2024-01-01,USA,RUS,010\n2024-01-02,NAM,CHN,190\n")
    else:
        make = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
        with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema) as out:
            out.write(table)
    assert ingest(tmp_path / "s", [path], source="mine", column_map=MAP).read == 2
    found = events(tmp_path / "s", as_of=END).project("date, actor, recipient, cameo").fetchall()
    assert found == [
        (dt.date(2024, 1, 1), "USA", "RUS", "010"),
        (dt.date(2024, 1, 2), "NAM", "CHN", "190"),
    ]


def test_a_file_of_another_kind_is_refused_whole_and_the_others_are_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.CSV").write_text(gdelt() + "\n")
    (tmp_path / "in" / "b.csv").write_text("day,who\n" + "2024-01-01,USA\n" * 500)
    done = ingest(tmp_path / "s", [tmp_path / "in"], source="gdelt2")
    assert (done.files, done.read, done.rejected) == (1, 1, 0)
    ((name, reason),) = done.refused
    assert name == "b.csv"
    assert "another kind of file" in reason and "61 fields" in reason and "--map" in reason


def test_only_the_splits_of_a_benchmark_are_counted_as_files_read(tmp_path):
    one = folder(tmp_path / "one", train="0 0 1 0\n", test="0 0 1 24\n")
    (one / "SOURCE.md").write_text("words\n")
    assert ingest(tmp_path / "s", [one], source="icews14").files == 2


def test_a_file_known_by_content_says_how_to_read_it_another_way(tmp_path, capsys):
    (tmp_path / "a.CSV").write_text(gdelt() + "\n")
    words = ["record", "sync", "--source", "gdelt2", "--from", str(tmp_path / "a.CSV")]
    words += ["--store", str(tmp_path / "s")]
    assert main(words) == 0
    assert main([*words, "--lag", "3"]) == 0
    text = capsys.readouterr().out
    assert "known by their content" in text and "record drop --source gdelt2 --yes" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lag", "-1"], "--lag must be 0 to 36,525"),
        (["--released", "soon"], "--released must be a date"),
        (["--day-zero", "2001"], "--day-zero must be a date"),
        (["--per-day", "0"], "--per-day must be 1 to 86,400"),
    ],
)
def test_what_is_said_of_the_files_is_checked_before_any_work(tmp_path, capsys, words, said):
    store = tmp_path / "s"
    start = ["record", "sync", "--source", "gdelt2", "--from", "x", "--store", str(store)]
    assert main([*start, *words]) == 1
    assert said in capsys.readouterr().err
    assert not store.exists()


def test_a_stated_release_and_a_stated_lag_say_when_rows_were_known(tmp_path):
    (tmp_path / "a.csv").write_text("day,who,whom,code\n2024-01-01,USA,RUS,010\n")
    for name, said in (("release", ["--released", "2024-02-01"]), ("assumed", ["--lag", "3"])):
        (tmp_path / "map.toml").write_text("".join(f'{k} = "{v}"\n' for k, v in MAP.items()))
        words = ["--source", "mine", "--from", str(tmp_path / "a.csv"), "--store"]
        words += [str(tmp_path / name), "--map", str(tmp_path / "map.toml"), *said]
        assert main(["record", "sync", *words]) == 0
        ((known, kind),) = (
            events(tmp_path / name, as_of=END).project("known_at, known_at_kind").fetchall()
        )
        assert kind == name
        assert known == (dt.date(2024, 2, 1) if name == "release" else dt.date(2024, 1, 4))


@pytest.mark.parametrize("column", ["file_index", "File_Index", "_line"])
@pytest.mark.parametrize("clean", [True, False], ids=["clean", "a line to leave out"])
def test_columns_called_like_those_of_a_scan_part_no_row_from_its_file(tmp_path, column, clean):
    files = []
    for name, number, who in (("a", 1, "USA"), ("b", 0, "NAM")):
        files.append(tmp_path / f"{name}.csv")
        rest = "" if clean else "too,few\n"
        files[-1].write_text(
            f"day,who,whom,code,{column}\n2024-01-01,{who},RUS,010,{number}\n{rest}"
        )
    done = ingest(tmp_path / "s", files, source="mine", column_map=MAP)
    assert (done.read, done.rejected) == (2, 0 if clean else 2)
    found = events(tmp_path / "s", as_of=END).project("actor, source_file").fetchall()
    assert sorted(found) == [("NAM", "b.csv"), ("USA", "a.csv")]


def test_a_column_whose_name_is_a_number_is_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("day,who,whom,code,1\n2024-01-01,USA,RUS,010,-5\n2024-01-02,NAM,CHN,190,7\n")
    assert ingest(tmp_path / "s", [path], source="mine", column_map=MAP | {"intensity": "1"}).read
    found = events(tmp_path / "s", as_of=END).project("intensity").fetchall()
    assert found == [(-5.0,), (7.0,)]


@pytest.mark.parametrize("gone", [False, True])
def test_a_file_that_changes_while_it_is_read_leaves_the_store_as_it_was(tmp_path, gone):
    text = "day,who,whom,code\n2024-01-01,USA,RUS,010\n"
    path = tmp_path / "t.csv"
    path.write_text(text)

    def change(result):
        if gone:
            path.unlink()
        else:
            path.write_text(text + "2024-01-02,NAM,CHN,190\n")
        return result

    def reader(*args, **given):
        return change(read_events(*args, **given))

    with pytest.raises(DataError, match="while it was read"):
        ingest(tmp_path / "s", [path], source="mine", column_map=MAP, reader=reader)
    path.write_text(text)
    assert ingest(tmp_path / "s", [path], source="mine", column_map=MAP).read == 1


def arrow_file(path, table):
    make = pa.ipc.new_file if path.suffix == ".arrow" else pa.ipc.new_stream
    with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema) as out:
        out.write(table)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["arrow", "arrows"])
@pytest.mark.parametrize("left", [0.5, 0.9])
def test_an_arrow_file_that_was_cut_short_is_named_and_not_the_store(tmp_path, kind, left):
    path = tmp_path / f"t.{kind}"
    whole = arrow_file(path, pa.table(TABLE))
    path.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(DataError, match=rf"^t\.{kind} cannot be read: .* Fetch it again"):
        ingest(tmp_path / "s", [path], source="mine", column_map=MAP)


def test_places_of_text_beyond_an_arrow_file_are_refused_and_not_looked_up(tmp_path):
    path = tmp_path / "t.arrows"
    whole = arrow_file(path, pa.table({**TABLE, "who": ["USA", "NAMIBIA"]}))
    ends = [n.to_bytes(4, "little") for n in (0, 3, 10)]
    assert whole.count(b"".join(ends)) == 1
    path.write_bytes(whole.replace(b"".join(ends), b"".join([*ends[:2], b"\0\0\0\x7f"])))
    with pytest.raises(DataError, match=r"^t\.arrows cannot be read: .* Fetch it again"):
        ingest(tmp_path / "s", [path], source="mine", column_map=MAP)


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\x1e"])
def test_only_ends_of_lines_part_a_cell_whether_or_not_its_file_is_copied(tmp_path, sign):
    text = f"day,who,whom,code\n2024-01-01,X{sign}Y,RUS,010\n"
    plain, marked = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_text(text, encoding="utf-8")
    marked.write_text(text, encoding="utf-8-sig")
    done = ingest(tmp_path / "s", [plain, marked], source="mine", column_map=MAP)
    assert (done.kept, done.duplicated) == (1, 1)
    names = folder(tmp_path / "n", entities=f"X{sign}Y\t0\nJapan\t1\n", train="0 0 1 0\n")
    assert ingest(tmp_path / "q", [names], source="icews14").kept == 1
