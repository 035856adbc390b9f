"""How often the event coder is right, and how many sentences it reads in a second.

Run from the project's folder::

    python -m bench.skill.events_coder --petrarch ../shared/data/event_coding_validation

Three parts. (1) The project's own sentences (tests/reader/event_sentences.json), development and
held back apart. (2) PETRARCH's unit tests, their fictional actors given as a list. (3) Speed.

Matching. A predicted event counts as right if (source, root, target) equals an expected one that no
other prediction has taken. Actors are compared by their state or group code, without sectors. Both
sides must be named: predictions without a recipient and expectations without both codes are left
out and counted. The modes are checked apart.

PETRARCH's tests are not in CAMEO: their codes are of WEIS (McClelland 1976), with made-up codes
where the test is about the syntax of patterns. ``WEIS`` says which CAMEO roots count as one root of
WEIS; it was fixed from the names of the categories. A made-up code has no meaning, so that any root
counts for it; the same totals without those records are given too, and the strict reading of the
printed codes as CAMEO.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demarche.reader.events import code_events
from demarche.reader.events.tokens import tokens
from demarche.terms.reading_events import CodedEvent, GivenActor

SENTENCES = Path(__file__).parents[2] / "tests" / "reader" / "event_sentences.json"
Triple = tuple[str, str, str]

WEIS: dict[str, frozenset[str]] = {
    "01": frozenset({"08", "03"}),
    "02": frozenset({"01"}),
    "03": frozenset({"04", "03"}),
    "04": frozenset({"05", "01"}),
    "05": frozenset({"03", "07"}),
    "06": frozenset({"05", "08", "03"}),
    "07": frozenset({"07"}),
    "08": frozenset({"05", "03", "06"}),
    "09": frozenset({"02", "10"}),
    "10": frozenset({"02", "10", "03"}),
    "11": frozenset({"12", "11"}),
    "12": frozenset({"11"}),
    "13": frozenset({"11", "14"}),
    "14": frozenset({"01", "12"}),
    "15": frozenset({"10"}),
    "16": frozenset({"13"}),
    "17": frozenset({"13"}),
    "18": frozenset({"14", "15"}),
    "19": frozenset({"16"}),
    "20": frozenset({"16", "17"}),
    "21": frozenset({"17", "18"}),
    "22": frozenset({"18", "19", "20"}),
}
"""WEIS roots (yield, comment, consult, approve, promise, grant, reward, agree, request, propose,
reject, accuse, protest, deny, demand, warn, threaten, demonstrate, reduce relations, expel, seize,
force) and the CAMEO roots of the same name."""

NAMES: dict[str, str] = {
    "ARN": "Arnor;Arnorian",
    "GON": "Gondor;Minas Tirith",
    "OSG": "Osgiliath",
    "DAG": "Dagolath;Dagolathi",
    "ELF": "Caras Galadhon;Galadriel",
    "ERI": "Eriador;Eriadori;Eriadorian",
    "CAL": "Calenardhon",
    "ITH": "Ithilen",
    "BRE": "Bree",
    "ROH": "Rohan;Rohans",
    "FOR": "Fornost",
    "MOR": "Mordor;Cirith Ungol;Barad-dur",
    "HOB": "Gollum;Frodo;Sam Gamgee;Hamfast Gamgee;Smeagol;Slinker;Stinker",
    "DOL": "Dol Amroth;Dol_Amroth",
    "SHR": "Michel Delving;White Downs",
    "MRG": "Morgul Orcs",
    "NZE": "New Zealand",
    "RHO": "Zimbabwe",
}
"""Names of the tests' fictional actors, read off their texts, by the code their records use."""


@dataclass
class Tally:
    """Counts of one part."""

    right: int = 0
    predicted: int = 0
    expected: int = 0
    source: int = 0
    target: int = 0
    root: int = 0
    full: int = 0
    modes: list[int] = field(default_factory=lambda: [0, 0])
    alarms: list[int] = field(default_factory=lambda: [0, 0])
    left: Counter[str] = field(default_factory=Counter)

    def line(self, name: str) -> str:
        p, r = ratio(self.right, self.predicted), ratio(self.right, self.expected)
        f1 = 0.0 if p + r == 0 else 2 * p * r / (p + r)
        parts = [f"{name:<28} P {p:.3f}  R {r:.3f}  F1 {f1:.3f}"]
        parts.append(f"({self.right} right, {self.predicted} predicted, {self.expected} expected)")
        for label in ("source", "root", "target", "full"):
            n = getattr(self, label)
            parts.append(f"{label} {ratio(n, self.predicted):.2f}/{ratio(n, self.expected):.2f}")
        if self.modes[1]:
            parts.append(f"mode {ratio(*self.modes):.2f}")
        parts.append(f"false alarms {self.alarms[0]} of {self.alarms[1]}")
        return "  ".join(parts)


