"""The worktable page: world, answer and evidence, and the log of what was moved."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from shiny import App, Inputs, Outputs, Session, reactive, render, ui

from demarche.desk.event_view import EventView
from demarche.desk.what_if import Scenario
from demarche.desk.worktable import LIVE_DRAWS, Driver, LiveAnswer, Stopped, Worktable
from demarche.errors import DemarcheError
from demarche.record import load_episodes
from demarche.show.workbench.frame import frame_html
from demarche.show.workbench.frame import render as page_part
from demarche.show.workbench.saving import committed
from demarche.show.workbench.table_map import map_html
from demarche.show.workbench.table_state import CODED, Seen, Table
from demarche.show.workbench.table_view import (
    answer_html,
    compare_html,
    drivers_html,
    evidence_html,
    head_html,
    log_html,
    world_html,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from demarche.show.workbench.workspace import Workspace

__all__ = ["LONG_DRAWS", "table_app"]

LONG_DRAWS = 100_000
"""Draws of a long run."""
LIMITS = (
    "Factions are taken as fixed and disciplined within the horizon; a course that is not listed "
    "cannot happen here.",
    "What moves is the model, not the world: a what-if says what the answer would be if the input "
    "were so, and has no record of its own.",
)
SETTLED = 0.25
"""Seconds after an answer before its drivers are looked for: the answer is shown first."""
DEPENDENCIES = Markup('<meta name="shiny-dependency-placeholder" content="">')
"""Where Shiny puts its own scripts and styles."""


def table_app(workspace: Workspace, *, clock: Callable[[], dt.datetime]) -> App:
    """The Shiny application of the worktable page; each browser tab is a session of its own.

    Parameters
    ----------
    workspace : Workspace
    clock : callable
        The instant in UTC, for the log and the ledger.
    """

    def page(request: Request) -> Any:
        nonce = str(request.scope.get("state", {}).get("nonce", ""))
        body = page_part(
            "table.html.j2",
            live=f"{LIVE_DRAWS:,}",
            long=f"{LONG_DRAWS:,}",
            folder=str(workspace.folder),
            ledger=workspace.ledger or "the usual ledger",
        )
        text = frame_html(
            "Workbench",
            body,
            limits=LIMITS,
            here="factions" if request.query_params.get("page") == "factions" else "workbench",
            case=request.query_params.get("case", "")[:200] or workspace.case,
            nonce=nonce,
            styles=("/static/table.css",),
            scripts=("/static/table.js",),
            head=DEPENDENCIES,
            kind="table",
        )
        return ui.page_html(text)

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        _serve(Table(workspace, clock=clock, session=session), input, output)

    return App(page, server, test_mode=False)


def _serve(desk: Table, input: Inputs, output: Outputs) -> None:
    """Wire one session: messages of the page to the table, the table's state to the page."""

    @reactive.effect
    async def _opened() -> None:
        query = desk.session.clientdata.url_search()
        with reactive.isolate():
            if desk.seen() is None:
                await desk.open(query)

    @reactive.calc
    def scenario() -> Scenario | None:
        seen = desk.seen()
        return None if seen is None else seen.log.scenario

    @reactive.calc
    async def live() -> LiveAnswer | None:
        desk.record()
        now = scenario()
        return None if now is None else await asyncio.to_thread(desk.table.answer, now)

    @reactive.extended_task
    async def long_run(now: Scenario) -> LiveAnswer:
        return await _long(desk, now)

    @reactive.extended_task
    async def commit(seen: Seen, reason: str, late: bool) -> str:
        return await asyncio.to_thread(
            committed,
            seen.log.scenario,
            reason=reason,
            late=late,
            workspace=desk.workspace,
            clock=desk.clock,
        )

    @reactive.extended_task
    async def read_record(now: Scenario) -> str:
        return await asyncio.to_thread(desk.table.read_record, now)

    @reactive.extended_task
    async def read_dated(now: Scenario) -> EventView | None:
        return await asyncio.to_thread(desk.table.occasions, now)

    @reactive.effect
    @reactive.event(input.edit)
    async def _edited() -> None:
        await desk.edit(dict(input.edit()))

    @reactive.effect
    @reactive.event(input.act)
    async def _acted() -> None:
        told = dict(input.act())
        if told.get("act") == "long":
            desk.begin()
            long_run(desk.now().log.scenario)
        elif told.get("act") == "commit":
            commit(desk.now(), str(told.get("commit_reason", "")), told.get("commit_late") is True)
        else:
            await desk.act(told)

    @reactive.effect
    def _grounds() -> None:
        seen, read = desk.seen(), (desk.record(), desk.dated())
        if seen is not None:
            desk.stand_on(seen, read)

    @reactive.extended_task
    async def find_drivers(found: LiveAnswer) -> tuple[LiveAnswer, tuple[Driver, ...]]:
        await asyncio.sleep(SETTLED)
        if found.scenario != desk.now().log.scenario:
            return found, ()
        return found, await asyncio.to_thread(desk.table.drivers, found.scenario)

    @reactive.effect
    async def _moved() -> None:
        found = await live()
        if found is not None and found.scenario.moves():
            find_drivers(found)

    @reactive.effect
    @reactive.event(find_drivers.status)
    def _drivers_found() -> None:
        if find_drivers.status() == "success":
            desk.drivers.set(find_drivers.result())

    @reactive.effect
    def _record() -> None:
        now = scenario()
        if now is not None and desk.workspace.store is not None:
            read_record(now)

    @reactive.effect
    @reactive.event(read_record.status)
    def _record_read() -> None:
        if read_record.status() == "success":
            desk.record.set(read_record.result())
            desk.dated.set(None)
            read_dated(desk.now().log.scenario)
        elif read_record.status() == "error":
            desk.record.set(_failure(read_record))

    @reactive.effect
    @reactive.event(read_dated.status)
    def _dated_read() -> None:
        if read_dated.status() == "success":
            desk.dated.set(read_dated.result())

    @reactive.effect
    @reactive.event(long_run.status)
    async def _long_ended() -> None:
        await _ended(desk, long_run)

    @reactive.effect
    @reactive.event(commit.status)
    def _committed() -> None:
        status = commit.status()
        if status == "running":
            desk.said.set(("done", "Writing the forecast to the ledger ..."))
        elif status == "success":
            desk.said.set(("done", commit.result()))
        elif status == "error":
            desk.said.set(("error", _failure(commit)))

    @desk.session.on_ended
    def _ended_session() -> None:
        desk.stop.set()
        for task in (long_run, find_drivers, read_record, read_dated):
            task.cancel()

    _outputs(desk, output, scenario=scenario, live=live)


