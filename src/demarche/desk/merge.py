"""One case out of two coders' cases: ranges that hold both, and what could not be merged."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Any

from demarche.terms import Actor, Case, Faction, Impact, Range, RuleShare

__all__ = ["Merged", "Structure", "envelope", "merge_cases", "same_units", "structure_of"]

PROSE = frozenset(
    [
        "because",
        "rule_because",
        "feasibility_because",
        "title",
        "summary",
        "text",
        "note",
        "wants",
        "name",
        "label",
        "statement",
        "asserted_by",
        "resolution",
        "aliases",
        "limits",
        "evidence",
        "sources",
        "claims",
        "ties",
        "members",
        "watch",
        "indicators",
        "low",
        "high",
        "id",
    ]
)
"""Fields that do not enter the inside view: words, sources, and what is shown only."""
ZERO = Range(0.0, 0.0, 0.0)
NEUTRAL = {"add": ZERO, "multiply": Range(1.0, 1.0, 1.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Something other than a range on which the coders differ: where, and what each says."""

    place: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The case of both coders, and what was taken from the first alone."""

    case: Case
    notes: tuple[str, ...]


def envelope(a: Range, b: Range) -> Range:
    """Range from the lower low to the higher high, the mode in the middle of both modes.

    Examples
    --------
    >>> envelope(Range(10, 20, 30), Range(25, 40, 60))
    Range(low=10.0, mode=30.0, high=60.0)
    """
    return Range(float(min(a.low, b.low)), float((a.mode + b.mode) / 2), float(max(a.high, b.high)))


def _key(item: Any, index: int) -> str:
    """What tells an item of a list: its id, or what it belongs to."""
    for name in ("id", "issue", "faction", "rule"):
        value = getattr(item, name, None)
        if isinstance(value, str) and value and (name != "rule" or not hasattr(item, "label")):
            return value
    if isinstance(item, Impact):
        ends = (item.from_assumption, item.from_variant, item.to_assumption, item.to_variant)
        return "{} = {} on {} = {}".format(*ends)
    if hasattr(item, "on") and hasattr(item, "of"):
        return f"{item.how} {item.on} {' '.join(item.of)}"
    if hasattr(item, "actor"):
        return f"{item.actor} {getattr(item, 'trigger', '')}".strip()
    return str(index)


def _items(value: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, item in enumerate(value):
        key = _key(item, index)
        number = 2
        while key in found:
            key, number = f"{_key(item, index)} ({number})", number + 1
        found[key] = item
    return found


def structure_of(first: Case, second: Case) -> tuple[Structure, ...]:
    """Everything but ranges and prose on which two cases differ."""
    return tuple(_differ(first, second, place=""))


def _differ(a: Any, b: Any, *, place: str) -> list[Structure]:
    if isinstance(a, Range) or isinstance(b, Range):
        return []
    if dataclasses.is_dataclass(a) and type(a) is type(b):
        found = []
        for field in dataclasses.fields(a):
            if field.name in PROSE:
                continue
            inner = f"{place}.{field.name}" if place else field.name
            found += _differ(getattr(a, field.name), getattr(b, field.name), place=inner)
        return found
    if isinstance(a, tuple) and isinstance(b, tuple) and any(map(dataclasses.is_dataclass, a + b)):
        left, right = _items(a), _items(b)
        found = []
        for key in dict.fromkeys([*left, *right]):
            here = f"{place}.{key}"
            if key not in right:
                found.append(Structure(place=here, first="named", second="not named"))
            elif key not in left:
                found.append(Structure(place=here, first="not named", second="named"))
            else:
                found += _differ(left[key], right[key], place=here)
        return found
    if a == b:
        return []
    if isinstance(a, dict) and isinstance(b, dict):
        return [
            Structure(place=f"{place}.{key}", first=_shown(a.get(key)), second=_shown(b.get(key)))
            for key in dict.fromkeys([*a, *b])
            if a.get(key) != b.get(key)
        ]
    return [Structure(place=place, first=_shown(a), second=_shown(b))]


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value not in ("", None) else "none"


def same_units(first: Case, second: Case) -> tuple[Case, tuple[str, ...]]:
    """The second case with its capabilities in the first's unit, and for whom it was changed.

    Capability counts relative to the other factions of the same actor only, so two coders may use
    different units: the second's are rescaled, actor by actor, to the first's sum of modes. Words
    have one unit for both coders.
    """
    factions, changed = list(second.factions), []
    for actor in first.actors:
        ours = sum(f.capability.mode for f in first.factions if f.actor == actor.id)
        theirs = sum(f.capability.mode for f in factions if f.actor == actor.id)
        if all(f.capability.words for f in (*first.factions, *factions) if f.actor == actor.id):
            continue
        if theirs <= 0 or ours <= 0 or abs(ours / theirs - 1) < 1e-9:
            continue
        scale = ours / theirs
        changed.append(f"capabilities of {actor.name}'s factions were rescaled by {scale:.3g}.")
        factions = [
            replace(f, capability=Range(*(scale * x for x in f.capability)))
            if f.actor == actor.id
            else f
            for f in factions
        ]
    return replace(second, factions=tuple(factions)), tuple(changed)


def merge_cases(first: Case, second: Case, *, names: tuple[str, str] = ("A", "B")) -> Merged:
    """The case of both coders.

    Ranges become envelopes; effects, costs and audience costs that one coder alone names are
    drawn towards zero; different plain decision rules become a mixture with equal shares. Else
    the first coder's structure stands, and the notes say what that leaves out.
    """
    notes: list[str] = []
    case: Case = _merge(first, second, place="", notes=notes, names=names)
    actors = tuple(
        _rule_of_both(a, b, notes=notes)
        for a, b in zip(
            case.actors,
            (next(x for x in second.actors if x.id == a.id) for a in case.actors),
            strict=True,
        )
    )
    factions = _numbers(case)
    return Merged(case=replace(case, actors=actors, factions=factions), notes=tuple(notes))


def _numbers(case: Case) -> tuple[Faction, ...]:
    """Factions with capabilities as numbers wherever some of an actor's are words and some not."""
    mixed = {f.actor for f in case.factions if f.capability.words} & {
        f.actor for f in case.factions if not f.capability.words
    }
    return tuple(
        replace(f, capability=Range(*f.capability)) if f.actor in mixed else f
        for f in case.factions
    )


