"""What a verb of belief or denial takes for its object: *expects growth*, *denied plans to*."""

from __future__ import annotations

import re

from demarche.reader import kinds
from demarche.reader.attribution import Governor
from demarche.reader.finding import BELIEFS, Clause, Finding, finish, long_past
from demarche.reader.pieces import event_phrase
from demarche.terms.hedges import hedge, mirrored

__all__ = ["denied", "nominal"]


def nominal(clause: Clause, last: Governor, rest: str, here: tuple[int, int]) -> Finding | None:
    """*Expects growth of 3 percent*, *predict a narrow victory*, *fear an attack*."""
    quantity = kinds.QUANTITY.search(rest)
    if last.lemma in (
        "consider",
        "judge",
        "feel",
        "reckon",
        "calculate",
        "imagine",
        "figure",
        "guess",
        "suppose",
        "conclude",
        "assume",
        "deem",
        "question",
    ) or (last.kind == "see" and not quantity and not _seen_coming(clause, last, rest)):
        return None
    event = event_phrase(re.split(r"[,.;]", rest, maxsplit=1)[0], free=False) or bool(
        clause.horizons
    )
    if (
        not quantity
        and not event
        and last.kind != "see"
        and last.lemma
        not in ("expect", "predict", "forecast", "anticipate", "foresee", "envisage", "fear")
    ):
        return None
    if re.match(r"(?:him|her|them|us|me|to|it)\b", rest):
        return None
    found = Finding(kind="prediction", cue=here, rule="expected", modality=last.lemma)
    if quantity and last.kind != "fear":
        found.flags.append("quantity")
    else:
        id = "likely" if last.kind in ("think", "believe", "see") else BELIEFS[last.kind]
        found.hedge = id
        row = hedge(id)
        found.band = (row.low, row.high)
        if last.kind == "doubt":
            found.polarity = "-"
    if last.negated and found.band is not None:
        found.band = (0.05, 0.40) if last.negated == "nobody" else mirrored(*found.band)
        found.polarity = "-"
        if last.negated == "nobody":
            found.hedge = "few_expect"
    elif last.negated:
        found.polarity = "-"
    if long_past(clause, last):
        found.kind = "past_prediction"
    return finish(clause, found, last)


_ONLOOKERS = re.compile(
    r"\b(?:traders|analysts|economists|experts|markets?|banks?|forecasters|investors|fund|observers|"
    r"strategists|diplomats|pollsters|bookmakers)\b"
)


def _seen_coming(clause: Clause, last: Governor, rest: str) -> bool:
    """*Traders see the lira weakening*: forecasters, the present tense, and something going on."""
    name = clause.low[slice(*last.name)] if last.name else ""
    going = re.match(r"(?:the |an? |its |their )?(?:[\w'-]+ ){1,5}?\w{2,}ing\b", rest)
    return not last.past and going is not None and _ONLOOKERS.search(name) is not None


def denied(clause: Clause, last: Governor, rest: str, here: tuple[int, int]) -> Finding | None:
    """A denial of something ahead: polarity ``-`` and no probability."""
    forward = re.search(
        r"(?<![\w-])(?:will|would|may|might|could|plans?|planning|planned|intends?|intended|"
        r"preparing|considering|about to|going to|set to)(?![\w-])",
        rest,
    )
    if forward is None:
        return None
    found = Finding(kind="prediction", cue=here, rule="denied", polarity="-", modality="deny")
    finish(clause, found, last)
    found.flags.append("denial")
    return found
