"""Codes of acts put inside other acts: asked to, agreed to, refused to, threatened to, stopped."""

from __future__ import annotations

from demarche.terms.codebooks import CAMEO

__all__ = ["WRAPPERS", "compose"]

WRAPPERS = frozenset(
    "INTENT PLAN APPEAL DEMAND REJECT THREAT WARN PROPOSE HALT PASS TRY FAIL DENY ANNOUNCE "
    "CONSIDER SAY".split()
)
"""What a verb may do to the act it governs, in place of a code of its own."""

_APPEAL: dict[str, str] = {
    "04": "026",
    "038": "028",
    "045": "028",
    "05": "022",
    "057": "027",
    "06": "021",
    "061": "0211",
    "062": "0212",
    "063": "0213",
    "064": "0214",
    "07": "023",
    "071": "0231",
    "072": "0232",
    "073": "0233",
    "074": "0234",
    "08": "025",
    "0811": "0251",
    "0813": "0251",
    "0814": "0251",
    "083": "024",
    "0831": "0241",
    "0832": "0242",
    "0833": "0243",
    "084": "0253",
    "085": "0254",
    "086": "0255",
    "087": "0256",
}
"""Appeals by the act asked for; the longest code that begins the act's code counts."""

_INTENT: dict[str, str] = {
    "04": "036",
    "045": "039",
    "05": "032",
    "057": "037",
    "06": "031",
    "061": "0311",
    "062": "0312",
    "063": "0313",
    "064": "0314",
    "07": "033",
    "071": "0331",
    "072": "0332",
    "073": "0333",
    "074": "0334",
    "08": "035",
    "081": "0351",
    "083": "034",
    "0831": "0341",
    "0832": "0342",
    "0833": "0343",
    "084": "0353",
    "085": "0354",
    "086": "0355",
    "087": "0356",
    "15": "0334",  # forces that are pledged or offered are protection, not a threat
}

_REJECT: dict[str, str] = {
    "03": "120",
    "038": "126",
    "04": "125",
    "045": "126",
    "05": "120",
    "057": "127",
    "06": "121",
    "061": "1211",
    "062": "1212",
    "063": "1213",
    "064": "1214",
    "07": "122",
    "071": "1221",
    "072": "1222",
    "073": "1223",
    "074": "1224",
    "08": "124",
    "081": "1241",
    "083": "123",
    "0831": "1231",
    "0832": "1232",
    "0833": "1233",
    "084": "1243",
    "085": "1244",
    "086": "1245",
    "087": "1246",
}

_THREAT: dict[str, str] = {
    "12": "130",
    "14": "133",
    "15": "138",
    "16": "131",
    "161": "1313",
    "162": "1311",
    "163": "1312",
    "164": "134",
    "165": "135",
    "166": "136",
    "17": "132",
    "171": "131",
    "1722": "1322",
    "1723": "1323",
    "1724": "1324",
    "175": "137",
    "18": "1383",
    "19": "138",
    "190": "1384",
    "191": "1381",
    "192": "1382",
    "193": "1384",
    "194": "1384",
    "195": "1384",
    "20": "1385",
}

_HALT: dict[str, str] = {
    "04": "164",
    "045": "165",
    "05": "160",
    "057": "160",
    "06": "160",
    "061": "163",
    "07": "162",
    "071": "1621",
    "072": "1622",
    "073": "1623",
    "14": "082",
    "15": "087",
    "16": "080",
    "163": "085",
    "17": "081",
    "18": "087",
    "19": "087",
    "191": "0872",
    "192": "0874",
    "20": "087",
}


def _longest(table: dict[str, str], code: str) -> str | None:
    return next((table[code[:n]] for n in range(len(code), 1, -1) if code[:n] in table), None)


def _demand(code: str) -> str | None:
    """Demands mirror appeals: 02x becomes 10x."""
    appeal = _longest(_APPEAL, code)
    found = None if appeal is None else "10" + appeal[2:]
    return found if found in CAMEO else None


def compose(wrapper: str, code: str) -> str | None:
    """CAMEO code of an act governed by another one, None where the two make none.

    Examples
    --------
    >>> compose("APPEAL", "073"), compose("DEMAND", "0841"), compose("THREAT", "163")
    ('0233', '1053', '1312')
    >>> compose("INTENT", "190"), compose("REJECT", "046"), compose("HALT", "072")
    ('1384', '125', '1622')
    """
    hostile = code >= "12"
    if wrapper in ("PASS", "TRY", "FAIL", "DENY", "ANNOUNCE", "SAY"):
        return code
    if wrapper == "PLAN":
        return code if hostile else _longest(_INTENT, code) or code
    if wrapper in ("INTENT", "PROPOSE"):
        other = (_longest(_THREAT, code) or "130") if hostile else "030"
        return _longest(_INTENT, code) or other
    if wrapper == "APPEAL":
        return _longest(_APPEAL, code) or "020"
    if wrapper == "DEMAND":
        return _demand(code) or "100"
    if wrapper == "REJECT":
        return _longest(_REJECT, code) or "120"
    if wrapper in ("THREAT", "WARN"):
        return _longest(_THREAT, code) or "130"
    if wrapper == "HALT":
        return _longest(_HALT, code)
    return "014" if wrapper == "CONSIDER" else None
