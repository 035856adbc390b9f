"""The answer on one terminal screen: at most 45 lines of 100 columns, readable without colour."""

from __future__ import annotations

import textwrap
import unicodedata

from demarche.desk import Answer, AnsweredCourse
from demarche.show.event_lines import event_lines
from demarche.terms import NO_TRIGGER

__all__ = ["WIDTH", "answer_text", "number"]

WIDTH = 100
LINES = 45
BAR = 6
DROPPED_FIRST = 6
"""Sections of this order and above are left out before others are shortened."""
SHRINK = ("IF", "CLAIMS", "NOTE")
"""Sections that are cut to one line before more is left out."""


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
        f"{number(row.without_trigger):>5}{' !' if row.disagree else ''}"
    )


def _wrapped(head: str, text: str, *, lines: int, indent: int = 9) -> list[str]:
    rows = textwrap.wrap(text, WIDTH - indent, break_long_words=True) or [""]
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = _cut(rows[-1] + " …", WIDTH - indent)
    return [f"{head if i == 0 else '':<{indent}}{row}" for i, row in enumerate(rows)]


def answer_text(answer: Answer) -> str:
    """The answer as text: message first, then courses, ladder, reasons, what would change it.

    Sections that do not fit are left out, least important first, and the last line says so.
    """
    rows = list(answer.courses)
    head = [*_head(answer), "", _title()]
    sections = [
        (0, _ladder(answer)),
        (1, _why(answer)),
        (2, _holds(answer)),
        (2, _flips(answer)),
        (3, _if(answer)),
        (3, _rule(answer)),
        (4, _claims(answer)),
        (7, _else(answer)),
        (9, _watch(answer)),
        (6, _record()),
        (2, _events(answer)),
        (3, _note(answer)),
        (2, _marks(answer)),
    ]
    room = LINES - len(head) - 2
    shown = rows if len(rows) <= room - 9 else rows[: room - 10]
    more = [f"  ... and {len(rows) - len(shown)} more courses: see --json or the report"]
    table = [*map(_row, shown), *(more if len(shown) < len(rows) else [])]
    left = room - len(table)
    parts = [(order, part) for order, part in sections if part]
    gone: list[str] = []
    while sum(len(part) for _, part in parts) + bool(gone) > left:
        last = max(parts, key=lambda item: item[0])
        long = next((n for n, (_, part) in enumerate(parts) if _can_shrink(part)), None)
        if last[0] < DROPPED_FIRST and long is not None:
            parts[long] = (parts[long][0], [_cut(parts[long][1][0] + " …", WIDTH)])
            continue
        parts.remove(last)
        gone.append(last[1][0].split()[0])
    tail = [line for _, part in parts for line in part]
    if gone:
        tail.append(f"{'':<9}left out for want of room: {', '.join(gone)} (see --json, report)")
    lines = [*head, *table, "", *tail]
    return "\n".join(_clean(line).rstrip() for line in lines[:LINES]) + "\n"


def _can_shrink(part: list[str]) -> bool:
    """Whether a section may be cut to its first line before another is left out."""
    return len(part) > 1 and part[0].split()[0] in SHRINK


def _clean(line: str) -> str:
    """One line without what steers a terminal: controls, escapes, direction marks."""
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in line)
    return _cut(kept, WIDTH)


def _title() -> str:
    return (
        f"{'COURSE OF ACTION (each its own yes/no)':<37} RUNG POOLED      80 %   "
        f"{'WORD (ICD 203)':<19}{'OUT':>3}{'IN':>4}{'BASE':>5}{'W/O':>5}"
    )


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
    ids = list(dict.fromkeys(row.id for row in pick))[:2]
    lines: list[str] = []
    for reason in (r for id in ids for r in answer.reasons if r.course == id):
        name = _cut(labels[reason.course], 24)
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
    return _wrapped("IF", " · ".join(found), lines=2) if found else []


