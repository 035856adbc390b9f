"""Forecasts of others, in and out: each format one module; bad rows are counted rejects."""

from demarche.ledger.formats._result import Imported, Rejected
from demarche.ledger.formats.conditional import (
    Conditional,
    join_conditional,
    split_conditional,
)
from demarche.ledger.formats.detect import FORMATS, format_of, read_file
from demarche.ledger.formats.escape import escaped, unescaped
from demarche.ledger.formats.export import (
    forecastbench_questions,
    forecastbench_submission,
    rows_csv,
    sources_csv,
)
from demarche.ledger.formats.fatebook import read_fatebook
from demarche.ledger.formats.forecastbench import read_forecastbench
from demarche.ledger.formats.manifold import read_manifold
from demarche.ledger.formats.metaculus import read_metaculus
from demarche.ledger.formats.plain import read_plain

__all__ = [
    "FORMATS",
    "Conditional",
    "Imported",
    "Rejected",
    "escaped",
    "forecastbench_questions",
    "forecastbench_submission",
    "format_of",
    "join_conditional",
    "read_fatebook",
    "read_file",
    "read_forecastbench",
    "read_manifold",
    "read_metaculus",
    "read_plain",
    "rows_csv",
    "sources_csv",
    "split_conditional",
    "unescaped",
]
