"""Words of likelihood in texts of others: the band each class conveys, and what readers hear.

Bands are about the *positive* proposition. They follow Intelligence Community Directive 203 where
it has the term; the others are this project's choice and say so. Beside the band stand the answers
of readers in two public surveys. The table has a version: results name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demarche.errors import TermError, near_miss

__all__ = ["HEDGES", "HEDGE_TABLE", "HEDGE_VERSION", "Hedge", "hedge", "mirrored"]

HEDGE_TABLE = "icd203"
"""Name of the table of bands."""
HEDGE_VERSION = "1"
"""Version of the table; it changes whenever a band does."""

Origin = Literal["ICD 203", "survey", "project choice", "by analogy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """One class of hedges: its band, where the band comes from, and what readers hear.

    Attributes
    ----------
    id : str
        Name of the class.
    low, high : float
        Band of the probability of the positive proposition, in [0, 1].
    origin : str
        ``ICD 203``, ``survey``, ``project choice`` or ``by analogy``: the nearest row at least as
        wide.
    words : str
        Words that stand for the class.
    survey : tuple of float, optional
        10th percentile, median and 90th percentile of what 169 readers answered to the phrase
        ``survey_phrase``.
    calibrated : bool
        Whether the class may be scored as a forecast: words of mere possibility may not.
    """

    id: str
    low: float
    high: float
    origin: Origin
    words: str
    survey: tuple[float, float, float] | None = None
    survey_phrase: str = ""
    calibrated: bool = True


def _rows() -> tuple[Hedge, ...]:
    rows: tuple[tuple[str, float, float, Origin, str], ...] = (
        ("certain", 0.95, 0.99, "ICD 203", "almost certain, nearly certain"),
        ("assertion", 0.90, 0.99, "project choice", "will, without any hedge"),
        ("highly_likely", 0.80, 0.95, "ICD 203", "very likely, highly probable"),
        ("scheduled", 0.80, 0.99, "by analogy", "is due to, is scheduled to"),
        ("strongly_likely", 0.60, 0.95, "by analogy", "in all likelihood, a good chance"),
        ("set", 0.55, 0.95, "by analogy", "is set to, is poised to, is about to"),
        ("believed", 0.55, 0.95, "survey", "we believe"),
        ("likely", 0.55, 0.80, "ICD 203", "likely, probable"),
        ("intended", 0.55, 0.80, "project choice", "preparing to, plans to"),
        ("better_than_even", 0.51, 0.75, "by analogy", "better than even, more likely than not"),
        ("even", 0.45, 0.55, "ICD 203", "roughly even chance"),
        ("not_unlikely", 0.45, 0.75, "project choice", "not unlikely"),
        ("may_well", 0.40, 0.80, "by analogy", "may well, looms"),
        ("feared", 0.30, 0.80, "project choice", "fear, worry"),
        ("possible", 0.20, 0.80, "project choice", "may, might, could, possible"),
        ("uncertain", 0.20, 0.60, "by analogy", "far from certain"),
        ("not_excluded", 0.05, 0.50, "project choice", "cannot be ruled out, not impossible"),
        ("unlikely", 0.20, 0.45, "ICD 203", "unlikely, improbable"),
        ("few_expect", 0.05, 0.40, "by analogy", "few expect, nobody expects"),
        ("highly_unlikely", 0.05, 0.20, "ICD 203", "very unlikely, little chance"),
        ("hardly", 0.02, 0.20, "by analogy", "will hardly"),
        ("denial", 0.01, 0.10, "project choice", "will not, without any hedge"),
        ("almost_no_chance", 0.01, 0.05, "ICD 203", "almost no chance, remote"),
    )
    heard: dict[str, tuple[str, tuple[float, float, float]]] = {
        "certain": ("almost certain", (0.80, 0.95, 0.99)),
        "highly_likely": ("highly likely", (0.75, 0.90, 0.96)),
        "strongly_likely": ("very good chance", (0.70, 0.80, 0.90)),
        "believed": ("we believe", (0.51, 0.75, 0.95)),
        "likely": ("likely", (0.60, 0.70, 0.85)),
        "better_than_even": ("better than even", (0.51, 0.60, 0.65)),
        "even": ("about even", (0.50, 0.50, 0.50)),
        "unlikely": ("unlikely", (0.05, 0.20, 0.34)),
        "highly_unlikely": ("highly unlikely", (0.02, 0.05, 0.20)),
        "almost_no_chance": ("almost no chance", (0.005, 0.02, 0.10)),
    }
    loose = {"possible", "not_excluded", "may_well", "uncertain", "feared"}
    return tuple(
        Hedge(
            id=id,
            low=low,
            high=high,
            origin=origin,
            words=words,
            survey=heard[id][1] if id in heard else None,
            survey_phrase=heard[id][0] if id in heard else "",
            calibrated=id not in loose,
        )
        for id, low, high, origin, words in rows
    )


HEDGES: tuple[Hedge, ...] = _rows()
"""All classes of hedges.

Readers' answers: quantiles of two public surveys taken together (Fagen-Ulmschneider, 123 people;
"zonination", 46 people), reckoned for this project.

References
----------
.. [1] Office of the Director of National Intelligence (2015). Intelligence Community Directive
   203, Analytic Standards, section D.6.e.(2).
"""
_BY_ID = {row.id: row for row in HEDGES}


def hedge(id: str) -> Hedge:
    """Class of hedges by its name.

    Raises
    ------
    TermError
        If there is no such class.

    Examples
    --------
    >>> hedge("likely").low, hedge("likely").high
    (0.55, 0.8)
    """
    if id not in _BY_ID:
        raise TermError(f"{id!r} is no class of hedges. {near_miss(id, _BY_ID)}".rstrip())
    return _BY_ID[id]


def mirrored(low: float, high: float) -> tuple[float, float]:
    """Band of the negated proposition: ``[a, b]`` becomes ``[1 - b, 1 - a]``.

    Examples
    --------
    >>> mirrored(0.55, 0.80)
    (0.2, 0.45)
    """
    return round(1 - high, 6), round(1 - low, 6)
