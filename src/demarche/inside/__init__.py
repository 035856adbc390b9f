"""The inside view: what those behind an actor want, who prevails, what the others do in answer."""

from demarche.inside.explain import (
    FactionRow,
    Flip,
    LedgerRow,
    Swing,
    UncertaintyRow,
    factions_table,
    flips,
    ledger,
    level_effects,
    one_faction,
    rule_table,
    shift_effects,
    tornado,
    uncertainty,
)
from demarche.inside.game import Game, Parameter, build_game
from demarche.inside.levels import InsideView, inside_view
from demarche.inside.raking import Raked, rake
from demarche.inside.spatial import (
    condorcet_election,
    condorcet_winner,
    weighted_mean,
    weighted_median,
)
from demarche.inside.strategies import Strategy, strategies_of

__all__ = [
    "FactionRow",
    "Flip",
    "Game",
    "InsideView",
    "LedgerRow",
    "Parameter",
    "Raked",
    "Strategy",
    "Swing",
    "UncertaintyRow",
    "build_game",
    "condorcet_election",
    "condorcet_winner",
    "factions_table",
    "flips",
    "inside_view",
    "ledger",
    "level_effects",
    "one_faction",
    "rake",
    "rule_table",
    "shift_effects",
    "strategies_of",
    "tornado",
    "uncertainty",
    "weighted_mean",
    "weighted_median",
]
