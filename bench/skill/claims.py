"""How well the claim reader does on sentences with expected output.

    python bench/skill/claims.py FILE.json [FILE.json ...] [--show] [--held-back]

Each file holds ``sentences`` as in tests/reader/sentences.json. Figures of sentences marked
``held_back`` are printed apart, and their failures are never listed unless asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from demarche.reader.claims import read_claims
from demarche.terms.claims import ReadClaim

FIELDS = ("kind", "holder", "polarity", "probability", "condition", "time")
ALSO = {"causal": ("assessment", "none")}
"""Kinds of the reader that claims_dev.json does not know, and what they count as there."""
FORECASTS = {"prediction", "conditional", "past_prediction"}


def overlap(a: str, b: str) -> float:
    """F1 of the words of two phrases."""
    left, right = Counter(a.lower().split()), Counter(b.lower().split())
    common = sum((left & right).values())
    return 2 * common / (sum(left.values()) + sum(right.values())) if common else 0.0


def _words(expected: str | None, found: str | None) -> bool:
    if expected is None or found is None:
        return expected is None and found is None
    return overlap(expected, found) >= 0.8


def _probability(expected: dict[str, float] | None, found: tuple[float, float] | None) -> bool:
    if expected is None or found is None:
        return expected is None and found is None
    low, high = expected["low"], expected["high"]
    if low == high:
        return abs(found[0] - low) <= 0.005 and abs(found[1] - high) <= 0.005
    common = max(0.0, min(high, found[1]) - max(low, found[0]))
    union = max(high, found[1]) - min(low, found[0])
    return bool(common / union >= 0.4)


def _article(name: str) -> str:
    lower = name.lower().strip()
    for article in ("the ", "a ", "an "):
        lower = lower.removeprefix(article)
    return lower


def chosen(expected: dict[str, Any], claims: tuple[ReadClaim, ...]) -> ReadClaim | None:
    """The claim compared: the first one."""
    return claims[0] if claims else None


def compare(expected: dict[str, Any], claims: tuple[ReadClaim, ...]) -> dict[str, bool | None]:
    """Whether each field is met; ``None`` where it is not checked or not stated."""
    claim = chosen(expected, claims)
    kind = claim.kind if claim else "none"
    band = (claim.band.low, claim.band.high) if claim and claim.band else None
    holder, polarity = expected.get("holder"), expected.get("polarity")
    result = {
        "kind": kind == expected["kind"] or expected["kind"] in ALSO.get(kind, ()),
        "holder": None
        if holder is None
        else bool(claim and _article(claim.holder.name) == _article(holder)),
        "polarity": None if polarity is None else bool(claim and claim.polarity == polarity),
        "probability": _probability(expected.get("probability"), band),
        "condition": _words(
            expected.get("condition"),
            claim.condition.span.text if claim and claim.condition else None,
        ),
        "time": _words(
            expected.get("time"), claim.horizon.span.text if claim and claim.horizon else None
        ),
    }
    return {field: met if field in expected else None for field, met in result.items()}


def _line(
    expected: dict[str, Any], claims: tuple[ReadClaim, ...], result: dict[str, bool | None]
) -> str:
    claim = chosen(expected, claims)
    wrong = [field for field, ok in result.items() if ok is False]
    got = (
        "nothing"
        if claim is None
        else {
            "kind": claim.kind,
            "holder": claim.holder.name,
            "polarity": claim.polarity,
            "band": (claim.band.low, claim.band.high) if claim.band else None,
            "condition": claim.condition.span.text if claim.condition else None,
            "time": claim.horizon.span.text if claim.horizon else None,
            "rule": claim.found_by,
            "cue": claim.cue.text,
            "n": len(claims),
        }
    )
    want = {field: expected[field] for field in wrong}
    return f"{expected['id']} {wrong} {expected['text']}\n    want {want}\n    got  {got}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="list the failures of the open part")
    parser.add_argument("--held-back", action="store_true", help="list those held back too")
    options = parser.parse_args()
    for file in options.files:
        _report(file, show=options.show, held_back=options.held_back)
    return 0


def _report(file: Path, *, show: bool, held_back: bool) -> None:
    """Print the table of one file, the part held back apart."""
    rows = json.loads(file.read_text(encoding="utf-8"))["sentences"]
    for held in (False, True):
        part = [row for row in rows if bool(row.get("held_back")) == held]
        if part:
            name = f"{file.name}, {'held back' if held else 'open'}: {len(part)} sentences"
            sys.stdout.write(name + "\n")
            _table(part, listed=held_back if held else show)


def _table(rows: list[dict[str, Any]], *, listed: bool) -> None:
    results = []
    false_forecasts = 0
    for row in rows:
        claims = read_claims(row["text"], language="en").claims
        result = compare(row, claims)
        results.append(result)
        if row["kind"] in ("none", "normative", "question", "counterfactual"):
            false_forecasts += any(c.kind in FORECASTS for c in claims)
        if listed and False in result.values():
            sys.stdout.write(_line(row, claims, result) + "\n")
    for field in FIELDS:
        met = [bool(r[field]) for r in results if r[field] is not None]
        share = 100 * sum(met) / len(met)
        sys.stdout.write(f"  {field:<12} {sum(met):>4} of {len(met):<4} {share:6.1f} %\n")
    whole = sum(all(v is not False for v in r.values()) for r in results)
    share = 100 * whole / len(results)
    sys.stdout.write(f"  {'all fields':<12} {whole:>4} of {len(results):<4} {share:6.1f} %\n")
    sys.stdout.write(f"  forecasts from sentences that make none: {false_forecasts}\n")


if __name__ == "__main__":
    raise SystemExit(main())
