"""Why the inside view answers as it does, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche import inside
from demarche.desk.precedents import build_library
from demarche.desk.run import Run
from demarche.errors import MethodError, QuestionError
from demarche.inside import FactionRow, Flip, InsideView, LedgerRow, Swing, UncertaintyRow
from demarche.inside.case_conflict import HeldMove, conflict_of, held_moves
from demarche.inside.sensitivity import (
    JointFlip,
    SobolRow,
    distant_flip,
    joint_flip,
    likeliest_flip,
    sobol,
)
from demarche.terms import Case

__all__ = ["Explained", "explain"]

Floats = NDArray[np.float64]
NOTABLE = 0.02
"""Change of a probability from which a level of anticipation is worth a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The inside view of one actor under one trigger, explained; see the field names.

    ``levels`` has one row per level of anticipation with a probability per course; ``near`` is
    each faction's distance (total variation, 0-1) from what the actor does; ``bargain`` is the
    fallback and where a Nash bargain of the factions from it settles; ``within`` says if ``flip``
    lies within the range of its input, ``stable`` by which concepts the likeliest state holds for
    the actor; ``words`` are the sentences.
    """

    case: str
    actor: str
    trigger: str
    rule: str
    courses: tuple[tuple[str, str, float], ...]
    factions: tuple[FactionRow, ...]
    near: tuple[float, ...]
    bargain: tuple[str, str]
    issues: tuple[str, ...]
    ledger: tuple[LedgerRow, ...]
    levels: tuple[tuple[float, ...], ...]
    likeliest: str
    held: tuple[HeldMove, ...]
    stable: tuple[tuple[str, bool], ...]
    flip: Flip | None
    within: bool
    flips: tuple[Flip, ...]
    joint: JointFlip
    tornado: tuple[Swing, ...]
    sobol: tuple[SobolRow, ...]
    uncertainty: tuple[UncertaintyRow, ...]
    left_out: tuple[str, ...]
    words: tuple[tuple[str, str], ...]


def explain(
    case: Case,
    *,
    trigger: str | None = None,
    actor: str | None = None,
    seed: int,
    draws: int = 1024,
    points: int = 64,
) -> Explained:
    """Explain the inside view of a case: who prevails, anticipation, sanctions, what would flip it.

    Parameters
    ----------
    case : Case
    trigger, actor : str, optional
        Ids; the case's own by default.
    seed, draws : int
        As for an answer.
    points : int
        Points of the Sobol indices, a power of two; 0 leaves them out.

    Raises
    ------
    QuestionError
        If trigger or actor is unknown or the actor has no courses.
    MethodError
        If the case is too large for a method.
    """
    actor = actor or case.question.actor
    trigger = trigger or case.question.trigger
    case.trigger(trigger)
    if not case.courses_of(case.actor(actor).id):
        names = ", ".join(a.id for a in case.deciding())
        raise QuestionError(f"{actor} has no courses of its own; those who have are {names}.")
    library = build_library(
        case, actor=actor, as_of=case.question.as_of, horizon_days=case.question.horizon_days
    )
    run = Run(
        case=case,
        actor=actor,
        library=library,
        base=library,
        seed=seed,
        draws=draws,
        weights=(1.0, 1.0),
    )
    view, start = run.inside(trigger, draws=draws)
    level0 = (start[0], start[1])
    at = view.game.actor_index(actor)
    factions = inside.factions_table(view, actor=at)
    try:
        model = conflict_of(view)
        held, stable = held_moves(view, actor=at, model=model)
        left_out = model.left_out
    except MethodError as error:
        held, stable, left_out = (), {}, (str(error),)
    found_flips = inside.flips(view, actor=at, level0=level0)
    near = likeliest_flip(found_flips)
    courses = tuple(
        (course.id, course.label, float(view.under.courses[c].mean()))
        for c, course in enumerate(view.game.courses)
        if course.actor == actor
    )
    data = {
        "courses": courses,
        "factions": factions,
        "near": _near(view, at=at),
        "bargain": _bargain(view, at=at),
        "levels": inside.level_effects(view, actor=at),
        "likeliest": view.game.strategies[at][int(np.argmax(view.under.p[at].mean(axis=1)))].label,
        "held": held,
        "stable": tuple(stable.items()),
        "flip": near or distant_flip(view, actor=at, level0=level0),
        "within": near is not None,
        "joint": joint_flip(view, actor=at, level0=level0),
        "tornado": inside.tornado(view, actor=at)[:40],
        "sobol": sobol(view, actor=at, level0=level0, points=points, seed=seed)[:40]
        if points
        else (),
        "uncertainty": inside.uncertainty(view, actor=at),
        "rule": view.groups[at].rule,
    }
    return Explained(
        case=case.id,
        actor=case.actor(actor).name,
        trigger=case.trigger(trigger).label,
        issues=tuple(issue.name for issue in view.game.issues),
        ledger=inside.ledger(view, actor=at),
        flips=found_flips,
        left_out=left_out,
        words=tuple(_words(case.actor(actor).name, **data)),  # type: ignore[arg-type]
        **data,  # type: ignore[arg-type]
    )


def _near(view: InsideView, *, at: int) -> tuple[float, ...]:
    """Total variation between what each faction would do alone and what the actor does."""
    arm = view.under
    own = (arm.level_shares[:, None, None, :] * arm.own[at].transpose(0, 1, 2, 3)).sum(axis=0)
    does = arm.p[at].mean(axis=1)
    return tuple(float(np.abs(own[f].mean(axis=1) - does).sum() / 2) for f in range(own.shape[0]))


def _bargain(view: InsideView, *, at: int) -> tuple[str, str]:
    """The fallback, and where the factions' Nash bargain from it settles ("" if it stands)."""
    menu = view.game.strategies[at]
    back = next((s for s, strategy in enumerate(menu) if strategy.fallback), 0)
    u = view.under.utility[at].total.mean(axis=2)
    found = inside.nash_bargain(
        u, reference=u[:, back], weights=view.under.weights[at].mean(axis=1)
    )
    return menu[back].label, menu[found.option].label if found.option is not None else ""


