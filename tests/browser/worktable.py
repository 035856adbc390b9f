"""A worktable served on this computer, and a hand that moves its inputs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shiny.reactive import _core

from demarche.show.workbench.serve import make_app
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.serving import TOKEN, served

SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
PATIENCE = 30_000
"""Milliseconds a page may take on a busy machine."""
IDLES = """() => {
  if (window.idles === undefined) {
    window.idles = 0;
    $(document).on("shiny:idle", () => { window.idles += 1; });
  }
  return window.idles;
}"""
"""How often the server has come to rest since this was first asked of the page."""


def fresh_lock() -> None:
    """Let the next server have Shiny's one lock, which else keeps to the loop of the last one."""
    _core._reactive_environment._lock = None


@contextlib.contextmanager
def workbench(folder: Path, *, case: str = "regional-war", draws: int = 256) -> Iterator[int]:
    """Port of a workbench over a folder."""
    place = Workspace(folder=folder, case=case, ledger=str(folder / "l.sqlite"), draws=draws)
    fresh_lock()
    with served(lambda port: make_app(place, token=TOKEN, port=port)) as port:
        yield port


class Hand:
    """One person's tab: opens the page, moves inputs, reads what is shown."""

    def __init__(
        self, browser: Any, port: int, *, query: str = "", size: str = "wide", dark: bool = False
    ) -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page, self.said = self.context.new_page(), []
        self.port = port
        self.page.on("console", lambda m: self.said.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.said.append(f"error: {e}"))
        self.page.goto(f"http://127.0.0.1:{port}/?token={TOKEN}{'&' if query else ''}{query}")
        self.settle()

    def settle(self) -> None:
        """Wait until the answer is there and nothing is being worked out."""
        self.page.wait_for_timeout(150)
        self.until(
            "document.querySelector('#answer .courses') !== null && "
            "!document.body.classList.contains('computing') && "
            "!document.documentElement.classList.contains('shiny-busy')"
        )

    @contextlib.contextmanager
    def answered(self) -> Iterator[None]:
        """Do what asks the server, and wait until it has worked on it and is done."""
        before = self.page.evaluate(IDLES)
        yield
        self.until(f"window.idles !== {before}")
        self.settle()

    def until(self, code: str) -> None:
        """Wait until an expression holds; the page's policy forbids it to look by itself."""
        for _ in range(PATIENCE // 50):
            if self.page.evaluate(code):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never came true: {code}")

    def move(self, place: str, value: object) -> None:
        """Move one input as a hand does, and wait for the answer."""
        with self.answered():
            self.page.evaluate(
                """([place, value]) => {
                  const node = document.querySelector(`[data-place="${place}"]`);
                  for (let up = node.parentElement; up; up = up.parentElement)
                    if (up.tagName === "DETAILS") up.open = true;
                  if (node.type === "checkbox") { node.click(); return; }
                  node.value = value;
                  node.dispatchEvent(new Event("input", {bubbles: true}));
                  node.dispatchEvent(new Event("change", {bubbles: true}));
                }""",
                [place, str(value)],
            )

    def act(self, act: str, **boxes: str) -> None:
        """Press a button, with what is in its boxes."""
        for id, text in boxes.items():
            self.page.fill(f"#{id.replace('_', '-')}", text)
        with self.answered():
            self.page.click(f"[data-act={act}]")

    def choose(self, act: str, value: str) -> None:
        """Choose in a list of the log."""
        with self.answered():
            self.page.select_option(f"[data-act-change={act}]", value)

    def numbers(self) -> list[str]:
        """The pooled numbers, as shown."""
        found = self.page.locator("#answer .row:not(.head) .num b").all_inner_texts()
        return [text.replace("\u00a0", " ") for text in found]

    def value(self, place: str) -> str:
        """What an input shows."""
        code = 'place => document.querySelector(`[data-place="${place}"]`).value'
        return str(self.page.evaluate(code, place))

    def url(self) -> str:
        """Address of the page without the server's."""
        return str(self.page.evaluate("location.pathname + location.search"))

    def told(self) -> str:
        """What the page says went well or wrong."""
        return str(self.page.inner_text("#said"))

    def close(self) -> None:
        """Close the tab; nothing may have gone wrong in it."""
        self.context.close()
        bad = [line for line in self.said if not line.startswith(("log:", "info:"))]
        assert bad == [], json.dumps(bad, indent=1)


@contextlib.contextmanager
def hand(browser: Any, port: int, **how: Any) -> Iterator[Hand]:
    """A tab that is closed, and asked whether anything went wrong in it."""
    made = Hand(browser, port, **how)
    try:
        yield made
    except BaseException:
        made.context.close()
        raise
    made.close()
