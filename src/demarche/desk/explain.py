"""Why the inside view answers as it does, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche import inside
from demarche.desk.explain_words import (
    Restraint,
    anticipation_words,
    capital,
    doubt_words,
    flip_words,
    holding_words,
    matter_words,
    nearness,
    prevailing_words,
    restraint_of,
    strengths_of,
    wish_words,
)
from demarche.desk.run import Run
from demarche.errors import MethodError
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The inside view of one actor under one trigger, explained; see the field names.

    ``levels`` has one row per level of anticipation with a probability per course; ``strengths``
    are the factions' mean capabilities, ``restraint`` what the severest course outside the
    likeliest set would cost the heaviest faction, ``strategies`` id, label and probability;
    ``near`` is each faction's distance (total variation, 0-1) from what the actor does;
    ``bargain`` is the fallback and where a Nash bargain of the factions from it settles;
    ``within`` says if ``flip`` lies within the range of its input, ``stable`` by which concepts the
    likeliest state holds for the actor; ``words`` are the sentences.
    """

    case: str
    actor: str
    trigger: str
    rule: str
    courses: tuple[tuple[str, str, float], ...]
    factions: tuple[FactionRow, ...]
    strengths: tuple[float, ...]
    near: tuple[float, ...]
    bargain: tuple[str, str]
    issues: tuple[str, ...]
    strategies: tuple[tuple[str, str, float], ...]
    ledger: tuple[LedgerRow, ...]
    levels: tuple[tuple[float, ...], ...]
    likeliest: str
    held: tuple[HeldMove, ...]
    restraint: Restraint | None
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
    points: int = 256,
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
    case.decider(actor)
    run = Run.as_coded(case, actor=actor, seed=seed, draws=draws)
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
    ledger = inside.ledger(view, actor=at)
    data: dict[str, Any] = {
        "courses": courses,
        "factions": factions,
        "near": nearness(view, actor=at),
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
        "issues": tuple(issue.name for issue in view.game.issues),
        "ledger": ledger,
        "strengths": strengths_of(view, actor=at),
        "restraint": restraint_of(view, actor=at, ledger=ledger),
        "strategies": tuple(
            (s.id, s.label, float(p))
            for s, p in zip(view.game.strategies[at], view.under.p[at].mean(axis=1), strict=True)
        ),
    }
    return Explained(
        case=case.id,
        actor=case.actor(actor).name,
        trigger=case.trigger(trigger).label,
        flips=found_flips,
        left_out=left_out,
        words=tuple(_words(case.actor(actor).name, found=data)),
        **data,
    )


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


def _words(name: str, *, found: dict[str, Any]) -> list[tuple[str, str]]:
    """Every part of the explanation in sentences, each with its head."""
    labels = {id: label for id, label, _ in found["courses"]}
    factions, likeliest, rule = found["factions"], found["likeliest"], found["rule"]
    parts: list[tuple[str, list[str]]] = [
        (
            "who prevails",
            prevailing_words(
                name,
                factions,
                strengths=found["strengths"],
                near=found["near"],
                likeliest=(likeliest, max(p for _, _, p in found["strategies"])),
                rule=rule,
            ),
        )
    ]
    if len(factions) > 1:
        wishes = wish_words(
            factions,
            ledger=found["ledger"],
            labels={id: label for id, label, _ in found["strategies"]},
            likeliest=likeliest,
            issues=found["issues"],
        )
        parts.append(("what each faction wants", [*wishes, _bargained(found["bargain"])]))
    parts += [
        ("thinking ahead", anticipation_words(found["courses"], levels=found["levels"])),
        (
            "what holds a move back",
            holding_words(
                name,
                likeliest,
                held=found["held"],
                stable=found["stable"],
                restraint=found["restraint"],
            ),
        ),
        (
            "what would flip it",
            flip_words(name, flip=found["flip"], within=found["within"], joint=found["joint"]),
        ),
        (
            "what matters",
            matter_words(
                labels,
                tornado=found["tornado"],
                sobol=found["sobol"],
                uncertainty=found["uncertainty"],
            ),
        ),
        ("where the doubt lies", doubt_words(labels, rows=found["uncertainty"], rule=rule)),
    ]
    return [(head, capital(text)) for head, texts in parts for text in texts]