def ratio(part: int, whole: int) -> float:
    """Share, 0 where there is nothing to share."""
    return part / whole if whole else 0.0


def overlap(found: Iterable[str], wanted: Iterable[str]) -> int:
    """How many of one multiset are in the other."""
    return sum((Counter(found) & Counter(wanted)).values())


def dyads(events: Iterable[CodedEvent]) -> tuple[list[CodedEvent], int]:
    """Events with both sides coded, and how many have not."""
    kept, lost = [], 0
    for event in events:
        if event.recipient is None or event.recipient.code is None or event.actor.code is None:
            lost += 1
        else:
            kept.append(event)
    return kept, lost


def triple(event: CodedEvent) -> tuple[str, str, str]:
    """Source, full code, target."""
    return str(event.actor.code), event.cameo, str(event.recipient and event.recipient.code)


def score(
    tally: Tally,
    found: list[Triple],
    wanted: list[Triple],
    same: Callable[[str, str], bool],
) -> list[tuple[int, int]]:
    """Add one sentence to the counts; pairs (prediction, expectation) that agree."""
    free = list(range(len(wanted)))
    pairs = []
    for place, (a, code, b) in enumerate(found):
        hit = next(
            (
                k
                for k in free
                if wanted[k][0] == a and wanted[k][2] == b and same(code, wanted[k][1])
            ),
            None,
        )
        if hit is not None:
            free.remove(hit)
            pairs.append((place, hit))
    tally.right += len(pairs)
    tally.predicted += len(found)
    tally.expected += len(wanted)
    tally.source += overlap((x[0] for x in found), (x[0] for x in wanted))
    tally.target += overlap((x[2] for x in found), (x[2] for x in wanted))
    tally.full += sum(found[i][1] == wanted[k][1] for i, k in pairs)
    codes = [x[1] for x in wanted]
    for _, code, _ in found:
        hit = next((k for k, other in enumerate(codes) if same(code, other)), None)
        if hit is not None:
            codes.pop(hit)
            tally.root += 1
    if not wanted:
        tally.alarms[1] += 1
        tally.alarms[0] += bool(found)
    return pairs


# -- the project's own sentences --------------------------------------------------------------


def own(path: Path, *, held_back: bool) -> tuple[Tally, Counter[str], list[str]]:
    """Counts on the project's own sentences, right and wrong by root, and the errors."""
    tally, roots, errors = Tally(), Counter(), []
    for row in json.loads(path.read_text(encoding="utf-8"))["sentences"]:
        if row["held_back"] is not held_back:
            continue
        events, lost = dyads(code_events(row["text"]).events)
        tally.left["predictions without a recipient"] += lost
        found = [triple(event) for event in events]
        wanted = [(e["actor"], e["cameo"], e["recipient"]) for e in row["events"]]
        pairs = score(tally, found, wanted, lambda a, b: a[:2] == b[:2])
        for i, k in pairs:
            tally.modes[1] += 1
            tally.modes[0] += events[i].mode == row["events"][k].get("mode", "happened")
            roots[wanted[k][1][:2] + " right"] += 1
        for _, code, _ in wanted:
            roots[code[:2] + " expected"] += 1
        for _, code, _ in found:
            roots[code[:2] + " predicted"] += 1
        if len(pairs) != len(wanted) or len(pairs) != len(found):
            errors.append(f"{row['id']}: {row['text']}\n     found {found}\n     wanted {wanted}")
    return tally, roots, errors


# -- PETRARCH's unit tests ----------------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """One record of the tests."""

    id: str
    category: str
    text: str
    events: tuple[Triple, ...]
    partial: int


def records(path: Path) -> list[Record]:
    """Records without the error tests."""
    text = path.read_text(encoding="utf-8")
    found = []
    for head, body in re.findall(r"<Sentence\b([^>]*)>(.*?)</Sentence>", text, flags=re.S):
        entry = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', head))
        if entry.get("category", "").startswith("ERROR"):
            continue
        words = re.search(r"<Text>(.*?)</Text>", body, flags=re.S)
        events, partial = [], 0
        for tag in re.findall(r"<EventCoding(.*?)>", body, flags=re.S):
            cells = dict(re.findall(r"""(\w+)\s*=\s*["']+([^"']*)""", tag))
            if "eventcode" not in cells:
                continue
            sides = [state(cells.get(key, "")) for key in ("sourcecode", "targetcode")]
            if all(sides):
                events.append((sides[0], cells["eventcode"], sides[1]))
            else:
                partial += 1
        found.append(
            Record(
                id=entry["id"],
                category=entry["category"].rstrip("Sx"),
                text=html.unescape(" ".join(words[1].split())) if words else "",
                events=tuple(dict.fromkeys(events)),
                partial=partial,
            )
        )
    return found


def state(code: str) -> str:
    """State or organization of an actor's code; empty where it names none."""
    groups = {"IGOEEU": "EEC", "IGOAFR": "AU", "IGOCOPITP": "ICC", "NZE": "NZL", "NGOARN": "ARN"}
    if code in groups:
        return groups[code]
    return code[:3] if re.match("[A-Z]{3}", code) else ""


