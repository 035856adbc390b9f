"""The inside view: what those behind an actor want, who prevails, what the others do in answer."""

from demarche.inside.balances import (
    Contradiction,
    CrossImpact,
    Scenario,
    contradictions,
    cross_impact,
)
from demarche.inside.bargaining import NashBargain, nash_bargain, nash_bargain_on_scale
from demarche.inside.case_conflict import CaseConflict, HeldMove, conflict_of, held_moves
from demarche.inside.challenge_model import ChallengeRun, challenge
from demarche.inside.coalitions import (
    CoalitionMove,
    Requirement,
    Way,
    coalition_moves,
    coalition_stable,
    evolution,
    stabilising_preferences,
    stable_shares,
)
from demarche.inside.explain import (
    FactionRow,
    LedgerRow,
    Swing,
    UncertaintyRow,
    factions_table,
    ledger,
    level_effects,
    one_faction,
    rule_table,
    shift_effects,
    tornado,
    uncertainty,
)
from demarche.inside.flipping import Flip, flips
from demarche.inside.game import Game, Parameter, build_game
from demarche.inside.graph import (
    Conflict,
    DecisionMaker,
    Option,
    Unknown,
    conflict,
    conflict_from,
)
from demarche.inside.levels import InsideView, inside_view
from demarche.inside.normal import LevelsResponse, NormalForm, logit_levels, normal_form
from demarche.inside.one_actor import Answers, answers, one_answer
from demarche.inside.power import shapley_shubik
from demarche.inside.quantal import QuantalResponse, quantal_response, quantal_search
from demarche.inside.raking import Raked, rake, rake_each
from demarche.inside.rule_variants import RuleVariant, rule_variants
from demarche.inside.sensitivity import (
    JointFlip,
    SobolRow,
    distant_flip,
    joint_flip,
    likeliest_flip,
    sobol,
)
from demarche.inside.smp_files import SmpLog, read_smp, read_smp_log, smp_history
from demarche.inside.smp_model import SmpCase, SmpOptions, SmpRun, smp, smp_options
from demarche.inside.spatial import (
    condorcet_election,
    condorcet_winner,
    weighted_mean,
    weighted_median,
)
from demarche.inside.stable_states import Held, StabilityTable, holds, stability, what_holds
from demarche.inside.strategies import Strategy, strategies_of

__all__ = [
    "Answers",
    "CaseConflict",
    "ChallengeRun",
    "CoalitionMove",
    "Conflict",
    "Contradiction",
    "CrossImpact",
    "DecisionMaker",
    "FactionRow",
    "Flip",
    "Game",
    "Held",
    "HeldMove",
    "InsideView",
    "JointFlip",
    "LedgerRow",
    "LevelsResponse",
    "NashBargain",
    "NormalForm",
    "Option",
    "Parameter",
    "QuantalResponse",
    "Raked",
    "Requirement",
    "RuleVariant",
    "Scenario",
    "SmpCase",
    "SmpLog",
    "SmpOptions",
    "SmpRun",
    "SobolRow",
    "StabilityTable",
    "Strategy",
    "Swing",
    "UncertaintyRow",
    "Unknown",
    "Way",
    "answers",
    "build_game",
    "challenge",
    "coalition_moves",
    "coalition_stable",
    "condorcet_election",
    "condorcet_winner",
    "conflict",
    "conflict_from",
    "conflict_of",
    "contradictions",
    "cross_impact",
    "distant_flip",
    "evolution",
    "factions_table",
    "flips",
    "held_moves",
    "holds",
    "inside_view",
    "joint_flip",
    "ledger",
    "level_effects",
    "likeliest_flip",
    "logit_levels",
    "nash_bargain",
    "nash_bargain_on_scale",
    "normal_form",
    "one_answer",
    "one_faction",
    "quantal_response",
    "quantal_search",
    "rake",
    "rake_each",
    "read_smp",
    "read_smp_log",
    "rule_table",
    "rule_variants",
    "shapley_shubik",
    "shift_effects",
    "smp",
    "smp_history",
    "smp_options",
    "sobol",
    "stabilising_preferences",
    "stability",
    "stable_shares",
    "strategies_of",
    "tornado",
    "uncertainty",
    "weighted_mean",
    "weighted_median",
    "what_holds",
]
