"""Bad files: each is refused with its place, the value seen, what was expected, the near miss.

Numbers in the names of tests are the rows of the list of bad inputs that the project keeps.
"""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.cases import MAX_BYTES, find_case, load_case, parse_case, template
from demarche.errors import CaseError, DemarcheError
from tests.builders import course, drop, problems_of, put, singles, template_data, tiny, toml

DATA = template_data()
NAN, INF = float("nan"), float("inf")
RANGE = "a range [low, mode, high] of three finite numbers"
STANCE = "factions.0.stances.0"
EFFECT = "courses.0.effects.0"

# id: (change of the template, place, value seen, what was expected, near miss)
SHAPES = {
    "unknown key (row 22)": (
        lambda d: put(d, "titel", "x"),
        "titel",
        "'titel'",
        "a known key",
        "'title'",
    ),
    "unknown key below (row 22)": (
        lambda d: put(d, "factions.0.capabilty", 1),
        "factions.0.capabilty",
        "'capabilty'",
        "a known key",
        "'capability'",
    ),
    "unknown key in a list in a list (row 22)": (
        lambda d: put(d, f"{STANCE}.salienc", 1),
        f"{STANCE}.salienc",
        "'salienc'",
        "a known key",
        "'salience'",
    ),
    "unknown key unlike any": (
        lambda d: put(d, "question.zzz", 1),
        "question.zzz",
        "'zzz'",
        "a known key",
        "Known here: text, actor, as_of, horizon_days, trigger.",
    ),
    "missing key": (
        lambda d: drop(d, "courses.0.resolution"),
        "courses.0.resolution",
        "nothing",
        "the key 'resolution'",
        "",
    ),
    "missing table": (lambda d: drop(d, "question"), "question", "nothing", "'question'", ""),
    "text for a whole number": (
        lambda d: put(d, "question.horizon_days", "90"),
        "question.horizon_days",
        "'90'",
        "a whole number",
        "",
    ),
    "true for a whole number": (
        lambda d: put(d, "courses.0.rung", True),
        "courses.0.rung",
        "True",
        "a whole number",
        "",
    ),
    "fraction for a whole number": (
        lambda d: put(d, "courses.0.rung", 1.5),
        "courses.0.rung",
        "1.5",
        "whole number",
        "",
    ),
    "number for text": (lambda d: put(d, "title", 7), "title", "7", "text", ""),
    "number for a truth value": (
        lambda d: put(d, "courses.0.under_way", 1),
        "courses.0.under_way",
        "1",
        "true or false",
        "",
    ),
    "text for a date": (
        lambda d: put(d, "question.as_of", "soon"),
        "question.as_of",
        "'soon'",
        "a date (YYYY-MM-DD)",
        "",
    ),
    "time for a date": (
        lambda d: put(d, "question.as_of", dt.datetime(2024, 1, 15, 12, 30)),
        "question.as_of",
        "2024-01-15T12:30:00",
        "a date (YYYY-MM-DD)",
        "",
    ),
    "text for a list": (lambda d: put(d, "ladder", "peace"), "ladder", "'peace'", "a list", ""),
    "number for a table": (lambda d: put(d, "question", 3), "question", "3", "a table", ""),
    "number in a list of text": (lambda d: put(d, "ladder.1", 4), "ladder.1", "4", "text", ""),
    "word of a closed list": (
        lambda d: put(d, "courses.0.observability", "pubic"),
        "courses.0.observability",
        "'pubic'",
        "one of 'public', 'reported' or 'covert'",
        "'public'",
    ),
    "rule of a closed list": (
        lambda d: put(d, "actors.0.rule", "concensus"),
        "actors.0.rule",
        "'concensus'",
        "one of",
        "'consensus'",
    ),
    "range of two": (
        lambda d: put(d, "factions.0.capability", [0.4, 0.5]),
        "factions.0.capability",
        "[0.4, 0.5]",
        RANGE,
        "",
    ),
    "range of four": (
        lambda d: put(d, f"{STANCE}.position", [1, 2, 3, 4]),
        f"{STANCE}.position",
        "[1, 2, 3, 4]",
        RANGE,
        "",
    ),
    "number for a range": (
        lambda d: put(d, f"{STANCE}.salience", 0.5),
        f"{STANCE}.salience",
        "0.5",
        RANGE,
        "",
    ),
    "text in a range": (
        lambda d: put(d, f"{STANCE}.salience", [0.1, "0.5", 0.9]),
        f"{STANCE}.salience",
        "'0.5'",
        RANGE,
        "",
    ),
    "truth value in a range": (
        lambda d: put(d, f"{STANCE}.salience", [0.1, True, True]),
        f"{STANCE}.salience",
        "True",
        RANGE,
        "",
    ),
    "range of nothing": (
        lambda d: put(d, f"{EFFECT}.points", []),
        f"{EFFECT}.points",
        "[]",
        RANGE,
        "",
    ),
    "not a number (row 23)": (
        lambda d: put(d, f"{STANCE}.position", [0.0, NAN, 1.0]),
        f"{STANCE}.position",
        "nan",
        RANGE,
        "",
    ),
    "infinity (row 23)": (
        lambda d: put(d, "factions.0.capability", [0.1, 0.5, INF]),
        "factions.0.capability",
        "inf",
        RANGE,
        "",
    ),
}


