"""Two stores that are one up to a day: what became known later is in the second alone."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from tests.record.readers.test_read import gdelt

DAY = dt.date(2020, 1, 31)
CODES = ("010", "042", "112", "130", "190")
LAND = ("RUS", "UKR", "FRA", "NAM")


def line(rng: random.Random, n: int, *, date: dt.date, known: dt.date, actor: str) -> str:
    """One event of GDELT, with a story that a few rows share."""
    other = rng.choice([land for land in LAND if land != actor])
    return gdelt(
        GLOBALEVENTID=str(n), SQLDATE=f"{date:%Y%m%d}", DATEADDED=f"{known:%Y%m%d}001500",
        EventCode=rng.choice(CODES), Actor1CountryCode=actor, Actor1Name=actor,
        Actor2CountryCode=other, Actor2Name=other, Actor1Type1Code=rng.choice(["GOV", "MIL", ""]),
        SOURCEURL=f"https://news.example/{n // 2}",
    )  # fmt: skip


def two_stores(folder: Path, *, seed: int = 1) -> tuple[Path, Path]:
    """Store of what was known on ``DAY``, and store of that and of all that came after it."""
    rng = random.Random(seed)
    start = dt.date(2019, 12, 1)
    early, later = [], []
    for n in range(300):
        date = start + dt.timedelta(days=rng.randrange(52))  # nothing of the last days is known
        known = min(date + dt.timedelta(days=rng.randrange(4)), DAY)
        early.append(line(rng, n, date=date, known=known, actor=rng.choice(LAND[:3])))
        known = DAY + dt.timedelta(days=rng.randrange(1, 40))
        kind = n % 4
        if kind == 0:  # an event of before the day that became known after it
            later.append(line(rng, 1000 + n, date=date, known=known, actor=rng.choice(LAND)))
        elif kind == 1:  # a later version of an event that is known
            later.append(line(rng, n, date=date, known=known, actor=rng.choice(LAND)))
        elif kind == 2:  # an event of after the day, by one of whom nothing was known
            later.append(line(rng, 2000 + n, date=known, known=known, actor="BEL"))
        else:  # the story of an event that is known, told again
            later.append(line(rng, n, date=date, known=known, actor="RUS"))
    back = start - dt.timedelta(days=365)  # "a year ago": before all that is known
    later.append(line(rng, 3000, date=back, known=DAY + dt.timedelta(days=1), actor="FRA"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "early.CSV").write_text("\n".join(early) + "\n")
    (folder / "later.CSV").write_text("\n".join(later) + "\n")
    ingest(folder / "early", [folder / "early.CSV"], source="gdelt2")
    ingest(folder / "all", [folder / "early.CSV", folder / "later.CSV"], source="gdelt2")
    for name in ("early", "all"):
        count_store(folder / name)
    return folder / "early", folder / "all"
