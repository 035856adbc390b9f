"""Hypothesis: dictionaries of cases that the checks accept, over all that the format allows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from demarche.terms import COURSE_KINDS, FEATURES, NOT_KNOWN, WORDED
from tests.builders import BECAUSE

PLAIN_RULES = ("leader", "contest", "compromise", "condorcet", "consensus")
Draw = Any
SEEDED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
"""The same cases in every run; no search for a smaller one, which would take minutes."""


def ranges(low: float, high: float) -> st.SearchStrategy[list[float]]:
    """Return ranges low <= mode <= high, whole or in tenths of the span, and points."""
    step = (high - low) / 10
    place = st.integers(0, 10)
    return st.lists(place, min_size=3, max_size=3).map(
        lambda three: [round(low + step * x, 6) for x in sorted(three)]
    )


@st.composite
def case_data(draw: Draw) -> dict[str, Any]:
    """Return a case as a TOML dictionary: actors, factions, issues, courses and all the rest."""
    actors = [f"A{n}" for n in range(draw(st.integers(1, 3)))]
    issues = [f"i{n}" for n in range(draw(st.integers(1, 3)))]
    ends = [draw(st.sampled_from(["open", "hold"])) for _ in issues]
    rho = draw(st.sampled_from([1, 2]))
    exact = rho == 1 or "hold" in ends
    data: dict[str, Any] = {
        "format": 1, "id": "made", "title": "Made", "summary": "",
        "ladder": ["nothing", "words", "pressure", "force"],
        "question": {"text": "What?", "actor": "A0", "as_of": dt.date(2020, 1, 1),
                     "horizon_days": draw(st.sampled_from([1, 90, 180]))},
        "actors": [], "factions": [], "courses": [], "postures": [],
        "issues": [
            {"id": id, "name": f"issue {id}", "low": "less", "high": "more", "ends": end,
             "status_quo": draw(ranges(0, 100)), "because": BECAUSE}
            for id, end in zip(issues, ends, strict=True)
        ],
    }  # fmt: skip
    for actor in actors:
        focal = actor == "A0"
        count = draw(st.integers(1, 3 if exact else 5)) if focal else draw(st.integers(0, 1))
        courses = draw(_courses(actor, count=count, issues=issues))
        factions = draw(_factions(actor, issues=issues, courses=courses, most=4 if focal else 1))
        data["courses"] += courses
        data["factions"] += factions
        data["actors"].append(draw(_actor(actor, factions=[f["id"] for f in factions])))
        if courses and draw(st.booleans()):
            data["postures"] += _postures(actor, courses)
    for course in data["courses"]:
        own = [f["id"] for f in data["factions"] if f["actor"] == course["actor"]]
        paying = draw(st.lists(st.sampled_from(own), unique=True, max_size=2))
        course["costs"] = [
            {"faction": id, "share": draw(ranges(-0.1, 0.5)), "because": BECAUSE} for id in paying
        ]
    data["red_lines"] = draw(_red_lines(data))
    if len(issues) > 1:
        pairs = draw(st.lists(st.permutations(issues), max_size=1))
        data["channels"] = [
            {"id": f"ch{n}", "from_issue": a, "to_issue": b, "weight": draw(ranges(-0.5, 0.5)),
             "because": BECAUSE}
            for n, (a, b, *_) in enumerate(pairs)
        ]  # fmt: skip
    data["triggers"] = [
        {"id": f"t{n}", "label": f"trigger {n}", "rule": "It is announced.",
         "shifts": [draw(_shift(data)) for _ in range(draw(st.integers(0, 3)))]}
        for n in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    data["question"]["trigger"] = "t0" if data["triggers"] else "none"
    for line in data["red_lines"]:
        line["crossed_by_triggers"] = [t["id"] for t in data["triggers"][:1]]
    data["situations"] = [
        {"actor": id, "features": draw(_features()), "because": BECAUSE}
        for id in draw(st.lists(st.sampled_from(actors), unique=True, max_size=2))
    ]
    data["assumptions"], data["impacts"] = draw(_assumptions(data))
    if rho != 2 or draw(st.booleans()):
        data["settings"] = {
            "rho": rho, "levels": draw(st.integers(1, 3)), "precision": draw(ranges(1, 11)),
            "depth": draw(ranges(0.5, 2.5)), "because": BECAUSE,
        }  # fmt: skip
    return data


@st.composite
def _assumptions(draw: Draw, data: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    count = draw(st.sampled_from([0, 2, 3]))
    variants = ["low", "middle", "high"]
    made = [
        {"id": f"d{n}", "name": f"assumption {n}", "variants": variants, "because": BECAUSE,
         "assumed": draw(st.sampled_from(variants)),
         "under": {t["id"]: draw(st.sampled_from(variants)) for t in data["triggers"][:1]}}
        for n in range(count)
    ]  # fmt: skip
    cells = [
        (a["id"], v, b["id"], w)
        for a in made for b in made if a is not b for v in variants for w in variants
    ]  # fmt: skip
    judged = draw(st.lists(st.sampled_from(cells), unique=True, max_size=4)) if cells else []
    return made, [
        {"from_assumption": a, "from_variant": v, "to_assumption": b, "to_variant": w,
         "strength": draw(st.sampled_from([-3, -1, 2])), "because": BECAUSE}
        for a, v, b, w in judged
    ]  # fmt: skip


@st.composite
def _courses(draw: Draw, actor: str, *, count: int, issues: list[str]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for n in range(count):
        low = draw(st.sampled_from([0.2, 1.0]))
        before = [course["id"] for course in made]
        requires = draw(st.lists(st.sampled_from(before), unique=True, max_size=1)) if made else []
        free = [id for id in before if not requires]
        made.append({
            "id": f"{actor}-c{n}", "actor": actor, "label": f"Course {n} of {actor}",
            "kind": draw(st.sampled_from(["", "statements_only", *COURSE_KINDS])),
            "rung": draw(st.integers(0, 3)), "resolution": "It is reported by two agencies.",
            "observability": draw(st.sampled_from(["public", "reported", "covert"])),
            "requires": requires,
            "excludes": draw(st.lists(st.sampled_from(free), max_size=1)) if free else [],
            "under_way": n == 0 and draw(st.booleans()),
            "feasibility": [low, max(low, 0.7), 1.0], "feasibility_because": BECAUSE,
            "effects": [{"issue": draw(st.sampled_from(issues)), "points": [-20, 5, 30],
                         "because": BECAUSE}],
        })  # fmt: skip
    return made


def _said(kind: str, numbers: st.SearchStrategy[list[float]]) -> st.SearchStrategy[Any]:
    """Return numbers, or now and then words of the table; words for no salience are left out."""
    words = [word for word, value in WORDED[kind].items() if value.high > 0.2]
    return st.one_of(numbers, numbers, numbers, st.sampled_from(words))


@st.composite
def _factions(
    draw: Draw, actor: str, *, issues: list[str], courses: list[dict[str, Any]], most: int
) -> list[dict[str, Any]]:
    free = [course["id"] for course in courses if not course["under_way"]]
    return [
        {
            "id": f"{actor}-f{n}", "actor": actor, "name": f"faction {n} of {actor}",
            "wants": "its own", "capability": draw(ranges(0.5, 3)), "because": BECAUSE,
            "unacceptable": draw(st.lists(st.sampled_from(free), max_size=1)) if free else [],
            "stances": [
                {"issue": id, "position": draw(_said("position", ranges(0, 100))),
                 "salience": draw(_said("salience", ranges(0.1, 1))), "because": BECAUSE}
                for id in draw(st.lists(st.sampled_from(issues), unique=True, min_size=1))
            ],
        }
        for n in range(draw(st.integers(1, most)))
    ]  # fmt: skip


@st.composite
def _actor(draw: Draw, id: str, *, factions: list[str]) -> dict[str, Any]:
    rule = draw(st.sampled_from(["", *PLAIN_RULES, "mixture"]))
    made: dict[str, Any] = {"id": id, "name": f"State {id}", "rule": rule, "leader": factions[0]}
    if rule == "mixture":
        first, second = draw(st.permutations(PLAIN_RULES))[:2]
        made["mixture"] = [{"rule": first, "share": 0.25}, {"rule": second, "share": 0.75}]
    made["veto"] = draw(st.lists(st.sampled_from(factions), unique=True))
    return made


def _postures(actor: str, courses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is under way, and each course with what it requires; exclusions are dropped."""
    needs = {course["id"]: course["requires"] for course in courses}
    base = frozenset(course["id"] for course in courses if course["under_way"])
    sets = [base]
    for course in courses:
        course["excludes"] = []
        taken, left = set(base), [course["id"]]
        while left:
            id = left.pop()
            taken.add(id)
            left += needs[id]
        if frozenset(taken) not in sets:
            sets.append(frozenset(taken))
    return [
        {"id": f"p{n}", "actor": actor, "label": f"posture {n}", "courses": sorted(taken),
         "fallback": n == 0}
        for n, taken in enumerate(sets)
    ]  # fmt: skip