def only(problems, place):
    found = [problem for problem in problems if problem.place == place]
    assert len(found) == 1, "\n".join(map(str, problems)) or "the file was read"
    return found[0]


@pytest.mark.parametrize(
    ("change", "place", "value", "expected", "hint"), SHAPES.values(), ids=SHAPES
)
def test_a_wrong_key_or_type_is_named_with_place_value_expectation_and_near_miss(
    change, place, value, expected, hint
):
    problems = problems_of(toml(change(DATA)))
    found = only(problems, place)
    assert value in found.value
    assert expected in found.expected
    assert hint in found.hint
    assert len(problems) == 1, "a fault of one key reported as several: " + str(problems)
    assert str(found).startswith(f"made.toml, at {place}: expected ")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("key", ["half_life_days", "strength"])
def test_row_23_a_number_that_is_not_finite_is_refused_with_its_field(key, number):
    value = number if key == "half_life_days" else f"[0.1, 0.2, {number}]"
    values = {"half_life_days": "30.0", "strength": "[0.1, 0.2, 0.3]", key: value}
    text = template() + (
        '\n[[ties]]\nid="t"\nactor="NLD-X"\nrecipient="SLD-X"\nkind="k"\nsign="+"\n'
        'since=2020-01-01\nbecause="b"\nevidence=["e"]\n'
        + "".join(f"{k} = {v}\n" for k, v in values.items())
        + '[[sources]]\nid="s"\ntitle="t"\npublisher="p"\n'
        '[[evidence]]\nid="e"\ndate=2020-01-01\nwhat="w"\nsource="s"\n'
    )
    found = only(problems_of(text), f"ties.0.{key}")
    assert "finite" in found.expected


@pytest.mark.parametrize("key", ["horizon_days", "status_quo", "title"])
def test_row_23_an_integer_of_5000_digits_is_refused_with_its_field(key):
    huge = "9" * 5000
    text = {
        "horizon_days": template().replace("horizon_days = 90", f"horizon_days = {huge}"),
        "status_quo": template().replace("[50, 60, 70]", f"[50, 60, {huge}]"),
        "title": template().replace('"Northland and the strait"', huge),
    }[key]
    assert huge in text
    problems = problems_of(text)
    assert len(problems) == 1
    assert len(str(problems[0])) < 400, "the digits are printed back at the user"
    assert key in problems[0].place or "line" in str(problems[0]), str(problems[0])


@pytest.mark.parametrize("digits", [16, 400, 4200])
def test_row_23_a_long_integer_is_refused_where_it_stands(digits):
    text = template().replace("horizon_days = 90", f"horizon_days = {'9' * digits}")
    found = only(problems_of(text), "question.horizon_days")
    assert len(str(found)) < 300


