"""The log of what-ifs: branches of edits that can be undone, done again, named and compared."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from demarche.desk.what_if import Edit, Scenario
from demarche.errors import QuestionError, near_miss
from demarche.terms import Case

__all__ = ["Branch", "Log", "Step", "link_of", "link_of_log", "read_link", "read_log"]

MOST_BRANCHES = 40
LONGEST_NAME = 60
LONGEST_LINK = 100_000
MOST_FIELDS = 4000
FIRST = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One edit in the log: what was moved, and when (UTC); ``at`` is None if it came by a link."""

    edit: Edit
    at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A line of edits; the first ``done`` of them hold, the rest are undone and can be redone."""

    name: str
    start: Scenario
    steps: tuple[Step, ...] = ()
    done: int = 0
    parent: str = ""

    @property
    def scenario(self) -> Scenario:
        """The scenario as it stands on this branch."""
        edits = tuple(step.edit for step in self.steps[: self.done])
        return replace(self.start, edits=(*self.start.edits, *edits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """All branches of one case, and which of them one stands on. Nothing is ever lost from it.

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> log = Log.begun(shipped_case("regional-war")).edited("horizon", "180", at=now)
    >>> log = log.undone().branched("short").edited("horizon", "30", at=now)
    >>> log.here.name, log.scenario.horizon_days
    ('short', 30)
    >>> log.switched("main").redone().scenario.horizon_days
    180
    """

    branches: tuple[Branch, ...]
    at: str = FIRST

    @classmethod
    def begun(cls, case: Case, *, edits: Sequence[Edit] = ()) -> Log:
        """Log of a case in which nothing was moved yet, or only what a link moves."""
        return cls(branches=(_linked(Scenario(base=case, edits=tuple(edits)), name=FIRST),))

    @property
    def here(self) -> Branch:
        """The branch one stands on."""
        return self.branch(self.at)

    @property
    def scenario(self) -> Scenario:
        """The scenario one stands on."""
        return self.here.scenario

    def branch(self, name: str) -> Branch:
        """Branch by name.

        Raises
        ------
        QuestionError
            If there is none of that name.
        """
        for branch in self.branches:
            if branch.name == name:
                return branch
        names = [branch.name for branch in self.branches]
        raise QuestionError(
            f"there is no branch {name[:LONGEST_NAME]!r}; there are {', '.join(names)}. "
            f"{near_miss(name, names)}".rstrip()
        )

    def edited(self, place: str, value: str, *, at: dt.datetime, because: str = "") -> Log:
        """The log with one more edit on this branch; undone steps go to a branch of their own.

        Raises
        ------
        QuestionError
            As :meth:`Scenario.edited`.
        """
        before = self.here
        after = before.scenario.edited(place, value, because=because)
        if after == before.scenario:
            return self
        log = self
        if before.done < len(before.steps):
            log = replace(
                self,
                branches=(*self.branches, replace(before, name=self._free(before.name), parent="")),
            )
        step = Step(edit=after.edits[-1], at=at)
        kept = before.steps[: before.done]
        return log._with(replace(before, steps=(*kept, step), done=before.done + 1))

    def undone(self) -> Log:
        """The log one step back on this branch.

        Raises
        ------
        QuestionError
            If nothing is left to undo.
        """
        here = self.here
        if here.done == 0:
            raise QuestionError("there is no edit to undo on this branch.")
        return self._with(replace(here, done=here.done - 1))

    def redone(self) -> Log:
        """The log one step forward again.

        Raises
        ------
        QuestionError
            If nothing was undone.
        """
        here = self.here
        if here.done == len(here.steps):
            raise QuestionError("there is no edit to do again on this branch.")
        return self._with(replace(here, done=here.done + 1))

    def branched(self, name: str) -> Log:
        """The log on a new branch that begins where one stands.

        Raises
        ------
        QuestionError
            If the name is empty, taken or too long, or there are too many branches.
        """
        if len(self.branches) >= MOST_BRANCHES:
            raise QuestionError(f"there are {MOST_BRANCHES} branches already: save some as cases.")
        made = Branch(name=self._new_name(name), start=self.scenario, parent=self.at)
        return Log(branches=(*self.branches, made), at=made.name)

    def anew(self) -> Log:
        """The log on a new branch that begins at the case as it was coded; the others stay.

        Raises
        ------
        QuestionError
            If there are too many branches.
        """
        taken = {b.name for b in self.branches}
        name = next(n for k in range(1, 10_000) if (n := f"as coded {k}") not in taken)
        log = self.branched(name)
        return log._with(replace(log.here, start=Scenario(base=self.scenario.base), parent=""))

    def switched(self, name: str) -> Log:
        """The log on another branch.

        Raises
        ------
        QuestionError
            If there is none of that name.
        """
        return replace(self, at=self.branch(name).name)

    def named(self, name: str) -> Log:
        """The log with this branch under another name.

        Raises
        ------
        QuestionError
            As :meth:`branched`.
        """
        new, old = self._new_name(name), self.at
        branches = tuple(
            replace(
                b,
                name=new if b.name == old else b.name,
                parent=new if b.parent == old else b.parent,
            )
            for b in self.branches
        )
        return Log(branches=branches, at=new)

    def _with(self, branch: Branch) -> Log:
        branches = tuple(branch if b.name == branch.name else b for b in self.branches)
        return replace(self, branches=branches)

    def _new_name(self, name: str) -> str:
        text = re.sub(r"\s+", " ", name).strip()
        if not text or len(text) > LONGEST_NAME or not text.isprintable():
            raise QuestionError(
                f"a branch has a name of 1 to {LONGEST_NAME} characters, got {text[:70]!r}."
            )
        if any(b.name == text for b in self.branches):
            raise QuestionError(f"there is a branch {text!r} already: take another name.")
        return text

    def _free(self, name: str) -> str:
        taken = {b.name for b in self.branches}
        return next(n for k in range(1, 10_000) if (n := f"{name} undone {k}") not in taken)


def _linked(scenario: Scenario, *, name: str) -> Branch:
    """A branch whose edits came by a link, so that each can be undone."""
    steps = tuple(Step(edit=edit, at=None) for edit in scenario.edits)
    return Branch(name=name, start=Scenario(base=scenario.base), steps=steps, done=len(steps))


def link_of(scenario: Scenario, *, case: str = "") -> str:
    """Query string that leads to a scenario again: the case, what was moved, and why.

    ``case`` is what the place the link is for calls the case, if not by its id.

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> start = Scenario(base=shipped_case("regional-war"))
    >>> link_of(start.edited("horizon", "180", because="a longer look"))
    'case=regional-war&set=horizon%3D180&why=a+longer+look'
    """
    return urlencode([("case", case or scenario.base.id), *_rows(scenario)])


def link_of_log(log: Log, *, case: str = "") -> str:
    """Query string that leads to every branch again, and to the one on which one stands.

    It begins with the link to that branch's state; ``name`` names it, and each ``branch`` begins
    another. Steps that are undone are in no link.

    Examples
    --------
    >>> from demarche.cases import shipped_case
    >>> now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> log = Log.begun(shipped_case("regional-war")).branched("short")
    >>> link_of_log(log.edited("horizon", "30", at=now))
    'case=regional-war&set=horizon%3D30&name=short&branch=main'
    """
    parts = [link_of(log.scenario, case=case)]
    others = [branch for branch in log.branches if branch.name != log.at]
    if others or log.at != FIRST:
        parts.append(urlencode({"name": log.at}))
    for branch in others:
        parts += [urlencode({"branch": branch.name}), urlencode(_rows(branch.scenario))]
    return "&".join(part for part in parts if part)


def _rows(scenario: Scenario) -> list[tuple[str, str]]:
    rows = []
    for edit in scenario.moves():
        rows.append(("set", f"{edit.place}={edit.after}"))
        if edit.because:
            rows.append(("why", edit.because))
    return rows


def read_link(case: Case, query: str) -> Scenario:
    """The scenario a query string of :func:`link_of` leads to; other keys are left alone.

    Of a link with branches it is the one on which one stands.

    Raises
    ------
    QuestionError
        If the link is too long or sets an input that the case does not have.
    """
    return _read(case, _sections(query)[0])


def read_log(case: Case, query: str) -> Log:
    """The log a query string of :func:`link_of_log` leads to; other keys are left alone.

    Raises
    ------
    QuestionError
        As :func:`read_link`, and as :meth:`Log.branched` for the names of its branches.
    """
    first, *others = _sections(query)
    log = Log(branches=(_linked(_read(case, first), name=FIRST),))
    named = [value for key, value in first if key == "name"]
    if named and named[0] != FIRST:
        log = log.named(named[0])
    here = log.at
    for rows in others:
        log = log.branched(rows[0][1])
        log = log._with(_linked(_read(case, rows), name=log.at))
    return log.switched(here)


def _sections(query: str) -> list[list[tuple[str, str]]]:
    """Rows of a link, branch by branch; each but the first begins with the name of its branch."""
    if len(query) > LONGEST_LINK:
        raise QuestionError(f"a link holds at most {LONGEST_LINK} characters, got {len(query)}.")
    found: list[list[tuple[str, str]]] = [[]]
    text = query.removeprefix("?")
    for key, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS):
        if key == "branch":
            found.append([])
        found[-1].append((key, value))
    return found


def _read(case: Case, rows: Sequence[tuple[str, str]]) -> Scenario:
    scenario = Scenario(base=case)
    for number, (key, value) in enumerate(rows):
        if key != "set":
            continue
        place, mark, setting = value.partition("=")
        if not mark:
            raise QuestionError(f"a link sets an input as place=value, got {value[:60]!r}.")
        after = rows[number + 1] if number + 1 < len(rows) else ("", "")
        because = after[1] if after[0] == "why" else ""
        scenario = scenario.edited(place, setting, because=because)
    return scenario
