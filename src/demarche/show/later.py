"""Commands that are imported only when they are called."""

from __future__ import annotations

from collections.abc import Mapping

from cyclopts import App

__all__ = ["add_later"]


def add_later(app: App, commands: Mapping[str, tuple[str, str]]) -> None:
    """Add commands by name: where each lies in this room, and the first line of what it says."""
    for name, (where, said) in commands.items():
        app.command(f"demarche.show.{where}", name=name, help=said)
