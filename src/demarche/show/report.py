"""The answer as one self-contained HTML file: no script, no network, opens from disk."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from demarche.desk import Answer
from demarche.errors import MethodError
from demarche.show import _sections as sections
from demarche.show._charts import CHART_CSS, TONES
from demarche.show._numbers import chance, interval, points, seen, span, value
from demarche.show.written import replace_own
from demarche.terms import COURSE_KINDS, ICD203, NO_TRIGGER

if TYPE_CHECKING:
    from jinja2 import Environment

    from demarche.desk.earlier import Earlier, Held
    from demarche.desk.scoring import LedgerScores

__all__ = ["SECTIONS", "environment_of", "report_html", "write_report"]

SECTIONS: tuple[tuple[str, str], ...] = (
    ("question", "Question"),
    ("judgements", "Key judgements"),
    ("courses", "Courses and ladder"),
    ("outside", "Outside view"),
    ("inside", "Inside view"),
    ("alternatives", "Alternatives and dissent"),
    ("change", "What would change our mind"),
    ("sensitivity", "Sensitivity"),
    ("record", "Track record"),
    ("article", "Article reading"),
    ("provenance", "Provenance"),
    ("limits", "Limits"),
)
"""Anchors of the twelve sections, which do not change, and their titles."""
_KIND_LABELS = {id: kind.label for id, kind in COURSE_KINDS.items()}


def write_report(
    answer: Answer,
    *,
    path: Path,
    scores: LedgerScores | None = None,
    held: Held | None = None,
    asker: str = "",
) -> Path:
    """Write the report of an answer to a file, and return its path.

    An earlier page of ours is replaced: the same answer gives the same bytes.

    Raises
    ------
    QuestionError
        If the file cannot be written, or another's is there.
    MethodError
        If the answer states no limits.
    """
    text = report_html(answer, scores=scores, held=held, asker=asker)
    return replace_own(path, text.encode("utf-8"))


def report_html(
    answer: Answer,
    *,
    scores: LedgerScores | None = None,
    held: Held | None = None,
    asker: str = "",
) -> str:
    """The report of an answer as HTML text, in twelve sections.

    Parameters
    ----------
    answer : Answer
    scores : LedgerScores, optional
        Scores of a ledger, for the track record.
    held : Held, optional
        What a ledger holds of the question: its status, the last forecast, other forecasters.
    asker : str
        Who asked, as it is to be shown.

    Raises
    ------
    MethodError
        If the answer states no limits: a report without them is not to be shown.
    """
    if not any(limit.strip() for limit in answer.limits):
        raise MethodError(
            "the answer states no limits; a report must say what it cannot see. Add 'limits' to "
            "the case."
        )
    environment = environment_of()
    template = environment.from_string(
        (resources.files("demarche.show") / "report.html.j2").read_text(encoding="utf-8")
    )
    earlier = held.earlier if held is not None else None
    context = {**_context(answer, earlier=earlier), **_track(scores), **_standing(held)}
    return template.render(**context, asker=asker.strip()) + "\n"


def _standing(held: Held | None) -> dict[str, Any]:
    """What a ledger holds of the question, in words."""
    from demarche.show import _past as past

    word, sentence = past.status(held)
    return {
        "held": held,
        "ledger_word": word,
        "ledger_sentence": sentence,
        "changed": past.changed(held),
        "others": held.others if held is not None else (),
    }


def _track(scores: LedgerScores | None) -> dict[str, Any]:
    """The track record of a ledger: its figures, and what is said about them."""
    if scores is None or scores.track is None:
        return {"track": None, "scores_figure": None, "calibration_figures": ()}
    from demarche.show import _scores_figures as figures
    from demarche.show._past import always_no, misses

    rows = scores.track.rows
    short = [c for c in scores.table.cards if c.curve is None and c.counts.scored]
    names = ", ".join(dict.fromkeys(c.forecaster.replace("_", " ") for c in short))
    return {
        "track": {
            "entries": scores.track.entries,
            "issued": len({row.question for row in rows}),
            "resolved": len({row.question for row in rows if row.outcome != "open"}),
            "notes": scores.table.notes,
            "short": f"{names}: {short[0].why_no_curve}" if short else "",
            "claims": scores.claims,
            "misses": misses(scores),
            "always_no": always_no(scores.table.cards),
        },
        "scores_figure": figures.scores_figure(scores.table),
        "calibration_figures": figures.calibration_figures(scores.table),
    }


def environment_of() -> Environment:
    """Environment of every page: escapes by default, refuses what is undefined."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters.update(
        capfirst=lambda text: text[:1].upper() + text[1:],
        chance=chance,
        day=sections.day,
        interval=interval,
        kindname=lambda kind: _KIND_LABELS.get(kind, kind),
        points=points,
        words=lambda name: name.replace("_", " "),
        value=value,
    )
    environment.tests.update(weblink=_is_weblink, figures=_is_figures, dated=_is_dated)
    environment.globals.update(span=span, tones=TONES, chart_css=CHART_CSS)
    return environment


