"""The map of positions: every faction on every issue, as marks that can be dragged."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from demarche.desk.what_if import Scenario
from demarche.show._numbers import seen
from demarche.show.workbench.frame import render
from demarche.terms import Faction, Range, Stance

__all__ = ["map_html"]


def map_html(scenario: Scenario) -> Markup:
    """Positions of all factions, issue by issue, as marks that can be dragged."""
    case = scenario.case()
    issues = []
    for issue in case.issues:
        rows = [
            (faction, stance)
            for faction in sorted(case.factions, key=lambda f: f.actor != scenario.actor)
            for stance in faction.stances
            if stance.issue == issue.id
        ]
        issues.append(
            {
                "name": issue.name,
                "low": issue.low,
                "high": issue.high,
                "svg": _lanes(scenario, issue.status_quo, rows),
            }
        )
    return render("map.html.j2", issues=issues, actor=case.actor(scenario.actor).name)


LANE = 38


def _lanes(scenario: Scenario, status_quo: Range, rows: Sequence[tuple[Faction, Stance]]) -> Markup:
    height = LANE * len(rows) + 22
    parts = [
        Markup('<line class="m-grid" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/>').format(x, height - 18)
        for x in (0, 25, 50, 75, 100)
    ]
    parts += [
        Markup('<text class="tick" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
            x, height - 4, "start" if x == 0 else "end" if x == 100 else "middle", x
        )
        for x in (0, 25, 50, 75, 100)
    ]
    parts.append(
        Markup(
            '<line class="m-quo" x1="{0}%" x2="{0}%" y1="0" y2="{1}"><title>where things stand: '
            "{0}</title></line>"
        ).format(f"{status_quo.mode:g}", height - 18)
    )
    for number, (faction, stance) in enumerate(rows):
        y = LANE * number + 27
        position = stance.position
        radius = 4 + 6 * math.sqrt(max(stance.salience.mode, 0))
        own = " own" if faction.actor == scenario.actor else ""
        left = position.mode > 60
        parts.append(
            Markup(
                '<text class="who" x="{}" y="{}" text-anchor="{}">{} ({})</text>'
                '<line class="m-range" data-line="{p}" x1="{lo}%" x2="{hi}%" y1="{y}" y2="{y}"/>'
                '<circle class="grip{own}" tabindex="0" role="slider" data-grip="{p}" cx="{m}%" '
                'cy="{y}" r="{r}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{m}" '
                'aria-label="{name}, position"/>'
            ).format(
                "100%" if left else "0",
                y - 14,
                "end" if left else "start",
                seen(faction.name),
                faction.actor,
                p=f"position/{faction.id}/{stance.issue}",
                lo=f"{position.low:g}",
                hi=f"{position.high:g}",
                m=f"{position.mode:g}",
                y=y,
                r=f"{radius:.1f}",
                own=own,
                name=seen(faction.name),
            )
        )
    return Markup(
        '<svg class="lanes" width="100%" height="{}" role="group" aria-label="positions">{}</svg>'
    ).format(height, Markup("").join(parts))