def _bargained(bargain: tuple[str, str]) -> str:
    back, settled = bargain
    if settled:
        return (
            f"A Nash bargain of the factions from what stands if nothing is agreed ({back}) would "
            f"settle on: {settled}."
        )
    return (
        "No set of courses gives every faction more than what stands if nothing is agreed "
        f"({back}): a Nash bargain would leave it standing."
    )


def _points(x: float) -> str:
    return f"{100 * x:.0f}"


def _words(
    name: str,
    *,
    courses: tuple[tuple[str, str, float], ...],
    factions: tuple[FactionRow, ...],
    near: tuple[float, ...],
    bargain: tuple[str, str],
    levels: tuple[tuple[float, ...], ...],
    likeliest: str,
    held: tuple[HeldMove, ...],
    stable: tuple[tuple[str, bool], ...],
    flip: Flip | None,
    within: bool,
    joint: JointFlip,
    tornado: tuple[Swing, ...],
    sobol: tuple[SobolRow, ...],
    uncertainty: tuple[UncertaintyRow, ...],
    rule: str,
) -> list[tuple[str, str]]:
    labels = {id: label for id, label, _ in courses}
    words = [("who prevails", text) for text in _prevails(name, factions, near=near, rule=rule)]
    if len(factions) > 1:
        words.append(("who prevails", _bargained(bargain)))
    words += [("anticipation", text) for text in _anticipation(courses, levels=levels)]
    words += [
        ("what holds it", text) for text in _holding(name, likeliest, held=held, stable=stable)
    ]
    words += [
        ("what would flip it", text) for text in _flipping(flip=flip, within=within, joint=joint)
    ]
    words += [("what matters", text) for text in _matters(labels, tornado=tornado, sobol=sobol)]
    words += [("uncertainty", text) for text in _uncertain(labels, rows=uncertainty, rule=rule)]
    return words


def _prevails(
    name: str, factions: tuple[FactionRow, ...], *, near: tuple[float, ...], rule: str
) -> list[str]:
    if len(factions) == 1:
        return [f"{name} is coded as one faction ({factions[0].name}); nobody inside it differs."]
    heavy = max(factions, key=lambda f: f.weight)
    close = factions[int(np.argmin(near))]
    said = [
        f"The heaviest faction: {heavy.name}, {_points(heavy.weight)} % of the decision "
        f"({_points(heavy.weight_low)}-{_points(heavy.weight_high)} % over the ranges of "
        "capability and salience)."
    ]
    gap = min(near)
    why = (
        "the heaviest faction"
        if close.faction == heavy.faction
        else f"not the heaviest faction: the rule ({rule}) settles between them"
    )
    said.append(
        f"What {name} does lies nearest to what {close.name} would do alone (likeliest: "
        f"{close.favourite}), {why}; {_points(gap)} % of the probability lies elsewhere."
    )
    return said