def gazetteer() -> list[GivenActor]:
    """The tests' actors as a list for the coder."""
    codes = {"NZE": "NZL"}
    return [
        GivenActor(names=tuple(names.split(";")), code=codes.get(code, code), country=code)
        for code, names in NAMES.items()
    ]


def made_up(code: str) -> bool:
    """Whether a code stands in no category of WEIS: it tests the syntax of patterns."""
    return not code[:2].isdigit() or code[:2] not in WEIS or (code[:2] in ("17",) and len(code) > 3)


def weis_same(code: str, weis: str) -> bool:
    """Whether a CAMEO code is in the category of a WEIS code, made-up codes being any."""
    return made_up(weis) or code[:2] in WEIS[weis[:2]]


def petrarch(
    found: list[Record], keep: Callable[[Record], bool], same: Callable[[str, str], bool]
) -> tuple[Tally, list[str]]:
    """Counts on the records kept, and the errors."""
    tally, errors = Tally(), []
    actors = gazetteer()
    for record in found:
        if not keep(record):
            continue
        events, lost = dyads(code_events(record.text, actors=actors).events)
        tally.left["predictions without a recipient"] += lost
        tally.left["expectations without both codes"] += record.partial
        got = list(dict.fromkeys(triple(event) for event in events))
        pairs = score(tally, got, list(record.events), same)
        if len(pairs) != len(got) or len(pairs) != len(record.events):
            errors.append(
                f"{record.id}: {record.text}\n     found {got}\n     wanted {record.events}"
            )
    return tally, errors


def speed(path: Path) -> str:
    """Sentences read in a second, and the time beside that of splitting the text into words."""
    texts = [row["text"] for row in json.loads(path.read_text(encoding="utf-8"))["sentences"]]
    article = "\n\n".join(texts * 5)
    code_events(texts[0])
    taken, found = timed(lambda: code_events(article))
    count = found.sentences
    plain, _ = timed(lambda: len(tokens(article)))
    return (
        f"{count / taken:,.0f} sentences a second ({count} in {taken:.2f} s, one process), "
        f"{taken / plain:.0f} times the time of splitting the same text into words"
    )


def growth() -> str:
    """Largest ratio of the time for a megabyte on one line to that for an eighth of it."""
    shapes = ("Russia attacked France and ", "that Russia said ", "Russia, ", "to attack ", "'s ")
    ratios = {}
    for shape in shapes:
        text = shape * (1_000_000 // len(shape))
        small, _ = timed(lambda text=text: code_events(text[: len(text) // 8]))
        large, _ = timed(lambda text=text: code_events(text))
        ratios[shape] = (large / small, large)
    worst = max(ratios, key=lambda shape: ratios[shape][0])
    longest = max(seconds for _, seconds in ratios.values())
    return (
        f"eight times the text takes {ratios[worst][0]:.1f} times as long at worst "
        f"({worst!r}, repeated); a megabyte takes {longest:.1f} s at worst"
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds a piece of work takes, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--petrarch", type=Path, help="folder with PETR.UnitTest.records.xml")
    parser.add_argument(
        "--errors", action="store_true", help="print errors (development part only)"
    )
    options = parser.parse_args()
    for held_back in (False, True):
        tally, roots, errors = own(SENTENCES, held_back=held_back)
        print(tally.line("own, held back" if held_back else "own, development"))
        for root in sorted({key[:2] for key in roots}):
            r, p, e = (roots[f"{root} {w}"] for w in ("right", "predicted", "expected"))
            print(f"    root {root}: {r} right, {p} predicted, {e} expected")
        if options.errors and not held_back:
            print("\n".join(errors))
    if options.petrarch:
        rows = records(options.petrarch / "PETR.UnitTest.records.xml")
        parts: list[tuple[str, Callable[[Record], bool], Callable[[str, str], bool]]] = [
            ("PETRARCH, WEIS crosswalk", lambda r: True, weis_same),
            (
                "  without made-up codes",
                lambda r: not any(made_up(e[1]) for e in r.events),
                weis_same,
            ),
            ("  codes read as CAMEO", lambda r: True, lambda a, b: a[:2] == b[:2]),
            ("  any root", lambda r: True, lambda a, b: True),
        ]
        for category in sorted({r.category for r in rows}):
            parts.append(
                (f"  {category}", lambda r, c=category: r.category == c, weis_same)  # type: ignore[misc]
            )
        for name, keep, same in parts:
            tally, errors = petrarch(rows, keep, same)
            print(tally.line(name))
            if options.errors and name.startswith("PETRARCH"):
                print("\n".join(errors))
            if name.startswith("PETRARCH"):
                print("   ", dict(tally.left))
    print(speed(SENTENCES))
    print(growth())


if __name__ == "__main__":
    main()
