"""Forecasts by others (claims of sources, imported forecasters), and forecasts kept hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from demarche.errors import LedgerError
from demarche.ledger.canonical import canonical
from demarche.ledger.life import check_issue, normal
from demarche.ledger.store import Ledger, Reading, Writing
from demarche.terms.ledger import (
    HiddenForecast,
    IssuedForecast,
    LedgerEntry,
    Reveal,
    SourceForecast,
    SourceResolution,
)
from demarche.terms.plain import to_plain

__all__ = [
    "digest_of",
    "hidden_forecasts",
    "hide",
    "resolve_source",
    "reveal",
    "source_forecasts",
]

HIDDEN = b"demarche hidden forecast 1\n"
"""What is hashed before salt and content of a hidden forecast."""


def resolve_source(ledger: Ledger, resolution: SourceResolution) -> LedgerEntry:
    """Enter what became of a source's forecast.

    Raises
    ------
    LedgerError
        If its entry is no source's forecast, a verdict is given to what has an outcome or the
        other way round, the day lies ahead, or it is resolved already and ``corrects`` does not
        name that entry.
    """

    def act(writing: Writing) -> LedgerEntry:
        made = normal(resolution)
        entry = writing.entry(made.of)
        if entry is None or not isinstance(entry.content, SourceForecast):
            raise LedgerError(f"entry {made.of} is no forecast of a source.")
        said, what = entry.content, f"{entry.content.source}, {entry.content.id}"
        promised = said.kind in ("commitment", "red_line")
        if promised != (made.verdict is not None):
            wanted = "a verdict (kept, broken, not_tested)" if promised else "an outcome"
            raise LedgerError(f"{what} is a {said.kind}: it gets {wanted}.")
        if made.on > writing.now.date():
            raise LedgerError(f"{what}: {made.on} lies ahead; it is {writing.now.date()}.")
        before = [e.seq for e in writing.entries(kinds=("verdict",), subject=f"entry {made.of}")]
        last = before[-1] if before else None
        if made.corrects != last:
            known = f"was resolved by entry {last}" if last else "is not resolved yet"
            advice = f"to correct that, name it: --corrects {last}" if last else "leave --corrects"
            raise LedgerError(f"{what} {known}; {advice}.")
        return writing.append("verdict", made)

    return ledger.write(act)


def source_forecasts(reading: Reading) -> tuple[tuple[int, SourceForecast], ...]:
    """Every source's forecast with the ``seq`` of its entry, as resolved by now."""
    found: dict[int, SourceForecast] = {}
    for entry in reading.entries(kinds=("source", "verdict")):
        content = entry.content
        if isinstance(content, SourceForecast):
            found[entry.seq] = content
        elif isinstance(content, SourceResolution) and content.of in found:
            found[content.of] = replace(
                found[content.of],
                outcome=content.outcome,
                verdict=content.verdict,
                resolved_on=content.on,
                evidence=content.evidence,
            )
    return tuple(found.items())


def digest_of(forecast: IssuedForecast, *, salt: str) -> str:
    r"""Digest that binds to a forecast without showing it.

    .. math:: H(\text{prefix} \Vert \text{salt} \Vert \text{canonical content})

    with H SHA-256 and 32 random bytes of salt, so that nobody can find the content by trying.
    """
    content = canonical(to_plain(forecast))
    return hashlib.sha256(HIDDEN + bytes.fromhex(salt) + content).hexdigest()


def hide(
    ledger: Ledger,
    forecast: IssuedForecast,
    *,
    salt: str,
    keep: Callable[[Reveal], None] | None = None,
) -> tuple[LedgerEntry, Reveal]:
    """Commit to a forecast without showing it.

    Parameters
    ----------
    ledger : Ledger
    forecast : IssuedForecast
    salt : str
        64 hexadecimal digits, random and never used again.
    keep : callable, optional
        Stores what reveals the forecast; called before the entry becomes durable.

    Returns
    -------
    LedgerEntry, Reveal
        The entry that was written, and what must be kept to reveal it: lose it, and the forecast
        counts as never revealed.

    Raises
    ------
    LedgerError
        As for `issue`.
    """

    def act(writing: Writing) -> tuple[LedgerEntry, Reveal]:
        made = normal(replace(forecast, issued_at=writing.now))
        check_issue(writing, made)
        hidden = HiddenForecast(
            digest=digest_of(made, salt=salt), issued_at=writing.now, closes=made.closes
        )
        entry = writing.append("hidden", hidden)
        kept = Reveal(of=entry.seq, salt=salt, forecast=made)
        if keep is not None:
            keep(kept)
        return entry, kept

    return ledger.write(act)


def reveal(ledger: Ledger, shown: Reveal) -> LedgerEntry:
    """Show a forecast that was hidden; it counts from the entry that hid it.

    Raises
    ------
    LedgerError
        If there is no such hidden forecast, it was revealed already, or this is not the one.
    """

    def act(writing: Writing) -> LedgerEntry:
        made = normal(shown)
        entry = writing.entry(made.of)
        if entry is None or not isinstance(entry.content, HiddenForecast):
            raise LedgerError(f"entry {made.of} hides no forecast.")
        if digest_of(made.forecast, salt=made.salt) != entry.content.digest:
            raise LedgerError(
                f"this is not the forecast that entry {made.of} hides: its digest is another one."
            )
        check_issue(writing, made.forecast)
        return writing.append("reveal", made)

    return ledger.write(act)


def hidden_forecasts(reading: Reading) -> tuple[tuple[int, HiddenForecast, bool], ...]:
    """Every hidden forecast: its entry, what is known of it, and whether it was revealed."""
    found: dict[int, tuple[HiddenForecast, bool]] = {}
    for entry in reading.entries(kinds=("hidden", "reveal")):
        if isinstance(entry.content, HiddenForecast):
            found[entry.seq] = (entry.content, False)
        elif isinstance(entry.content, Reveal) and entry.content.of in found:
            found[entry.content.of] = (found[entry.content.of][0], True)
    return tuple((seq, hidden, shown) for seq, (hidden, shown) in found.items())
