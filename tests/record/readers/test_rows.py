"""What is worked out as a row is read: the split of a plan, and the way back to events."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.record.readers import READERS, read_events
from demarche.record.readers._plan import CODE, Found, Lookup, Options, Plan
from demarche.record.readers._rows import (
    _references,
    _worked_out_once,
    answer_columns,
    key_columns,
    put,
    row_plan,
    with_answers,
)
from demarche.record.readers.gdelt import COLUMNS2
from tests.record.readers.test_read import gdelt, written


def plan(**columns):
    look = Lookup(name="c", keys=("r.Code",), gives=CODE, resolve=lambda key: Found(values=key * 6))
    return row_plan(Plan(columns=columns, lookups=(look,)), source="s")


def test_equal_expressions_are_stored_once_and_constants_not_at_all():
    found = plan(url="r.URL", story="r.URL", directed="true", intensity_scale="'Gold r.x'")
    assert list(found.scan.values()) == ["r.URL"]
    assert found.columns["url"] == found.columns["story"]
    assert found.columns["directed"] == "true"
    assert found.columns["intensity_scale"] == "'Gold r.x'"


def test_what_needs_the_file_or_a_look_up_waits_for_it():
    found = plan(
        known_at='greatest(coalesce(f.released, try_cast(r."Event f.Date" AS DATE)))',
        event="c.event",
        actor="coalesce(c.mode, r.Name)",
        source_version="f.version",
    )
    assert set(found.scan.values()) == {'r."Event f.Date"', "r.Name"}
    later = {f"p.{name}": sql for name, sql in found.later.items()}
    assert "f.released" in later[found.columns["known_at"]]
    assert found.columns["event"] == 'p."c_event"'
    assert found.columns["source_version"] == 'p."f_version"'
    assert found.columns["actor"].startswith('coalesce(p."c_mode", p.')
    assert found.given == {"f": ("version", "name"), "c": ("mode", "event")}


def test_text_that_is_half_the_same_for_all_rows_is_stored_by_the_other_half():
    found = plan(
        event_id="'gdelt:' || r.ID",
        intensity_scale="CASE WHEN r.Gold IS NOT NULL THEN 'Goldstein' END",
        place="CASE WHEN r.A = 'x' THEN 'one' WHEN r.A = 'y' THEN 'two' END",
    )
    id, flag, place = found.scan.values()
    assert (id, flag) == ("r.ID", "CAST(r.Gold IS NOT NULL AS BOOLEAN)")
    assert "'two'" in place
    assert found.columns["event_id"] == "'gdelt:' || p.w0"
    assert found.columns["intensity_scale"] == "CASE WHEN p.w1 THEN 'Goldstein' END"
    assert found.columns["place"] == "p.w2"


def test_a_cell_is_read_once_and_text_that_looks_like_a_reading_is_left_alone():
    date = "CAST(try_strptime(left(r.Day, 8), '%Y%m%d') AS DATE)"
    text = "'try_cast(r.N AS BIGINT)'"
    listed, fault, once = _worked_out_once(
        f'{date}, try_cast(r."N" AS BIGINT), {text}, {text}', f"{date} > try_cast(r.N AS BIGINT)"
    )
    assert listed == f"r._read0, r._read1, {text}, {text}"
    assert fault == "r._read0 > r._read1"
    assert once == f"{date} AS _read0, try_cast(r.N AS BIGINT) AS _read1"
    assert _worked_out_once("try_cast(r.N AS BIGINT)") == ("try_cast(r.N AS BIGINT)", "")


@pytest.mark.parametrize("source", sorted(set(READERS) - {"icews14", "icews18", "quadruples"}))
def test_every_plan_leaves_nothing_of_the_raw_row_to_the_end(source):
    found = row_plan(READERS[source].plan(Options(source=source)), source=source)
    late = {alias for sql in found.columns.values() for alias, _ in _references(sql)}
    early = {alias for sql in found.scan.values() for alias, _ in _references(sql)}
    assert late <= {"p"}
    assert early == {"r"}


def test_packed_rows_give_the_same_events(tmp_path):
    lines = [
        gdelt(EventCode=code, SQLDATE=day, SOURCEURL=f"https://a.example/{n % 2}")
        for n, (code, day) in enumerate(
            [("010", "20200102"), ("190", "20200101"), ("19Z", "20191231"), ("042", "bad")]
        )
    ]
    path = written(tmp_path, "\n".join(lines) + "\n")
    with read_events(path, source="gdelt2") as result:
        con, packed = result.connection, result.packed
        tables = {}
        for alias, one in packed.answers.items():
            put(con, f"k_{alias}", key_columns(one.keys))
            put(con, f"v_{alias}", answer_columns(one.columns, one.values))
            tables[alias] = (f"v_{alias}", tuple(one.columns))
        keys = {alias: f"k_{alias}" for alias, one in packed.answers.items() if one.meets}
        con.execute(f"CREATE TABLE kept AS {packed.query(keys)}")
        con.execute(f"CREATE TABLE flat AS {packed.flat(con)}")
        rows = with_answers("SELECT * FROM kept", tables)
        made = ", ".join(f"{sql} AS {name}" for name, sql in packed.columns.items())
        for query in (rows, "FROM flat"):
            again = con.sql(f"SELECT {made} FROM ({query}) p ORDER BY source_row").fetchall()
            assert again == result.events.order("source_row").fetchall()
        assert len(con.table("kept").columns) < len(result.events.columns)


def test_a_control_character_in_a_code_is_counted_and_moves_no_part_of_it(tmp_path):
    line = gdelt(Actor1CountryCode="RUS\x1fHMS", Actor1Type1Code="GOV")
    path = written(tmp_path, line + "\n")
    with read_events(path, source="gdelt2") as result:
        (row,) = result.events.project("actor, actor_country, actor_sector").fetchall()
        said = {(w.kind, w.column, w.rows) for w in result.warnings}
    assert row == ("RUSSIA", None, None)
    assert ("control character in a code", "Actor1CountryCode", 1) in said


def test_a_date_at_the_end_of_the_calendar_is_a_reject_and_no_fault(tmp_path):
    head = "event_id_cnty,event_date,event_type,sub_event_type,actor1,actor2,timestamp\n"
    rows = 'A1,2020-01-02,Battles,,"Military Forces of Mali",,\n'
    rows += "A2,5881580-07-10,Battles,,X,,\nA3,290000-01-01,Battles,,X,,\n"
    path = written(tmp_path, head + rows)
    with read_events(path, source="acled") as result:
        assert (result.read, result.rejected) == (1, 2)
        ((day,),) = result.events.project("date").fetchall()
    assert day == dt.date(2020, 1, 2)


def test_lines_of_rejects_are_right_in_the_middle_of_many_files(tmp_path):
    for n in range(3):
        lines = [gdelt(GLOBALEVENTID=str(10 * n + k)) for k in range(4)]
        lines[n] = gdelt(GLOBALEVENTID="x")
        written(tmp_path, "\n".join(lines) + "\n", f"{n}.CSV")
    with read_events(tmp_path, source="gdelt2") as result:
        rows = result.rejects.order("source_file").project("source_file, source_row").fetchall()
        kept = result.events.project("source_file, source_row, event_id").fetchall()
    assert rows == [("0.CSV", 1), ("1.CSV", 2), ("2.CSV", 3)]
    places = {(file, row): id for file, row, id in kept}
    assert places["1.CSV", 4] == "gdelt2:13"
    assert len(COLUMNS2) == 61