MALFORMED = {
    "bracket left open": ('a = 1\nb = [1, 2\nc = 3\n', 3),
    "no value": ("a = 1\nb =\n", 2),
    "text left open (row 25)": ('title = "abc\n', 1),
    "key twice (row 21)": ('format = 1\nid = "a"\nid = "b"\n', 3),
    "table twice (row 21)": ("[question]\na = 1\n[question]\nb = 2\n", 3),
    "30 February (row 13)": ("a = 1\nd = 2023-02-30\n", 2),
    "bare words": ("format = 1\nthis is no TOML\n", 2),
    "JSON": ('{"format": 1}\n', 1),
    "octal without its mark (row 20)": ("code = 010\n", 1),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_toml_is_refused_with_line_and_column(text, line):
    problems = problems_of(text)
    assert len(problems) == 1
    assert "valid TOML" in problems[0].expected
    assert f"line {line}, column " in problems[0].value, problems[0].value
    assert str(problems[0]).startswith("made.toml")


FILES = {
    "empty (row 1)": (b"", "an empty file", "template"),
    "blank (row 1)": (b" \r\n\t\n", "an empty file", "template"),
    "PNG (row 2)": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "", "UTF-8"),
    "PDF (row 2)": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "offset 10", "UTF-8"),
    "Latin-1 (row 3)": (
        'title = "T\xfcrkei"\n'.encode("latin-1"), "byte 0xfc at offset 10", "UTF-8"),
    "UTF-16 (row 3)": ('title = "a"\n'.encode("utf-16"), "", "UTF-8"),
    "UTF-16 without mark (row 3)": ('title = "a"\n'.encode("utf-16-le"), "offset 1", "UTF-8"),
    "cut in a character (row 3)": ('title = "T\xfc'.encode()[:-1], "offset 10", "UTF-8"),
    "NUL (row 5)": (b'title = "a\x00b"\n', "NUL byte at offset 10", "UTF-8"),
    "surrogate in UTF-8 (row 24)": (b'title = "\xed\xa0\x80"\n', "offset 9", "UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "value", "advice"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_small_utf8_text_is_refused_with_what_was_seen(
    tmp_path, data, value, advice
):
    path = tmp_path / "bad.toml"
    path.write_bytes(data)
    with pytest.raises(CaseError) as caught:
        load_case(path)
    (found,) = caught.value.problems
    assert value in found.value
    assert advice in found.expected + found.hint
    assert str(found).startswith(str(path))


@pytest.mark.parametrize("code", ["\\ud800", "\\udfff"])
def test_row_24_an_escaped_lone_surrogate_is_refused(code):
    text = template().replace("Northland and the strait", f"North{code}land")
    (found,) = problems_of(text)
    assert "line" in found.value or "surrogate" in found.value


def test_row_7_a_file_of_50_megabytes_is_refused_unread_with_the_limit(tmp_path):
    path = tmp_path / "big.toml"
    with path.open("wb") as handle:
        handle.truncate(50_000_000)
    with pytest.raises(CaseError, match=f"at most {MAX_BYTES} bytes") as caught:
        load_case(path)
    assert "50000000 bytes" in str(caught.value)


@pytest.mark.parametrize("form", ["mark", "crlf", "cr", "all"])
def test_rows_4_and_6_a_byte_order_mark_and_other_line_ends_read_alike(tmp_path, form):
    text = template()
    data = {
        "mark": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "all": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    }[form]
    path = tmp_path / "case.toml"
    path.write_bytes(data)
    assert load_case(path) == parse_case(text, file="template.toml")


def test_row_6_line_numbers_of_errors_do_not_depend_on_line_ends():
    text = "a = 1\nb = 2\nc =\n"
    plain, dos = problems_of(text), problems_of(text.replace("\n", "\r\n"))
    assert "line 3" in plain[0].value
    assert plain == dos


def test_row_30_words_that_look_like_values_stay_text():
    data = tiny()
    for name in ("NA", "NO", "null", "nan"):
        made = put(put(data, "actors.0.name", name), "actors.0.aliases", ["010", name])
        case = parse_case(toml(made), file="made.toml")
        assert case.actors[0].name == name
        assert case.actors[0].aliases == ("010", name)


PATHS = {
    "missing": (lambda p: p / "none.toml", "no such file"),
    "folder": (lambda p: p, "a directory"),
    "folder called .toml": (lambda p: _folder(p / "case.toml"), "a directory"),
    "name too long (row 58)": (lambda p: p / ("x" * 300 + ".toml"), ""),
    "NUL in the name": (lambda p: str(p) + "/a\x00b.toml", ""),
    "file as a folder": (lambda p: _file(p / "a") / "b.toml", ""),
    "device": (lambda p: "/dev/null", ""),
}


def _folder(path):
    path.mkdir()
    return path


def _file(path):
    path.write_text("x")
    return path


@pytest.mark.parametrize(("place", "value"), PATHS.values(), ids=PATHS)
def test_a_path_that_is_no_file_is_refused_and_says_so(tmp_path, place, value):
    for read in (load_case, lambda path: find_case(str(path))):
        try:
            path = place(tmp_path)
        except FileExistsError:
            path = tmp_path / "case.toml"
        with pytest.raises(CaseError) as caught:
            read(path)
        (found,) = caught.value.problems
        assert value in found.value
        assert found.expected


