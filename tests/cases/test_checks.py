"""Cases whose shape is right and that do not hold together: every fault is named."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import (
    BECAUSE,
    case_of,
    course,
    drop,
    problems_of,
    put,
    singles,
    template_data,
    tiny,
    toml,
)

DATA = template_data()
DAY = dt.date(2024, 1, 10)
LATER = dt.date(2024, 1, 16)
SOURCE = {"id": "gazette", "title": "Notice", "publisher": "Gazette", "date": DAY}
EVIDENCE = {"id": "notice", "date": DAY, "what": "Inspections begin.", "source": "gazette"}
TIE = {
    "id": "trade", "actor": "NLD-X", "recipient": "SLD-X", "kind": "trade", "sign": "+",
    "since": DAY, "strength": [0.1, 0.2, 0.3], "half_life_days": 365.0, "because": BECAUSE,
    "evidence": ["notice"],
}  # fmt: skip
LINE = {
    "id": "line", "actor": "NLD-X", "statement": "It will answer.", "asserted_by": "itself",
    "crossed_by": ["inspect"], "crossed_by_triggers": ["closure"], "answers": ["force"],
    "audience": [{"faction": "defence", "share": [0, 0.1, 0.2], "because": BECAUSE}],
    "history": [{"date": DAY, "what": "tested", "followed": "words", "evidence": ["notice"]}],
    "evidence": ["notice"],
}  # fmt: skip
CLAIM = {
    "id": "claim", "source": "gazette", "paragraph": 1, "holder": "author", "kind": "prediction",
    "text": "Talks follow.", "hedge": "likely", "low": 0.55, "high": 0.8, "actor": "NLD-X",
    "courses": ["talks"], "condition": "closure",
}  # fmt: skip
CHANNEL = {
    "id": "spill", "from_issue": "passage", "to_issue": "price", "weight": [-0.3, -0.1, 0],
    "because": BECAUSE, "evidence": ["notice"],
}  # fmt: skip
PRICE = {
    "id": "price", "name": "price of grain", "low": "low", "high": "high",
    "status_quo": [40, 50, 60], "because": BECAUSE,
}  # fmt: skip
FULL = {
    **DATA, "sources": [SOURCE], "evidence": [EVIDENCE], "ties": [TIE], "red_lines": [LINE],
    "claims": [CLAIM], "channels": [CHANNEL], "issues": [*DATA["issues"], PRICE],
}  # fmt: skip
POSTURES = [
    {"id": "still", "actor": "NLD-X", "label": "Still", "fallback": True},
    {"id": "soft", "actor": "NLD-X", "label": "Soft", "courses": ["talks", "sanctions"]},
    {"id": "hard", "actor": "NLD-X", "label": "Hard", "courses": ["sanctions", "force"]},
]
STANCE = "factions.0.stances.0"
SHIFT = "triggers.0.shifts.0"


def change(place, value):
    return lambda: put(FULL, place, value)


def add(table, row):
    return lambda: {**FULL, table: [*FULL.get(table, []), row]}


def again(table, index=0):
    return lambda: {**FULL, table: [*FULL[table], FULL[table][index]]}


def postures(place, value):
    return lambda: put({**FULL, "postures": POSTURES}, place, value)


def remove(place):
    return lambda: drop(FULL, place)


# id: (the case, place, value seen, what was expected, near miss or advice)
FAULTS = {
    # the head
    "another format": (change("format", 2), "format", "2", "1, the only format", ""),
    "capitals in the id": (change("id", "My Case"), "id", "My Case", "lower-case", ""),
    "path for an id (row 58)": (change("id", "../../x"), "id", "../../x", "lower-case", ""),
    "line break at the end of the id": (change("id", "a\n"), "id", "a\\n", "lower-case", ""),
    "blank title": (change("title", " "), "title", "' '", "a title", ""),
    "no horizon": (
        change("question.horizon_days", 0), "question.horizon_days", "0", "1 to 3650", ""),
    "horizon of centuries": (
        change("question.horizon_days", 36500), "question.horizon_days", "36500", "1 to 3650", ""),
    "one rung": (change("ladder", ["a", "b"][:1]), "ladder", "1 rungs", "2 to 12", ""),
    "13 rungs": (change("ladder", list("abcdefghijklm")), "ladder", "13 rungs", "2 to 12", ""),
    "unknown focal actor": (
        change("question.actor", "NLD-Y"), "question.actor", "NLD-Y", "an actor", "'NLD-X'"),
    "unknown default trigger": (
        change("question.trigger", "closing"), "question.trigger", "closing", "a trigger", ""),
    # ids
    "actor twice": (again("actors"), "actors.2.id", "NLD-X", "used once", "actors.0"),
    "issue twice": (again("issues"), "issues.2.id", "passage", "used once", "issues.0"),
    "faction twice": (again("factions"), "factions.3.id", "traders", "used once", "factions.0"),
    "course twice": (again("courses", 1), "courses.4.id", "sanctions", "used once", "courses.1"),
    "trigger twice": (again("triggers"), "triggers.1.id", "closure", "used once", "triggers.0"),
    "tie twice": (again("ties"), "ties.1.id", "trade", "used once", "ties.0"),
    "channel twice": (again("channels"), "channels.1.id", "spill", "used once", "channels.0"),
    "red line twice": (again("red_lines"), "red_lines.1.id", "line", "used once", "red_lines.0"),
    "source twice": (again("sources"), "sources.1.id", "gazette", "used once", "sources.0"),
    "evidence twice": (again("evidence"), "evidence.1.id", "notice", "used once", "evidence.0"),
    "claim twice": (again("claims"), "claims.1.id", "claim", "used once", "claims.0"),
    "blank id": (add("sources", {**SOURCE, "id": ""}), "sources.1.id", "''", "an id of", ""),
    "space in an id": (
        add("sources", {**SOURCE, "id": "a b"}), "sources.1.id", "a b", "an id of", ""),
    "Cyrillic letter in an id (row 10)": (
        add("actors", {"id": "RUS\u0430", "name": "x"}), "actors.2.id", "RUS", "an id of", ""),
    "line break in an id": (
        add("sources", {**SOURCE, "id": "a\n"}), "sources.1.id", "a\\n", "an id of", ""),
    "id of 65 letters": (
        add("sources", {**SOURCE, "id": "a" * 65}), "sources.1.id", "aaa", "at most 64", ""),
    # actors
    "unknown leader": (
        change("actors.1.leader", "southland-goverment"), "actors.1.leader", "southland-goverment",
        "a faction of SLD-X", "'southland-government'"),
    "leader of another actor": (
        change("actors.1.leader", "traders"), "actors.1.leader", "traders", "a faction of SLD-X",
        ""),
    "leader rule without a leader": (
        change("actors.0.rule", "leader"), "actors.0.leader", "''", "a faction of NLD-X",
        "traders, defence"),
    "unknown veto holder": (
        change("actors.0.veto", ["defense"]), "actors.0.veto.0", "defense", "a faction of NLD-X",
        "'defence'"),
    "shares of a mixture that sum to 0.999 (row 35)": (
        lambda: _mixture([("contest", 0.5), ("compromise", 0.499)]), "actors.0.mixture", "0.999",
        "sum to 1", ""),
    "negative share": (
        lambda: _mixture([("contest", -0.5), ("compromise", 1.5)]), "actors.0.mixture", "",
        "shares in [0, 1]", ""),
    "rule of a mixture twice": (
        lambda: _mixture([("contest", 0.5), ("contest", 0.5)]), "actors.0.mixture", "contest",
        "at most once", ""),
    "mixture of a mixture": (
        lambda: _mixture([("mixture", 0.5), ("contest", 0.5)]), "actors.0.mixture", "mixture",
        "plain rule", ""),
    "mixture of nothing": (lambda: _mixture([]), "actors.0.mixture", "0", "sum to 1", ""),
    "mixture under another rule": (
        change("actors.0.mixture", [{"rule": "contest", "share": 1.0}]), "actors.0.mixture",
        "1 rules", "rule = 'mixture'", ""),
    "unknown member": (
        change("actors.0.members", ["SLD"]), "actors.0.members.0", "SLD", "an actor", "'SLD-X'"),
    "unknown administrator": (
        change("actors.0.administered_by", "XX"), "actors.0.administered_by", "XX", "an actor", ""),
    "unknown claimant": (
        change("actors.0.claimed_by", ["XX"]), "actors.0.claimed_by.0", "XX", "an actor", ""),
    "actor that is its own member": (
        change("actors.0.members", ["NLD-X"]), "actors", "NLD-X -> NLD-X", "no cycle in members",
        ""),
    "members in a circle": (
        lambda: put(put(FULL, "actors.0.members", ["SLD-X"]), "actors.1.members", ["NLD-X"]),
        "actors", "NLD-X -> SLD-X -> NLD-X", "no cycle in members", ""),
    "administered in a circle": (
        lambda: put(put(FULL, "actors.0.administered_by", "SLD-X"), "actors.1.administered_by",
                    "NLD-X"),
        "actors", "->", "no cycle in administered_by", ""),
    # issues
    "no issue": (lambda: _without_issues(), "issues", "none", "at least one issue", ""),
    "status quo off the scale": (
        change("issues.0.status_quo", [50, 60, 101]), "issues.0.status_quo", "[50, 60, 101]",
        "in [0, 100]", ""),
    "range out of order": (
        change("issues.0.status_quo", [60, 50, 70]), "issues.0.status_quo", "[60, 50, 70]",
        "low <= mode <= high", ""),
    "nameless end": (
        change("issues.0.high", ""), "issues.0.high", "''", "the name of that end", ""),
    "issue without a reason": (
        change("issues.0.because", ""), "issues.0.because", "''", "a reason", ""),
    # factions
    "no faction at all": (change("factions", []), "factions", "none", "at least one faction", ""),
    "deciding actor without a faction": (
        remove("factions.2"), "factions", "none for SLD-X", "at least one faction of SLD-X", ""),
    "faction of nobody": (
        change("factions.0.actor", "NLDX"), "factions.0.actor", "NLDX", "an actor", "'NLD-X'"),
    "capability of zero": (
        change("factions.0.capability", [0, 1, 2]), "factions.0.capability", "0", "above 0", ""),
    "negative capability": (
        change("factions.0.capability", [-1, 1, 2]), "factions.0.capability", "[-1, 1, 2]",
        "0 or more", ""),
    "salience coded 0-100": (
        change(f"{STANCE}.salience", [60, 80, 90]), f"{STANCE}.salience", "[60, 80, 90]",
        "in [0, 1]", "Divide by 100"),
    "position below the scale": (
        change(f"{STANCE}.position", [-1, 5, 10]), f"{STANCE}.position", "[-1, 5, 10]",
        "in [0, 100]", ""),
    "stance on nothing": (
        change(f"{STANCE}.issue", "pasage"), f"{STANCE}.issue", "pasage", "an issue", "'passage'"),
    "two stances on one issue": (
        lambda: put(FULL, "factions.0.stances", [FULL["factions"][0]["stances"][0]] * 2),
        "factions.0.stances.1.issue", "passage", "one stance per issue", ""),
    "no stance": (
        change("factions.0.stances", []), "factions.0.stances", "zero salience", "cares about", ""),
    "stance without a reason": (
        change(f"{STANCE}.because", "  "), f"{STANCE}.because", "'  '", "a reason", ""),
    "unacceptable course of another actor": (
        change("factions.0.unacceptable", ["inspect"]), "factions.0.unacceptable.0", "inspect",
        "a course of NLD-X", ""),
    "nothing acceptable to a faction": (
        lambda: put({**FULL, "postures": [{**POSTURES[0], "courses": ["talks"]}, *POSTURES[1:]]},
                    "factions.0.unacceptable", ["talks", "force"]),
        "factions.0.unacceptable", "talks", "at least one strategy the faction can accept", ""),
    "nothing acceptable to all who hold a veto": (
        lambda: _consensus(), "factions", "no strategy of NLD-X", "no veto holder", ""),
    # courses
    "no course of the focal actor": (
        change("courses", FULL["courses"][3:]), "courses", "none for NLD-X", "focal actor NLD-X",
        ""),
    "course of nobody": (
        change("courses.3.actor", "SLDX"), "courses.3.actor", "SLDX", "an actor", "'SLD-X'"),
    "rung above the ladder": (change("courses.0.rung", 4), "courses.0.rung", "4", "0 to 3", ""),
    "rung below the ladder": (change("courses.0.rung", -1), "courses.0.rung", "-1", "0 to 3", ""),
    "unknown kind": (
        change("courses.0.kind", "mediaton"), "courses.0.kind", "mediaton", "a kind",
        "'mediation'"),
    "no rule to tell whether it happened": (
        change("courses.0.resolution", " "), "courses.0.resolution", "' '", "two strangers", ""),
    "unknown PLOVER type": (
        change("courses.0.coded_as.plover", ["MOBILISE"]), "courses.0.coded_as.plover.0",
        "MOBILISE", "PLOVER", "'MOBILIZE'"),
    "PLOVER type of a draft": (
        change("courses.0.coded_as.plover", ["YIELD"]), "courses.0.coded_as.plover.0",
        "YIELD", "PLOVER", "CONCEDE (political concessions) and RETREAT"),
    "CAMEO code that lost its zero": (
        change("courses.0.coded_as.cameo", ["45"]), "courses.0.coded_as.cameo.0", "45",
        "root 01 to 20", "'045' (Mediate)"),
    "CAMEO code of no manual": (
        change("courses.0.coded_as.cameo", ["0479"]), "courses.0.coded_as.cameo.0", "0479",
        "CAMEO", "'04' (CONSULT)"),
    "CAMEO root 00": (
        change("courses.0.coded_as.cameo", ["001"]), "courses.0.coded_as.cameo.0", "001", "CAMEO",
        ""),
    "requires the unknown": (
        change("courses.2.requires", ["talk"]), "courses.2.requires.0", "talk",
        "a course of NLD-X", "'talks'"),
    "requires a course of another actor": (
        change("courses.2.requires", ["inspect"]), "courses.2.requires.0", "inspect",
        "a course of NLD-X", ""),
    "requires itself": (
        change("courses.2.requires", ["force"]), "courses.2.requires.0", "force", "another course",
        ""),
    "requires in a circle": (
        lambda: put(put(FULL, "courses.0.requires", ["force"]), "courses.2.requires", ["talks"]),
        "courses", "talks -> force -> talks", "no cycle in requires", ""),
    "excludes itself": (
        change("courses.1.excludes", ["sanctions"]), "courses.1.excludes.0", "sanctions",
        "another course", ""),
    "excludes the unknown": (
        change("courses.1.excludes", ["sanction"]), "courses.1.excludes.0", "sanction",
        "a course of NLD-X", "'sanctions'"),
    "feasibility above 1": (
        change("courses.2.feasibility", [0.5, 1, 1.5]), "courses.2.feasibility", "[0.5, 1, 1.5]",
        "in [0, 1]", "Divide by 100"),
    "feasibility without a reason": (
        change("courses.2.feasibility_because", ""), "courses.2.feasibility_because", "''",
        "a reason", ""),
    "effect on nothing": (
        change("courses.0.effects.0.issue", "pasage"), "courses.0.effects.0.issue", "pasage",
        "an issue", "'passage'"),
    "two effects on one issue": (
        lambda: put(FULL, "courses.0.effects", FULL["courses"][0]["effects"] * 2),
        "courses.0.effects.1.issue", "passage", "one effect per issue", ""),
    "effect beyond the scale": (
        change("courses.0.effects.0.points", [0, 50, 101]), "courses.0.effects.0.points",
        "[0, 50, 101]", "in [-100, 100]", ""),
    "effect without a reason": (
        change("courses.0.effects.0.because", ""), "courses.0.effects.0.because", "''", "a reason",
        ""),
    "cost to a faction of another actor": (
        change("courses.0.costs.0.faction", "southland-government"), "courses.0.costs.0.faction",
        "southland-government", "a faction of the same actor", ""),
    "two costs to one faction": (
        lambda: put(FULL, "courses.0.costs", FULL["courses"][0]["costs"] * 2),
        "courses.0.costs.1.faction", "defence", "one cost per faction", ""),
    "cost without a reason": (
        change("courses.0.costs.0.because", ""), "courses.0.costs.0.because", "''", "a reason", ""),
    "course that moves nothing and costs nothing": (
        lambda: drop(drop(FULL, "courses.0.effects"), "courses.0.costs"), "courses.0", "talks",
        "an effect or a cost", "one half by construction"),
    "no feasible strategy": (
        lambda: _under_way(("talks", "sanctions"), excludes="sanctions"), "courses",
        "no feasible strategy for NLD-X", "under way", ""),
    # postures
    "posture of nobody": (
        postures("postures.1.actor", "NLDX"), "postures.1.actor", "NLDX", "an actor", "'NLD-X'"),
    "posture with an unknown course": (
        postures("postures.1.courses", ["talk"]), "postures.1.courses.0", "talk",
        "a course of NLD-X", "'talks'"),
    "posture twice": (
        postures("postures.2.id", "soft"), "postures.2.id", "soft", "once per actor", ""),
    "posture with a blank id": (
        postures("postures.2.id", ""), "postures.2.id", "''", "an id of", ""),
    "same courses in two postures": (
        postures("postures.2.courses", ["sanctions", "talks"]), "postures.2.courses", "talks",
        "a set of its own", "postures.1"),
    "no fallback": (
        postures("postures.0.fallback", False), "postures", "0 marked", "exactly one posture", ""),
    "two fallbacks": (
        postures("postures.1.fallback", True), "postures", "2 marked", "exactly one posture", ""),
    "course in no posture": (
        postures("postures.2.courses", ["sanctions"]), "postures", "force", "in some posture",
        "probability 0 by construction"),
    "posture that leaves out what it requires": (
        lambda: put({**FULL, "postures": POSTURES}, "courses.2.requires", ["talks"]),
        "postures.2", "hard", "can be taken together", "requires 'talks'"),
    "posture of courses that exclude each other": (
        lambda: put({**FULL, "postures": POSTURES}, "courses.1.excludes", ["talks"]),
        "postures.1", "soft", "can be taken together", "excludes 'talks'"),
    "posture that undoes what is under way": (
        lambda: put({**FULL, "postures": POSTURES}, "courses.1.under_way", True),
        "postures.0", "still", "can be taken together", "under way"),
    "65 postures": (
        lambda: tiny(courses=64, postures=singles(64)), "postures", "65 of AAA", "at most 64", ""),
    # triggers
    "trigger without a rule": (
        change("triggers.0.rule", ""), "triggers.0.rule", "''", "two strangers", ""),
    "trigger of nobody": (
        change("triggers.0.actor", "SLDX"), "triggers.0.actor", "SLDX", "an actor", "'SLD-X'"),
    "trigger with an unknown code": (
        change("triggers.0.coded_as.cameo", ["999"]), "triggers.0.coded_as.cameo.0", "999",
        "CAMEO", ""),
    "trigger with unknown evidence": (
        change("triggers.0.evidence", ["notic"]), "triggers.0.evidence.0", "notic",
        "an evidence item", "'notice'"),
    "shift in the arm without a trigger": (
        lambda: put(put(FULL, "triggers.0.id", "none"), "question.trigger", "none"),
        "triggers.0.shifts", "1 shifts", "no shift", ""),
    "shift without a reason": (
        change(f"{SHIFT}.because", ""), f"{SHIFT}.because", "''", "a reason", ""),
    "shift of the unknown": (
        change(f"{SHIFT}.of", ["pasage"]), f"{SHIFT}.of", "pasage", "a shift can act on",
        "'passage'"),
    "shift of one id too many": (
        change(f"{SHIFT}.of", ["passage", "traders"]), f"{SHIFT}.of", "passage",
        "1 id for a shift on status_quo", ""),
    "shift of one id too few": (
        lambda: _shift("position", ["traders"], "add", [1, 2, 3]), f"{SHIFT}.of", "traders",
        "2 ids for a shift on position", ""),
    "shift of a faction that does not decide": (
        lambda: _shift("capability", ["idle"], "multiply", [1, 2, 3]), f"{SHIFT}.of", "idle",
        "a shift can act on", ""),
    "shift below the scale": (
        change(f"{SHIFT}.by", [-70, -35, -30]), f"{SHIFT}.by", "reaches [-20, 40]", "in [0, 100]",
        'ends = "hold"'),
    "shift above the scale": (
        lambda: _shift("position", ["traders", "passage"], "add", [0, 5, 10]), f"{SHIFT}.by",
        "110", "in [0, 100]", 'ends = "hold"'),
    "two shifts that add up past the end": (
        lambda: put(FULL, "triggers.0.shifts", [
            {**FULL["triggers"][0]["shifts"][0], "by": [-30, -30, -30]}] * 2),
        "triggers.0.shifts.1.by", "reaches [-10, 10]", "in [0, 100]", ""),
    "salience multiplied past 1": (
        lambda: _shift("salience", ["traders", "passage"], "multiply", [1, 1.5, 2]),
        f"{SHIFT}.by", "1.8", "in [0, 1]", ""),
    "feasibility past 1": (
        lambda: _shift("feasibility", ["force"], "add", [0.2, 0.3, 0.4]), f"{SHIFT}.by", "1.35",
        "in [0, 1]", ""),
    "capability shifted to nothing": (
        lambda: _shift("capability", ["traders"], "multiply", [0, 1, 1]), f"{SHIFT}.by",
        "reaches 0", "above 0", ""),
    "no salience left": (
        lambda: _shift("salience", ["traders", "passage"], "set", [0, 0, 0]), "triggers.0.shifts",
        "no salience left for traders", "still cares about", ""),
    "issue coupled with itself": (
        lambda: _shift("coupling", ["passage", "passage"], "set", [0, 0.1, 0.2]), f"{SHIFT}.of",
        "passage", "another issue", ""),
    # situations
    "situation of nobody": (
        change("situations.0.actor", "NLDX"), "situations.0.actor", "NLDX", "an actor", "'NLD-X'"),
    "situation under an unknown trigger": (
        change("situations.0.trigger", "closer"), "situations.0.trigger", "closer", "a trigger",
        "'closure'"),
    "unknown feature": (
        change("situations.0.features.nabour", "yes"), "situations.0.features.nabour", "nabour",
        "a feature", "'neighbour'"),
    "unknown word of a feature": (
        change("situations.0.features.region", "europa"), "situations.0.features.region", "europa",
        "one of middle-east, europe", "'europe'"),
    "situation without a reason": (
        change("situations.0.because", ""), "situations.0.because", "''", "a reason", ""),
    "situation given twice": (
        again("situations"), "situations.1", "NLD-X", "", "situations.0"),
    # ties and channels
    "tie with nobody": (
        change("ties.0.recipient", "SLDX"), "ties.0.recipient", "SLDX", "an actor", "'SLD-X'"),
    "tie with itself": (
        change("ties.0.recipient", "NLD-X"), "ties.0.recipient", "NLD-X", "another actor", ""),
    "tie stronger than one": (
        change("ties.0.strength", [0.5, 1, 1.5]), "ties.0.strength", "[0.5, 1, 1.5]", "in [0, 1]",
        ""),
    "tie that decays at once": (
        change("ties.0.half_life_days", 0.0), "ties.0.half_life_days", "0.0", "above 0", ""),
    "tie that begins after as_of": (
        change("ties.0.since", LATER), "ties.0.since", "2024-01-16", "on or before 2024-01-15", ""),
    "tie revoked before it began": (
        change("ties.0.revoked", dt.date(2020, 1, 1)), "ties.0.revoked", "2020-01-01",
        "on or after 2024-01-10", ""),
    "tie without evidence": (
        change("ties.0.evidence", []), "ties.0.evidence", "none", "at least one", ""),
    "tie with unknown evidence": (
        change("ties.0.evidence", ["notic"]), "ties.0.evidence.0", "notic", "an evidence item",
        "'notice'"),
    "tie without a reason": (change("ties.0.because", ""), "ties.0.because", "''", "a reason", ""),
    "channel from nothing": (
        change("channels.0.from_issue", "pasage"), "channels.0.from_issue", "pasage", "an issue",
        "'passage'"),
    "channel into itself": (
        change("channels.0.to_issue", "passage"), "channels.0.to_issue", "passage",
        "another issue", ""),
    "two channels between the same issues": (
        add("channels", {**CHANNEL, "id": "other"}), "channels.1", "", "", "channels.0"),
    "channel of impossible weight": (
        change("channels.0.weight", [0, 5, 11]), "channels.0.weight", "[0, 5, 11]",
        "in [-10, 10]", ""),
    # red lines
    "red line of nobody": (
        change("red_lines.0.actor", "XX"), "red_lines.0.actor", "XX", "an actor", ""),
    "red line crossed by its own actor": (
        change("red_lines.0.crossed_by", ["force"]), "red_lines.0.crossed_by.0", "force",
        "a course of another actor", ""),
    "red line crossed by an unknown trigger": (
        change("red_lines.0.crossed_by_triggers", ["closer"]),
        "red_lines.0.crossed_by_triggers.0", "closer", "a trigger", "'closure'"),
    "red line answered by another": (
        change("red_lines.0.answers", ["inspect"]), "red_lines.0.answers.0", "inspect",
        "a course of NLD-X", ""),
    "negative audience cost": (
        change("red_lines.0.audience.0.share", [-0.1, 0, 0.1]), "red_lines.0.audience.0.share",
        "[-0.1, 0, 0.1]", "in [0, 10]", ""),
    "red line tested after as_of": (
        change("red_lines.0.history.0.date", LATER), "red_lines.0.history.0.date", "2024-01-16",
        "on or before 2024-01-15", ""),
    "history with unknown evidence": (
        change("red_lines.0.history.0.evidence", ["notic"]), "red_lines.0.history.0.evidence.0",
        "notic", "an evidence item", "'notice'"),
    # sources and evidence
    "evidence after as_of": (
        change("evidence.0.date", LATER), "evidence.0.date", "2024-01-16",
        "on or before 2024-01-15", "outcomes"),
    "evidence of an unknown source": (
        change("evidence.0.source", "gazete"), "evidence.0.source", "gazete", "a source",
        "'gazette'"),
    "source without a publisher": (
        change("sources.0.publisher", ""), "sources.0", "gazette", "look up", ""),
    "source with a script for an address (row 56)": (
        change("sources.0.url", "javascript:alert(1)"), "sources.0.url", "javascript", "http", ""),
    # what is not listed
    "unlisted of nobody": (
        change("unlisted.0.actor", "XX"), "unlisted.0.actor", "XX", "an actor", ""),
    "unlisted probability of 5": (
        change("unlisted.0.probability", [2, 5, 10]), "unlisted.0.probability", "[2, 5, 10]",
        "in [0, 1]", "Divide by 100"),
    "unlisted without a reason": (
        change("unlisted.0.because", ""), "unlisted.0.because", "''", "a reason", ""),
    # claims
    "claim of an unknown source": (
        change("claims.0.source", "x"), "claims.0.source", "'x'", "a source", ""),
    "claim in paragraph 0": (
        change("claims.0.paragraph", 0), "claims.0.paragraph", "0", "counted from 1", ""),
    "claim about an unknown course": (
        change("claims.0.courses", ["talk"]), "claims.0.courses.0", "talk", "a course", "'talks'"),
    "claim about an unknown actor": (
        change("claims.0.actor", "XX"), "claims.0.actor", "XX", "an actor", ""),
    "claim under an unknown trigger": (
        change("claims.0.condition", "closer"), "claims.0.condition", "closer", "a trigger",
        "'closure'"),
    "claim with a horizon of no day": (
        change("claims.0.horizon_days", 0), "claims.0.horizon_days", "0", "at least 1", ""),
    "claim with one end of a band": (
        remove("claims.0.high"), "claims.0", "low 0.55", "both ends", ""),
    "claim with a band upside down": (
        change("claims.0.low", 0.9), "claims.0", "low 0.9, high 0.8", "low <= high", ""),
    "claim of 120 % (row 33)": (
        change("claims.0.high", 1.2), "claims.0", "high 1.2", "<= 1", ""),
    "probability on a commitment": (
        change("claims.0.kind", "commitment"), "claims.0", "a commitment", "no probability band",
        "no likelihood"),
    "probability on a red line": (
        change("claims.0.kind", "red_line"), "claims.0", "a red_line", "no probability band", ""),
    # settings
    "settings without a reason": (
        change("settings", {"levels": 2}), "settings.because", "''", "a reason", ""),
    "no level": (
        change("settings", {"levels": 0, "because": "x"}), "settings.levels", "0", "1 to 6", ""),
    "third power of losses": (
        change("settings", {"rho": 3, "because": "x"}), "settings.rho", "3", "1 or 2", ""),
    "precision of zero": (
        change("settings", {"precision": [0, 1, 2], "because": "x"}), "settings.precision",
        "[0, 1, 2]", "in [0.01, 100]", ""),
    "depth of zero": (
        change("settings", {"depth": [0, 1, 2], "because": "x"}), "settings.depth",
        "[0, 1, 2]", "in [0.01, 10]", ""),
}  # fmt: skip


def _mixture(shares):
    data = put(FULL, "actors.0.rule", "mixture")
    rows = [{"rule": rule, "share": share} for rule, share in shares]
    return put(put(data, "actors.0.leader", "traders"), "actors.0.mixture", rows)


def _without_issues():
    data = {**tiny(), "issues": []}
    data["factions"] = [{**data["factions"][0], "stances": []}]
    return data


def _consensus():
    data = put({**FULL, "postures": POSTURES[1:]}, "postures.0.fallback", True)
    data = put(data, "actors.0.rule", "consensus")
    return put(
        put(data, "factions.0.unacceptable", ["force"]), "factions.1.unacceptable", ["talks"]
    )


def _under_way(ids, *, excludes):
    data = put(FULL, "courses.0.excludes", [excludes])
    for index, row in enumerate(data["courses"]):
        if row["id"] in ids:
            data = put(data, f"courses.{index}.under_way", True)
    return data


def _shift(on, of, how, by):
    idle = {**FULL["factions"][0], "id": "idle", "actor": "IDL"}
    data = {**FULL, "actors": [*FULL["actors"], {"id": "IDL", "name": "Idleland"}],
            "factions": [*FULL["factions"], idle]}  # fmt: skip
    row = {"on": on, "of": of, "how": how, "by": by, "because": BECAUSE}
    return put(data, "triggers.0.shifts", [row])


def test_the_case_the_faults_are_made_in_has_none():
    """Otherwise every fault below could be another one."""
    assert not problems_of(toml(FULL))
    assert not problems_of(toml({**FULL, "postures": POSTURES}))
    assert not problems_of(toml(_mixture([("contest", 0.25), ("leader", 0.75)])))
    assert not problems_of(toml(_shift("capability", ["traders"], "multiply", [1, 2, 3])))


@pytest.mark.parametrize(
    ("make", "place", "value", "expected", "hint"), FAULTS.values(), ids=FAULTS
)
def test_a_fault_is_named_with_place_value_expectation_and_near_miss(
    make, place, value, expected, hint
):
    problems = problems_of(toml(make()))
    assert problems, "the file was read as if nothing were wrong"
    found = [problem for problem in problems if problem.place == place]
    assert found, "\n".join(map(str, problems))
    assert any(
        value in problem.value and expected in problem.expected and hint in problem.hint
        for problem in found
    ), "\n".join(map(str, found))


@pytest.mark.parametrize("on", ["position", "effect", "status_quo", "feasibility", "salience"])
def test_a_shift_past_an_end_is_read_when_it_says_that_it_holds(on):
    of, by = {
        "position": (["traders", "passage"], [10, 20, 90]),
        "effect": (["talks", "passage"], [10, 20, 99]),
        "status_quo": (["passage"], [10, 20, 90]),
        "feasibility": (["force"], [0.5, 0.6, 0.9]),
        "salience": (["traders", "passage"], [0.5, 0.6, 0.9]),
    }[on]
    data = _shift(on, of, "add", by)
    assert problems_of(toml(data))
    assert not problems_of(toml(put(data, f"{SHIFT}.ends", "hold")))


def test_held_ends_do_not_save_a_capability_of_nothing():
    data = _shift("capability", ["traders"], "add", [-1, -0.5, 0])
    assert problems_of(toml(put(data, f"{SHIFT}.ends", "hold")))


def test_a_held_shift_is_followed_by_the_next_from_the_end_where_it_stopped():
    """50-70 plus 90 stops at 100; minus 30 is then 70, well inside the scale."""
    data = _shift("status_quo", ["passage"], "add", [90, 90, 90])
    first = {**data["triggers"][0]["shifts"][0], "ends": "hold"}
    second = {**first, "by": [-30, -30, -30], "ends": "refuse"}
    assert not problems_of(toml(put(data, "triggers.0.shifts", [first, second])))


def test_unknown_episodes_are_refused_with_the_near_miss_where_they_are_known():
    text = toml(put(DATA, "exclude_episodes", ["sun-1956-suess"]))
    assert not problems_of(text), "without the list there is nothing to check against"
    (found,) = problems_of(text, episodes=frozenset({"sun-1956-suez", "usa-1958-lebanon"}))
    assert found.place == "exclude_episodes.0"
    assert "sun-1956-suess" in found.value
    assert "'sun-1956-suez'" in found.hint


def test_too_many_joint_strategies_are_refused_where_all_of_them_must_be_enumerated():
    """Three actors with 64 sets each: 262144, and every loss depends on all of them."""
    data = tiny(courses=6)
    for id in ("BBB", "CCC"):
        data["actors"].append({"id": id, "name": id})
        data["factions"].append({**data["factions"][0], "id": f"f-{id}", "actor": id})
        data["courses"] += [course(f"{id}-{n}", actor=id) for n in range(6)]
    assert not problems_of(toml(data))
    (held,) = problems_of(toml(put(data, "issues.0.ends", "hold")))
    assert "262144 joint strategies" in held.value
    (power,) = problems_of(toml({**data, "settings": {"rho": 1, "because": "x"}}))
    assert power.place == "settings.rho"


def test_numbers_at_the_edge_of_what_is_allowed_are_read():
    data = put(DATA, "issues.0.status_quo", [0, 0, 100])
    data = put(data, f"{STANCE}.salience", [0, 0, 1])
    data = put(data, "courses.2.feasibility", [0, 0, 0])
    data = put(data, "question.horizon_days", 3650)
    data = drop(data, "triggers.0.shifts")
    assert case_of(data).issues[0].status_quo == (0, 0, 100)


def test_recipients_of_a_course_in_the_record_are_actors_of_the_case():
    place = "courses.0.coded_as"
    codes = {"plover": ["CONSULT"], "cameo": ["045"], "recipients": ["SLD-Y"], "match": "wider"}
    (found,) = problems_of(toml(put(DATA, place, codes)))
    assert found.place == f"{place}.recipients.0"
    assert "SLD-X" in found.hint
    assert not problems_of(toml(put(DATA, place, {**codes, "recipients": ["SLD-X"]})))
    assert problems_of(toml(put(DATA, f"{place}.match", "narrower")))
