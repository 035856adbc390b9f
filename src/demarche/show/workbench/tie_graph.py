"""A graph as inline SVG: nodes on two arcs with their labels outside, numbered curves between.

Labels stand in columns beside the arcs at distances of their own height, so that none overlaps
another, however many there are. The same nodes and edges give the same bytes.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.show._charts import NARROW, WIDE, Frame, Tone, drawing, element, n, text
from demarche.show._numbers import seen

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Edge", "graph_svg", "ordered", "places"]

RADIUS, BADGE = 6.0, 9.0
SWEEPS = 20
"""Most rounds of exchanging places; far fewer are needed."""
SAME_ARC = 0.75
"""What a pair on one arc costs, in heights of the drawing."""
CROWDED = 1.6
"""How far the steps grow where there are more ties than nodes."""
DASHES = {"strong": "none", "weak": "8 4", "revoked": "2 4"}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One curve from a node to a node, with a number on it and a link behind it.

    ``width`` is in pixels; ``state`` is ``strong``, ``weak`` or ``revoked``, told by dashes;
    ``square`` sets the number in a square instead of a circle.
    """

    start: str
    end: str
    number: int
    name: str
    href: str
    tone: Tone
    width: float = 2.0
    state: str = "strong"
    square: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    frame: Frame
    column: float
    step: float
    chars: int
    font: int


_SIZES = {
    False: _Size(frame=WIDE, column=205, step=44, chars=27, font=12),
    True: _Size(frame=NARROW, column=100, step=42, chars=12, font=11),
}


def graph_svg(
    nodes: Sequence[tuple[str, str]],
    edges: Sequence[Edge],
    *,
    title: str,
    alt_text: str,
    narrow: bool,
    id: str = "graph",
    strong: str = "",
) -> Markup:
    """One variant of the graph; nodes are (id, label), ``strong`` is the node drawn filled.

    Raises
    ------
    KeyError
        If an edge names a node that is not there.
    """
    from markupsafe import Markup

    size = _SIZES[narrow]
    at, height = places(nodes, edges, narrow=narrow)
    top = 14.0
    spots: list[Point] = []
    curves, badges = [], []
    for edge, bend in zip(edges, _bends(edges), strict=True):
        curve = _curve(at[edge.start], at[edge.end], centre=_middle(at), bend=bend)
        curves.append(_drawn(edge, curve))
        spot = _free(curve, taken=spots, nodes=list(at.values()))
        spots.append(spot)
        badges.append(_badge(edge, spot))
    body = [*curves, *badges]
    for node, label in nodes:
        x, y = at[node]
        right = x >= size.frame.width / 2
        body.append(
            element("circle", fill="ink" if node == strong else "muted", cx=n(x), cy=n(y),
                    r=n(RADIUS + (2 if node == strong else 0)))
        )  # fmt: skip
        lines = _lines(label, chars=size.chars)
        body.append(
            text(lines, x=x + (13 if right else -13), y=y - 7.0 * (len(lines) - 1),
                 anchor="start" if right else "end", size=size.font)
        )  # fmt: skip
    drawn = drawing(
        body, frame=size.frame, height=height + top, title=title, alt_text=alt_text, id=id
    )
    return Markup(str(drawn).replace('role="img"', 'role="group"', 1))


