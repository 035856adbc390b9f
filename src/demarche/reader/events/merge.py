"""The same event told more than once in a text is one event with several mentions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from demarche.terms.reading_events import CodedEvent, EventDate

__all__ = ["merged"]


def merged(events: Iterable[CodedEvent]) -> tuple[list[CodedEvent], int]:
    """Events in the order of their first words, repeats joined; and how many were joined.

    Two are the same where actor, recipient and mode agree, one code is the other or its unspecified
    form, and their dates do not exclude each other. The more detailed code and the higher
    confidence stay.
    """
    kept: dict[tuple[str | None, str | None, str, str], list[_Told]] = {}
    repeated = 0
    for event in sorted(events, key=lambda one: (one.found.start, one.found.end)):
        recipient = event.recipient.code if event.recipient else None
        key = (event.actor.code, recipient, event.cameo[:2], event.mode)
        mine = kept.setdefault(key, [])
        same = next((told for told in mine[-_BACK:] if told.is_told_by(event)), None)
        if same is None:
            mine.append(_Told(event))
        else:
            same.add(event)
            repeated += 1
    found = [told.event() for mine in kept.values() for told in mine]
    return sorted(found, key=lambda one: (one.found.start, one.found.end, one.cameo)), repeated


_BACK = 50
"""How many events of one dyad, root and mode are compared with a new one, the last ones only."""


class _Told:
    """One event and all places that tell of it."""

    def __init__(self, event: CodedEvent) -> None:
        self.first = event
        self.mentions = dict.fromkeys(event.mentions)

    def is_told_by(self, other: CodedEvent) -> bool:
        """Whether another event is the same one."""
        return _meet(other.date, self.first.date) and _within(other.cameo, self.first.cameo)

    def add(self, other: CodedEvent) -> None:
        """Join another telling of it."""
        self.mentions.update(dict.fromkeys(other.mentions))
        self.first = _join(self.first, other)

    def event(self) -> CodedEvent:
        """The event with all its mentions."""
        return replace(self.first, mentions=tuple(self.mentions))


def _within(a: str, b: str) -> bool:
    """Whether one code is the other, or the unspecified form of it (190 and 195)."""
    short, long = sorted((a.rstrip("0"), b.rstrip("0")), key=len)
    return long.startswith(short)


def _meet(a: EventDate, b: EventDate) -> bool:
    if a.start is None or b.start is None or a.end is None or b.end is None:
        return True
    return a.start <= b.end and b.start <= a.end


def _join(first: CodedEvent, again: CodedEvent) -> CodedEvent:
    finer = max((first, again), key=lambda one: (len(one.cameo.rstrip("0")), one.confidence))
    dated = first if first.date.found is not None or again.date.found is None else again
    return replace(
        first,
        cameo=finer.cameo,
        label=finer.label,
        event=finer.event,
        event_mode=finer.event_mode,
        contexts=finer.contexts,
        quad=finer.quad,
        trigger=finer.trigger,
        as_coded=first.as_coded.rpartition(": ")[0] + ": " + finer.as_coded.rpartition(": ")[2],
        date=dated.date,
        confidence=max(first.confidence, again.confidence),
    )
