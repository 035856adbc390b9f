"""Notes on a file: every problem found, with its place, value, expectation and near miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from demarche.errors import Problem, TermError, near_miss
from demarche.terms import PLOVER, Codes, Cost, Range, check_range
from demarche.terms.codebooks import CAMEO, cameo_hint, yield_hint

__all__ = ["ID", "INFINITY", "Notes", "because", "codes", "costs", "cycles"]

import re

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
INFINITY = float("inf")


@dataclass(slots=True)
class Notes:
    """Problems found so far in one file."""

    file: str
    found: list[Problem] = field(default_factory=list)

    def add(self, place: str, value: object, expected: str, hint: str = "") -> None:
        """Note one problem; text values are shown quoted and cut at 80 characters."""
        shown = repr(value) if isinstance(value, str) else str(value)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        self.found.append(
            Problem(file=self.file, place=place, value=shown, expected=expected, hint=hint)
        )

    def known(self, place: str, id: str, known: Iterable[str], what: str) -> None:
        """Note an id that is not among the known ones."""
        options = list(known)
        if id not in options:
            few = f" Known: {', '.join(options[:12])}." if options and len(options) <= 12 else ""
            self.add(
                place, id, f"the id of {what} of this case", near_miss(id, options) or few.strip()
            )

    def range(self, place: str, value: Range, *, low: float, high: float, what: str) -> None:
        """Note a range that is not finite, not in order or out of bounds."""
        try:
            check_range(value, low=low, high=high, what=what)
        except TermError as error:
            bounds = f"in [{low:g}, {high:g}]" if high < INFINITY else f"of {low:g} or more"
            if low == -INFINITY:
                bounds = "of finite numbers"
            self.add(
                place,
                f"[{', '.join(f'{x:g}' for x in value)}]",
                f"a range low <= mode <= high {bounds}",
                str(error).split(". ", 1)[-1] if "Divide" in str(error) else "",
            )


def because(notes: Notes, place: str, text: str) -> None:
    """Note a missing reason."""
    if not text.strip():
        notes.add(f"{place}.because", text, "a reason: every number an analyst sets has one")


def codes(notes: Notes, at: str, codes: Codes) -> None:
    """Note event codes that are not in the codebooks."""
    for place, code in enumerate(codes.plover):
        if code not in PLOVER:
            hint = yield_hint(code) or near_miss(code, PLOVER)
            notes.add(f"{at}.plover.{place}", code, "a PLOVER event type", hint)
    for place, code in enumerate(codes.cameo):
        if code not in CAMEO:
            notes.add(
                f"{at}.cameo.{place}",
                code,
                "a CAMEO code as text, two to four digits, root 01 to 20",
                cameo_hint(code),
            )


def costs(notes: Notes, at: str, costs: tuple[Cost, ...], own: list[str], *, low: float) -> None:
    """Note costs of unknown factions, given twice, out of range or without a reason."""
    seen = set()
    for place, cost in enumerate(costs):
        here = f"{at}.{place}"
        notes.known(f"{here}.faction", cost.faction, own, "a faction of the same actor")
        if cost.faction in seen:
            notes.add(f"{here}.faction", cost.faction, "one cost per faction")
        seen.add(cost.faction)
        notes.range(f"{here}.share", cost.share, low=low, high=10, what="cost")
        because(notes, here, cost.because)


def cycles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """One cycle per knot of a directed graph, each starting at its first node."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(graph.get(start, ()))))]
        if start in done:
            continue
        path.append(start)
        while stack:
            _, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done.add(path.pop())
                stack.pop()
            elif following in path:
                yield [*path[path.index(following) :], following]
                return
            elif following not in done and following in graph:
                path.append(following)
                stack.append((following, iter(sorted(graph[following]))))
