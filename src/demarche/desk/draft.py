"""A draft case from an article: its claims in their places, every number an assumption to fill."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence

from demarche.desk.reading import Article
from demarche.errors import DemarcheError, QuestionError, TermError
from demarche.terms import (
    FORMAT,
    Actor,
    Case,
    CaseQuestion,
    Claim,
    Cost,
    CourseOfAction,
    Effect,
    Faction,
    Issue,
    Range,
    Source,
    Stance,
    Trigger,
    Unlisted,
)
from demarche.terms.claims import ReadClaim
from demarche.terms.codebooks import COUNTRIES, country
from demarche.terms.loaded import loaded_words

__all__ = ["draft_case", "draft_text"]

FILL = "Assumption to fill: the reader sets no numbers."
COURSES = 6
TRIGGERS = 6
ACTORS = 8
FORWARD = ("prediction", "conditional", "commitment", "red_line", "threat")
KINDS = {
    "prediction": "prediction",
    "conditional": "conditional",
    "past_prediction": "prediction",
    "commitment": "commitment",
    "red_line": "red_line",
    "threat": "commitment",
}


def _code(words: str) -> str | None:
    """Country that a noun phrase names, if it names one."""
    plain = re.sub(r"^(?:the|its|their)\s+", "", words.strip(), flags=re.IGNORECASE)
    tried = [plain, re.sub(r"(?:'s|’s)\b.*$", "", plain)]
    for one in tried:
        try:
            return country(one, "name")
        except TermError:
            continue
    return None


def _actors(article: Article) -> list[tuple[str, str]]:
    """Codes and names of the actors named most, in claims first, then in events."""
    found: Counter[str] = Counter()
    names: dict[str, str] = {}
    for claim in article.claims.claims:
        if claim.kind in FORWARD and claim.actor is not None:
            code = _code(claim.actor.text)
            if code:
                found[code] += 3
                names[code] = COUNTRIES[code].name
    for event in article.events.events if article.events else ():
        for actor in (event.actor, event.recipient):
            if actor is not None and actor.country in COUNTRIES:
                code = str(actor.country)
                found[code] += 1
                names[code] = COUNTRIES[code].name
    ranked = sorted(found, key=lambda code: (-found[code], code))
    return [(code, names[code]) for code in ranked[:ACTORS]]


def _word(claim: ReadClaim) -> str:
    """Verb of a claim, kept only if it is one plain word."""
    word = claim.action.text if claim.action is not None else ""
    return word if re.fullmatch(r"[A-Za-z-]{2,24}", word) else "act"


def _courses(claims: Sequence[ReadClaim], *, focal: str) -> list[tuple[ReadClaim, CourseOfAction]]:
    rows: list[tuple[ReadClaim, CourseOfAction]] = []
    for claim in claims:
        if claim.kind not in FORWARD or claim.actor is None or _code(claim.actor.text) != focal:
            continue
        n = len(rows) + 1
        rows.append(
            (
                claim,
                CourseOfAction(
                    id=f"course-{n}",
                    actor=focal,
                    label=f"To fill: the act of line {claim.line} ({_word(claim)})",
                    kind="",
                    rung=1,
                    observability="public",
                    resolution="To fill: a rule that two strangers would apply alike.",
                    effects=(Effect(issue="issue-1", points=Range(-10, 0, 10), because=FILL),),
                    costs=(Cost(faction="faction-1", share=Range(0.0, 0.05, 0.1), because=FILL),),
                ),
            )
        )
        if len(rows) == COURSES:
            break
    return rows


def _triggers(claims: Sequence[ReadClaim]) -> list[tuple[ReadClaim, Trigger]]:
    rows: list[tuple[ReadClaim, Trigger]] = []
    seen: set[str] = set()
    for claim in claims:
        given = claim.condition
        if given is None or given.negated or claim.kind not in FORWARD:
            continue
        key = given.span.text.lower()
        if key in seen:
            continue
        seen.add(key)
        n = len(rows) + 1
        rows.append(
            (
                claim,
                Trigger(
                    id=f"trigger-{n}",
                    label=f"To fill: the condition of line {claim.line}",
                    rule="To fill: a rule that two strangers would apply alike.",
                ),
            )
        )
        if len(rows) == TRIGGERS:
            break
    return rows


def _claims(
    article: Article,
    *,
    actors: frozenset[str],
    courses: dict[str, str],
    triggers: dict[str, str],
) -> tuple[Claim, ...]:
    rows = []
    for n, claim in enumerate(article.claims.claims, start=1):
        if claim.kind not in KINDS:
            continue
        kind = KINDS[claim.kind]
        if claim.band is not None and claim.band.hedge == "not_excluded":
            kind = "cannot_be_ruled_out"
        who = _code(claim.actor.text) if claim.actor is not None else None
        days = None
        if claim.horizon is not None and claim.horizon.end and article.document.date:
            days = (claim.horizon.end - article.document.date).days
        given = claim.condition.span.text.lower() if claim.condition is not None else ""
        band = claim.band if kind in ("prediction", "conditional", "cannot_be_ruled_out") else None
        rows.append(
            Claim(
                id=f"c{n:02d}",
                source="article",
                paragraph=claim.paragraph,
                holder=_holder(claim),
                kind=kind,  # type: ignore[arg-type]
                text=f"To word neutrally: what line {claim.line} says ({_word(claim)}).",
                hedge=band.words[:60] if band is not None else "",
                said=claim.polarity or "+",
                low=band.low if band is not None else None,
                high=band.high if band is not None else None,
                actor=who if who in actors else "",
                courses=(courses[claim.id],) if claim.id in courses else (),
                condition=triggers.get(given, ""),
                horizon_days=days if days is not None and days >= 1 else None,
                resolves=claim.resolves,
                note=f"Proposed by the reader, not reviewed; {claim.id}.",
            )
        )
    return tuple(rows)


def _holder(claim: ReadClaim) -> str:
    """Holder as the text names it, unless that is not neutral."""
    if loaded_words(claim.holder.name):
        return f"To word neutrally: the holder of line {claim.line}"
    return claim.holder.name[:120]


def draft_case(article: Article, *, as_of: dt.date | None = None) -> Case:
    """Case with the article's claims and the places where an analyst fills in the rest.

    Parameters
    ----------
    article : Article
    as_of : date, optional
        Day of the question; that of publication unless given.

    Raises
    ------
    QuestionError
        If no day is known, or no claim names a state that acts.
    """
    day = as_of or article.document.date
    if day is None:
        raise QuestionError("the article has no day of publication: give one with --date.")
    named = _actors(article)
    claims = article.claims.claims
    focal = next((code for code, _ in named if _courses(claims, focal=code)), None)
    if focal is None:
        raise QuestionError(
            "no claim of the article names a state that acts, so there is no question to draft; "
            "begin with demarche new-case."
        )
    courses = _courses(claims, focal=focal)
    triggers = _triggers(claims)
    found = {
        claim.condition.span.text.lower(): trigger.id
        for claim, trigger in triggers
        if claim.condition is not None
    }
    name = dict(named)[focal]
    what = f"if {triggers[0][1].label[9:]} came about" if triggers else "next"
    stance = Stance(
        issue="issue-1",
        position=Range(20, 50, 80),
        salience=Range(0.2, 0.5, 0.8),
        because=FILL,
    )
    return Case(
        format=FORMAT,
        id="draft-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] + f"-{day.year}",
        title=f"Draft: {name}",
        summary="Drafted from one article by the reader. Nothing in it was reviewed.",
        ladder=(
            "nothing out of the ordinary",
            "words and diplomacy",
            "pressure short of force",
            "use of force",
        ),
        question=CaseQuestion(
            text=f"What would {name} do {what}?",
            actor=focal,
            as_of=day,
            horizon_days=90,
            trigger=triggers[0][1].id if triggers else "none",
        ),
        actors=tuple(Actor(id=code, name=label) for code, label in named),
        issues=(
            Issue(
                id="issue-1",
                name="To fill: what is at stake",
                low="to fill",
                high="to fill, the other end",
                status_quo=Range(30, 50, 70),
                because=FILL,
            ),
        ),
        factions=(
            Faction(
                id="faction-1",
                actor=focal,
                name="To fill: a group named by what it wants",
                wants="to fill",
                capability=Range(0.5, 1.0, 1.5),
                because=FILL,
                stances=(stance,),
            ),
        ),
        courses=tuple(course for _, course in courses),
        triggers=tuple(trigger for _, trigger in triggers),
        sources=(_source(article),),
        claims=_claims(
            article,
            actors=frozenset(code for code, _ in named),
            courses={claim.id: course.id for claim, course in courses},
            triggers=found,
        ),
        unlisted=(Unlisted(actor=focal, probability=Range(0.05, 0.1, 0.3), because=FILL),),
        limits=("A draft by the reader: every number in it is an assumption to fill.",),
    )


def _source(article: Article) -> Source:
    document = article.document
    return Source(
        id="article",
        title=document.title or "To fill: title",
        publisher=document.outlet or "To fill: publisher",
        author=document.author,
        date=document.date,
        url=document.address,
        slant="To fill in words; see the slant note of demarche read.",
    )


def draft_text(article: Article, *, as_of: dt.date | None = None) -> str:
    """TOML of the draft, with a head that says what it is; it passes ``check``.

    Raises
    ------
    QuestionError
        As for `draft_case`, or if the draft does not pass the checks of a case.
    """
    from demarche.cases import dump_case, parse_case

    head = (
        "# A draft by the reader of one article. Nothing was reviewed: word labels, rules and\n"
        "# claims "
        "neutrally, replace every 'To fill', and set every number. Then: demarche check FILE\n"
        f"# Text read: sha256 {article.document.sha256}\n\n"
    )
    text = head + dump_case(draft_case(article, as_of=as_of))
    try:
        parse_case(text, file="draft")
    except DemarcheError as error:
        raise QuestionError(f"the draft does not hold together: {error}") from None
    return text