def _merge(a: Any, b: Any, *, place: str, notes: list[str], names: tuple[str, str]) -> Any:
    if isinstance(a, Range) and isinstance(b, Range):
        return envelope(a, b) if a != b else a
    if isinstance(a, tuple) and isinstance(b, tuple) and any(map(dataclasses.is_dataclass, a + b)):
        return _merge_items(a, b, place=place, notes=notes, names=names)
    if dataclasses.is_dataclass(a) and not isinstance(a, type) and type(a) is type(b):
        changed = {}
        for field in dataclasses.fields(a):
            old, other = getattr(a, field.name), getattr(b, field.name)
            inner = f"{place}.{field.name}" if place else field.name
            if field.name == "because" and old != other:
                new: Any = f"{names[0]}: {old} {names[1]}: {other}"
            elif field.name in PROSE:
                new = old
            else:
                new = _merge(old, other, place=inner, notes=notes, names=names)
            if new is not old:
                changed[field.name] = new
        return replace(a, **changed) if changed else a
    if isinstance(a, dict) and isinstance(b, dict):
        notes += [
            f"{row.place}: {names[0]}'s {row.first} stands, not {names[1]}'s {row.second}."
            for row in _differ(a, b, place=place)
        ]
        return a
    if a != b and place.rsplit(".", 1)[-1] not in ("rule", "mixture"):
        notes.append(f"{place}: {names[0]}'s {_shown(a)} stands, not {names[1]}'s {_shown(b)}.")
    return a


def _merge_items(
    a: tuple[Any, ...], b: tuple[Any, ...], *, place: str, notes: list[str], names: tuple[str, str]
) -> tuple[Any, ...]:
    left, right = _items(a), _items(b)
    made = []
    for key, item in left.items():
        if key in right:
            made.append(_merge(item, right[key], place=f"{place}.{key}", notes=notes, names=names))
        else:
            made.append(_towards_zero(item, place=f"{place}.{key}", who=names[1], notes=notes))
    for key, item in right.items():
        if key in left:
            continue
        weak = _towards_zero(item, place=f"{place}.{key}", who=names[0], notes=[])
        if weak is not item:
            made.append(weak)
        elif type(item) is not RuleShare:
            notes.append(f"{place}.{key}: named by {names[1]} only, and left out.")
    return tuple(made)


def _towards_zero(item: Any, *, place: str, who: str, notes: list[str]) -> Any:
    """What the other coder does not name counts as none from that coder."""
    kind = type(item).__name__
    if kind == "Effect":
        return replace(item, points=envelope(item.points, ZERO))
    if kind == "Cost":
        return replace(item, share=envelope(item.share, ZERO))
    if kind == "Shift" and item.how in NEUTRAL:
        return replace(item, by=envelope(item.by, NEUTRAL[item.how]))
    if kind != "RuleShare":
        notes.append(f"{place}: not named by {who}, and kept.")
    return item


def _rule_of_both(a: Actor, b: Actor, *, notes: list[str]) -> Actor:
    if (a.rule, a.mixture) == (b.rule, b.mixture):
        return a
    shares: dict[str, float] = {}
    for actor in (a, b):
        parts = actor.mixture if actor.rule == "mixture" else ()
        if parts:
            for part in parts:
                shares[part.rule] = shares.get(part.rule, 0.0) + part.share / 2
        else:
            rule = actor.rule or "compromise"
            shares[rule] = shares.get(rule, 0.0) + 0.5
    notes.append(
        f"actors.{a.id}.rule: {a.rule or 'compromise'} and {b.rule or 'compromise'} become a "
        "mixture with equal weight for both coders."
    )
    leader = a.leader or b.leader
    if len(shares) == 1:
        return replace(a, rule=next(iter(shares)), mixture=(), leader=leader)  # type: ignore[arg-type]
    return replace(
        a,
        rule="mixture",
        leader=leader,
        mixture=tuple(RuleShare(rule=rule, share=share) for rule, share in shares.items()),  # type: ignore[arg-type]
    )
