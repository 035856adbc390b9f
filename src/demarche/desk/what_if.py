"""What-if: a case with inputs moved one at a time, as data that can be undone, linked and saved."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from demarche.cases.checks import check_semantics
from demarche.cases.reach import BOUNDS
from demarche.errors import QuestionError, near_miss
from demarche.terms import RULES, Actor, Case, Faction, Range

__all__ = [
    "DROP",
    "HORIZON",
    "LONGEST_REASON",
    "MOST_EDITS",
    "POOL",
    "Edit",
    "Scenario",
    "moved",
    "rules_of",
]

Kind = Literal[
    "actor",
    "trigger",
    "as_of",
    "horizon",
    "outside_share",
    "drop",
    "rule",
    "capability",
    "position",
    "salience",
    "status_quo",
]
KINDS: tuple[str, ...] = get_args(Kind)
RANGES = ("capability", "position", "salience", "status_quo")
"""Inputs that are ranges; the rest are one value."""
POOL = "outside_share"
HORIZON = "horizon"
DROP = "drop"
MOST_EDITS = 400
"""Edits one scenario may hold: what a link can still carry."""
LONGEST_REASON = 300
CAPABILITIES = (1e-9, 1e9)
"""Smallest and largest capability: any positive unit, within what numbers can weigh."""
KEPT, DROPPED = "kept", "dropped"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One input moved: its place, what it was before, what it is now, and why.

    ``place`` is a kind and ids divided by ``/``, such as ``position/rus-security/gaza``; values are
    text, a range as ``low,mode,high``.
    """

    place: str
    before: str
    after: str
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A case and the edits made to it, in order; the last edit of a place holds.

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> start = Scenario(base=shipped_case("regional-war"))
    >>> longer = start.edited("horizon", "180")
    >>> longer.value("horizon"), longer.edits[0].before
    ('180', '90')
    >>> longer.undone() == start
    True
    """

    base: Case
    edits: tuple[Edit, ...] = ()

    def value(self, place: str) -> str:
        """Value of an input as it stands, as text.

        Raises
        ------
        QuestionError
            If the case has no such input.
        """
        for edit in reversed(self.edits):
            if edit.place == place:
                return edit.after
        return _value(self.base, place)

    def edited(self, place: str, value: str, *, because: str = "") -> Scenario:
        """The scenario with one input moved; the same scenario if it already stands there.

        A range may be given by its most likely value alone: low and high then move by as much, held
        at the ends of the scale.

        Raises
        ------
        QuestionError
            If there is no such input, the value is none it can take, or the case would then not
            pass its check.
        """
        if len(self.edits) >= MOST_EDITS:
            raise QuestionError(
                f"a scenario holds at most {MOST_EDITS} edits: save it as a case and go on there."
            )
        if len(because) > LONGEST_REASON:
            raise QuestionError(
                f"a reason may be {LONGEST_REASON} characters long, got {len(because)}."
            )
        before = self.value(place)
        after = _checked(self.case(), place, value=value, before=before)
        if after == before:
            return self
        edit = Edit(place=place, before=before, after=after, because=because.strip())
        changed = dataclasses.replace(self, edits=(*self.edits, edit))
        if place.partition("/")[0] in (*RANGES, "rule"):
            _still_sound(changed.case(), edit)
        return changed

    def undone(self) -> Scenario:
        """The scenario without its last edit.

        Raises
        ------
        QuestionError
            If there is nothing to undo.
        """
        if not self.edits:
            raise QuestionError("there is no edit to undo: this is the case as it was coded.")
        return dataclasses.replace(self, edits=self.edits[:-1])

    def without(self, place: str) -> Scenario:
        """The scenario with one input back where the case has it."""
        kept = tuple(edit for edit in self.edits if edit.place != place)
        return dataclasses.replace(self, edits=kept)

    def moves(self) -> tuple[Edit, ...]:
        """What differs from the case, one row per input: its value there and its value now."""
        last = {edit.place: edit for edit in self.edits}
        rows = []
        for place, edit in last.items():
            start = _value(self.base, place)
            if start != edit.after:
                rows.append(dataclasses.replace(edit, before=start))
        return tuple(rows)

    @property
    def actor(self) -> str:
        """Id of the actor asked about."""
        return self.value("actor")

    @property
    def trigger(self) -> str:
        """Id of the trigger."""
        return self.value("trigger")

    @property
    def as_of(self) -> dt.date:
        """Day of the question."""
        return dt.date.fromisoformat(self.value("as_of"))

    @property
    def horizon_days(self) -> int:
        """Horizon in days."""
        return int(self.value(HORIZON))

    @property
    def weights(self) -> tuple[float, float]:
        """Weights of the outside and the inside view."""
        share = float(self.value(POOL))
        return share, 1.0 - share

    @property
    def removed(self) -> tuple[str, ...]:
        """Episodes left out, in alphabetical order."""
        last = {e.place: e.after for e in self.edits if e.place.startswith(f"{DROP}/")}
        return tuple(sorted(p.partition("/")[2] for p, value in last.items() if value == DROPPED))

    def case(self) -> Case:
        """The case with the moved inputs in place, actor and trigger of its question among them.

        Day and horizon stay as coded, since the inputs were set for them; like the weights of the
        views they are told to :func:`demarche.desk.ask`.
        """
        case = self.base
        for edit in self.moves():
            case = _put(case, edit)
        return case


def moved(value: str, *, mode: float, low: float, high: float) -> str:
    """A range moved to another most likely value, with its width kept and held at the ends.

    Examples
    --------
    >>> moved("20,30,45", mode=90, low=0, high=100)
    '80,90,100'
    """
    at = [float(part) for part in value.split(",")]
    by = mode - at[1]
    ends = [min(max(x + by, low), high) for x in (at[0], mode - by, at[2])]
    return ",".join(_number(x) for x in ends)


def rules_of(actor: Actor) -> tuple[str, ...]:
    """Decision rules that the actor's own keys allow."""
    able = [r for r in RULES if r not in ("leader", "mixture")]
    if actor.leader:
        able.append("leader")
    if actor.mixture:
        able.append("mixture")
    return tuple(able)


