"""The answer on one terminal screen: at most 45 lines of 100 columns, readable without colour."""

from __future__ import annotations

import textwrap

from demarche.desk import Answer, AnsweredCourse
from demarche.terms import NO_TRIGGER

__all__ = ["WIDTH", "answer_text", "number"]

WIDTH = 100
LINES = 45
BAR = 6


def number(p: float | None) -> str:
    """Whole percent without the sign; never 0 or 100.

    Examples
    --------
    >>> number(0.304), number(0.001), number(0.9999), number(None)
    ('30', '<1', '>99', '-')
    """
    if p is None:
        return "-"
    if p < 0.01:
        return "<1"
    return ">99" if p > 0.99 else f"{100 * p:.0f}"


def _bar(p: float) -> str:
    eighths = round(p * BAR * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")).ljust(BAR)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _row(row: AnsweredCourse) -> str:
    mark = {"covert": "?", "reported": "~"}.get(row.observability, " ")
    span = f"{number(row.low)}-{number(row.high)}"
    return (
        f"{_cut(row.label, 34):<34} {row.rung:>2} {mark}{number(row.probability):>3} % "
        f"{_bar(row.probability)} {span:>7}  {row.word:<19}"
        f"{number(row.outside):>4}{number(row.inside):>4}{number(row.base_rate):>5}"
        f"{number(row.without_trigger):>5}{'  !' if row.disagree else ''}"
    )


def _wrapped(head: str, text: str, *, lines: int, indent: int = 9) -> list[str]:
    rows = textwrap.wrap(text, WIDTH - indent, break_long_words=True) or [""]
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = _cut(rows[-1] + " …", WIDTH - indent)
    return [f"{head if i == 0 else '':<{indent}}{row}" for i, row in enumerate(rows)]


def answer_text(answer: Answer) -> str:
    """The answer as text: message first, then courses, ladder, reasons, what would change it."""
    rows = list(answer.courses)
    head = _head(answer)
    tail = [
        *_ladder(answer),
        *_why(answer),
        *_if(answer),
        *_model(answer),
        *_claims(answer),
        *_notes(answer),
    ]
    room = LINES - len(head) - len(tail) - 3
    shown = rows[: max(4, room if len(rows) <= room else room - 1)]
    title = (
        f"{'COURSE OF ACTION (each its own yes/no)':<37} RUNG POOLED      80 %   "
        f"{'WORD (ICD 203)':<19}{'OUT':>3}{'IN':>4}{'BASE':>5}{'W/O':>5}"
    )
    lines = [*head, "", title, *map(_row, shown)]
    if len(shown) < len(rows):
        lines.append(f"  ... and {len(rows) - len(shown)} more courses: see --json or the report")
    return "\n".join(line.rstrip() for line in [*lines, "", *tail][:LINES]) + "\n"


def _head(answer: Answer) -> list[str]:
    question = answer.question
    asked = "" if question.trigger == NO_TRIGGER else f" if {answer.trigger_label}"
    day = f"{question.as_of.day} {question.as_of:%b %Y}"
    lines = [
        _cut(f"{answer.actor_name.upper()}{asked}", WIDTH),
        f"as of {day} · {question.horizon_days} days · case {question.case} · run {answer.run_id} "
        f"· question {question.id[:8]}",
    ]
    if question.trigger != NO_TRIGGER:
        lines += _wrapped("", answer.trigger_rule, lines=2, indent=2)
    if answer.understood:
        lines.append(_cut(f"understood as {answer.understood}", WIDTH))
    lines.append("")
    lines += _wrapped("Main judgement", answer.judgement, lines=2, indent=16)
    lines += _wrapped(
        "Confidence", f"{answer.confidence}: {answer.confidence_because}.", lines=2, indent=16
    )
    return lines


def _ladder(answer: Answer) -> list[str]:
    parts = [f"{rung.rung} {rung.label} {number(rung.at_least)} %" for rung in answer.ladder[1:]]
    none = number(answer.ladder[0].probability)
    text = "highest rung at least: " + " · ".join(parts) + f"  (rung 0: {none} %)"
    return _wrapped("LADDER", text, lines=3)


def _why(answer: Answer) -> list[str]:
    labels = {row.id: row.label for row in answer.courses}
    pick = sorted(answer.courses, key=lambda row: -abs(row.probability - row.without_trigger))[:1]
    pick += sorted(answer.courses, key=lambda row: -row.probability)[:2]
    pick += sorted(answer.courses, key=lambda row: -row.rung)[:1]
    ids = list(dict.fromkeys(row.id for row in pick))[:3]
    lines: list[str] = []
    for reason in (r for id in ids for r in answer.reasons if r.course == id):
        name = _cut(labels[reason.course], 26)
        lines.append(_cut(f"{'WHY' if not lines else '':<9}+ {name}: {reason.reason_for}", WIDTH))
        lines.append(_cut(f"{'':<9}- {name}: {reason.reason_against}", WIDTH))
    return lines


def _if(answer: Answer) -> list[str]:
    found = []
    for id, label, values in answer.other_triggers:
        changes = sorted(
            ((values[c] - row.probability, row) for c, row in enumerate(answer.courses)),
            key=lambda item: -abs(item[0]),
        )
        if changes:
            change, row = changes[0]
            name = "no trigger" if id == NO_TRIGGER else label
            found.append(
                f"{name}: {_cut(row.label, 30)} {number(row.probability)} -> "
                f"{number(row.probability + change)} %"
            )
    return _wrapped("IF", " · ".join(found), lines=3) if found else []


def _model(answer: Answer) -> list[str]:
    detail = answer.inside
    lines: list[str] = []
    if detail.flips:
        name, mode, value, _, what = detail.flips[0]
        lines += _wrapped("FLIPS", f"{name} from {mode:g} to {value:.3g}: {what}", lines=2)
    rules = dict(detail.rules)
    top = max(
        range(len(answer.courses)),
        key=lambda c: max(v[c] for v in rules.values()) - min(v[c] for v in rules.values()),
    )
    swaps = ", ".join(
        f"{rule}{'*' if rule == detail.rule else ''} {number(values[top])}"
        for rule, values in rules.items()
    )
    lines += _wrapped(
        "RULE",
        f"{_cut(answer.courses[top].label, 34)} by decision rule (inside): {swaps} % (* declared)",
        lines=2,
    )
    return lines


def _claims(answer: Answer) -> list[str]:
    rows = {row.id: row for row in answer.courses}
    found = []
    for claim in answer.case.claims:
        if claim.low is None or claim.high is None or not claim.courses:
            continue
        ours = [rows[id].probability for id in claim.courses if id in rows]
        if ours and claim.actor in ("", answer.question.actor):
            p = max(ours)
            if not claim.low <= p <= claim.high:
                found.append(
                    f"{_cut(rows[claim.courses[0]].label, 26)} "
                    f"{100 * claim.low:.0f}-{100 * claim.high:.0f}, ours {number(p)} %"
                )
    if not answer.case.claims:
        return []
    text = f"{len(answer.case.claims)} on record"
    if found:
        text += "; outside the author's band: " + " · ".join(found)
    return _wrapped("CLAIMS", text, lines=2)


def _notes(answer: Answer) -> list[str]:
    lines = []
    if answer.unlisted:
        low, mode, high = answer.unlisted
        lines.append(
            f"{'ELSE':<9}something not listed: {number(mode)} % ({number(low)}-"
            f"{number(high)}), an analyst's guess, not in the model"
        )
    if answer.case.watch:
        lines += _wrapped("WATCH", " · ".join(answer.case.watch), lines=2)
    if answer.warnings:
        lines += _wrapped("NOTE", f"({len(answer.warnings)}) " + " ".join(answer.warnings), lines=2)
    lines += _wrapped(
        "MARKS",
        "? covert, rarely observable · ~ seen through reports · ! views "
        "differ by more than their ranges · weights "
        + "/".join(f"{v.weight:.2f}" for v in answer.views if v.name != "pool"),
        lines=2,
    )
    return lines
