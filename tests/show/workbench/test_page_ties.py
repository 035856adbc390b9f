"""The page of ties: what is drawn on a day, and a drawing in which nothing overlaps."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from demarche.show.workbench.page_ties import strength, tie_rows
from demarche.show.workbench.tie_graph import BADGE, RADIUS, Edge, graph_svg, ordered, places
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.cases import forty_courses
from tests.show.workbench.page_tools import app_of, get


@pytest.fixture
def app(tmp_path):
    return app_of(Workspace(folder=tmp_path, case="regional-war"))


def edge(start: str, end: str, *, number: int = 1) -> Edge:
    return Edge(start=start, end=end, number=number, name="x", href="/ties", tone="pool")


def test_every_tie_of_the_case_is_listed_with_its_dated_evidence(app, regional):
    text = Markup(get(app, "/ties").text).unescape()
    evidence = {item.id: item for item in regional.evidence}
    for tie in regional.ties:
        assert f'id="tie-{tie.id}"' in text and tie.because in text
        assert all(evidence[id].what in text for id in tie.evidence)
    for channel in regional.channels:
        assert f'id="tie-{channel.id}"' in text and channel.because in text


def test_states_follow_the_day(regional):
    """The contract of 2018 with Ukraine was over a year later; that of 2010 has lost its half."""
    by = {row.tie.id: row for row in tie_rows(regional, as_of=dt.date(2023, 11, 1))}
    revoked = [id for id, row in by.items() if row.state == "revoked"]
    assert sorted(revoked) == sorted(tie.id for tie in regional.ties if tie.revoked)
    assert by["isr-rus-drones"].state == "under half"
    early = {row.tie.id: row for row in tie_rows(regional, as_of=dt.date(2012, 1, 1))}
    assert early["isr-rus-drones"].state == "in force"
    begun = [tie.id for tie in regional.ties if tie.since <= dt.date(2012, 1, 1)]
    assert {id for id, row in early.items() if row.number} == set(begun)


def test_a_day_is_part_of_the_link_and_later_ties_are_not_drawn(app):
    text = get(app, "/ties?as_of=2012-01-01").text
    assert "2 ties on 1 January 2012" in text and "begins" in text
    assert "the case itself is as of 1 November 2023" in text
    assert get(app, "/ties?as_of=1900-01-01").text.count("None of the 25 ties") == 1
    assert get(app, "/ties?as_of=yesterday").status == 400


def test_a_link_of_the_drawing_opens_the_tie(app):
    text = get(app, "/ties").text
    links = re.findall(r'<a href="(/ties\?[^"#]+)#(tie-[^"]+)"', text)
    assert len(links) == 2 * (25 + 1)  # both widths; ties and one channel
    address, anchor = links[0]
    opened = get(app, Markup(address).unescape()).text
    assert f'id="{anchor}" open' in opened
    assert get(app, "/ties?id=nonsense").status == 400


def test_drawings_have_a_name_and_say_what_they_show(app):
    text = get(app, "/ties").text
    svgs = re.findall(r'<svg [^>]*class="chart [^>]*>', text)
    assert len(svgs) == 4
    assert all('role="group"' in svg and "aria-labelledby" in svg for svg in svgs)
    assert len(re.findall(r"<desc [^>]*>[^<]{40,}</desc>", text)) == 4


def test_a_case_without_ties_says_how_to_add_them(tmp_path):
    from demarche.cases import template

    (tmp_path / "mine.toml").write_text(template(), "utf-8")
    app = app_of(Workspace(folder=tmp_path, case="mine.toml"))
    text = get(app, "/ties").text
    assert "This case codes no ties" in text and "This case codes no channel" in text


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(2, 60),
    pairs=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=90),
    narrow=st.booleans(),
)
def test_nodes_stand_apart_and_inside_the_drawing(count, pairs, narrow):
    nodes = [(str(i), f"Actor {i}") for i in range(count)]
    edges = [edge(str(a % count), str(b % count)) for a, b in pairs]
    at, height = places(nodes, edges, narrow=narrow)
    width = 350 if narrow else 880
    assert set(at) == {id for id, _ in nodes}
    for x, y in at.values():
        assert RADIUS < x < width - RADIUS and 0 < y < height + 14
    ranked = sorted(at.values())
    middle = width / 2
    for side in (True, False):
        ys = sorted(y for x, y in ranked if (x >= middle) == side)
        assert all(b - a > 30 for a, b in itertools.pairwise(ys))  # two lines of a label


def test_numbers_of_a_long_case_do_not_lie_on_each_other():
    case = forty_courses()
    rows = [row for row in tie_rows(case, as_of=case.question.as_of) if row.number]
    ids = sorted({id for row in rows for id in (row.tie.actor, row.tie.recipient)})
    edges = [edge(r.tie.actor, r.tie.recipient, number=r.number) for r in rows]
    for narrow in (False, True):
        drawn = graph_svg(
            [(id, id) for id in ids], edges, title="t", alt_text="a", narrow=narrow
        )  # fmt: skip
        spots = [
            (float(x), float(y))
            for x, y in re.findall(r'class="badge [^"]*"[^>]* cx="([\d.]+)" cy="([\d.]+)"', drawn)
        ]
        assert len(spots) == len(rows) == 60
        apart = min(
            math.dist(a, b) for i, a in enumerate(spots) for b in spots[:i]
        )  # fmt: skip
        assert apart > (2 * BADGE if not narrow else 0.6 * BADGE)


def test_the_same_ties_give_the_same_drawing_and_every_order_is_a_permutation():
    nodes = [(c, c) for c in "abcdefg"]
    edges = [edge("a", "e"), edge("b", "e"), edge("g", "a"), edge("c", "d")]
    one, two = (graph_svg(nodes, edges, title="t", alt_text="x", narrow=False) for _ in range(2))
    assert one == two
    assert sorted(ordered("abcdefg", [("a", "e"), ("b", "e")])) == list("abcdefg")


def test_a_label_is_text():
    drawn = graph_svg(
        [("a", "<script>"), ("b", '" onload="x')], [edge("a", "b")], title="<t>", alt_text="<x>",
        narrow=True,
    )  # fmt: skip
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn and "<x>" not in drawn


@pytest.mark.parametrize(("x", "said"), [(0.0, "0"), (1e-9, "<0.01"), (0.0651, "0.065"), (1, "1")])
def test_strengths_are_told_with_two_digits(x, said):
    assert strength(x) == said


def test_a_long_label_keeps_its_end_which_tells_it_from_others():
    names = [(str(i), f"Provisional Authority of Region {i}") for i in range(10, 14)]
    drawn = graph_svg(names, [edge("10", "11")], title="t", alt_text="x", narrow=True)
    for i in range(10, 14):
        assert f"Region {i}" in drawn
