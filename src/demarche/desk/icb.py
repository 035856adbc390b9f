"""The engine of the outside view on ICB: loader and back-test brought together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demarche.desk.validate import Validation
from demarche.outside import Cases, benchmark
from demarche.record.icb import IcbRecord, read_icb

__all__ = ["icb_cases", "icb_validation"]


def icb_cases(record: IcbRecord) -> Cases:
    """ICB's crises as cases of the outside view."""
    return Cases(
        features=record.features,
        outcomes=record.outcomes,
        kinds=record.kinds,  # type: ignore[arg-type]
        feature_names=record.feature_names,
        courses=record.targets,
        labels=record.labels,
        times=record.times,
    )


def icb_validation(folder: Path, *, start: int, seed: int) -> Validation:
    """Forward-in-time skill of the engine on ICB's crises, against the expanding base rate."""
    record = read_icb(folder)
    cases = icb_cases(record)
    found = benchmark(
        cases,
        start=float(start),
        known_at=record.known_at,
        rng=np.random.default_rng(seed),
        others={},
    )
    notes = (
        f"{len(record.labels)} crises ({len(record.rejected)} rows rejected); "
        f"{len(found.test.rows)} forecast, {found.first:.0f} to {found.last:.0f}, "
        f"{found.test.skipped} skipped for want of earlier ones.",
        *(f"rejected: {r.file}, row {r.row}: {r.reason}" for r in record.rejected[:10]),
        "each crisis is forecast from crises that were over before it began; beside a logistic "
        "regression and a forest: python bench/skill/icb.py.",
        f"data: {record.citation}",
    )
    return Validation(
        title="International Crisis Behavior, activity of the United States and the Soviet Union",
        tests=(("forward in time", found.test.kind, found.table),),
        notes=notes,
    )
