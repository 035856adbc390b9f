"""Columns of a plain CSV of forecasts: which header means what, by its usual names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from demarche.errors import DataError, near_miss

__all__ = ["ROLES", "find_columns"]

ROLES: dict[str, tuple[str, ...]] = {
    "probability": (
        "probability", "p", "prob", "forecast", "prediction", "predicted probability",
        "forecast probability", "probability yes", "prob yes", "p yes", "predicted", "pred",
    ),
    "percent": (
        "percent", "percentage", "probability %", "probability percent", "forecast %",
        "forecast percent", "p %", "prob %", "% yes", "chance %",
    ),
    "outcome": (
        "outcome", "resolution", "resolved", "y", "result", "actual", "happened", "resolved to",
        "observed", "obs", "answer", "event occurred", "resolved as",
    ),
    "question": (
        "question", "title", "question title", "question text", "text", "statement", "claim text",
        "proposition",
    ),
    "id": ("id", "question id", "qid", "questionid", "question number", "slug"),
    "forecaster": (
        "forecaster", "user", "username", "user name", "forecaster name", "forecaster id",
        "user id", "predictor", "author", "model", "forecast created by", "name", "holder",
    ),
    "source": ("source", "tournament", "platform", "dataset", "publication"),
    "date": (
        "date", "asked", "forecast date", "date of forecast", "created at", "made at", "made on",
        "timestamp", "time", "issued", "issued at", "forecast time", "forecast created at",
        "forecasted at", "predicted at", "start time",
    ),
    "closes": (
        "closes", "close", "close date", "closing date", "deadline", "resolve by", "due",
        "due date", "end date", "question resolve by", "closes at", "horizon end",
    ),
    "resolved_on": (
        "resolved on", "resolved at", "resolution date", "resolution time", "outcome date",
        "date resolved", "resolved date",
    ),
    "cluster": ("cluster", "crisis", "group", "event group", "topic"),
    "kind": ("forecaster kind", "forecaster type", "kind of forecaster"),
    "actor": ("actor", "country"),
    "trigger": ("trigger",),
    "condition": ("condition", "if", "conditional on"),
    "course": ("course", "course of action", "option", "multiple choice option"),
    "course_kind": ("course kind", "kind of course", "category"),
    "claim": ("claim kind", "kind of claim", "claim"),
    "hedge": ("hedge", "words", "likelihood word"),
    "low": ("low", "lower", "p low"),
    "high": ("high", "upper", "p high"),
    "verdict": ("verdict",),
    "note": ("note", "notes", "comment", "reasoning", "rationale"),
    "may_have_seen": ("may have seen", "may have seen the outcome", "leaked"),
}  # fmt: skip
"""What a column may hold, and the headers that are taken to mean it (any case, spaces or _)."""
_BY_NAME = {name: role for role, names in ROLES.items() for name in names}
ASKED = ("probability", "percent", "hedge", "low", "claim")


def plain(header: str) -> str:
    """Header as it is compared: folded, with one space for spaces, underscores and hyphens."""
    folded = re.sub(r"[\s_\-]+", " ", header.strip().casefold())
    return re.sub(r"\s*[(\[]\s*%\s*[)\]]", " %", folded).strip()


def find_columns(
    header: Sequence[str], *, name: str, given: Mapping[str, str] | None = None
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Place of each role in a header, and the headers that mean none.

    Parameters
    ----------
    header : sequence of str
    name : str
        Of the file, for messages.
    given : mapping of role to header, optional
        What the user says; it goes before the usual names.

    Raises
    ------
    DataError
        If a header is empty or given twice, two mean the same, or what is needed is missing.
    """
    names = [plain(cell) for cell in header]
    for at, one in enumerate(names):
        if not one:
            raise DataError(f"{name}: column {at + 1} has no name.")
        if one in names[:at]:
            raise DataError(f"{name}: two columns are called {header[at]!r}; rename one.")
    found: dict[str, int] = {}
    for role, wanted in (given or {}).items():
        if role not in ROLES:
            raise DataError(
                f"{role!r} is nothing a column can hold. {near_miss(role, ROLES)} "
                f"Known: {', '.join(sorted(ROLES))}."
            )
        if plain(wanted) not in names:
            raise DataError(
                f"{name} has no column {wanted!r}. {near_miss(wanted, header)} "
                f"It has: {', '.join(header)}."
            )
        found[role] = names.index(plain(wanted))
    taken = set(found.values())
    for at, one in enumerate(names):
        role_ = _BY_NAME.get(one)
        if role_ is None or at in taken:
            continue
        if role_ in found:
            if given and role_ in given:
                continue
            raise DataError(
                f"{name}: {header[found[role_]]!r} and {header[at]!r} could both be the "
                f"{role_.replace('_', ' ')}; say which, e.g. --column {role_}={header[at]}."
            )
        found[role_] = at
        taken.add(at)
    if "forecaster" not in found and "source" in found:
        found["forecaster"] = found.pop("source")
    _check_needed(found, header=header, name=name)
    used = set(found.values())
    return found, tuple(cell for at, cell in enumerate(header) if at not in used)


def _check_needed(found: Mapping[str, int], *, header: Sequence[str], name: str) -> None:
    left = [plain(cell) for at, cell in enumerate(header) if at not in found.values()]
    missing = [
        (role, roles)
        for role, roles in (
            ("probability", ASKED),
            ("outcome", ("outcome", "verdict")),
            ("question", ("question", "id")),
        )
        if not any(one in found for one in roles)
    ]
    if not missing:
        return
    role, roles = missing[0]
    hints = [near_miss(one, [n for r in roles for n in ROLES[r] if len(n) > 2]) for one in left]
    near = next(
        (f" Is it {one!r}? {hint}" for one, hint in zip(left, hints, strict=True) if hint), ""
    )
    raise DataError(
        f"{name} has no column for the {role}; it has: {', '.join(header)}.{near} Name it, e.g. "
        f"--column {role}=COLUMN, or call it one of {', '.join(ROLES[role][:5])}."
    )