@st.composite
def _red_lines(draw: Draw, data: dict[str, Any]) -> list[dict[str, Any]]:
    own = [course["id"] for course in data["courses"] if course["actor"] == "A0"]
    others = [course["id"] for course in data["courses"] if course["actor"] != "A0"]
    factions = [faction["id"] for faction in data["factions"] if faction["actor"] == "A0"]
    return [
        {"id": f"line{n}", "actor": "A0", "statement": "It will answer.", "asserted_by": "itself",
         "crossed_by": others[:1], "answers": draw(st.lists(st.sampled_from(own), max_size=1)),
         "audience": [{"faction": factions[0], "share": draw(ranges(0, 0.4)), "because": BECAUSE}]}
        for n in range(draw(st.integers(0, 1)))
    ]  # fmt: skip


@st.composite
def _shift(draw: Draw, data: dict[str, Any]) -> dict[str, Any]:
    deciding = {course["actor"] for course in data["courses"]}
    faction = draw(st.sampled_from([f for f in data["factions"] if f["actor"] in deciding]))
    course = draw(st.sampled_from(data["courses"]))["id"]
    issue = draw(st.sampled_from(data["issues"]))["id"]
    cared = faction["stances"][0]["issue"]
    own = {"faction": faction["id"], "course": course, "issue": issue}
    options: list[tuple[str, list[str], str, list[float]]] = [
        ("position", [own["faction"], own["issue"]], "add", [-30, 10, 60]),
        ("position", [own["faction"], own["issue"]], "set", [20, 50, 90]),
        ("salience", [own["faction"], cared], "multiply", [0.5, 1, 3]),
        ("capability", [own["faction"]], "multiply", [0.5, 1, 4]),
        ("effect", [own["course"], own["issue"]], "add", [-90, 5, 95]),
        ("cost", [own["faction"], own["course"]], "add", [-0.2, 0.1, 0.4]),
        ("feasibility", [own["course"]], "multiply", [0, 0.5, 2]),
        ("status_quo", [own["issue"]], "add", [-80, 0, 80]),
    ]
    if data["red_lines"] and faction["actor"] == "A0":
        options.append(("audience", [own["faction"], "line0"], "add", [0, 0.1, 0.3]))
    if len(data["issues"]) > 1:
        pair = [row["id"] for row in data["issues"][:2]]
        options.append(("coupling", pair, "set", [-0.4, 0.1, 0.6]))
    on, of, how, by = draw(st.sampled_from(options))
    return {"on": on, "of": of, "how": how, "by": by, "because": BECAUSE, "ends": "hold"}


@st.composite
def _features(draw: Draw) -> dict[str, str]:
    names = draw(st.lists(st.sampled_from(sorted(FEATURES)), unique=True, min_size=1, max_size=6))
    return {name: draw(st.sampled_from([*FEATURES[name], NOT_KNOWN])) for name in names}
