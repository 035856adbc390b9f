"""The inside view in words: sentences that a reader of the newspaper follows, from its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demarche.inside import FactionRow, Flip, InsideView, LedgerRow, Swing, UncertaintyRow
from demarche.inside.case_conflict import HeldMove
from demarche.inside.sensitivity import JointFlip, SobolRow

__all__ = [
    "RULE_WORDS",
    "Restraint",
    "anticipation_words",
    "capital",
    "doubt_words",
    "flip_words",
    "holding_words",
    "matter_words",
    "nearness",
    "prevailing_words",
    "restraint_of",
    "share_text",
    "short_words",
    "strengths_of",
    "wish_words",
]

RULE_WORDS = {
    "leader": "one leader decides",
    "contest": "one faction wins and decides alone",
    "compromise": "the factions settle on a middle course",
    "condorcet": "the factions vote, each by its weight and its stake",
    "consensus": "nothing happens unless all who hold a veto agree",
    "mixture": "which rule decides is not known, and several are weighed",
}
"""Decision rules in words."""
NOTABLE = 0.02
"""Change of a probability from which a level of anticipation is worth a sentence."""
STEPS = {1: "one step", 2: "two steps", 3: "three steps", 4: "four steps", 5: "five steps"}
ALIKE = 1.1
"""Ratio below which two factions count as equally strong, or as caring equally."""
GROUPS = 3
"""Kinds of answer that are told."""
FEW = 4
"""Moves with the same answer that are named."""
CONCEPTS = {
    "Nash": "no other course of action is better for it, whatever the others do",
    "SEQ": "every better move would be answered by moves that serve those who make them",
    "SIM": "every better move would go wrong if others moved at the same time",
    "SMR": "every better move could be punished, with no way out afterwards",
    "GMR": "every better move could be punished, though that may hurt the punisher too",
}
"""Stability concepts in words, the strongest statement first."""


def capital(text: str) -> str:
    """A sentence with a capital at its start."""
    return text[:1].upper() + text[1:]


def share_text(p: float) -> str:
    """A share in whole percent, never 0 or 100.

    Examples
    --------
    >>> share_text(0.304), share_text(0.001), share_text(0.9999)
    ('30 %', 'under 1 %', 'over 99 %')
    """
    if p < 0.01:
        return "under 1 %"
    return "over 99 %" if p > 0.99 else f"{100 * p:.0f} %"


def _value(x: float, *, width: float, parameter: str) -> str:
    """An input's value; costs as shares of a full-scale loss, next to nothing as zero."""
    x = 0.0 if abs(x) < 0.02 * width else x
    if parameter.startswith(("cost of", "audience cost")):
        if x == 0:
            return "nothing"
        return f"a {'gain' if x < 0 else 'loss'} of {100 * abs(x):.2g} % of full scale"
    return f"{x:.3g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restraint:
    """Why the severest course outside the likeliest set is not taken: what its takers would lose.

    ``worse`` is how much worse the set with it is for the heaviest faction, as a share of a
    full-scale loss; ``parts`` what that comes from, largest first.
    """

    course: str
    faction: str
    worse: float
    parts: tuple[tuple[str, float], ...]


def restraint_of(view: InsideView, *, actor: int, ledger: Sequence[LedgerRow]) -> Restraint | None:
    """The severest course that the likeliest set leaves out, and what it would cost the heaviest.

    ``None`` where the likeliest set holds every course of the highest rung.
    """
    game = view.game
    chance = view.under.p[actor].mean(axis=1)
    best = int(np.argmax(chance))
    taken = game.taken[actor]
    outside = [
        c
        for c, course in enumerate(game.courses)
        if course.actor == game.actors[actor].id and not taken[best, c] and taken[:, c].any()
    ]
    if not outside:
        return None
    c = max(outside, key=lambda c: (game.courses[c].rung, -c))
    sets = np.flatnonzero(taken[:, c])
    other = int(sets[np.argmax(chance[sets])])
    heavy = game.factions[
        game.factions_of(actor)[int(np.argmax(view.under.weights[actor].mean(axis=1)))]
    ]
    rows = {r.strategy: r for r in ledger if r.faction == heavy.id}
    menu = game.strategies[actor]
    return Restraint(
        course=game.courses[c].label,
        faction=heavy.name,
        worse=rows[menu[best].id].total - rows[menu[other].id].total,
        parts=_parts(
            rows[menu[best].id], rows[menu[other].id], issues=[k.name for k in game.issues]
        ),
    )


