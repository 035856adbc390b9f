"""The outside view: what actors like this did when something like this happened."""

from __future__ import annotations

from demarche.outside._cases import Cases
from demarche.outside.backtest import Backtest, forward, leave_one_out
from demarche.outside.base_rate import BaseRate, base_rates, beta_range, fit_strength, shrunken_rate
from demarche.outside.benchmark import BENCHMARK_OPTIONS, Benchmark, Forecaster, benchmark
from demarche.outside.reference_class import (
    CourseRate,
    Precedent,
    ReferenceClass,
    rates_alone,
    rates_of,
    reference_class,
)
from demarche.outside.similarity import Options, Similarity, fit_similarity
from demarche.outside.skill import Skill, skill_table
from demarche.scores import paired_bootstrap

__all__ = [
    "BENCHMARK_OPTIONS",
    "Backtest",
    "BaseRate",
    "Benchmark",
    "Cases",
    "CourseRate",
    "Forecaster",
    "Options",
    "Precedent",
    "ReferenceClass",
    "Similarity",
    "Skill",
    "base_rates",
    "benchmark",
    "beta_range",
    "fit_similarity",
    "fit_strength",
    "forward",
    "leave_one_out",
    "paired_bootstrap",
    "rates_alone",
    "rates_of",
    "reference_class",
    "shrunken_rate",
    "skill_table",
]
