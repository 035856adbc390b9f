"""Sums of what was read: reasons, warnings and refused files of several batches together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demarche.record.readers._result import ReadWarning, Refused

__all__ = ["WARNINGS", "added", "rarest_together", "refused_files", "warning_label"]

WARNINGS = 500
"""Warnings kept by name for a source; rarer ones are added up."""


def refused_files(items: Sequence[Refused]) -> tuple[tuple[str, str], ...]:
    """Files that could not be read, each with the reason."""
    return tuple((item.file, item.reason) for item in items)


def warning_label(warning: ReadWarning) -> str:
    """What is counted as one warning, whatever batch it comes from."""
    seen = f" {warning.value!r}" if warning.value else ""
    return f"{warning.kind}: {warning.column}{seen}"


def added(one: Mapping[str, int], two: Mapping[str, int]) -> dict[str, int]:
    """Sums of two counts, by name."""
    return {key: one.get(key, 0) + two.get(key, 0) for key in sorted({*one, *two})}


def rarest_together(warnings: Mapping[str, int]) -> dict[str, int]:
    """At most WARNINGS by name; the rows of all others under one heading."""
    rest = "other warnings, too many to name"
    ranked = sorted(
        ((k, n) for k, n in warnings.items() if k != rest), key=lambda row: (-row[1], row[0])
    )
    more = warnings.get(rest, 0) + sum(n for _, n in ranked[WARNINGS:])
    return {**dict(ranked[:WARNINGS]), **({rest: more} if more else {})}
