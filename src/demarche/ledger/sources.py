"""Forecasts of others in a ledger, each with what is known of it by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from demarche.terms.ledger import LedgerEntry, SourceForecast, SourceResolution

__all__ = ["source_forecasts"]


def source_forecasts(entries: Iterable[LedgerEntry]) -> tuple[SourceForecast, ...]:
    """Forecasts by others in order of entry; a later resolution, or correction, fills the outcome.

    Parameters
    ----------
    entries : iterable of LedgerEntry
        In order of ``seq``; entries of other kinds are passed over.
    """
    found: dict[int, SourceForecast] = {}
    for entry in entries:
        content = entry.content
        if isinstance(content, SourceForecast):
            found[entry.seq] = content
        elif isinstance(content, SourceResolution) and content.of in found:
            found[content.of] = replace(
                found[content.of],
                outcome=content.outcome,
                verdict=content.verdict,
                resolved_on=content.on,
                evidence=content.evidence,
            )
    return tuple(found.values())
