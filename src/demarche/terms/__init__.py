"""The vocabulary: frozen values, standard library only. See docs/glossary.md."""

from demarche.terms._base import Range, WordedRange, check_range
from demarche.terms.assumptions import Assumption, Impact
from demarche.terms.case import FORMAT, Case, CaseQuestion, Settings, Situation
from demarche.terms.courses import (
    COURSE_KINDS,
    NO_TRIGGER,
    PLOVER,
    STATEMENTS_ONLY,
    Codes,
    Cost,
    CourseKind,
    CourseOfAction,
    Effect,
    Posture,
    Shift,
    Trigger,
)
from demarche.terms.episodes import FEATURES, NOT_KNOWN, ORDERED_FEATURES, Episode, Taken
from demarche.terms.events import COUNT_COLUMNS, EVENT_COLUMNS, QUADS, EventColumn
from demarche.terms.feasibility import MAX_STRATEGIES, conflicts, feasible_sets
from demarche.terms.forecast import CourseForecast, Forecast, Question
from demarche.terms.sources import Claim, Crossing, Evidence, RedLine, Source, Unlisted
from demarche.terms.worded import WORDED, worded_range, worded_table
from demarche.terms.words import ICD203, icd203
from demarche.terms.world import (
    RULES,
    Actor,
    Channel,
    Faction,
    Issue,
    RuleName,
    RuleShare,
    Stance,
    Tie,
)

__all__ = [
    "COUNT_COLUMNS",
    "COURSE_KINDS",
    "EVENT_COLUMNS",
    "FEATURES",
    "FORMAT",
    "ICD203",
    "MAX_STRATEGIES",
    "NOT_KNOWN",
    "NO_TRIGGER",
    "ORDERED_FEATURES",
    "PLOVER",
    "QUADS",
    "RULES",
    "STATEMENTS_ONLY",
    "WORDED",
    "Actor",
    "Assumption",
    "Case",
    "CaseQuestion",
    "Channel",
    "Claim",
    "Codes",
    "Cost",
    "CourseForecast",
    "CourseKind",
    "CourseOfAction",
    "Crossing",
    "Effect",
    "Episode",
    "EventColumn",
    "Evidence",
    "Faction",
    "Forecast",
    "Impact",
    "Issue",
    "Posture",
    "Question",
    "Range",
    "RedLine",
    "RuleName",
    "RuleShare",
    "Settings",
    "Shift",
    "Situation",
    "Source",
    "Stance",
    "Taken",
    "Tie",
    "Trigger",
    "Unlisted",
    "WordedRange",
    "check_range",
    "conflicts",
    "feasible_sets",
    "icd203",
    "worded_range",
    "worded_table",
]