def _said(answer: Answer, head: str) -> list[str]:
    """Sentences of the short explanation under one head."""
    return [text for about, text in answer.inside.words if about == head]


def _holds(answer: Answer) -> list[str]:
    """What holds a move back: an answer of the others, else the actor's own losses."""
    said = _said(answer, "what holds a move back")
    own = [text for text in said if "own losses" in text]
    first = said if answer.inside.held else own or said
    return _wrapped("HOLDS", first[0], lines=2) if first else []


def _flips(answer: Answer) -> list[str]:
    said = _said(answer, "what would flip it")
    return _wrapped("FLIPS", said[0], lines=2) if said else []


def _rule(answer: Answer) -> list[str]:
    rules = dict(answer.inside.rules)
    top = max(
        range(len(answer.courses)),
        key=lambda c: max(v[c] for v in rules.values()) - min(v[c] for v in rules.values()),
    )
    swaps = ", ".join(
        f"{rule}{'*' if rule == answer.inside.rule else ''} {number(values[top])}"
        for rule, values in rules.items()
    )
    text = f"{_cut(answer.courses[top].label, 34)} by rule (inside): {swaps} % (* declared)"
    return _wrapped("RULE", text, lines=2)


def _claims(answer: Answer) -> list[str]:
    rows = {row.id: row for row in answer.courses}
    found = []
    for claim in answer.case.claims:
        if claim.low is None or claim.high is None or not claim.courses:
            continue
        ours = [rows[id].probability for id in claim.courses if id in rows]
        if ours and claim.actor in ("", answer.question.actor):
            p, most = max(ours), min(1.0, sum(ours))
            if p > claim.high or most < claim.low:
                found.append(
                    f"{_cut(rows[claim.courses[0]].label, 26)} "
                    f"{100 * claim.low:.0f}-{100 * claim.high:.0f}, ours {number(p)} %"
                )
    if not answer.case.claims:
        return []
    text = f"{len(answer.case.claims)} on record"
    if found:
        text += "; outside the band read from the hedge: " + " · ".join(found)
    return _wrapped("CLAIMS", text, lines=2)


def _else(answer: Answer) -> list[str]:
    if answer.unlisted is None:
        return []
    low, mode, high = answer.unlisted
    text = (
        f"something not listed: {number(mode)} % ({number(low)}-{number(high)}), an analyst's "
        "guess outside the model"
    )
    return [f"{'ELSE':<9}{text}"]


def _watch(answer: Answer) -> list[str]:
    return _wrapped("WATCH", " · ".join(answer.case.watch), lines=1) if answer.case.watch else []


def _record() -> list[str]:
    text = "issued and resolved: demarche ledger scores; back-tests: demarche validate outcomes"
    return [f"{'RECORD':<9}{text}"]


def _events(answer: Answer) -> list[str]:
    labels = {row.id: row.label for row in answer.courses}
    found = event_lines(answer.record, note=answer.record_note, labels=labels)
    rows = _wrapped("EVENTS", found[0], lines=2)
    for text in found[1:]:
        rows += _wrapped("", text, lines=2)
    return rows


def _note(answer: Answer) -> list[str]:
    if not answer.warnings:
        return []
    text = f"({len(answer.warnings)}) " + " ".join(answer.warnings)
    return _wrapped("NOTE", text, lines=2)


def _marks(answer: Answer) -> list[str]:
    weights = "/".join(f"{v.weight:.2f}" for v in answer.views if v.name != "pool")
    lines = [
        f"{'MARKS':<9}? covert · ~ reported · ! views differ by more than their ranges · "
        f"weights {weights}"
    ]
    pool = {key: text for v in answer.views if v.name == "pool" for key, text in v.parameters}
    if "earned" in pool:
        more = "" if pool["fitted"] == "nothing to fit" else f"; fitted {pool['fitted']}"
        lines += _wrapped("WEIGHTS", pool["earned"] + more, lines=3)
    return lines