def _seen(thing: Any) -> Any:
    """Text as it is shown: without unseen characters, numbers kept with their percent sign."""
    return seen(thing) if type(thing) is str else thing


def _is_weblink(url: str) -> bool:
    """Whether an address may become a link: http or https with a host, nothing else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.netloc)
        and not re.search(r"[\s\x00-\x1f\x7f]", url)
    )


def _is_dated(text: str) -> bool:
    """Whether the text of a cell is a day or two, not to be broken at their hyphens."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d(?: to \d{4}-\d\d-\d\d)?", text) is not None


def _is_figures(text: str) -> bool:
    """Whether the text of a cell is a number, to be set flush right."""
    one = r"[<>+−]?\d[\d.,]*"
    return re.fullmatch(rf"{one}(?:–{one})?(?: \([^)]*\))?|none", text) is not None


def _context(answer: Answer, *, earlier: Earlier | None) -> dict[str, Any]:
    """Everything the template shows of the answer."""
    from demarche.show._indicators import indicator_rows
    from demarche.show._precedents import precedent_lines

    case, focal = answer.case, answer.question.actor
    claims = sections.claim_rows(answer)
    return {
        "a": answer,
        "case": case,
        "q": answer.question,
        "sections": SECTIONS,
        "bands": ICD203,
        "asked": answer.question.trigger != NO_TRIGGER,
        "judgements": sections.judgements(answer),
        "labels": {row.id: row.label for row in answer.courses},
        "course_names": {course.id: course.label for course in case.courses},
        "actor_names": {actor.id: actor.name for actor in case.actors},
        "issue_names": {issue.id: issue.name for issue in case.issues},
        "faction_names": {faction.id: faction.name for faction in case.factions},
        "trigger_names": {trigger.id: trigger.label for trigger in case.triggers},
        "actor": case.actor(focal),
        "own_courses": {course.id: course for course in case.courses_of(focal)},
        "nearest": answer.precedents[: sections.NEAREST],
        "removals": {
            row.id: sections.removals(answer, row) for row in answer.precedents[: sections.NEAREST]
        },
        "largest_removals": sections.largest_removals(answer),
        "precedent_lines": precedent_lines(answer),
        "movers": sections.mover_rows(answer),
        "indicators": indicator_rows(answer),
        "set_here": sections.changed_by_hand(answer),
        "pooled": {row.id: row.probability for row in answer.courses},
        "kind_labels": _KIND_LABELS,
        "kinds": sections.kinds_shown(answer),
        "situation": sections.situation(answer),
        "ties": sections.tie_rows(answer),
        "evidence": lambda ids: sections.evidence_rows(answer, ids),
        "sources": {source.id: source for source in case.sources},
        "claims": claims,
        "claim_sources": [s for s in case.sources if s.id in {c.source for c in case.claims}],
        "claims_by_id": {claim.id: claim for claim in case.claims},
        "apart": sorted(
            (row for row in answer.courses if row.disagree),
            key=lambda row: -abs((row.outside or 0.0) - row.inside),
        ),
        "other_triggers": sections.other_trigger_rows(answer),
        "command": sections.command(answer),
        **_figures(answer, claims, earlier=earlier),
    }


def baseline_of(earlier: Earlier | None) -> dict[str, tuple[float, float, float]] | None:
    """Numbers of the last forecast by course, for the ghost in the chart."""
    if earlier is None:
        return None
    return {
        c.id: (c.before, c.before if c.low is None else c.low,
               c.before if c.high is None else c.high)
        for c in earlier.courses
    }  # fmt: skip


def _figures(
    answer: Answer, claims: tuple[sections.ClaimRow, ...], *, earlier: Earlier | None
) -> dict[str, Any]:
    from demarche.show import _figures as figures
    from demarche.show import _precedents as precedents
    from demarche.show import _sensitivity as more
    from demarche.show._series import counts_figure

    banded = [
        (f"¶{row.claim.paragraph} {row.claim.text}", row.claim.low, row.claim.high, row.ours)
        for row in claims
        if row.claim.low is not None and row.claim.high is not None and row.ours is not None
    ]
    return {
        "courses_figure": figures.courses_figure(
            answer, baseline=baseline_of(earlier), claimed=sections.claimed_bands(claims)
        ),
        "ladder_figure": figures.ladder_figure(answer),
        "trigger_figure": figures.trigger_figure(answer),
        "classes_figure": precedents.classes_figure(answer),
        "precedents_figure": precedents.precedents_figure(answer),
        "leave_out_figure": precedents.leave_out_figure(answer),
        "counts_figure": counts_figure(answer),
        "rules_figure": more.rules_figure(answer),
        "tornado_figures": more.tornado_figures(answer),
        "sweep_figure": more.sweep_figure(answer),
        "uncertainty_figure": more.uncertainty_figure(answer),
        "claims_figure": figures.claims_figure(banded),
    }
