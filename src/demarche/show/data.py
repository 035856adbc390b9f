"""The answer as data: the object that ``--json`` prints; described by ``answer.schema.json``."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from demarche.desk import Answer
from demarche.show.event_lines import record_data
from demarche.terms import NO_TRIGGER

__all__ = ["answer_data", "answer_json", "answer_schema"]

PLACES = 6
"""Decimal places of numbers in the object; the same for every run."""


def _round(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, PLACES) + 0.0
    if isinstance(value, dict):
        return {key: _round(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_round(item) for item in value]
    return value


def answer_data(answer: Answer) -> dict[str, Any]:
    """The answer as plain dictionaries, lists, text and numbers; see docs/answer.md."""
    question = answer.question
    data: dict[str, Any] = {
        "question": {
            "id": question.id,
            "text": question.text,
            "understood": answer.understood,
            "case": question.case,
            "actor": question.actor,
            "actor_name": answer.actor_name,
            "trigger": question.trigger,
            "trigger_label": answer.trigger_label,
            "trigger_rule": answer.trigger_rule,
            "as_of": question.as_of.isoformat(),
            "horizon_days": question.horizon_days,
        },
        "judgement": answer.judgement,
        "confidence": {"level": answer.confidence, "because": answer.confidence_because},
        "courses": [_course(row) for row in answer.courses],
        "ladder": [
            {"rung": r.rung, "label": r.label, "probability": r.probability, "at_least": r.at_least}
            for r in answer.ladder
        ],
        "views": [
            {
                "name": v.name,
                "weight": v.weight,
                "basis": v.basis,
                "parameters": dict(v.parameters),
                "warnings": list(v.warnings),
            }
            for v in answer.views
        ],
        "precedents": [_precedent(row) for row in answer.precedents],
        "reasons": [
            {
                "course": r.course,
                "for": r.reason_for,
                "for_from": r.for_from,
                "against": r.reason_against,
                "against_from": r.against_from,
            }
            for r in answer.reasons
        ],
        "sensitivity": _sensitivity(answer),
        "inside": _inside(answer),
        "outside": _outside(answer),
        "record": record_data(answer.record),
        "record_note": answer.record_note,
        "other_triggers": [
            {
                "trigger": id,
                "label": label,
                "courses": dict(zip([r.id for r in answer.courses], values, strict=True)),
            }
            for id, label, values in answer.other_triggers
        ],
        "unlisted": None if answer.unlisted is None else list(answer.unlisted),
        "claims": [_claim(claim, answer) for claim in answer.case.claims],
        "sources": [
            {
                "id": s.id,
                "title": s.title,
                "publisher": s.publisher,
                "author": s.author,
                "date": s.date.isoformat() if s.date else None,
                "url": s.url,
                "slant": s.slant,
            }
            for s in answer.case.sources
        ],
        "warnings": list(answer.warnings),
        "limits": list(answer.limits),
        "seed": answer.seed,
        "draws": answer.draws,
        "run_id": answer.run_id,
        "versions": dict(answer.versions),
    }
    rounded: dict[str, Any] = _round(data)
    return rounded


def _course(row: Any) -> dict[str, Any]:
    names = (
        "id",
        "label",
        "kind",
        "rung",
        "observability",
        "probability",
        "low",
        "high",
        "word",
        "outside",
        "outside_low",
        "outside_high",
        "inside",
        "inside_low",
        "inside_high",
        "base_rate",
        "base_taken",
        "base_known",
        "without_trigger",
        "effective_cases",
        "not_known",
        "disagree",
        "resolution",
    )
    return {name: getattr(row, name) for name in names}


def _precedent(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "actor": row.actor,
        "trigger": row.trigger,
        "trigger_date": row.trigger_date.isoformat(),
        "response": row.response,
        "similarity": row.similarity,
        "shared": list(row.shared),
        "differs": list(row.differs),
        "taken": [{"kind": k, "value": v, "when": w} for k, v, w in row.taken],
        "removal": dict(row.removal),
        "sources": [{"title": t, "publisher": p, "url": u} for t, p, u in row.sources],
        "checked": row.checked,
    }


def _sensitivity(answer: Answer) -> dict[str, Any]:
    detail = answer.inside
    ids = [row.id for row in answer.courses]
    return {
        "tornado": [
            {
                "input": n,
                "because": b,
                "course": c,
                "low_value": lv,
                "high_value": hv,
                "at_low": al,
                "at_high": ah,
                "first_order": s,
            }
            for n, b, c, lv, hv, al, ah, s in detail.tornado
        ],
        "flips": [
            {"input": n, "mode": m, "value": v, "share_of_range": s, "what": w}
            for n, m, v, s, w in detail.flips
        ],
        "rules": {rule: dict(zip(ids, values, strict=True)) for rule, values in detail.rules},
        "levels": [dict(zip(ids, values, strict=True)) for values in detail.levels],
        "shifts": [
            {"shift": name, "courses": dict(zip(ids, values, strict=True))}
            for name, values in detail.shifts
        ],
        "uncertainty": [
            {"course": c, "inputs": i, "rule": r, "level": lv, "factions": f, "choice": ch}
            for c, i, r, lv, f, ch in detail.uncertainty
        ],
        "one_faction": dict(zip(ids, detail.one_faction, strict=True)),
    }


def _inside(answer: Answer) -> dict[str, Any]:
    detail = answer.inside
    ids = [row.id for row in answer.courses]
    return {
        "rule": detail.rule,
        "rule_because": detail.rule_because,
        "factions": [
            {
                "id": id,
                "name": name,
                "weight": w,
                "weight_low": lo,
                "weight_high": hi,
                "favourite": favourite,
                "alone": dict(zip(ids, alone, strict=True)),
            }
            for id, name, w, lo, hi, favourite, alone in detail.factions
        ],
        "strategies": [
            {"id": id, "label": label, "probability": p, "without_trigger": w}
            for id, label, p, w in detail.strategies
        ],
        "others": [
            {"actor": a, "course": c, "without_trigger": w, "with_trigger": p}
            for a, c, w, p in detail.others
        ],
        "ledger": [
            {
                "faction": f,
                "strategy": s,
                "total": t,
                "issues": dict(zip([i.id for i in answer.case.issues], issues, strict=True)),
                "cost": cost,
                "audience": audience,
            }
            for f, s, t, issues, cost, audience in detail.ledger
        ],
        "held": [
            {
                "move": move,
                "answers": [{"actor": who, "does": what} for who, what in way],
                "credible": credible,
                "escape": escape,
                "probability": p,
                "sentence": sentence,
            }
            for move, way, credible, escape, p, sentence in detail.held
        ],
        "stable": dict(detail.stable),
        "words": [{"head": head, "text": text} for head, text in detail.words],
    }


def _outside(answer: Answer) -> dict[str, Any] | None:
    detail = answer.outside
    if detail is None:
        return None
    return {
        "episodes": detail.episodes,
        "episodes_hash": detail.episodes_hash,
        "excluded": list(detail.excluded),
        "not_yet_known": detail.not_yet_known,
        "horizon_days": detail.horizon_days,
        "feature_weights": dict(detail.feature_weights),
        "parameters": dict(detail.parameters),
        "estimated": list(detail.estimated),
    }


def _claim(claim: Any, answer: Answer) -> dict[str, Any]:
    ours = {row.id: row.probability for row in answer.courses}
    found = [ours[id] for id in claim.courses if id in ours]
    comparable = claim.condition in ("", answer.question.trigger) or (
        claim.condition == NO_TRIGGER and answer.question.trigger == NO_TRIGGER
    )
    value = max(found) if found and comparable else None
    return {
        "id": claim.id,
        "source": claim.source,
        "paragraph": claim.paragraph,
        "holder": claim.holder,
        "kind": claim.kind,
        "text": claim.text,
        "hedge": claim.hedge,
        "said": claim.said,
        "low": claim.low,
        "high": claim.high,
        "actor": claim.actor,
        "courses": list(claim.courses),
        "condition": claim.condition,
        "resolves": claim.resolves,
        "ours": value,
    }


def answer_json(answer: Answer) -> str:
    """The object as JSON text: the same bytes for the same inputs and seed."""
    return json.dumps(answer_data(answer), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def answer_schema() -> dict[str, Any]:
    """JSON Schema of the object."""
    text = (resources.files("demarche.show") / "answer.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