def _anticipation(
    courses: tuple[tuple[str, str, float], ...], *, levels: tuple[tuple[float, ...], ...]
) -> list[str]:
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
        who = "the others' first answer" if h == 1 else f"{h} steps of answers"
        if moved:
            parts = "; ".join(f"{label} {100 * gap:+.0f} points" for gap, label in moved[:4])
            said.append(f"Expecting {who} (level {h + 1}) changes: {parts}.")
        else:
            said.append(
                f"Expecting {who} (level {h + 1}) changes no course by {100 * NOTABLE:.0f} points."
            )
    return said


def _holding(
    name: str, likeliest: str, *, held: tuple[HeldMove, ...], stable: tuple[tuple[str, bool], ...]
) -> list[str]:
    if not stable:
        return ["No graph model could be made of this case."]
    if not held:
        return [
            f"At the likeliest state {name} ({likeliest}) has no move that it prefers; nothing has "
            "to hold it back."
        ]
    yes = [concept for concept, holds in stable if holds]
    said = [row.sentence for row in held[:4]]
    said.append(
        f"By the graph model the state holds for {name} as {', '.join(yes)}."
        if yes
        else f"By the graph model the state does not hold for {name} by any concept; the inside "
        "view weighs moves by their gains and does not take the best for certain."
    )
    return said


def _flipping(*, flip: Flip | None, within: bool, joint: JointFlip) -> list[str]:
    if flip is None:
        said = ["No single input flips the likeliest course, however far it moves on its scale."]
    elif within:
        said = [
            f"The smallest change of one input that flips the likeliest course: {flip.parameter} "
            f"from {flip.mode:.3g} to {flip.value:.3g} ({_points(flip.moved)} % of its range); "
            f"{flip.what}."
        ]
    else:
        said = [
            "No single input flips the likeliest course within its range. The smallest change that "
            f"would, beyond it: {flip.parameter} from {flip.mode:.3g} to {flip.value:.3g} "
            f"({flip.moved:.1f} widths of its range); {flip.what}."
        ]
    if joint.flips:
        said.append(
            f"All inputs together flip it to {joint.after} when each moves "
            f"{_points(joint.share)} % of the way to its unfavourable end."
        )
    else:
        said.append("Not even all inputs at their unfavourable ends flip it.")
    return said


def _matters(
    labels: dict[str, str], *, tornado: tuple[Swing, ...], sobol: tuple[SobolRow, ...]
) -> list[str]:
    said = [
        f"{labels[s.course]}: {s.parameter} moves it from {_points(s.at_low)} % (lowest tenth) to "
        f"{_points(s.at_high)} % (highest tenth)."
        for s in tornado[:3]
    ]
    if sobol:
        top = sobol[0]
        said.append(
            f"Largest total Sobol index: {top.parameter} on {labels[top.course]}, {top.total:.2f} "
            f"(standard error {top.noise:.2f}; alone {top.first:.2f})."
        )
    return said


def _uncertain(labels: dict[str, str], *, rows: tuple[UncertaintyRow, ...], rule: str) -> list[str]:
    said = []
    for row in sorted(rows, key=lambda r: -r.total)[:3]:
        if row.total <= 0:
            continue
        share = {
            "choice": row.choice,
            "inputs": row.inputs,
            "anticipation": row.level,
            "division inside": row.factions + row.rule,
        }
        parts = ", ".join(f"{word} {100 * x / row.total:.0f} %" for word, x in share.items())
        said.append(f"{labels[row.course]}: of the doubt whether it happens, {parts}.")
    if rule not in ("contest", "mixture"):
        said.append(
            f"Division inside counts as doubt only where one faction wins (contest) or the rule is "
            f"not known (mixture); under {rule} the factions settle, and what they differ on is in "
            "the choice."
        )
    return said
