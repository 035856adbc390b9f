"""What an answer shows beside its numbers: views, precedents, and the inside view explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demarche import inside
from demarche.desk.answer import InsideDetail, OutsideDetail, PrecedentRow, View
from demarche.desk.explain_words import short_words
from demarche.desk.precedents import OutsideView, shared_features
from demarche.desk.run import Run
from demarche.errors import MethodError
from demarche.inside import InsideView
from demarche.inside.case_conflict import HeldMove
from demarche.inside.sensitivity import likeliest_flip
from demarche.pooling import EarnedWeights
from demarche.record import episodes_hash, load_episodes
from demarche.terms import FEATURES, NO_TRIGGER

__all__ = [
    "earned_lines",
    "inside_detail",
    "other_triggers",
    "outside_detail",
    "precedent_rows",
    "view_rows",
]

Floats = NDArray[np.float64]
EXPLAIN_DRAWS = 256
"""Draws used for swapped rules, single shifts and other triggers; the answer itself uses all."""


def view_rows(run: Run, *, view: InsideView, outside: OutsideView | None) -> tuple[View, ...]:
    """Views in the pool with their weights, and the pool itself."""
    total = sum(run.weights)
    share = (run.weights[0] / total, run.weights[1] / total)
    recorded = run.events is not None and any(
        course.pooled for course in run.events.courses(view.game.trigger.id).values()
    )
    if (outside is None or not outside.courses) and not recorded:
        share = (0.0, 1.0)
    alone = share == (0.0, 1.0) and run.weights[0] > 0
    basis = (
        "equal: there is no record yet to earn weights from"
        if run.weights[0] == run.weights[1]
        else "set by the user"
    )
    basis = run.earned.basis if run.earned is not None else basis
    basis = "alone: no precedents were used" if alone else basis
    settings = run.case.settings
    rows = [
        View(
            name="inside",
            weight=share[1],
            basis=basis,
            warnings=view.warnings,
            parameters=(
                ("rule", view.groups[view.game.actor_index(run.actor)].rule),
                ("levels", str(settings.levels)),
                ("rho", str(settings.rho)),
                ("precision", "/".join(f"{x:g}" for x in settings.precision)),
                ("depth", "/".join(f"{x:g}" for x in settings.depth)),
                ("measure", "uniform"),
                ("weight", "capability_salience"),
                ("sampler", "lhs"),
                ("draws", str(run.draws)),
                ("seed", str(run.seed)),
            ),
        )
    ]
    if outside is not None or recorded:
        rows.insert(
            0,
            View(
                name="outside",
                weight=share[0],
                basis=basis,
                warnings=outside.answer.warnings if outside is not None else (),
                parameters=(
                    ("episodes", str(outside.answer.cases) if outside is not None else "0"),
                    *(
                        (("record", "linear pool with the precedents, equal weights"),)
                        if recorded
                        else ()
                    ),
                ),
            ),
        )
    rows.append(
        View(
            name="pool",
            weight=1.0,
            basis="linear opinion pool",
            parameters=(
                ("weights", f"{share[0]:.2f}/{share[1]:.2f}"),
                ("extremising", "none"),
                *(earned_lines(run.earned) if run.earned is not None else ()),
            ),
            warnings=(),
        )
    )
    return tuple(rows)


def earned_lines(earned: EarnedWeights) -> tuple[tuple[str, str], ...]:
    """What earned weights rest on, as named lines of text."""

    def day(ordinal: int | None) -> str:
        return "none" if ordinal is None else dt.date.fromordinal(ordinal).isoformat()

    fitted = ", ".join(
        f"{view} {value:.2f} (90 %: {low:.2f} to {high:.2f})"
        for view, value, low, high in zip(
            earned.views, earned.fitted, earned.low, earned.high, strict=True
        )
    )
    gain = "not tried yet"
    if earned.forward_gain is not None:
        gain = f"{earned.forward_gain:+.4f} nats a forecast"
        if earned.forward_low is not None and earned.forward_high is not None:
            gain += f" (90 %: {earned.forward_low:+.4f} to {earned.forward_high:+.4f})"
    return (
        ("earned", earned.basis),
        ("record", f"{earned.questions} questions, {earned.n} forecasts, issued "
                   f"{day(earned.first)} to {day(earned.last)}, known before {day(earned.as_of)}"),
        ("fitted", fitted if earned.questions else "nothing to fit"),
        ("forward", f"{gain} against equal weights, {earned.forward_questions} questions"),
        ("prior", f"equal weights count for {earned.prior:g} questions"),
        *(
            (
                f"shadow_{one.view}",
                f"{one.questions} questions"
                + ("" if one.gain is None else f", {one.gain:+.4f} nats against the equal pool"),
            )
            for one in earned.shadow
        ),
    )  # fmt: skip


def precedent_rows(
    run: Run, *, trigger: str, outside: OutsideView | None
) -> tuple[PrecedentRow, ...]:
    """Every episode of the reference class, nearest first."""
    if outside is None or run.library is None:
        return ()
    by_id = {episode.id: episode for episode in run.library.episodes}
    weights = _feature_weights(outside)
    index = {name: i for i, name in enumerate(outside.columns)}
    rows = []
    for precedent in outside.answer.precedents:
        episode = by_id[precedent.label]
        shared, differs = shared_features(
            run.case, actor=run.actor, trigger=trigger, episode=episode, weights=dict(weights)
        )
        titles = {source.id: source.title for source in episode.sources}
        rows.append(
            PrecedentRow(
                id=episode.id,
                title=episode.title,
                actor=episode.actor,
                trigger=episode.trigger,
                trigger_date=episode.trigger_date,
                response=episode.response,
                similarity=precedent.agreement,
                shared=shared,
                differs=differs,
                taken=tuple(
                    (
                        kind,
                        taken.value,
                        (
                            _when(taken.date, taken.precision)
                            + (f" ({titles[taken.source]})" if taken.source in titles else "")
                        ).strip(),
                    )
                    for kind, taken in episode.courses.items()
                ),
                removal=tuple(
                    (c.id, float(precedent.removal[index[c.kind]]))
                    for c in run.courses
                    if c.kind in index
                ),
                sources=tuple((s.title, s.publisher, s.url) for s in episode.sources),
                checked=episode.checked,
            )
        )
    return tuple(rows)


def _when(day: dt.date | None, precision: str) -> str:
    if day is None:
        return ""
    return day.strftime("%B %Y") if precision == "month" else day.isoformat()


def _feature_weights(outside: OutsideView) -> tuple[tuple[str, float], ...]:
    similarity = outside.answer.similarity
    mean = similarity.feature_weights.mean(axis=0)
    names = ("same_actor", *FEATURES)
    return tuple(
        sorted(((n, float(w)) for n, w in zip(names, mean, strict=True)), key=lambda item: -item[1])
    )


def outside_detail(run: Run, *, outside: OutsideView | None) -> OutsideDetail | None:
    """What the outside view used and how it was weighed."""
    if outside is None or run.library is None:
        return None
    similarity = outside.answer.similarity
    return OutsideDetail(
        episodes=len(run.library.episodes),
        episodes_hash=episodes_hash(load_episodes()),
        excluded=run.library.excluded,
        not_yet_known=run.library.later,
        horizon_days=run.library.horizon_days,
        feature_weights=_feature_weights(outside),
        parameters=(
            ("sharpness", f"{float(np.mean(similarity.sharpness)):.3f}"),
            ("score_sharpness", f"{float(np.mean(similarity.score_sharpness)):.3f}"),
            ("prior_strength", f"{float(np.mean(similarity.prior_strength)):.3f}"),
            ("forests", str(len(similarity.forests))),
            ("base_strength", f"{similarity.base_strength:.3f}"),
            ("base_parent", f"{similarity.base_parent:.3f}"),
        ),
        estimated=similarity.estimated,
    )


def inside_detail(
    run: Run,
    *,
    view: InsideView,
    start: tuple[list[Floats], ...],
    factions: Sequence[inside.FactionRow],
    at: int,
) -> InsideDetail:
    """The inside view explained: factions, rules, levels, shifts, sensitivity, ledger."""
    game, arm = view.game, view.under
    actor = game.actors[at]
    begin = (start[0], start[1])
    rows = tuple(
        (f.faction, f.name, f.weight, f.weight_low, f.weight_high, f.favourite, f.alone)
        for f in factions
    )
    p = arm.p[at]
    strategies = sorted(
        (
            (s.id, s.label, float(p[k].mean()), float(view.without.p[at][k].mean()))
            for k, s in enumerate(game.strategies[at])
        ),
        key=lambda row: (-row[2], row[0]),
    )
    others = tuple(
        (
            course.actor,
            course.label,
            float(view.without.courses[c].mean()),
            float(arm.courses[c].mean()),
        )
        for c, course in enumerate(game.courses)
        if course.actor != actor.id
    )
    moves, stable = _held(view, at=at)
    flips = inside.flips(view, actor=at, level0=begin)
    ledger = inside.ledger(view, actor=at)
    doubt = inside.uncertainty(view, actor=at)
    return InsideDetail(
        held=tuple((r.move, r.answer, r.credible, r.escape, r.chance, r.sentence) for r in moves),
        stable=stable,
        words=short_words(
            view,
            actor=at,
            factions=factions,
            held=moves,
            stable=stable,
            flip=likeliest_flip(flips),
            ledger=ledger,
            uncertainty=doubt,
        ),
        rule=view.groups[at].rule,
        rule_because=actor.rule_because,
        factions=rows,
        rules=tuple(inside.rule_table(view, actor=at, level0=begin, draws=EXPLAIN_DRAWS).items()),
        levels=inside.level_effects(view, actor=at),
        shifts=inside.shift_effects(view, actor=at, level0=begin, draws=EXPLAIN_DRAWS),
        tornado=tuple(
            (
                s.parameter,
                s.because,
                s.course,
                s.low_value,
                s.high_value,
                s.at_low,
                s.at_high,
                s.first_order,
            )
            for s in inside.tornado(view, actor=at)[:400]
        ),
        flips=tuple((f.parameter, f.mode, f.value, f.moved, f.what) for f in flips),
        uncertainty=tuple(
            (u.course, u.inputs, u.rule, u.level, u.factions, u.choice) for u in doubt
        ),
        strategies=tuple(strategies),
        others=others,
        ledger=tuple(
            (row.faction, row.strategy, row.total, row.issues, row.cost, row.audience)
            for row in ledger
        ),
        one_faction=inside.one_faction(view, actor=at, level0=begin, draws=EXPLAIN_DRAWS),
    )


def _held(
    view: InsideView, *, at: int
) -> tuple[tuple[HeldMove, ...], tuple[tuple[str, bool], ...]]:
    """What holds the actor's moves back by the graph model; empty where none can be made."""
    try:
        rows, stable = inside.held_moves(view, actor=at)
    except MethodError:
        return (), ()
    return rows, tuple(stable.items())


def other_triggers(
    run: Run, *, trigger: str, without: Floats
) -> tuple[tuple[str, str, tuple[float, ...]], ...]:
    """Pooled courses under every other trigger, from fewer draws, and without one (this run's)."""
    found: list[tuple[str, str, tuple[float, ...]]] = []
    for other in (*run.case.triggers, run.case.trigger(NO_TRIGGER)):
        if other.id == trigger or other.id in [row[0] for row in found]:
            continue
        chances = (
            run.chances(other.id, draws=min(run.draws, EXPLAIN_DRAWS))
            if other.id != NO_TRIGGER
            else tuple(float(x) for x in without)
        )
        found.append((other.id, other.label, chances))
    return tuple(found)