def _still_sound(case: Case, edit: Edit) -> None:
    """Refuse an edit with which the case would not pass its check, with the first reason."""
    problems = check_semantics(case, file="")
    if not problems:
        return
    first = problems[0]
    table, _, rest = first.place.partition(".")
    number = rest.partition(".")[0]
    where = first.place
    if table == "triggers" and number.isdigit():
        where = f"trigger {case.triggers[int(number)].id!r}"
    raise QuestionError(
        f"{edit.place} cannot be {edit.after}: then {where} {first.value.strip(chr(39))}, where "
        f"the case needs {first.expected}. {first.hint}".rstrip()
    )


def _seen(value: str) -> str:
    return repr(value[:60])


def _number(x: float) -> str:
    return f"{x:.10g}"


def _text(value: Range) -> str:
    return ",".join(_number(x) for x in value)


def _split(place: str) -> tuple[str, list[str]]:
    kind, *ids = place.split("/")
    if kind not in KINDS:
        raise QuestionError(
            f"no input is called {_seen(place)}; kinds of inputs are {', '.join(KINDS)}. "
            f"{near_miss(kind, list(KINDS))}".rstrip()
        )
    wants = {"position": 2, "salience": 2, "actor": 0, "trigger": 0, "as_of": 0, HORIZON: 0}
    count = wants.get(kind, 0 if kind == POOL else 1)
    if len(ids) != count:
        raise QuestionError(
            f"{kind} takes {count} id{'' if count == 1 else 's'} after it, got {_seen(place)}."
        )
    return kind, ids


def _value(case: Case, place: str) -> str:
    kind, ids = _split(place)
    question = case.question
    if kind in ("actor", "trigger"):
        return question.actor if kind == "actor" else question.trigger
    if kind == "as_of":
        return question.as_of.isoformat()
    if kind == HORIZON:
        return str(question.horizon_days)
    if kind == POOL:
        return "0.5"
    if kind == DROP:
        return KEPT
    if kind == "rule":
        return case.actor(ids[0]).rule or "compromise"
    if kind == "status_quo":
        found = [i.status_quo for i in case.issues if i.id == ids[0]]
        return _text(_only(found, place, known=[i.id for i in case.issues]))
    factions = [f for f in case.factions if f.id == ids[0]]
    faction = _only(factions, place, known=[f.id for f in case.factions])
    if kind == "capability":
        return _text(faction.capability)
    stances = [s for s in faction.stances if s.issue == ids[1]]
    stance = _only(stances, place, known=[s.issue for s in faction.stances])
    return _text(stance.position if kind == "position" else stance.salience)


def _only(found: Sequence[_T], place: str, *, known: Sequence[str]) -> _T:
    if not found:
        id = place.rpartition("/")[2]
        raise QuestionError(
            f"the case has no input {_seen(place)}; ids there are {', '.join(known)}. "
            f"{near_miss(id, list(known))}".rstrip()
        )
    return found[0]


