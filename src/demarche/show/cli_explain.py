"""demarche explain: who prevails and why, what holds a move back, what would flip the answer."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from demarche.desk.explain import Explained

__all__ = ["explain_command", "explained_text"]

SHOWN = 3
"""Strategies left out of the graph model that the terminal names; --json has all of them."""


def explain_command(
    what: str,
    /,
    *,
    trigger: Annotated[str | None, Parameter(name=["--if", "--trigger"])] = None,
    actor: str | None = None,
    seed: int = 20231101,
    draws: int = 1024,
    points: int = 256,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Explain the inside view: who prevails, anticipation, sanctions, flips, where doubt lies.

    Parameters
    ----------
    what
        Id of a shipped case or path of a case file.
    trigger
        Trigger of the case (--if); "none" explains without one.
    actor
        Actor with courses of its own, if not the focal one.
    seed
        Same seed, same bytes.
    draws
        Draws from the ranges of the inputs.
    points
        Points of the Sobol indices, a power of two; 0 leaves them out.
    json
        Print one JSON object.
    """
    from demarche.cases import find_case
    from demarche.desk.explain import explain

    case = find_case(what)
    if points:
        sys.stderr.write(
            "explaining; the Sobol indices take some seconds (--points 0 leaves them out) ...\n"
        )
    found = explain(case, trigger=trigger, actor=actor, seed=seed, draws=draws, points=points)
    if json:
        sys.stdout.write(jsonlib.dumps(asdict(found), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(explained_text(found))


def explained_text(found: Explained) -> str:
    """The explanation as text: sentences, then the ledger of utilities and the levels."""
    lines = [f"{found.actor}, if: {found.trigger} (case {found.case}, rule {found.rule})"]
    last = ""
    for head, text in found.words:
        if head != last:
            lines += ["", head.upper()]
        lines.append(f"  {text}")
        last = head
    lines += _left_out(found.left_out)
    lines += ["", "LEDGER of expected utility (losses; parts add up)"]
    names = {f.faction: f.name for f in found.factions}
    sets = {id: label for id, label, _ in found.strategies}
    for faction in dict.fromkeys(row.faction for row in found.ledger):
        lines.append(
            f"  {names.get(faction, faction)}: {', '.join(found.issues)} | cost | audience"
        )
        for row in found.ledger:
            if row.faction == faction:
                parts = "  ".join(f"{x:+.3f}" for x in row.issues)
                lines.append(
                    f"    {row.total:+.3f}  {parts} | {row.cost:+.3f} | {row.audience:+.3f}  "
                    f"{sets.get(row.strategy, row.strategy)}"
                )
    lines += ["", "LEVELS of anticipation (probability of a course, level 1 to the deepest)"]
    for c, (_, label, p) in enumerate(found.courses):
        by_level = "  ".join(f"{100 * row[c]:3.0f}" for row in found.levels)
        lines.append(f"  {by_level}   {100 * p:3.0f} %  {label}")
    return "\n".join(lines) + "\n"


def _left_out(strategies: Sequence[str]) -> list[str]:
    """What the graph model leaves out: how many, the first few, and where the rest stands."""
    if not strategies:
        return []
    if len(strategies) == 1:
        return [f"  Left out of the graph model: {strategies[0]}"]
    rest = len(strategies) - SHOWN
    return [
        f"  Left out of the graph model, to keep it small: the {len(strategies)} least probable "
        "strategies, among them",
        *(f"    {text}" for text in strategies[:SHOWN]),
        *([f"    and {rest} more (--json lists all)."] if rest > 0 else []),
    ]
