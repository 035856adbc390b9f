"""Checks of a case's assumptions and of the cross-impact judgements between them."""

from __future__ import annotations

from demarche.cases.notes import Notes, because
from demarche.errors import near_miss
from demarche.terms import Assumption, Case

__all__ = ["STRONGEST", "check_assumptions"]

STRONGEST = 10
"""Largest strength of a cross-impact judgement, either way; usual are up to 3."""


def check_assumptions(case: Case, notes: Notes) -> None:
    """Every assumption has variants and takes one; every judgement is between two of them."""
    triggers = [trigger.id for trigger in case.triggers]
    for index, row in enumerate(case.assumptions):
        at = f"assumptions.{index}"
        if not row.name.strip():
            notes.add(f"{at}.name", row.name, "what is assumed, in words")
        blank = any(not variant.strip() for variant in row.variants)
        if len(row.variants) < 2 or blank or len(set(row.variants)) < len(row.variants):
            notes.add(f"{at}.variants", list(row.variants), "two or more different variants")
        _variant(notes, f"{at}.assumed", row.assumed, of=row)
        for trigger, variant in row.under.items():
            notes.known(f"{at}.under.{trigger}", trigger, triggers, "a trigger")
            _variant(notes, f"{at}.under.{trigger}", variant, of=row)
        because(notes, at, row.because)
    if len(case.assumptions) == 1:
        notes.add("assumptions", "one", "two or more: one alone contradicts nothing")
    _impacts(case, notes)


def _variant(notes: Notes, place: str, variant: str, *, of: Assumption) -> None:
    if variant not in of.variants:
        notes.add(
            place,
            variant,
            f"a variant of {of.id}: {', '.join(of.variants)}",
            near_miss(variant, of.variants),
        )


def _impacts(case: Case, notes: Notes) -> None:
    rows = {row.id: row for row in case.assumptions}
    seen: dict[tuple[str, str, str, str], int] = {}
    for index, impact in enumerate(case.impacts):
        at = f"impacts.{index}"
        for end in ("from", "to"):
            id = getattr(impact, f"{end}_assumption")
            notes.known(f"{at}.{end}_assumption", id, rows, "an assumption")
            if id in rows:
                variant = getattr(impact, f"{end}_variant")
                _variant(notes, f"{at}.{end}_variant", variant, of=rows[id])
        if impact.from_assumption == impact.to_assumption:
            notes.add(
                f"{at}.to_assumption",
                impact.to_assumption,
                "another assumption than from_assumption",
            )
        if not 1 <= abs(impact.strength) <= STRONGEST:
            notes.add(
                f"{at}.strength",
                impact.strength,
                "-10 to 10 without 0, usually 3 (strongly for) to -3 (strongly against)",
                "Leave a judgement of 0 out." if impact.strength == 0 else "",
            )
        key = (
            impact.from_assumption,
            impact.from_variant,
            impact.to_assumption,
            impact.to_variant,
        )
        if key in seen:
            notes.add(
                at,
                f"{key[0]} = {key[1]} on {key[2]} = {key[3]}",
                "one judgement per pair of variants",
                f"impacts.{seen[key]} is the other.",
            )
        seen.setdefault(key, index)
        because(notes, at, impact.because)