def _failure(task: Any) -> str:
    """What went wrong in a task, in one sentence; what is no error of ours goes on its way."""
    try:
        task.result()
    except DemarcheError as error:
        return str(error)
    return ""


async def _long(desk: Table, now: Scenario) -> LiveAnswer:
    loop, stop = asyncio.get_running_loop(), desk.stop

    def told(done: int, of: int) -> None:
        message = {"running": True, "done": done, "of": of, "text": f"{done:,} of {of:,} draws"}
        asyncio.run_coroutine_threadsafe(desk.tell("progress", message), loop)

    told(0, LONG_DRAWS)
    table = Worktable(seed=desk.workspace.seed)
    table.take_record(desk.table)
    return await asyncio.to_thread(
        table.answer, now, draws=LONG_DRAWS, progress=told, stopped=stop.is_set
    )


async def _ended(desk: Table, long_run: Any) -> None:
    if long_run.status() in ("initial", "running"):
        return
    text = ""
    try:
        text = desk.finer(long_run.result())
    except Stopped:
        text = "stopped; nothing of it was kept"
    except DemarcheError as error:
        desk.said.set(("error", str(error)))
    await desk.tell("progress", {"running": False, "text": text})


def _outputs(
    desk: Table,
    output: Outputs,
    *,
    scenario: Callable[[], Scenario | None],
    live: Callable[[], Any],
) -> None:
    titles = {episode.id: episode.title for episode in load_episodes()}

    @output(id="head")
    @render.ui
    def _head() -> Any:
        seen = desk.seen()
        return None if seen is None else ui.HTML(head_html(seen.log, case_id=seen.case))

    @output(id="world")
    @render.ui
    def _world() -> Any:
        desk.world()
        with reactive.isolate():
            now = scenario()
        return None if now is None else ui.HTML(world_html(now))

    @output(id="map")
    @render.ui
    def _map() -> Any:
        desk.world()
        with reactive.isolate():
            now = scenario()
        return None if now is None else ui.HTML(map_html(now))

    @output(id="answer")
    @render.ui
    async def _answer() -> Any:
        found, seen = await live(), desk.seen()
        if found is None or seen is None:
            return None
        before = await asyncio.to_thread(desk.table.baseline, found.scenario)
        return ui.HTML(answer_html(seen.long or found, before=before, chosen=seen.chosen))

    @output(id="drivers")
    @render.ui
    def _drivers() -> Any:
        now, rows = scenario(), desk.drivers()
        if now is None or rows is None or rows[0].scenario != now:
            return None
        return ui.HTML(drivers_html(*rows))

    @output(id="evidence")
    @render.ui
    async def _evidence() -> Any:
        desk.grounds()
        with reactive.isolate():
            found, seen, view = await live(), desk.seen(), desk.dated()
        if found is None or seen is None:
            return None
        rows = await asyncio.to_thread(desk.table.precedents, found.scenario)
        return ui.HTML(
            evidence_html(
                found.scenario,
                precedents=rows,
                titles=titles,
                rows=found.courses,
                chosen=seen.chosen,
                record=desk.record_line(found.scenario),
                view=view,
                case_id=seen.case,
            )
        )

    @output(id="log")
    @render.ui
    def _log() -> Any:
        seen = desk.seen()
        if seen is None:
            return None
        return ui.HTML(log_html(seen.log, against=seen.against, case_id=seen.case))

    @output(id="compare")
    @render.ui
    async def _compare() -> Any:
        seen, left, rows = desk.seen(), await live(), desk.drivers()
        if seen is None or left is None or not seen.against:
            return None
        known = rows[1] if rows is not None and rows[0].scenario == left.scenario else ()
        return ui.HTML(await asyncio.to_thread(_compared, desk, seen, left, known))

    @output(id="said")
    @render.ui
    def _said() -> Any:
        kind, text = desk.said()
        return ui.tags.p(text, class_=f"said {kind}") if text else None


def _compared(desk: Table, seen: Seen, left: LiveAnswer, drivers: tuple[Driver, ...]) -> Markup:
    coded = seen.against == CODED
    other = Scenario(base=left.scenario.base) if coded else seen.log.branch(seen.against).scenario
    return compare_html(
        left,
        desk.table.answer(other),
        names=(seen.log.here.name, "the case as coded" if coded else seen.against),
        drivers=drivers,
    )
