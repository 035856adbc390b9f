"""The event table: one row per coded event, whatever the source, by PLOVER's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["COUNT_COLUMNS", "EVENT_COLUMNS", "QUADS", "ColumnType", "EventColumn"]

ColumnType = Literal["text", "integer", "number", "date", "flag"]

QUADS: tuple[str, ...] = (
    "verbal cooperation",
    "material cooperation",
    "verbal conflict",
    "material conflict",
)
"""Quad classes 1 to 4: CAMEO roots 01-05, 06-08, 09-13 and 14-20, the same for all sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventColumn:
    """One column of the event table: name, type, whether it may be empty, and what it holds."""

    name: str
    type: ColumnType
    required: bool
    meaning: str


def _columns() -> tuple[EventColumn, ...]:
    rows: tuple[tuple[str, ColumnType, bool, str], ...] = (
        ("event_id", "text", True, "source and the source's own id, joined by a colon"),
        ("source", "text", True, "id of the source, such as gdelt2 or icews"),
        ("source_version", "text", False, "version or release of the source, if it states one"),
        ("source_file", "text", True, "name of the file the row was read from"),
        ("source_row", "integer", True, "line of that file, counted from 1"),
        ("date", "date", True, "day of the event"),
        ("date_end", "date", False, "last day, where the source gives a span"),
        ("date_precision", "text", False, "day, week, month or year, where the source grades it"),
        ("known_at", "date", True, "day on which the row could first be known"),
        ("known_at_kind", "text", True, "stamped, release or assumed"),
        ("actor", "text", False, "who acted: ISO 3166-1 alpha-3, a group's code, else its name"),
        ("actor_name", "text", False, "the actor as the source names or codes it"),
        ("actor_country", "text", False, "ISO 3166-1 alpha-3 of the state it belongs to"),
        ("actor_sector", "text", False, "its organ, in the project's list of sectors"),
        ("actor_sectors", "text", False, "all sectors as the source gives them, joined by ;"),
        ("recipient", "text", False, "to whom: as for the actor"),
        ("recipient_name", "text", False, "the recipient as the source names or codes it"),
        ("recipient_country", "text", False, "as for the actor"),
        ("recipient_sector", "text", False, "as for the actor"),
        ("recipient_sectors", "text", False, "as for the actor"),
        ("event", "text", False, "PLOVER event type"),
        ("mode", "text", False, "PLOVER mode"),
        ("context", "text", False, "PLOVER contexts, joined by ;"),
        ("cameo", "text", False, "CAMEO code, text with its leading zero"),
        ("root", "text", False, "CAMEO root, 01 to 20"),
        ("quad_code", "integer", False, "quad class 1 to 4 by the project's one scheme"),
        ("quad_source", "integer", False, "quad class as the source prints it"),
        ("intensity", "number", False, "the source's own intensity, never looked up elsewhere"),
        ("intensity_scale", "text", False, "which scale that is"),
        ("fatalities_low", "integer", False, "lowest count of deaths"),
        ("fatalities_best", "integer", False, "best count of deaths"),
        ("fatalities_high", "integer", False, "highest count of deaths"),
        ("mentions", "integer", False, "mentions in the first update"),
        ("sources", "integer", False, "sources in the first update"),
        ("articles", "integer", False, "articles in the first update"),
        ("place", "text", False, "where, as the source names it"),
        ("latitude", "number", False, "degrees north"),
        ("longitude", "number", False, "degrees east"),
        ("headline", "text", False, "headline, where the source gives one"),
        ("url", "text", False, "address of the report"),
        ("publisher", "text", False, "who published the report"),
        ("story", "text", False, "id of the story the row was coded from"),
        ("directed", "flag", True, "false where the source does not say who did it (ACLED)"),
        ("deleted_at", "date", False, "day on which the source withdrew the row"),
    )
    return tuple(
        EventColumn(name=name, type=type, required=required, meaning=meaning)
        for name, type, required, meaning in rows
    )


EVENT_COLUMNS: tuple[EventColumn, ...] = _columns()
"""Columns of the event table, in order."""

COUNT_COLUMNS: tuple[str, ...] = (
    "source",
    "date",
    "known_at",
    "actor",
    "actor_country",
    "actor_sector",
    "recipient",
    "recipient_country",
    "recipient_sector",
    "event",
    "cameo",
    "root",
    "quad_code",
    "directed",
    "n",
)
"""Columns of the daily counts: all but ``n`` are the key."""
