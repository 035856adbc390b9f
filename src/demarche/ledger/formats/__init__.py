"""Forecasts of others, in and out: each format one module; bad rows are counted rejects."""

from demarche.ledger.formats._result import Imported, Rejected
from demarche.ledger.formats.conditional import (
    Conditional,
    join_conditional,
    split_conditional,
)
from demarche.ledger.formats.plain import read_plain

__all__ = [
    "Conditional",
    "Imported",
    "Rejected",
    "join_conditional",
    "read_plain",
    "split_conditional",
]
