"""Acts put as nouns: "an attack by A on B", "A's visit to B", "talks between A and B"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from demarche.reader.events import words
from demarche.reader.events.sentence import Group, Noun, Parsed, preposition_of

if TYPE_CHECKING:
    from demarche.reader.events.acts import Found

__all__ = ["nominal_events"]

_UNREAL = frozenset(
    "possible potential planned threatened imminent threat risk fear fears prevent avert avoid "
    "future upcoming forthcoming proposed expected looming further any feared".split()
)
_APART = words.PREPOSITIONS | (words.BE - {"'s"}) | words.DETERMINERS | {","}
_COMING = frozenset("planned upcoming forthcoming proposed expected future".split())
_TO = {
    "on": ("on", "against", "at", "in", "into"),
    "of": ("of",),
    "to": ("to", "for"),
    "with": ("with",),
    "from": ("from",),
    "against": ("against", "at", "on"),
    "into": ("into", "of"),
    "in": ("to",),
    "for": ("for",),
}
_NOT_ALONE = frozenset(
    (
        "AID",
        "MONEY",
        "HUMAID",
        "SUPPORT",
        "ECOCOOP",
        "INTELCOOP",
        "ACCESS",
        "RELATIONS",
        "TROOPS",
        "OCCUPATION",
        "POLICY",
        "REFORM",
        "RIGHTS",
        "THREAT",
        "APPEAL",
        "DEMAND",
        "RESIGNATION",
        "GUNFIRE",
        "FIRE",
        "KILLING",
        "WEAPONS",
        "EXERCISE",
        "CONCESSION",
        "ALERT",
        "MASSKILL",
        "NUKE",
        "RECOGNITION",
        "PEACEKEEPERS",
        "ASYLUM",
        "INSPECTORS",
        "RETURN",
    )
)


def nominal_events(
    parsed: Parsed,
    consumed: set[int],
    nested: set[int],
    make: Callable[..., Found],
) -> list[Found]:
    """Events told by a noun whose two sides are both named."""
    found = []
    for noun in parsed.nouns:
        if noun.start in consumed:
            continue
        entry = next((c for c in noun.classes if c.code and c.name not in _NOT_ALONE), None)
        if entry is None:
            continue
        sides = _sides(parsed, noun, entry.frame, nested=noun.start in nested)
        if sides is None:
            continue
        sources, targets, last = sides
        clause = next((i for i, c in enumerate(parsed.clauses) if c.start <= noun.start < c.end), 0)
        before = {parsed.low(p) for p in range(max(0, noun.start - 6), noun.start)}
        mode = "happened"
        if before & _UNREAL or parsed.clauses[clause].conditional:
            mode = "planned" if before & _COMING else "hypothetical"
        event = make(
            sources=sources,
            targets=targets,
            code=entry.code,
            trigger=(noun.start, noun.end),
            last=max(noun.end, last),
            clause=clause,
            mode=mode,
            reciprocal=not targets or entry.frame == "with",
            rank=0.6 if noun.start in nested else 0.75,
        )
        if noun.start in nested:
            event.doubts.append("told within another event")
        found.append(event)
    return found


def _sides(
    parsed: Parsed, noun: Noun, frame: str, *, nested: bool
) -> tuple[Group, Group, int] | None:
    owner = _owner(parsed, noun)
    after = _after(parsed, noun)
    by = after.get("by", ())
    between = after.get("between", ())
    target: Group = ()
    for preposition in _TO.get(frame, ()):
        if nested and preposition == "in":
            continue
        target = target or after.get(preposition, ())
    if nested and (between or frame == "with"):
        return None
    if between and len(between) > 1:
        return between, (), between[-1].end
    if owner and len(owner) > 1 and frame == "with" and not target:
        return owner, (), noun.end
    sources = by or owner
    if not sources and frame == "with" and target:
        sources = after.get("of", ())
    if by and owner and not target:
        target = owner
    if not sources or not target or sources == target:
        return None
    return sources, target, max(target[-1].end, sources[-1].end)


def _owner(parsed: Parsed, noun: Noun) -> Group:
    """Group right before the noun: "Russia's", "Israeli", "US-China"."""
    for group in parsed.groups:
        last = group[-1]
        gap = noun.start - last.end
        if not 0 <= gap <= 4 or last.end > noun.start:
            continue
        between = [parsed.low(p) for p in range(last.end, noun.start)]
        if any(w in _APART for w in between):
            continue
        if not last.owned and any(w.endswith("ed") for w in between):
            continue
        if any(verbal.main in range(last.end, noun.start) for verbal in parsed.verbals):
            continue
        if last.owned or last.kind in ("adjective", "name", "seat", "organization", "given"):
            if not last.owned and last.kind != "adjective" and gap > 2 and len(group) == 1:
                continue
            return group
    return ()


def _after(parsed: Parsed, noun: Noun) -> dict[str, Group]:
    """Groups behind the noun by their prepositions, up to the next verb."""
    limit = len(parsed.run)
    for verbal in parsed.verbals:
        if verbal.start >= noun.end and not (verbal.passive and verbal.start == verbal.main):
            limit = min(limit, verbal.start)
    for clause in parsed.clauses:
        if clause.start > noun.start:
            limit = min(limit, clause.start)
    limit = min(limit, noun.end + 18)
    found: dict[str, Group] = {}
    for group in parsed.groups:
        if group[0].start >= noun.end and group[-1].end <= limit:
            found.setdefault(preposition_of(parsed, group[0]) or "", group)
    return found