def _checked(case: Case, place: str, *, value: str, before: str) -> str:
    kind, ids = _split(place)
    if kind in RANGES:
        return _checked_range(kind, place, value=value, before=before)
    if kind == "trigger":
        return case.trigger(value).id
    if kind == "actor":
        return case.decider(value).id
    if kind == "as_of":
        try:
            return dt.date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise QuestionError(
                f"as_of must be a date such as 2023-11-01, got {_seen(value)}."
            ) from error
    if kind == HORIZON:
        days = _finite(value, place)
        if days != int(days) or not 1 <= days <= 3650:
            raise QuestionError(f"the horizon must be 1 to 3650 whole days, got {_seen(value)}.")
        return str(int(days))
    if kind == POOL:
        share = _finite(value, place)
        if not 0 <= share <= 1:
            raise QuestionError(f"the outside view's share must be 0 to 1, got {_seen(value)}.")
        return _number(share)
    if kind == DROP:
        return _one_of(value, (KEPT, DROPPED), place)
    return _one_of(value, rules_of(case.actor(ids[0])), place)


def _one_of(value: str, allowed: Sequence[str], place: str) -> str:
    if value not in allowed:
        raise QuestionError(
            f"{place} can be {', '.join(allowed)}, got {_seen(value)}. "
            f"{near_miss(value, list(allowed))}".rstrip()
        )
    return value


def _finite(value: str, place: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise QuestionError(f"{place} must be a finite number, got {_seen(value)}.")
    return number


def _checked_range(kind: str, place: str, *, value: str, before: str) -> str:
    low, high = CAPABILITIES if kind == "capability" else BOUNDS[kind]
    parts = [_finite(part, place) for part in value.split(",")]
    if len(parts) not in (1, 3):
        raise QuestionError(f"{place} takes one number or low,mode,high, got {len(parts)} numbers.")
    outside = [x for x in parts if not low <= x <= high]
    if outside:
        raise QuestionError(f"{place} must lie in {low:g} to {high:g}, got {outside[0]:g}.")
    if len(parts) == 1:
        return moved(before, mode=parts[0], low=low, high=high)
    if not parts[0] <= parts[1] <= parts[2]:
        raise QuestionError(f"{place} must be in the order low,mode,high, got {_seen(value)}.")
    return ",".join(_number(x) for x in parts)


def _put(case: Case, edit: Edit) -> Case:
    kind, ids = _split(edit.place)
    if kind in ("as_of", HORIZON, POOL):
        return case
    if kind in ("actor", "trigger"):
        return _asked(case, **{kind: edit.after})
    if kind == DROP:
        return dataclasses.replace(
            case, exclude_episodes=tuple(dict.fromkeys((*case.exclude_episodes, ids[0])))
        )
    said = _reason(edit)
    if kind == "rule":
        actors = tuple(
            dataclasses.replace(a, rule=edit.after, rule_because=_joined(a.rule_because, said))  # type: ignore[arg-type]
            if a.id == ids[0]
            else a
            for a in case.actors
        )
        return dataclasses.replace(case, actors=actors)
    value = Range(*(float(part) for part in edit.after.split(",")))
    if kind == "status_quo":
        issues = tuple(
            dataclasses.replace(i, status_quo=value, because=_joined(i.because, said))
            if i.id == ids[0]
            else i
            for i in case.issues
        )
        return dataclasses.replace(case, issues=issues)
    factions = tuple(
        _faction(f, kind, ids, value=value, said=said) if f.id == ids[0] else f
        for f in case.factions
    )
    return dataclasses.replace(case, factions=factions)


def _asked(case: Case, **keys: object) -> Case:
    return dataclasses.replace(case, question=dataclasses.replace(case.question, **keys))  # type: ignore[arg-type]


def _faction(f: Faction, kind: str, ids: list[str], *, value: Range, said: str) -> Faction:
    if kind == "capability":
        return dataclasses.replace(f, capability=value, because=_joined(f.because, said))
    stances = tuple(
        dataclasses.replace(s, **{kind: value}, because=_joined(s.because, said))  # type: ignore[arg-type]
        if s.issue == ids[1]
        else s
        for s in f.stances
    )
    return dataclasses.replace(f, stances=stances)


def _reason(edit: Edit) -> str:
    kind = edit.place.partition("/")[0].replace("_", " ")
    said = f"What-if: {kind} moved from {edit.before} to {edit.after}"
    return f"{said}: {edit.because}" if edit.because else f"{said}, no reason given"


def _joined(because: str, said: str) -> str:
    end = "" if not because or because.rstrip().endswith((".", "!", "?")) else "."
    return f"{because.rstrip()}{end} {said}.".strip()
