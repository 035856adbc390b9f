"""The case format, its loader and checks, and the cases that ship with the package."""

from demarche.cases.dump import case_schema, dump_case
from demarche.cases.outcomes import CourseOutcome, Outcomes, Window, load_outcomes, outcome_ids
from demarche.cases.reach import reach_notes
from demarche.cases.read import MAX_BYTES, load_case, parse_case
from demarche.cases.shipped import find_case, shipped_case, shipped_ids, template
from demarche.cases.worded import worded_inputs, worded_notes

__all__ = [
    "MAX_BYTES",
    "CourseOutcome",
    "Outcomes",
    "Window",
    "case_schema",
    "dump_case",
    "find_case",
    "load_case",
    "load_outcomes",
    "outcome_ids",
    "parse_case",
    "reach_notes",
    "shipped_case",
    "shipped_ids",
    "template",
    "worded_inputs",
    "worded_notes",
]
