"""Figures of the track record: mean scores by forecaster, and calibration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demarche.show._charts import Axis, Mark, probability_axis
from demarche.show._figures import Figure, build

if TYPE_CHECKING:
    from demarche.desk.scoring import Card, EqualAccuracy, ScoreTable

__all__ = ["HEAD", "calibration_figures", "card_rows", "scores_figure"]

HEAD = (
    "Forecaster", "Kind", "Forecasts", "Questions", "Clusters", "Came true", "Given",
    "Brier (90 %)", "Brier, 0 to 2", "Log", "Gain over reference (90 %)", "Skill",
    "Diebold-Mariano", "Sealed", "Void", "Not known", "Open", "Late",
)  # fmt: skip
MOST_ROWS = 40
"""Rows of the chart; the table behind it has all of them."""
MOST = 8
"""Calibration charts that are drawn; the pool first."""


def _scored(table: ScoreTable) -> list[Card]:
    return [card for card in table.cards if card.brier is not None]


def _name(card: Card) -> str:
    lane = "" if card.lane == "live" else f" ({card.lane})"
    return card.forecaster.replace("_", " ") + lane


def _span(low: float, high: float) -> str:
    return f"{low:.3f}–{high:.3f}"


def _brier(card: Card) -> str:
    if card.brier is None:
        return "none"
    found = card.brier.by_cluster or card.brier.by_question
    text = f"{card.brier.value:.3f}"
    return text if found is None else f"{text} ({_span(found.low, found.high)})"


def _test(found: EqualAccuracy) -> str:
    if found.statistic is None or found.p_value is None:
        return f"none: {found.why}"
    return f"{found.statistic:+.2f} (p {found.p_value:.2f}; {found.questions} questions)"


def card_rows(table: ScoreTable) -> tuple[tuple[str, ...], ...]:
    """Rows of the table that stands behind the chart, with everything a score rests on."""
    rows = []
    for card in table.cards:
        c = card.counts
        gain, skill, test = "none", "none", "none"
        if card.versus:
            v = card.versus[0]
            gain = f"{v.other - v.own:+.3f} over {v.reference.replace('_', ' ')}"
            if v.difference is not None:
                gain += f" ({v.difference.low:+.3f} to {v.difference.high:+.3f})"
            skill = "none" if v.skill is None else f"{100 * v.skill:+.0f} %"
            test = _test(v.equal)
        given = "none" if c.first is None else f"{c.first} to {c.last}"
        rows.append(
            (
                _name(card), card.kind, str(c.scored), str(c.questions), str(c.clusters),
                str(c.yes), given, _brier(card),
                "none" if card.two_sided is None else f"{card.two_sided:.3f}",
                "none" if card.log is None else f"{card.log.value:.3f}", gain, skill, test,
                f"{c.sealed} of {c.scored}", str(c.annulled), str(c.not_known), str(c.open),
                str(c.late),
            )
        )  # fmt: skip
    return tuple(rows)


def _axis(values: Sequence[float]) -> Axis:
    """Scale of Brier scores from 0, wide enough for 0.25, in steps that leave few ticks."""
    top = max(0.3, *values)
    step = 0.05 if top <= 0.4 else 0.1
    count = int(-(-top // step))
    ticks = tuple(round(step * k, 2) for k in range(count + 1))
    return Axis(
        low=0.0, high=ticks[-1], ticks=ticks, title="mean Brier score, smaller is better", at=0.25
    )


def scores_figure(table: ScoreTable) -> Figure | None:
    """Mean Brier score with its interval, one row per forecaster; None if nothing is scored."""
    scored = _scored(table)
    cards = scored[:MOST_ROWS]
    if not cards:
        return None
    values = [card.brier.value for card in cards if card.brier is not None]
    spans = [
        (i, found.low, found.high)
        for i, card in enumerate(cards)
        if card.brier is not None
        and (found := card.brier.by_cluster or card.brier.by_question) is not None
    ]
    best = min(zip(values, cards, strict=True), key=lambda pair: pair[0])
    return build(
        [_name(card) for card in cards],
        id="fig-scores",
        title="Mean Brier score by forecaster",
        alt_text=(
            f"Dot and range plot of {len(cards)} forecasters on a scale from 0, with a line at "
            f"0.25, the score of always one half. Lowest: {_name(best[1])}, {best[0]:.3f}."
        ),
        marks=[
            Mark(shape="span", points=tuple(spans), tone="pool"),
            Mark(shape="circle", points=tuple(enumerate(values)), tone="pool", filled=True),
        ],
        axis=_axis([*values, *(high for _, _, high in spans)]),
        values=[f"{v:.3f} (n {card.counts.scored})" for v, card in zip(values, cards, strict=True)],
        legend=(("circle", "pool", True, "mean, with 90 % interval"),),
        head=HEAD,
        rows=card_rows(table),
        note=(
            f"Scoring version {table.version}. The dashed line is always one half. Rows are "
            + ("in order of score within a kind." if table.ranked else "not ranked.")
            + (
                f" {len(scored) - len(cards)} more stand in the table."
                if scored[MOST_ROWS:]
                else ""
            )
        ),
    )


def calibration_figures(table: ScoreTable) -> tuple[Figure, ...]:
    """Isotonic reliability of every forecaster with enough questions, the pool first."""
    curved = [card for card in table.cards if card.curve is not None]
    curved.sort(key=lambda card: card.kind != "pool")
    return tuple(_calibration(card, number=i) for i, card in enumerate(curved[:MOST], start=1))


def _calibration(card: Card, *, number: int) -> Figure:
    curve = card.curve
    assert curve is not None
    blocks, at = curve.reliability.blocks, curve.reliability.at
    near = [min(range(len(at)), key=lambda i: abs(at[i] - block.mean)) for block in blocks]
    bands = [(curve.reliability.band_low[i], curve.reliability.band_high[i]) for i in near]
    outside = [
        not low - 1e-9 <= block.observed <= high + 1e-9
        for block, (low, high) in zip(blocks, bands, strict=True)
    ]
    d = curve.brier_parts
    off = sum(outside)
    level = f"{100 * curve.reliability.level:.0f} %"
    return build(
        [f"said {_percent(b.low)}–{_percent(b.high)} %" for b in blocks],
        id=f"fig-calibration-{number}",
        title=f"Calibration of {_name(card)}",
        alt_text=(
            f"Each row is one step of the isotonic fit: what was said, what came true, and where "
            f"{level} of calibrated forecasters would lie. {len(blocks)} steps from "
            f"{card.counts.scored} forecasts; {off} lie outside the band."
        ),
        marks=[
            Mark(
                shape="span",
                points=tuple(
                    (i, 100 * low, 100 * high) for i, (low, high) in enumerate(bands)
                ),
                tone="inside",
            ),
            Mark(
                shape="diamond",
                points=tuple((i, 100 * b.mean) for i, b in enumerate(blocks)),
                tone="ink",
            ),
            Mark(
                shape="circle",
                points=tuple((i, 100 * b.observed) for i, b in enumerate(blocks)),
                tone="pool",
                filled=True,
            ),
        ],
        axis=probability_axis(),
        values=[f"{_percent(b.observed)} % ({b.yes}/{b.n})" for b in blocks],
        legend=(
            ("circle", "pool", True, "came true"),
            ("diamond", "ink", False, "said (mean)"),
            ("span", "inside", False, f"where {level} of calibrated forecasters would lie"),
        ),
        head=("Said", "Forecasts", "Came true", "Share %", "Band %", "Outside the band"),
        rows=tuple(
            (
                f"{_percent(b.low)}–{_percent(b.high)} %", str(b.n), str(b.yes),
                _percent(b.observed), f"{_percent(low)}–{_percent(high)}", "yes" if out else "no",
            )
            for b, (low, high), out in zip(blocks, bands, outside, strict=True)
        ),
        note=(
            f"Brier {d.score:.3f} = miscalibration {d.miscalibration:.3f} − discrimination "
            f"{d.discrimination:.3f} + uncertainty {d.uncertainty:.3f}. Issued probabilities by "
            f"tenths: {', '.join(map(str, curve.histogram))}. Outcomes that hang together make "
            "the band too narrow."
        ),
    )  # fmt: skip


def _percent(share: float) -> str:
    """Whole percent of an observed share; here 0 and 100 may be said."""
    return f"{100 * share:.0f}"
