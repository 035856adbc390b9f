"""Colours of pages and charts: told apart by colour-blind readers, and read on both papers."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from demarche.desk import ask
from demarche.show import _figures as figures
from demarche.show import _precedents as precedents
from demarche.show import _sensitivity as sensitivity
from demarche.show._charts import TONES
from demarche.show.report import report_html

SEEN = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
"""Linear RGB as seen with each deficiency at full strength: Machado, Oliveira & Fernandes (2009),
A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE TVCG 15(6),
1291-1298, the matrices of its supplement."""
APART = 25.0
"""Least distance in CIELAB (1976) between two colours that mean different things; about 2.3 is
just noticed when side by side."""
MEANT = ("pool", "outside", "inside", "ink")
THEMES = ("light", "dark")


def linear(colour: str) -> np.ndarray:
    s = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB under D65 of linear sRGB."""
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    t = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG 2."""
    light, dark = sorted(
        (float(np.array([0.2126, 0.7152, 0.0722]) @ linear(c)) for c in (a, b)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def test_reference_values_of_the_measures():
    """White on black is 21 to 1; sRGB red is L* 53.24, a* 80.09, b* 67.20."""
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    red, green = (SEEN["deuteranopia"] @ linear(c) for c in ("#ff0000", "#00ff00"))
    usual = np.linalg.norm(lab(linear("#ff0000")) - lab(linear("#00ff00")))
    assert np.linalg.norm(lab(red)[1:] - lab(green)[1:]) < 0.3 * usual


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SEEN)
@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(MEANT, 2)))
def test_meanings_are_told_apart_by_colour(theme, sight, a, b):
    at = THEMES.index(theme)
    one, two = (lab(SEEN[sight] @ linear(TONES[tone][at])) for tone in (a, b))
    assert np.linalg.norm(one - two) >= APART


@pytest.fixture(scope="module")
def answer(regional):
    return ask(regional, draws=32)


@pytest.fixture(scope="module")
def variables(answer) -> dict[str, dict[str, str]]:
    """Colours that the style sheet of the report sets, light and dark."""
    style = report_html(answer).split("<style>", 1)[1].split("</style>", 1)[0]
    light, dark = style.split("@media screen and (prefers-color-scheme: dark)", 1)
    dark = dark.split("* { box-sizing", 1)[0]
    pattern = r"--([a-z]+): (#[0-9a-f]{6});"
    return {"light": dict(re.findall(pattern, light)), "dark": dict(re.findall(pattern, dark))}


@pytest.mark.parametrize("theme", THEMES)
def test_text_has_the_contrast_of_aa(variables, theme):
    found = variables[theme]
    assert set(variables["light"]) == set(variables["dark"]) >= {*TONES, "paper", "soft", "link"}
    for text, ground in itertools.product(("ink", "muted", "link"), ("paper", "soft", "band")):
        assert contrast(found[text], found[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_marks_and_focus_stand_out_from_every_ground(variables, theme):
    found = variables[theme]
    for mark, ground in itertools.product((*MEANT, "muted", "ghost"), ("paper", "band")):
        assert contrast(found[mark], found[ground]) >= 3.0, (mark, ground)


def test_marks_differ_by_shape_or_filling_as_well(answer):
    before = answer
    drawn = [
        figures.courses_figure(answer, baseline=before, claimed=[(answer.courses[0].id, 0.2, 0.5)]),
        figures.ladder_figure(answer, baseline=before),
        figures.trigger_figure(answer),
        precedents.classes_figure(answer),
        precedents.precedents_figure(answer),
        precedents.leave_out_figure(answer),
        sensitivity.rules_figure(answer),
        sensitivity.sweep_figure(answer),
        sensitivity.uncertainty_figure(answer),
        *sensitivity.tornado_figures(answer),
    ]
    for figure in drawn:
        assert figure is not None and len(figure.legend) >= 2
        looks = [(shape, filled) for shape, _, filled, _ in figure.legend]
        assert len(looks) == len(set(looks)), figure.id