def places(
    nodes: Sequence[tuple[str, str]], edges: Sequence[Edge], *, narrow: bool
) -> tuple[dict[str, Point], float]:
    """Place of every node, and the height: down the right arc, then up the left one.

    Nodes of one arc are a step apart or more, which is the height of a label of two lines.
    """
    size = _SIZES[narrow]
    ids = ordered([node for node, _ in nodes], [(edge.start, edge.end) for edge in edges])
    right = ids[: (len(ids) + 1) // 2]
    left = ids[len(right) :][::-1]
    crowd = min(max(len(edges) / max(len(ids), 1), 1.0), CROWDED)
    height = size.step * crowd * max(len(right), 2)
    found: dict[str, Point] = {}
    arm = size.frame.width / 2 - size.column
    for side, members in ((1, right), (-1, left)):
        for k, node in enumerate(members):
            y = height * (k + 0.5) / len(members)
            high = (2 * y / height - 1) / 1.25
            x = size.frame.width / 2 + side * arm * math.sqrt(1 - high * high)
            found[node] = (x, y + 7.0)
    return found, height


def ordered(ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The ids down one arc and up the other, so that joined ones face each other.

    Two are exchanged while that helps: a pair costs the difference of its heights, and more where
    both lie on one arc.

    Examples
    --------
    >>> ordered(["a", "b", "c", "d"], [("a", "b"), ("c", "d")])
    ('c', 'b', 'a', 'd')
    """
    order = list(ids)
    count = len(order)
    half = (count + 1) // 2
    spots = [(0, (k + 0.5) / half) for k in range(half)]
    spots += [(1, 1 - (k + 0.5) / (count - half)) for k in range(count - half)]
    near: dict[str, list[str]] = {id: [] for id in order}
    for a, b in pairs:
        if a != b:
            near[a].append(b)
            near[b].append(a)
    at = {id: i for i, id in enumerate(order)}

    def cost(id: str) -> float:
        side, high = spots[at[id]]
        return sum(
            abs(high - spots[at[other]][1]) + (SAME_ARC if side == spots[at[other]][0] else 0.0)
            for other in near[id]
        )

    for _ in range(SWEEPS):
        moved = False
        for i in range(count):
            for j in range(i + 1, count):
                a, b = order[i], order[j]
                before = cost(a) + cost(b)
                at[a], at[b] = j, i
                if cost(a) + cost(b) < before - 1e-9:
                    order[i], order[j] = b, a
                    moved = True
                else:
                    at[a], at[b] = i, j
        if not moved:
            break
    return tuple(order)


def _middle(at: dict[str, Point]) -> Point:
    return (
        sum(x for x, _ in at.values()) / len(at),
        sum(y for _, y in at.values()) / len(at),
    )


def _bends(edges: Sequence[Edge]) -> list[float]:
    """By how much each curve leaves the straight line, so that ties of one pair part."""
    seen_before: dict[frozenset[str], int] = {}
    found = []
    for edge in edges:
        pair = frozenset((edge.start, edge.end))
        k = seen_before.get(pair, 0)
        seen_before[pair] = k + 1
        side = 1 if edge.start <= edge.end else -1
        found.append(side * (k + 1) // 2 * (1 if k % 2 else -1) * 26.0)
    return found


def _curve(start: Point, end: Point, *, centre: Point, bend: float) -> tuple[Point, Point, Point]:
    """A quadratic curve drawn towards the centre, and aside where several join one pair."""
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = math.hypot(dx, dy) or 1.0
    cx = mx + 0.35 * (centre[0] - mx) - dy / long * bend
    cy = my + 0.35 * (centre[1] - my) + dx / long * bend
    return start, (cx, cy), end


def _on(curve: tuple[Point, Point, Point], t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy) = curve
    u = 1 - t
    return (
        u * u * ax + 2 * u * t * bx + t * t * cx,
        u * u * ay + 2 * u * t * by + t * t * cy,
    )


def _free(
    curve: tuple[Point, Point, Point], *, taken: Sequence[Point], nodes: Sequence[Point]
) -> Point:
    """The place on a curve, near its middle, where its number lies on no other and on no node."""
    best, room = _on(curve, 0.5), -1.0
    for k in range(27):
        spot = _on(curve, 0.5 + (1 if k % 2 else -1) * ((k + 1) // 2) * 0.028)
        apart = min(
            min((math.dist(spot, other) - 2 * BADGE for other in taken), default=99.0),
            min((math.dist(spot, other) - BADGE - RADIUS - 2 for other in nodes), default=99.0),
        )
        if apart >= 1:
            return spot
        if apart > room:
            best, room = spot, apart
    return best


def _drawn(edge: Edge, curve: tuple[Point, Point, Point]) -> str:
    """The line, and an arrow's head at its end."""
    start, control, end = curve
    angle = math.atan2(end[1] - control[1], end[0] - control[0])
    reach = RADIUS + 3
    tip = (end[0] - reach * math.cos(angle), end[1] - reach * math.sin(angle))
    d = f"M{n(start[0])} {n(start[1])}Q{n(control[0])} {n(control[1])} {n(tip[0])} {n(tip[1])}"
    line = element("path", stroke=edge.tone, d=d, stroke_width=n(edge.width),
                   stroke_dasharray=DASHES[edge.state])  # fmt: skip
    wings = []
    for turn in (2.65, -2.65):
        wings.append(
            f"{n(tip[0] + 9 * math.cos(angle + turn))} {n(tip[1] + 9 * math.sin(angle + turn))}"
        )
    head = element("path", fill=edge.tone, d=f"M{n(tip[0])} {n(tip[1])}L{wings[0]}L{wings[1]}Z")
    return line + head


def _badge(edge: Edge, spot: Point) -> str:
    """The number of an edge on a plate, as a link to what stands behind it."""
    from markupsafe import escape

    x, y = spot
    if edge.square:
        plate = element("rect", stroke=edge.tone, x=n(x - 8), y=n(y - 8), width="16", height="16",
                        stroke_width="1.75")  # fmt: skip
    else:
        plate = element(
            "circle", stroke=edge.tone, cx=n(x), cy=n(y), r=n(BADGE), stroke_width="1.75"
        )
    plate = plate.replace('class="', 'class="badge ', 1).replace('fill="none"', 'fill="#ffffff"', 1)
    label = text([str(edge.number)], x=x, y=y, anchor="middle", size=10)
    name = escape(seen(f"{edge.number}: {edge.name}"))
    return (
        f'<a href="{escape(edge.href)}" aria-label="{name}"><title>{name}</title>{plate}{label}</a>'
    )


def _lines(label: str, *, chars: int) -> list[str]:
    rows = textwrap.wrap(" ".join(label.split()), chars, break_long_words=True) or [""]
    if len(rows) > 2:  # the end often tells one label from another
        whole = " ".join(label.split())
        end = whole[2 - chars :]
        if whole[1 - chars] != " " and " " in end.strip():
            end = end.split(" ", 1)[1]
        rows = [rows[0], f"… {end.strip()}"]
    return rows
