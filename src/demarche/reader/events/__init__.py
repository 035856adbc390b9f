"""The event coder: who did what to whom, when, from a text. A dictionary and a light grammar."""

from demarche.reader.events.coder import code_events

__all__ = ["code_events"]
