"""One actor under every decision rule, the others as the case declares them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demarche.inside.choices import faction_weights
from demarche.inside.draws import arms_of, at_modes
from demarche.inside.game import Game
from demarche.inside.levels import groups_of
from demarche.inside.rules import Group
from demarche.terms import RULES

__all__ = ["RuleVariant", "rule_variants"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVariant:
    """How every actor decides if one of them decided by ``rule``; ``note`` says what was assumed.

    ``groups`` is empty where the rule cannot be applied; then ``note`` says why.
    """

    rule: str
    declared: bool
    groups: tuple[Group, ...]
    note: str = ""


def rule_variants(game: Game, *, actor: int) -> tuple[RuleVariant, ...]:
    """Every decision rule for one actor, in the order of the vocabulary.

    ``leader`` without a leader named in the case takes the faction heaviest at the modes under the
    trigger; ``mixture`` needs shares in the case; ``consensus`` a strategy that no veto bars.

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> from demarche.inside import build_game
    >>> game = build_game(shipped_case("october-war-1973"), trigger="none")
    >>> [row.rule for row in rule_variants(game, actor=0) if row.groups][:3]
    ['leader', 'contest', 'compromise']
    """
    declared = groups_of(game)
    who, own = game.actors[actor], declared[actor]
    factions = [game.factions[f] for f in game.factions_of(actor)]
    rows = []
    for rule in RULES:
        changed, note = replace(own, rule=rule), ""
        if rule == "mixture" and not own.mixture:
            rows.append(
                RuleVariant(
                    rule=rule, declared=False, groups=(), note="the case declares no shares"
                )
            )
            continue
        if rule == "consensus" and not own.allowed[list(own.veto)].all(axis=0).any():
            why = "no strategy is acceptable to all who hold a veto"
            rows.append(RuleVariant(rule=rule, declared=False, groups=(), note=why))
            continue
        if rule == "leader" and not who.leader:
            under = arms_of(game, values=at_modes(game))[1]
            heavy = int(np.argmax(faction_weights(game, inputs=under, actor=actor)[:, 0]))
            changed = replace(changed, leader=heavy)
            note = f"the case names no leader; the heaviest faction leads ({factions[heavy].name})"
        groups = list(declared)
        groups[actor] = changed
        rows.append(
            RuleVariant(rule=rule, declared=rule == own.rule, groups=tuple(groups), note=note)
        )
    return tuple(rows)
