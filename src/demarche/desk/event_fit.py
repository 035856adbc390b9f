"""What is learned from a record once per day, horizon and set of classes, whatever is asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demarche.desk.kept import kept, kept_arrays, key_of, read_text, write_text
from demarche.desk.panels import (
    close_actors,
    events_known,
    known_span,
    last_day,
    panel_of,
    silences_of,
    since_when,
)
from demarche.desk.record import organs_of
from demarche.errors import MethodError
from demarche.outside.events.forecast import HazardFit, fit_hazard
from demarche.outside.events.protocol import lateness, settled
from demarche.outside.events.standing import Standing, stand_on
from demarche.outside.events.trials import Tried, try_states
from demarche.record.gaps import Silences
from demarche.terms.plain import from_plain, to_plain

if TYPE_CHECKING:
    from demarche.outside.events.panel import Panel
    from demarche.record.encoded import EncodedCounts

__all__ = ["FittedRecord", "Scheme", "Supply"]

EARLY = 0.6
"""Share of the record from which the state is learned when lifts are judged later."""
LEARNED_ROWS, EVERY = 60_000, 5
"""An answer learns from at most so many windows, and of a full record from every fifth origin."""
MOST_ROWS, FEWEST_DAYS = 4_000_000, 730
"""Rows of daily counts that are learned from, and days that are in any case."""
MOST_SERIES = 500_000
"""Series, met dyads times classes, that are learned from: beyond them, among the busiest actors."""
Said = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Classes that a record is learned for.

    Attributes
    ----------
    sets : mapping of str to tuple of str
        Classes by name, as exact types.
    triggers : tuple of tuple of str
        Exact types of each trigger whose lift is judged.
    apart : tuple of str
        Codes that are types of their own instead of belonging to their root.
    actors : frozenset of str
        Among whom relations are learned.
    named : frozenset of str
        Those of them that questions may name: they are kept however many actors there are.
    anyone : bool
        Whether acts towards anyone are learned too.
    """

    sets: Mapping[str, tuple[str, ...]]
    triggers: tuple[tuple[str, ...], ...]
    apart: tuple[str, ...]
    actors: frozenset[str]
    named: frozenset[str]
    anyone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A record that is learned from, and where what is learned is kept.

    Attributes
    ----------
    counts : EncodedCounts
    store : Path
    key : str
        Source and hash of the record.
    said : callable, optional
        Told what is being done, in a line.
    """

    counts: EncodedCounts
    store: Path
    key: str
    said: Said | None


class FittedRecord:
    """A record as known on a day: fits, the standing of every series, trials; made or read.

    Nothing here hangs on the actor, recipient, trigger or course of a question beyond the scheme,
    so that questions share it.
    """

    def __init__(
        self, supply: Supply, *, as_of: dt.date, horizon: int, scheme: Scheme, seed: int = 0
    ) -> None:
        counts = supply.counts
        self.supply, self.counts, self.scheme = supply, counts, scheme
        # after the day on which the last row became known, nothing more is known
        self.as_of = min(as_of, max(counts.end, counts.last_known))
        self.horizon, self.seed, self.models = horizon, seed, supply.store / "models"
        self.key = key_of(
            supply.key, self.as_of, horizon, {k: list(v) for k, v in scheme.sets.items()},
            scheme.triggers, scheme.apart, sorted(scheme.actors), sorted(scheme.named), seed,
        )  # fmt: skip
        self._panel: Panel | None = None
        self._actors: tuple[str, ...] | None = None
        self._begun = time.perf_counter()
        about: dict[str, Any] = kept(
            self._about, path=self.models / f"record-{self.key}.json", read=json.loads,
            write=json.dumps,
        )  # fmt: skip
        self.since = dt.date.fromisoformat(about["since"])
        self.last = dt.date.fromisoformat(about["last"])
        self.silences = from_plain(Silences, about["silences"])
        self.day, self.rows = int(about["day"]), int(about["rows"])
        self.actors: tuple[str, ...] = tuple(about["actors"])
        self._actors = self.actors
        self.classes: tuple[str, ...] = tuple(about["classes"])
        self.quad: tuple[int, ...] = tuple(about["quad"])
        self.totals: dict[str, float] = about["totals"]
        self.organs: dict[str, Any] = about["organs"]
        self.every, self.lag = int(about["every"]), int(about["lag"])
        self.settled = int(about["settled"])
        self.early_day = int(EARLY * self.day)
        self.unlearned: dict[bool, str] = {}
        self.fits: dict[bool, HazardFit] = {}
        self.standings: dict[bool, Standing] = {}
        for anyone in (False, True) if scheme.anyone else (False,):
            self._learn(anyone)
        if not self.fits:
            raise MethodError(self.unlearned[False])
        self.tried, self.misfits = self._tried()
        if self._panel is not None:
            self._tell("done; later questions read what was learned")
        self._panel = None

    @property
    def split(self) -> int:
        """Day that parts the later part of the record in two."""
        return (self.early_day + self.day) // 2

    def _tell(self, what: str) -> None:
        if self.supply.said is not None:
            self.supply.said(f"{what} ({time.perf_counter() - self._begun:.0f} s)")

    def silences_told(self) -> list[str]:
        """What its gaps, and an end that holds next to nothing, mean for an answer, in words."""
        return list(self.silences.told(gaps="left out, as if they had not been"))

    @property
    def panel(self) -> Panel:
        """The record as known on the day, from some day on: read only to learn from."""
        if self._panel is None:
            close = self._close()
            since = since_when(
                self.counts, as_of=self.as_of, actors=close, most=MOST_ROWS,
                days=max(FEWEST_DAYS, 6 * self.horizon),
            )  # fmt: skip
            self._panel = panel_of(
                self.counts, as_of=self.as_of, apart=self.apart, actors=close, since=since,
                until=last_day(self.counts, as_of=self.as_of),
                gaps=self.silences.gaps,
            )  # fmt: skip
            self._tell(
                f"learning from {self.counts.source} as known on {self.as_of}, once for all "
                f"questions of the case: {len(self._panel.day):,} rows of daily counts among "
                f"{len(close)} actors from {since} on"
            )
        return self._panel

    @cached_property
    def silences(self) -> Silences:
        """Days on which the source reported next to nothing; found once, then read."""
        return silences_of(self.counts, as_of=self.as_of)

    def _close(self) -> frozenset[str]:
        """Actors among whom relations are learned: all, or the busiest ones."""
        if self._actors is not None:
            return frozenset(self._actors)
        return close_actors(
            self.counts, as_of=self.as_of, actors=self.scheme.actors, named=self.scheme.named,
            most=MOST_SERIES // max(len(self.scheme.sets), 1),
        )  # fmt: skip

    @cached_property
    def apart(self) -> list[tuple[str, tuple[int, ...]]]:
        """Codes set apart, with their places among the record's codes."""
        at = {code: place for place, code in enumerate(self.counts.codes)}
        return [(code, (at[code],)) for code in self.scheme.apart]

    def _about(self) -> dict[str, Any]:
        """What of the record itself a question needs to know."""
        panel, span = self.panel, known_span(self.counts, as_of=self.as_of)
        many = np.bincount(panel.code, weights=panel.count, minlength=len(panel.classes))
        return {
            "since": panel.start.isoformat(),
            "last": panel.date_of(panel.days - 1).isoformat(),
            "silences": to_plain(self.silences),
            "day": panel.days - 1,
            "rows": events_known(self.counts, as_of=self.as_of),
            "actors": panel.actors,
            "classes": panel.classes,
            "quad": panel.quad.tolist(),
            "every": self._step(panel),
            "lag": int(np.quantile(panel.known - panel.day, 0.1)) if len(panel.day) else 0,
            "settled": settled(panel, end=panel.days) - 1,
            "totals": dict(zip(panel.classes, many.tolist(), strict=True)),
            "organs": organs_of(self.supply.store, source=self.counts.source, as_of=self.as_of,
                                first=span.first, end=span.last),
        }  # fmt: skip

    def _step(self, panel: Panel) -> int:
        """Days between origins: as many origins as the windows of all series leave room for.

        Closer than half a horizon, windows tell next to nothing new.
        """
        pair = panel.actor.astype(np.int64) * len(panel.actors) + panel.recipient
        names = np.array(panel.classes)
        series = sum(
            len(np.unique(pair[np.isin(names, codes)[panel.code]]))
            for codes in self.scheme.sets.values()
        )
        room = -(-series * panel.days // LEARNED_ROWS)
        return int(min(EVERY, max(1, room, (self.horizon + 1) // 2)))

    def _late(self) -> str:
        """That rows became known long after their days, if half of them did."""
        panel = self.panel
        late = np.median(panel.known - panel.day) if len(panel.day) else 0
        return lateness(panel) if late >= panel.days / 4 else ""

    def _learn(self, anyone: bool) -> None:
        """The fit of the classes, and the standing of every series under it; or why there is none.

        That nothing can be learned is kept as well: finding out costs as much as learning.
        """
        words = self.models / f"unlearned-{key_of(self.key, anyone)}.json"
        why = read_text(words)
        if why is None:
            try:
                fit = self._fit(self.day, anyone=anyone, rare=True)
            except MethodError as error:
                why = json.dumps(f"{error} {self._late()}".rstrip())
                write_text(why, path=words)
        if why is not None:
            self.unlearned[anyone] = json.loads(why)
            return

        def stand() -> tuple[Any, Mapping[str, NDArray[Any]]]:
            standing = stand_on(fit, self.panel, day=self.day)
            to = "anyone" if anyone else "one recipient"
            self._tell(f"  learned what is done to {to}")
            return standing.about(), standing.arrays()

        about, arrays = kept_arrays(
            stand, folder=self.models / f"standing-{key_of(self.key, anyone)}"
        )
        self.fits[anyone] = fit
        self.standings[anyone] = Standing.from_arrays(about, arrays)

    def _fit(self, day: int, *, anyone: bool, rare: bool) -> HazardFit:
        """What is learned by a day, without what came after it."""
        given: dict[str, Any] = {
            "classes": self.scheme.sets, "horizon": self.horizon, "anyone": anyone, "rare": rare,
            "trees": False, "seed": self.seed, "most": LEARNED_ROWS, "every": self.every,
        }  # fmt: skip
        plain = {k: list(v) for k, v in self.scheme.sets.items()}
        return kept(
            lambda: fit_hazard(self.panel, as_of_day=day, **given),
            path=self.models / f"fit-{key_of(self.key, day, given | {'classes': plain})}.json",
            read=HazardFit.from_json,
            write=HazardFit.to_json,
        )

    def _tried(self) -> tuple[dict[str, Tried], dict[str, float]]:
        """Trials of the later part by class, and their misfits; none if the record is too short."""
        about, arrays = kept_arrays(self._try, folder=self.models / f"trials-{self.key}")
        tried = {
            cls: Tried.from_arrays(
                {name.partition("-")[2]: values for name, values in arrays.items()
                 if name.startswith(f"{number}-")}
            )
            for number, cls in enumerate(about)
        }  # fmt: skip
        return tried, about

    def _try(self) -> tuple[Any, Mapping[str, NDArray[Any]]]:
        tried: dict[str, Tried] = {}
        with contextlib.suppress(MethodError):
            early = self._fit(self.early_day, anyone=False, rare=False)
            tried = try_states(
                early, self.panel, triggers=self.scheme.triggers, early=self.early_day,
                last_day=self.day,
            )  # fmt: skip
        self._tell("  judged lifts on the later part")
        return {cls: round(one.misfit(), 9) for cls, one in tried.items()}, {
            f"{number}-{name}": values
            for number, one in enumerate(tried.values())
            for name, values in one.arrays().items()
        }

    def part(self, rows: NDArray[np.int64]) -> Panel:
        """Some rows of the record as the same panel of actors and types would have them."""
        return panel_of(
            self.counts, as_of=self.as_of, apart=self.apart, actors=self.actors, since=self.since,
            until=self.last, rows=rows, gaps=self.silences.gaps,
        )  # fmt: skip

    def place(self, name: str) -> int:
        """Place of an actor among those of the counts."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.counts.actors)}
