"""One person's session at the worktable: its state, and what each message does to it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from shiny import Session, reactive

from demarche.desk.event_view import EventView
from demarche.desk.what_if import Scenario
from demarche.desk.what_if_log import Log, link_of, link_of_log, read_log
from demarche.desk.worktable import Driver, LiveAnswer, Worktable
from demarche.errors import DemarcheError, QuestionError
from demarche.show.workbench.saving import saved

if TYPE_CHECKING:
    from demarche.show.workbench.workspace import Workspace

__all__ = ["CODED", "Seen", "Table"]

CODED = "=case"
"""The case as coded, where a branch is compared with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one person has before them: the log, the course chosen, what is compared."""

    case: str
    log: Log
    chosen: str = ""
    against: str = ""
    long: LiveAnswer | None = None


class Table:
    """One session: its state, and what each message from the page does to it."""

    def __init__(
        self, workspace: Workspace, *, clock: Callable[[], dt.datetime], session: Session
    ) -> None:
        self.workspace, self.clock, self.session = workspace, clock, session
        self.table = Worktable(seed=workspace.seed, store=workspace.store)
        self.seen: reactive.Value[Seen | None] = reactive.Value(None)
        self.said: reactive.Value[tuple[str, str]] = reactive.Value(("", ""))
        self.world: reactive.Value[Scenario | None] = reactive.Value(None)
        self.record: reactive.Value[str] = reactive.Value("")
        self.dated: reactive.Value[EventView | None] = reactive.Value(None)
        self.drivers: reactive.Value[tuple[LiveAnswer, tuple[Driver, ...]] | None] = reactive.Value(
            None
        )
        self.grounds: reactive.Value[tuple[object, ...]] = reactive.Value(())
        self.stop = threading.Event()

    async def tell(self, name: str, message: Any) -> None:
        """A message to the page's script."""
        await self.session.send_custom_message(name, message)

    def now(self) -> Seen:
        """What is before the person.

        Raises
        ------
        QuestionError
            If the page has not yet said which case it is on.
        """
        with reactive.isolate():
            seen = self.seen()
        if seen is None:
            raise QuestionError("the page has not been opened yet: reload it.")
        return seen

    async def open(self, query: str) -> None:
        """Open the case of a link with what it sets; as coded, and said, where that cannot be."""
        name = self.workspace.case
        try:
            named = parse_qs(query.removeprefix("?"), max_num_fields=2000).get("case", [""])[0]
            log = read_log(self.workspace.load(named or name), query)
            name = named or name
        except (DemarcheError, ValueError) as error:
            self.said.set(("error", f"{error} The first case is shown as it was coded instead."))
            self.seen.set(Seen(case=name, log=Log.begun(self.workspace.load(name))))
            await self.tell("forget", {})
        else:
            self.seen.set(Seen(case=name, log=log))
            await self.tell_state()
        self.world.set(self.now().log.scenario)

    async def tell_state(self) -> None:
        """Tell the page the link to the state it shows, and the one to all branches."""
        seen = self.now()
        here, all = (
            link_of(seen.log.scenario, case=seen.case),
            link_of_log(seen.log, case=seen.case),
        )
        await self.tell("state", {"here": here, "all": all, "case": seen.case})

    async def moved(self, seen: Seen, *, whole: bool = False) -> None:
        """Take up a new state: the page's inputs follow it, and a long run on the old one ends."""
        before = self.now().log.scenario
        self.stop.set()
        after = seen.log.scenario
        self.seen.set(replace(seen, long=None))
        self.said.set(("", ""))
        if whole or before.actor != after.actor:
            self.world.set(after)
        places = {edit.place for edit in (*before.edits, *after.edits)}
        await self.tell("values", {place: after.value(place) for place in sorted(places)})
        await self.tell("moved", [edit.place for edit in after.moves()])
        await self.tell_state()

    async def refused(self, error: DemarcheError, *, place: str = "") -> None:
        """Say why something cannot be done, and put the input back where it stood."""
        self.said.set(("error", str(error)))
        if place:
            try:
                value = self.now().log.scenario.value(place)
            except DemarcheError:
                value = ""
            if value:
                await self.tell("values", {place: value})
        await self.tell("refused", {})

    async def edit(self, told: dict[str, Any]) -> None:
        """One input moved on the page."""
        place, seen = str(told.get("place", "")), self.now()
        try:
            log = seen.log.edited(
                place,
                str(told.get("value", "")),
                at=self.clock(),
                because=str(told.get("because", "")),
            )
        except DemarcheError as error:
            await self.refused(error, place=place)
            return
        if log is seen.log:
            await self.tell("refused", {})
            return
        await self.moved(replace(seen, log=log))

    async def act(self, told: dict[str, Any]) -> None:
        """A button or a choice of the page; what is unknown is refused."""
        act, value = str(told.get("act", "")), str(told.get("value", ""))
        name = str(told.get("branch_name", ""))
        seen = self.now()
        try:
            if act == "course":
                self.seen.set(replace(seen, chosen="" if value == seen.chosen else value))
            elif act == "compare":
                if value not in ("", CODED):
                    seen.log.branch(value)
                self.seen.set(replace(seen, against=value))
            elif act == "save":
                file = str(told.get("save_name", ""))
                self.said.set(
                    ("done", saved(seen.log.scenario, name=file, workspace=self.workspace))
                )
            elif act == "stop":
                self.stop.set()
            else:
                log, whole = _stepped(seen.log, act, value=value, name=name)
                await self.moved(replace(seen, log=log), whole=whole)
        except DemarcheError as error:
            await self.refused(error)

    def stand_on(self, seen: Seen, record: tuple[str, EventView | None]) -> None:
        """Note what the evidence follows; it is drawn again only when that has changed."""
        now = seen.log.scenario
        grounds = (now.actor, now.trigger, now.as_of, now.horizon_days, now.removed, seen.chosen)
        with reactive.isolate():
            before = self.grounds()
        if (grounds, record) != before:
            self.grounds.set((grounds, record))

    def begin(self) -> None:
        """A long run begins: whatever stops it from now on is of this run."""
        self.stop = threading.Event()

    def finer(self, found: LiveAnswer) -> str:
        """Show a long run's answer if it is to what is still before the person."""
        seen = self.now()
        if found.scenario != seen.log.scenario:
            return "stopped: an input was moved"
        self.seen.set(replace(seen, long=found))
        return f"{found.draws:,} draws, done"

    def record_line(self, scenario: Scenario) -> str:
        """What the event record has to do with the answer that is shown."""
        if self.workspace.store is None:
            return (
                "No event record is here: the answer rests on precedents and on the inside view. "
                "'demarche record sync' fills one; 'demarche workbench --store FOLDER' uses it."
            )
        half = self.table.record_of(scenario)
        if half is None:
            return self.record() or "Reading the event record; the answer follows when it is read."
        courses = half.courses(scenario.trigger).values()
        pooled = sum(course.pooled for course in courses)
        return f"{half.note} It speaks of {len(courses)} courses and enters the pool of {pooled}."


def _stepped(log: Log, act: str, *, value: str, name: str) -> tuple[Log, bool]:
    """The log after a step, and whether all inputs of the page have to follow."""
    if act == "undo":
        return log.undone(), False
    if act == "redo":
        return log.redone(), False
    if act == "branch":
        return log.branched(name), False
    if act == "anew":
        return log.anew(), True
    if act == "rename":
        return log.named(name), False
    if act == "switch":
        return log.switched(value), True
    raise QuestionError(f"the workbench knows no act {act[:40]!r}.")
