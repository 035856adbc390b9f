"""Charts on their own, as SVG text: for pages that put the answer together in another way.

Each is an ``svg`` element with a title and a description, colours as classes (``CHART_CSS`` and
``TONES`` in `demarche.show._charts`) and ids that differ between different charts. A chart that
has nothing to show is empty text.
"""

from __future__ import annotations

from demarche.desk import Answer
from demarche.show._figures import Figure, courses_svg, ladder_svg, trigger_figure
from demarche.show._precedents import classes_figure, leave_out_figure, precedents_svg
from demarche.show._sensitivity import rules_figure, sweep_figure, tornado_of
from demarche.show._series import counts_figure, counts_svg

__all__ = [
    "answer_counts_svg",
    "classes_svg",
    "counts_svg",
    "courses_svg",
    "ladder_svg",
    "leave_out_svg",
    "precedents_svg",
    "rules_svg",
    "sweep_svg",
    "tornado_svg",
    "trigger_svg",
]


def _svg(figure: Figure | None, *, narrow: bool) -> str:
    if figure is None:
        return ""
    return str(figure.narrow if narrow else figure.wide)


def answer_counts_svg(answer: Answer, *, narrow: bool = False) -> str:
    """The actor's events by month and class, from the record that the answer used."""
    return _svg(counts_figure(answer), narrow=narrow)


def classes_svg(answer: Answer, *, narrow: bool = False) -> str:
    """Each course counted in three other reference classes, as small multiples."""
    return _svg(classes_figure(answer), narrow=narrow)


def leave_out_svg(answer: Answer, *, narrow: bool = False) -> str:
    """Band of the outside view when each precedent is left out in turn."""
    return _svg(leave_out_figure(answer), narrow=narrow)


def rules_svg(answer: Answer, *, narrow: bool = False) -> str:
    """The inside view under every decision rule."""
    return _svg(rules_figure(answer), narrow=narrow)


def sweep_svg(answer: Answer, *, narrow: bool = False) -> str:
    """The pool from the inside view alone to the outside view alone."""
    return _svg(sweep_figure(answer), narrow=narrow)


def tornado_svg(answer: Answer, course: str, *, narrow: bool = False) -> str:
    """The eight inputs that move one course most in the inside view."""
    return _svg(tornado_of(answer, course), narrow=narrow)


def trigger_svg(answer: Answer, *, narrow: bool = False) -> str:
    """Each course without and with the trigger."""
    return _svg(trigger_figure(answer), narrow=narrow)