def _parts(
    better: LedgerRow, worse: LedgerRow, *, issues: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """What a difference of utility comes from, largest first; only what adds to it."""
    parts = [
        *((name, x - y) for name, x, y in zip(issues, better.issues, worse.issues, strict=True)),
        ("the costs of acting", better.cost - worse.cost),
        ("red lines left unanswered", better.audience - worse.audience),
    ]
    kept = sorted(((name, x) for name, x in parts if x > 0), key=lambda part: (-part[1], part[0]))
    return tuple(kept)


def nearness(view: InsideView, *, actor: int) -> tuple[float, ...]:
    """Total variation between what each faction would do alone and what the actor does."""
    arm = view.under
    own = (arm.level_shares[:, None, None, :] * arm.own[actor].transpose(0, 1, 2, 3)).sum(axis=0)
    does = arm.p[actor].mean(axis=1)
    return tuple(float(np.abs(own[f].mean(axis=1) - does).sum() / 2) for f in range(own.shape[0]))


def strengths_of(view: InsideView, *, actor: int) -> tuple[float, ...]:
    """Mean capability of an actor's factions, in the order of the game."""
    members = view.game.factions_of(actor)
    return tuple(float(x) for x in view.under.inputs.capability[list(members)].mean(axis=1))


def prevailing_words(
    name: str,
    factions: Sequence[FactionRow],
    *,
    strengths: Sequence[float],
    near: Sequence[float],
    likeliest: tuple[str, float],
    rule: str,
) -> list[str]:
    """Who weighs most and why, and whose wish the outcome is."""
    if len(factions) == 1:
        return [f"{name} is coded as one faction ({factions[0].name}); nobody inside it differs."]
    order = sorted(range(len(factions)), key=lambda f: -factions[f].weight)
    first, second = order[0], order[1]
    heavy, label, p = factions[first], *likeliest
    close = factions[int(np.argmin(near))]
    whose = (
        f"Nearest to getting its way: {close.name}"
        if close.faction == heavy.faction
        else f"Nearest to getting its way, though not the heaviest: {close.name}"
    )
    alone = "most likely be the same" if close.favourite == label else f"be “{close.favourite}”"
    return [
        f"Most weight inside {name}: {heavy.name}, {share_text(heavy.weight)} of the decision "
        f"({100 * heavy.weight_low:.0f}-{100 * heavy.weight_high:.0f} % over the ranges of the "
        f"inputs). {_why(factions, first=first, second=second, strengths=strengths)}",
        f"The likeliest set of courses, with {share_text(p)}: {label}. {whose}; its choice alone "
        f"would {alone}.",
        f"How {name} decides: {RULE_WORDS.get(rule, rule)}.",
    ]


def _why(
    factions: Sequence[FactionRow], *, first: int, second: int, strengths: Sequence[float]
) -> str:
    """Why one faction outweighs the next: strength, or how much is at stake for it."""
    strong = strengths[first] / strengths[second] if strengths[second] > 0 else float("inf")
    weight = factions[first].weight / factions[second].weight if factions[second].weight else 1.0
    cares = weight / strong if strong > 0 else 1.0
    power = _than(strong, more="stronger than", same="about as strong as", less="weaker than")
    stake = _than(cares, more="more", same="about as much", less="less")
    return f"The next is {factions[second].name}: the heaviest is {power} it and cares {stake}."


def _than(ratio: float, *, more: str, same: str, less: str) -> str:
    return more if ratio >= ALIKE else less if ratio <= 1 / ALIKE else same


def wish_words(
    factions: Sequence[FactionRow],
    *,
    ledger: Sequence[LedgerRow],
    labels: dict[str, str],
    likeliest: str,
    issues: Sequence[str],
) -> list[str]:
    """What each faction would gain by its own first choice, and on what: the ledger in words."""
    said = []
    for faction in factions:
        rows = {labels[r.strategy]: r for r in ledger if r.faction == faction.faction}
        if likeliest not in rows:
            continue
        wish = max(rows, key=lambda label: (rows[label].total, label))
        gain = rows[wish].total - rows[likeliest].total
        if wish == likeliest or gain < 5e-4:
            said.append(f"{faction.name}: nothing serves better than the likeliest set.")
            continue
        parts = _parts(rows[wish], rows[likeliest], issues=issues)
        through = f", mostly through {parts[0][0]}" if parts else ""
        said.append(
            f"{faction.name}: better off by {100 * gain:.1f} % of a full-scale loss with “{wish}”"
            f"{through}."
        )
    return said


def anticipation_words(
    courses: Sequence[tuple[str, str, float]], *, levels: Sequence[Sequence[float]]
) -> list[str]:
    """What each further step of thinking ahead changes."""
    said = []
    for h in range(1, len(levels)):
        moved = sorted(
            (
                (levels[h][c] - levels[h - 1][c], label)
                for c, (_, label, _) in enumerate(courses)
                if abs(levels[h][c] - levels[h - 1][c]) >= NOTABLE
            ),
            key=lambda pair: (-abs(pair[0]), pair[1]),
        )
        steps = STEPS.get(h, f"{h} steps")
        start = f"Thinking {steps} ahead to how the others would answer (level {h + 1})"
        if moved:
            parts = "; ".join(f"{label} {100 * gap:+.0f} points" for gap, label in moved[:4])
            said.append(f"{start} changes: {parts}.")
        else:
            said.append(f"{start} changes no course by {100 * NOTABLE:.0f} points or more.")
    return said


def _moves(held: Sequence[HeldMove]) -> list[str]:
    """Moves that would be a gain, those with the same answer together."""
    groups: dict[tuple[object, ...], list[HeldMove]] = {}
    for row in held:
        groups.setdefault((row.answer, row.credible, row.escape), []).append(row)
    said = []
    for rows in list(groups.values())[:GROUPS]:
        text = rows[0].sentence
        if len(rows) > 1:
            also = ", ".join(f"“{row.move}”" for row in rows[1:FEW])
            rest = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
            together = share_text(sum(row.chance for row in rows))
            text += f" The same goes for {also}{rest}; all of them together: {together}."
        said.append(text)
    return said


def holding_words(
    name: str,
    likeliest: str,
    *,
    held: Sequence[HeldMove],
    stable: Sequence[tuple[str, bool]],
    restraint: Restraint | None,
) -> list[str]:
    """What holds a move back: the answers of the others, or the actor's own losses."""
    said = _moves(held)
    if not stable:
        said.append("What the others would answer was not looked at: no graph model could be made.")
    elif not held:
        said.append(
            f"{name} sees no better move than what it most likely does ({likeliest}), so nobody's "
            "answer has to hold it back."
        )
    if restraint is not None and restraint.worse > 0:
        parts = [name for name, _ in restraint.parts[:2]]
        through = f", mostly through {' and '.join(parts)}" if parts else ""
        said.append(
            f"“{restraint.course}” is kept off by {name}'s own losses: to {restraint.faction} it "
            f"is worse by {share_text(restraint.worse)} of a full-scale loss{through}."
        )
    yes = [concept for concept, holds in stable if holds]
    if held and yes:
        strongest = next(c for c in CONCEPTS if c in yes)
        said.append(f"So the state is stable for {name}: {CONCEPTS[strongest]} ({', '.join(yes)}).")
    elif held:
        said.append(
            f"So the state is not stable for {name} by any concept of the graph model; the inside "
            "view weighs moves by their gains and does not take the best for certain."
        )
    return said


def flip_words(
    name: str,
    *,
    flip: Flip | None,
    within: bool,
    beyond: bool = True,
    joint: JointFlip | None = None,
) -> list[str]:
    """The smallest change that makes another course the likeliest; ``beyond`` if looked for there.

    Inputs are looked at within their ranges, and beyond them where that is said.
    """
    said = []
    if flip is None and not beyond:
        said.append("No single input, within its range, makes another course the likeliest.")
    elif flip is None:
        said.append(
            f"No single input makes another course of {name} the likeliest, however far it is "
            "moved on its scale."
        )
    else:
        width = abs(flip.value - flip.mode) / flip.moved if flip.moved > 0 else 0.0
        before = _value(flip.mode, width=width, parameter=flip.parameter)
        after = _value(flip.value, width=width, parameter=flip.parameter)
        what = flip.what.removeprefix("the most probable set becomes: ")
        change = f"{flip.parameter}, {after} instead of {before}"
        said.append(
            f"The smallest change that makes another course the likeliest: {change}. Then {name} "
            f"would most likely choose: {what}."
            if within
            else "No single input, within the range the analyst gave it, makes another course the "
            f"likeliest. The nearest that would, outside its range: {change}. Then {name} would "
            f"most likely choose: {what}."
        )
    if joint is not None and joint.flips:
        said.append(
            f"If all inputs are off together, each to the side that speaks against the likeliest "
            f"course, {100 * joint.share:.0f} % of the way to the ends of their ranges is enough; "
            f"then it is: {joint.after}."
        )
    elif joint is not None:
        said.append("Not even all inputs together, at their unfavourable ends, do so.")
    return said


def matter_words(
    labels: dict[str, str],
    *,
    tornado: Sequence[Swing],
    sobol: Sequence[SobolRow],
    uncertainty: Sequence[UncertaintyRow],
) -> list[str]:
    """Which inputs move a course most."""
    said = [
        f"The {s.parameter} moves “{labels[s.course]}” from {share_text(s.at_low)} in its lowest "
        f"tenth to {share_text(s.at_high)} in its highest."
        for s in tornado[:3]
    ]
    if sobol and uncertainty:
        widest = max(uncertainty, key=lambda row: (row.inputs, row.course)).course
        rows = [row for row in sobol if row.course == widest] or list(sobol)
        clear = [row for row in rows if row.determined]
        if not clear:
            return [
                *said,
                "The Sobol indices are not determined at this number of points (standard errors "
                "above 0.1); ask for more with --points.",
            ]
        top = clear[0]
        said.append(
            f"Of what the ranges of the inputs leave open about “{labels[top.course]}”, the "
            f"{top.parameter} accounts for {100 * min(max(top.total, 0.0), 1.0):.0f} % with all "
            f"its interactions (total Sobol index {top.total:.2f}, standard error {top.noise:.2f})."
        )
    return said


def doubt_words(
    labels: dict[str, str], *, rows: Sequence[UncertaintyRow], rule: str, most: int = 3
) -> list[str]:
    """Where the doubt whether a course happens comes from."""
    said = []
    for row in sorted(rows, key=lambda r: (-r.total, r.course))[:most]:
        if row.total <= 0:
            continue
        share = {
            "is choice, open even if every input were known": row.choice,
            "comes from the ranges of the inputs": row.inputs,
            "from how far actors think ahead": row.level,
            "from division inside": row.factions,
        }
        if rule == "mixture":
            share["from not knowing how it decides"] = row.rule
        parts = ", ".join(f"{share_text(max(0.0, x / row.total))} {w}" for w, x in share.items())
        said.append(f"Of the doubt whether “{labels[row.course]}” happens, {parts}.")
    if most > 1 and rule not in ("contest", "mixture"):
        said.append(
            "Division inside counts apart only where one faction wins or the rule is not known; "
            f"here {RULE_WORDS.get(rule, rule)}, and what factions differ on is part of the choice."
        )
    return said


def short_words(
    view: InsideView,
    *,
    actor: int,
    factions: Sequence[FactionRow],
    held: Sequence[HeldMove],
    stable: Sequence[tuple[str, bool]],
    flip: Flip | None,
    ledger: Sequence[LedgerRow],
    uncertainty: Sequence[UncertaintyRow],
) -> tuple[tuple[str, str], ...]:
    """The explanation of an answer in short: who prevails, what holds back, what flips, doubt."""
    game = view.game
    name = game.actors[actor].name
    chance = view.under.p[actor].mean(axis=1)
    best = int(np.argmax(chance))
    label = game.strategies[actor][best].label
    labels = {course.id: course.label for course in game.courses}
    rule = view.groups[actor].rule
    parts = (
        (
            "who prevails",
            prevailing_words(
                name,
                factions,
                strengths=strengths_of(view, actor=actor),
                near=nearness(view, actor=actor),
                likeliest=(label, float(chance[best])),
                rule=rule,
            ),
        ),
        (
            "what holds a move back",
            holding_words(
                name,
                label,
                held=held,
                stable=stable,
                restraint=restraint_of(view, actor=actor, ledger=ledger),
            ),
        ),
        ("what would flip it", flip_words(name, flip=flip, within=True, beyond=False)),
        ("where the doubt lies", doubt_words(labels, rows=uncertainty, rule=rule, most=1)),
    )
    return tuple((head, capital(text)) for head, texts in parts for text in texts)
