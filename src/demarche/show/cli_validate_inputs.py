"""demarche validate inputs: a case's inputs beside votes and events."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from demarche.desk.input_pairs import RecordCheck
    from demarche.desk.validate_inputs import InputsCheck, IssueCheck, VotesCheck
    from demarche.scores.association import RankAgreement
    from demarche.scores.intervals import Interval

__all__ = ["inputs_text", "validate_inputs_command"]

SHOWN = 5
"""Factions listed per issue."""
PAIRS = 30
"""Pairs of actors listed."""


def validate_inputs_command(
    what: str,
    /,
    *,
    ideal_points: str | None = None,
    store: str | None = None,
    source: str | None = None,
    days: int = 1095,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Compare a case's inputs with votes in the United Nations and with an event record.

    Parameters
    ----------
    what
        Id of a shipped case or path of a case file.
    ideal_points
        Folder with Idealpoints*.csv of Bailey, Strezhnev and Voeten (it does not ship).
    store
        Folder of the record; DEMARCHE_STORE or desk/record if one is there.
    source
        Source of the record; the fullest by default.
    days
        How far back from the case's date events are counted.
    json
        Print one JSON object.
    """
    from demarche.cases import find_case
    from demarche.desk.validate_inputs import validate_inputs
    from demarche.show.where import found_store

    found = validate_inputs(
        find_case(what),
        ideal_points=None if ideal_points is None else Path(ideal_points),
        store=found_store(store),
        source=source,
        days=days,
    )
    if json:
        text = jsonlib.dumps(asdict(found), ensure_ascii=False, default=str)
        sys.stdout.write(text + "\n")
    else:
        sys.stdout.write(inputs_text(found))


def inputs_text(found: InputsCheck) -> str:
    """The comparison as text: votes issue by issue, then the record."""
    lines = [
        f"Inputs of case {found.case} (as of {found.as_of}) beside votes and events",
        "Agreement is no proof and disagreement no error: votes are about other issues, and what",
        "is reported is not all that happens. Intervals are 95 %; with few actors they are wide.",
        "",
        "VOTES in the General Assembly of the United Nations",
    ]
    lines += _votes(found.votes) if found.votes else [f"  cannot be checked: {found.votes_why}"]
    lines += ["", "EVENTS of the record"]
    lines += _record(found.record) if found.record else [f"  cannot be checked: {found.record_why}"]
    return "\n".join(lines) + "\n"


def _interval(value: Interval | None) -> str:
    return "no interval" if value is None else f"{value.low:+.2f} to {value.high:+.2f}"


def _coefficients(row: RankAgreement) -> str:
    return (
        f"Spearman {row.rho:+.2f} ({_interval(row.rho_interval)}), "
        f"Kendall {row.tau:+.2f} ({_interval(row.tau_interval)})"
    )


def _open(row: RankAgreement) -> str:
    """What to add where the interval holds zero."""
    if row.rho_interval.low <= 0 <= row.rho_interval.high:
        return "; cannot be told from no agreement"
    return ""


def _votes(found: VotesCheck) -> Iterator[str]:
    yield f"  ideal points of {found.file}, last year before {found.before};"
    yield "  higher is nearer to the United States and its allies"
    for why, count in found.left_out:
        yield f"  rows left out: {count} ({why})"
    for name, why in found.without:
        yield f"  not compared: {name} ({why})"
    for issue in found.issues:
        yield from _issue(issue)
    yield f"  source: {found.citation}"


def _issue(row: IssueCheck) -> Iterator[str]:
    yield ""
    yield f"  {row.name}: 0 = {row.low}; 100 = {row.high}"
    if row.places:
        yield f"    {'position':>8}  {'ideal point':<14} actor"
    for place in sorted(row.places, key=lambda p: (-p.position, p.actor)):
        point = "none"
        if place.ideal_point is not None:
            point = f"{place.ideal_point:+.2f} ({place.year})"
        yield f"    {place.position:>8.0f}  {point:<14} {place.name}"
    if row.order is None or row.distances is None:
        yield f"    cannot be checked: {row.why}"
        return
    end = "the high end" if row.order.rho >= 0 else "the low end"
    yield f"    order, n = {row.order.n} actors: {_coefficients(row.order)};"
    yield f"      a higher ideal point goes with {end} of this issue{_open(row.order)}"
    found = row.distances
    yield f"    distances, n = {found.agreement.n} pairs: {_coefficients(found.agreement)};"
    share = f"{100 * found.p:.0f} % of {found.relabellings}"
    yield f"      {share} relabellings of the actors agree as well{_open(found.agreement)}"
    yield "    factions farthest from where their state's votes lie among the others:"
    for gap in row.factions[:SHOWN]:
        yield (
            f"      {gap.gap:+.2f}  {gap.actor}: {gap.name} (at {gap.position:.0f}, above "
            f"{100 * gap.above:.0f} % of the other actors; by the votes {100 * gap.votes:.0f} %)"
        )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _record(found: RecordCheck) -> Iterator[str]:
    yield f"  {found.source}, {found.first} to {found.last}, as known then"
    if found.without:
        yield f"  not in the record: {', '.join(found.without)}"
    yield ""
    head = f"{'events':>8}  {'cooperative':<18} {'hostile':<8} {'tie':>6} {'apart':>6}"
    yield f"    {head}  who to whom"
    for pair in found.pairs[:PAIRS]:
        spread = (
            "-"
            if pair.low is None
            else f"{_share(pair.cooperative)} ({_ends(pair.low, pair.high)})"
        )
        hostile = None if pair.cooperative is None else 1 - pair.cooperative
        tie = "-" if pair.tie is None else f"{pair.tie:+.2f}"
        apart = "-" if pair.apart is None else f"{pair.apart:.0f}"
        yield (
            f"    {pair.events:>8}  {spread:<18} {_share(hostile):<8} {tie:>6} {apart:>6}  "
            f"{pair.actor} to {pair.recipient}"
        )
    if len(found.pairs) > PAIRS:
        yield f"    ... and {len(found.pairs) - PAIRS} more (--json lists all)"
    if found.attention:
        yield ""
        yield f"    {'salience':>8}  {'to the case':<12} {'events':>8}  actor"
    for row in found.attention:
        yield f"    {row.salience:>8.2f}  {_share(row.share):<12} {row.events:>8}  {row.actor}"
    for agreement in found.agreements:
        yield ""
        yield f"  {agreement.what} ({agreement.expected})"
        if agreement.found is None:
            yield f"    cannot be checked: {agreement.why}"
        else:
            n = f"n = {agreement.found.n}, independent {agreement.found.units}"
            yield f"    {n}: {_coefficients(agreement.found)}{_open(agreement.found)}"


def _ends(low: float | None, high: float | None) -> str:
    return f"{100 * (low or 0):.0f}-{100 * (high or 0):.0f}"
