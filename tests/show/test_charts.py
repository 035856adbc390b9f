"""Charts on their own: what a ghost shows, names that never clash, text that stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from demarche.desk import Answer, ask
from demarche.show._charts import WIDE, Mark, draw, probability_axis
from demarche.show._figures import courses_svg, ladder_svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def answer(small_case) -> Answer:
    return ask(small_case, draws=32, compare=False)


@pytest.fixture(scope="module")
def edited(answer) -> Answer:
    """The same answer after a change that moves every course but the first, which is new."""
    first, *rest = answer.courses
    return replace(
        answer,
        courses=(
            replace(first, id="new", label="A course that was not there before"),
            *(replace(row, probability=0.9 * row.probability + 0.05) for row in rest),
        ),
    )


def marks(text: str, shape: str, *, tone: str) -> list[ET.Element]:
    """Marks of one shape and colour, in the order of their rows."""
    groups = [
        g
        for g in ET.fromstring(text).iter(f"{SVG}g")
        if g.get("data-mark") == shape and f"s-{tone}" in g.get("class", "").split()
    ]
    return [mark for g in groups for mark in g]


def rings(text: str) -> list[ET.Element]:
    return marks(text, "ring", tone="ghost")


def shares(text: str, points: list[ET.Element]) -> list[float]:
    """Where points stand on the scale, from 0 at its left end to 1 at its right."""
    lines = [e for e in ET.fromstring(text).iter(f"{SVG}line") if e.get("class") == "s-muted"]
    low, high = max(
        ((float(e.attrib["x1"]), float(e.attrib["x2"])) for e in lines), key=lambda x: x[1] - x[0]
    )
    return [(float(p.attrib["cx"]) - low) / (high - low) for p in points]


@pytest.mark.parametrize("narrow", [False, True])
def test_ghost_stands_where_the_baseline_stood(answer, edited, narrow):
    assert rings(courses_svg(answer, narrow=narrow)) == []
    ghosts = rings(courses_svg(edited, answer, narrow=narrow))
    assert len(ghosts) == len(answer.courses) - 1
    told = [row.probability for row in answer.courses[1:]]
    assert shares(courses_svg(edited, answer, narrow=narrow), ghosts) == pytest.approx(
        told, abs=1e-3
    )


def test_baseline_without_change_moves_nothing(answer):
    text = courses_svg(answer, answer)
    dots = marks(text, "circle", tone="pool")
    at = [(c.attrib["cx"], c.attrib["cy"]) for c in dots]
    assert [(g.attrib["cx"], g.attrib["cy"]) for g in rings(text)] == at
    assert len(rings(ladder_svg(answer, answer))) == len(answer.ladder) - 1


def test_ids_of_different_charts_never_clash(answer, edited):
    texts = [courses_svg(answer), courses_svg(edited, answer), ladder_svg(answer),
             courses_svg(answer, narrow=True), ladder_svg(answer, narrow=True)]  # fmt: skip
    ids = [e.attrib["id"] for t in texts for e in ET.fromstring(t).iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids)) == 2 * len(texts)


def test_colours_are_classes_and_nothing_needs_an_inline_style(answer):
    root = ET.fromstring(courses_svg(answer))
    assert not any("style" in e.attrib for e in root.iter())
    classes = {c for e in root.iter() for c in e.get("class", "").split()}
    assert {"f-pool", "s-pool", "s-outside", "s-inside", "f-band", "f-ink"} <= classes
    assert root.attrib["aria-labelledby"].split() == [
        e.attrib["id"] for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")
    ]


def test_hostile_labels_stay_text():
    bad = '</text><script>alert(1)</script>\x00\u202e" onload=x ]]> {{7*7}}'
    text = draw(
        [bad], marks=[Mark(shape="circle", points=((0, 5.0),))], axis=probability_axis(),
        frame=WIDE, title=bad, alt_text=bad, values=[bad], id='a" onload="x',
    )  # fmt: skip
    root = ET.fromstring(str(text))
    assert not list(root.iter(f"{SVG}script"))
    assert not any(name.startswith("on") for e in root.iter() for name in e.attrib)
    assert "\u202e" not in text and "\x00" not in text
