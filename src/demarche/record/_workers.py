"""Work of one ingest on several threads, each with a connection of its own to one database.

A query of DuckDB on one thread costs much less of the processor than the same on two, and writes
rows in one order and in the same pieces whatever else goes on. So independent queries run side by
side, each on one thread; only where there is nothing beside it does a query get all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Workers"]

MOST = 4
"""Threads used at most: each holds a share of the memory."""

Result = TypeVar("Result")


class Workers:
    """Connections to one database, one for each thread.

    Parameters
    ----------
    con : DuckDBPyConnection
        The first of them, for the calling thread.
    count : int, optional
        Threads; all cores by default, `MOST` at most.
    """

    def __init__(self, con: DuckDBPyConnection, count: int | None = None) -> None:
        self.con = con
        self.count = max(1, min(count or os.cpu_count() or 1, MOST))
        self._cursors: list[DuckDBPyConnection] = []
        con.execute("SET threads = 1")

    def run(
        self, tasks: Sequence[Callable[[DuckDBPyConnection], Result]]
    ) -> Generator[Result, None, None]:
        """Do the tasks, each with a connection that no other uses; results in their order.

        What one raises is raised in its place; by then no task is at work any more, nor once the
        iterator is closed.
        """
        if min(self.count, len(tasks)) < 2:
            for task in tasks:
                yield task(self.con)
            return
        while len(self._cursors) < self.count:
            cursor = self.con.cursor()
            cursor.execute("SET enable_progress_bar = false")
            self._cursors.append(cursor)
        free: SimpleQueue[DuckDBPyConnection] = SimpleQueue()
        for cursor in self._cursors:
            free.put(cursor)

        def act(task: Callable[[DuckDBPyConnection], Result]) -> Result:
            con = free.get()
            try:
                return task(con)
            finally:
                free.put(con)

        with ThreadPoolExecutor(max_workers=self.count) as pool:
            try:
                for future in [pool.submit(act, task) for task in tasks]:
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    @contextmanager
    def together(self, tasks: int = 1) -> Iterator[None]:
        """Let the few tasks that are at work use the threads that would be idle."""
        self.con.execute(f"SET threads = {max(1, self.count // max(1, tasks))}")
        try:
            yield
        finally:
            self.con.execute("SET threads = 1")

    def close(self) -> None:
        """Close the connections of the threads, but not that of the caller."""
        for cursor in self._cursors:
            cursor.close()
        self._cursors.clear()
