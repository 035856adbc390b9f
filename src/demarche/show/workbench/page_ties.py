"""The page of ties: who is bound to whom on a day, how strongly, and by what evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.show._numbers import value
from demarche.show._sections import day
from demarche.show.workbench.asked import Chosen, Shown, asked_day, asked_word, chosen_case
from demarche.show.workbench.frame import link_to, render
from demarche.show.workbench.page_question import evidence_of
from demarche.show.workbench.tie_graph import Edge, graph_svg
from demarche.show.workbench.workspace import Workspace
from demarche.terms import Case, Channel, Tie

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Graph", "TieRow", "page", "strength", "tie_rows"]

LIMITS = (
    "Only the ties that the case codes are drawn; no line between two actors says that the case "
    "has none, not that there is none.",
    "Strength is an analyst's range, halved every half-life; the drawing shows its most likely "
    "value.",
)
STATES = {
    "in force": "strong",
    "under half": "weak",
    "revoked": "revoked",
    "not yet begun": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TieRow:
    """One tie on a day: its number in the drawing (0: not drawn), strength and state."""

    number: int
    tie: Tie
    strength: float
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A drawing in both widths."""

    wide: Markup
    narrow: Markup


def tie_rows(case: Case, *, as_of: dt.date) -> tuple[TieRow, ...]:
    """Ties on a day: those of the focal actor first, stronger ones first, later ones last."""
    focal = case.question.actor
    rows = [(tie, tie.strength_at(as_of), _state(tie, as_of=as_of)) for tie in case.ties]
    rows.sort(
        key=lambda r: (
            r[2] == "not yet begun",
            focal not in (r[0].actor, r[0].recipient),
            -r[1],
            r[0].id,
        )
    )
    return tuple(
        TieRow(number=0 if state == "not yet begun" else i, tie=tie, strength=strength, state=state)
        for i, (tie, strength, state) in enumerate(rows, start=1)
    )


def _state(tie: Tie, *, as_of: dt.date) -> str:
    if as_of < tie.since:
        return "not yet begun"
    if tie.revoked is not None and as_of >= tie.revoked:
        return "revoked"
    return "under half" if tie.strength_at(as_of) < tie.strength.mode / 2 else "in force"


def strength(x: float) -> str:
    """A strength with two digits that count; a very small one is not told exactly.

    Examples
    --------
    >>> strength(0.345), strength(0.0004), strength(0.0)
    ('0.34', '<0.01', '0')
    """
    return value(x) if x == 0 or x >= 0.01 else "<0.01"


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """Ties and channels of one case on one day."""
    chosen = chosen_case(workspace, query)
    case = chosen.case
    as_of = asked_day(query, "as_of") or case.question.as_of
    rows = tie_rows(case, as_of=as_of)
    ids = [*(tie.id for tie in case.ties), *(channel.id for channel in case.channels)]
    opened = asked_word(query, "id", known=ids)
    bound = {id for row in rows if row.number for id in (row.tie.actor, row.tie.recipient)}
    body = render(
        "ties.html.j2",
        chosen=chosen,
        case=case,
        as_of=as_of,
        rows=rows,
        opened=opened,
        actors={actor.id: actor.name for actor in case.actors},
        issues={issue.id: issue.name for issue in case.issues},
        alone=[actor.name for actor in case.actors if actor.id not in bound],
        graph=_tie_graph(chosen, rows, as_of=as_of),
        channels=_channel_graph(chosen, as_of=as_of),
        evidence=evidence_of(case),
        strength=strength,
        counts={state: sum(row.state == state for row in rows) for state in STATES},
    )
    return Shown(title=f"Ties: {case.title}", body=body, limits=LIMITS, case=chosen.id)


def _href(chosen: Chosen, id: str, *, as_of: dt.date) -> str:
    from urllib.parse import quote

    given = "" if as_of == chosen.case.question.as_of else as_of.isoformat()
    return link_to("/ties", case=chosen.id, as_of=given, id=id) + f"#tie-{quote(id)}"


def _tie_graph(chosen: Chosen, rows: Sequence[TieRow], *, as_of: dt.date) -> Graph | None:
    drawn = [row for row in rows if row.number]
    if not drawn:
        return None
    names = {actor.id: actor.name for actor in chosen.case.actors}
    ids = dict.fromkeys(id for row in drawn for id in (row.tie.actor, row.tie.recipient))
    edges = [
        Edge(
            start=row.tie.actor,
            end=row.tie.recipient,
            number=row.number,
            name=f"{names.get(row.tie.actor, row.tie.actor)} to "
            f"{names.get(row.tie.recipient, row.tie.recipient)}, {row.tie.kind}, "
            f"{row.state}, strength {strength(row.strength)}",
            href=_href(chosen, row.tie.id, as_of=as_of),
            tone="ghost"
            if row.state == "revoked"
            else ("pool" if row.tie.sign == "+" else "outside"),
            width=1.25 + 4 * row.strength,
            state=STATES[row.state],
            square=row.tie.sign == "-",
        )
        for row in drawn
    ]
    strongest = max(drawn, key=lambda row: row.strength)
    return _graph(
        [(id, names.get(id, id)) for id in ids],
        edges,
        title=f"Ties on {day(as_of)}",
        alt_text=f"{len(ids)} actors and {len(drawn)} ties; the strongest is number "
        f"{strongest.number}, {edges[drawn.index(strongest)].name}. The list below the drawing "
        "has every tie.",
        strong=chosen.case.question.actor,
        id="ties",
    )


def _channel_graph(chosen: Chosen, *, as_of: dt.date) -> Graph | None:
    channels = chosen.case.channels
    if not channels:
        return None
    names = {issue.id: issue.name for issue in chosen.case.issues}
    ids = dict.fromkeys(id for c in channels for id in (c.from_issue, c.to_issue))
    edges = [
        Edge(
            start=channel.from_issue,
            end=channel.to_issue,
            number=number,
            name=_channel_name(channel, names),
            href=_href(chosen, channel.id, as_of=as_of),
            tone="inside",
            square=channel.weight.mode < 0,
        )
        for number, channel in enumerate(channels, start=1)
    ]
    return _graph(
        [(id, names.get(id, id)) for id in ids],
        edges,
        title="Channels between issues",
        alt_text=f"{len(channels)} channels: " + "; ".join(edge.name for edge in edges) + ".",
        strong="",
        id="channels",
    )


def _channel_name(channel: Channel, names: Mapping[str, str]) -> str:
    return (
        f"{names.get(channel.from_issue, channel.from_issue)} to "
        f"{names.get(channel.to_issue, channel.to_issue)}, weight {value(channel.weight.mode)}"
    )


def _graph(
    nodes: Sequence[tuple[str, str]],
    edges: Sequence[Edge],
    *,
    title: str,
    alt_text: str,
    strong: str,
    id: str,
) -> Graph:
    wide, narrow = (
        graph_svg(nodes, edges, title=title, alt_text=alt_text, narrow=narrow, id=id, strong=strong)
        for narrow in (False, True)
    )
    return Graph(wide=wide, narrow=narrow)