DEEP = {
    "lists": "x = " + "[" * 40 + "]" * 40 + "\n",
    "tables": "[" + ".".join(["a"] * 40) + "]\n",
    "lists beyond the parser": "x = " + "[" * 20_000 + "]" * 20_000 + "\n",
    "inline tables beyond the parser": "x = " + "{a = " * 20_000 + "1" + "}" * 20_000 + "\n",
    "dotted keys": ".".join(["a"] * 5000) + " = 1\n",
}  # fmt: skip


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_row_19_deep_nesting_is_refused_with_the_limit(text):
    (found,) = problems_of(text)
    assert "32 levels" in found.expected


def test_six_different_faults_of_one_file_are_reported_at_once():
    data = put(DATA, "titel", "x")
    data = put(data, "courses.0.rung", "one")
    data = put(data, "factions.0.capability", [1, 2])
    data = put(data, "actors.1.leader", "southland-goverment")
    data = put(data, "question.horizon_days", 0)
    data = put(data, f"{STANCE}.because", " ")
    problems = problems_of(toml(data))
    assert {problem.place for problem in problems} == {
        "titel", "courses.0.rung", "factions.0.capability", "actors.1.leader",
        "question.horizon_days", f"{STANCE}.because",
    }  # fmt: skip
    assert len(problems) == 6
    with pytest.raises(CaseError, match=r"^6 problems\n- made\.toml, at ") as caught:
        parse_case(toml(data), file="made.toml")
    assert str(caught.value).count("\n") == 6


def test_faults_of_shape_and_of_sense_do_not_hide_each_other():
    """A file with one fault of every table shows every table."""
    data = put(DATA, "question.trigger", "closing")
    data = put(data, "issues.0.status_quo", [50, 60, 170])
    data = put(data, "factions.1.actor", "NLD")
    data = put(data, "courses.3.kind", "sanctionz")
    data = put(data, "triggers.0.recipient", "NLDX")
    data = put(data, "situations.0.features.region", "europa")
    data = put(data, "unlisted.0.probability", ["a", "b", "c"])
    data = put(data, "actors.0.kind", "nation")
    places = {problem.place for problem in problems_of(toml(data))}
    assert places >= {
        "question.trigger", "issues.0.status_quo", "factions.1.actor", "courses.3.kind",
        "triggers.0.recipient", "situations.0.features.region", "unlisted.0.probability",
        "actors.0.kind",
    }  # fmt: skip


def test_a_value_of_another_type_is_not_blamed_twice():
    """What stands in for a wrong value while the rest is checked is no fault of the file."""
    for place, value in (
        ("question.actor", 7), ("courses.0.actor", 7), ("question.horizon_days", "x"),
        ("factions", 3), ("issues.0.id", 1), ("ladder", 3), ("format", "1"), ("courses", "x"),
    ):  # fmt: skip
        problems = problems_of(toml(put(DATA, place, value)))
        assert [problem.place for problem in problems] == [place], "\n".join(map(str, problems))


def test_row_15_200_courses_are_refused_with_the_limit():
    data = tiny(courses=200, postures=singles(200))
    found = only(problems_of(toml(data)), "courses")
    assert "200 entries" in found.value
    assert "at most 120" in found.expected


def test_more_than_64_feasible_sets_without_postures_are_refused_and_postures_advised():
    (found,) = problems_of(toml(tiny(courses=7)))
    assert found.place == "courses"
    assert "more than 64 feasible sets" in found.value
    assert "[[postures]]" in found.hint
    assert not problems_of(toml(tiny(courses=6))), "64 sets are allowed"
    assert not problems_of(toml(tiny(courses=7, postures=singles(7)))), "postures are the way out"


def test_row_16_a_search_for_feasible_sets_ends_in_bounded_time():
    """40 courses of which hardly any two go together: 2 ** 40 sets must not be walked."""
    data = tiny(courses=0)
    ids = [f"c{n}" for n in range(40)]
    data["courses"] = [course(id, excludes=[o for o in ids if o != id]) for id in ids]
    assert not problems_of(toml(data)), "41 feasible sets"
    data["courses"] = [course(id) for id in ids]
    assert "more than 64" in problems_of(toml(data))[0].value


def test_every_refusal_is_an_error_of_demarche():
    assert issubclass(CaseError, DemarcheError)
