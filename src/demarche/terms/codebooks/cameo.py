"""CAMEO: event codes, their labels, roots, quad classes, weights and PLOVER equivalents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from demarche.errors import TermError, near_miss
from demarche.terms.codebooks._tables import Lazy, table

__all__ = [
    "CAMEO",
    "CAMEO_ROOTS",
    "CameoCode",
    "cameo",
    "cameo_by_label",
    "cameo_hint",
    "quad_of_root",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameoCode:
    """One CAMEO code: what it means and where it stands in the other schemes.

    ``goldstein`` is the weight published for CAMEO (KEDS / Penn State; -10 hostile to +10
    cooperative), None where that scale has none; ``plover_event`` is None where PLOVER has no type
    (statements, root 01).
    """

    code: str
    label: str
    root: str
    parent: str | None
    quad: int
    plover_event: str | None
    plover_mode: str | None
    plover_contexts: tuple[str, ...]
    goldstein: float | None


def quad_of_root(root: str) -> int:
    """Quad class of a CAMEO root: 01-05 is 1, 06-08 is 2, 09-13 is 3, 14-20 is 4.

    1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict; the
    project's one scheme for every source. GDELT's own counts root 09 as 2 and root 14 as 3.

    Raises
    ------
    TermError
        If ``root`` is not the text of a root, ``"01"`` to ``"20"``.

    Examples
    --------
    >>> [quad_of_root(root) for root in ("05", "06", "09", "14")]
    [1, 2, 3, 4]
    """
    if not re.fullmatch("0[1-9]|1[0-9]|20", str(root)):
        raise TermError(
            f"{root!r} is not a CAMEO root. Roots are text, '01' to '20', with the leading zero."
        )
    number = int(root)
    return 1 + (number > 5) + (number > 8) + (number > 13)


def _codes() -> Mapping[str, CameoCode]:
    rows = {str(row[0]): row for row in table("cameo")}
    return {
        code: CameoCode(
            code=code,
            label=str(label),
            root=code[:2],
            parent=_parent(code),
            quad=quad_of_root(code[:2]),
            plover_event=event,
            plover_mode=mode,
            plover_contexts=tuple(contexts.split(";")) if contexts else (),
            goldstein=None if weight is None else float(weight),
        )
        for code, (_, label, weight, event, mode, contexts) in rows.items()
    }


def _parent(code: str) -> str | None:
    return code[:-1] if len(code) > 2 else None


CAMEO: Mapping[str, CameoCode] = Lazy(_codes)
"""All codes of CAMEO 1.1b3, roots included, by code; see docs/codebooks.md."""

CAMEO_ROOTS: Mapping[str, str] = Lazy(
    lambda: {code: entry.label for code, entry in CAMEO.items() if len(code) == 2}
)
"""The twenty roots and their labels."""


def cameo(code: str) -> CameoCode:
    """Entry of a CAMEO code.

    Parameters
    ----------
    code : str
        Two to four digits as text, with the leading zero.

    Returns
    -------
    CameoCode

    Raises
    ------
    TermError
        If the code is not in CAMEO 1.1b3, with the near miss.

    References
    ----------
    .. [1] Schrodt, P. A. (2012). CAMEO: Conflict and Mediation Event Observations, event and actor
       codebook, version 1.1b3. Pennsylvania State University.
    .. [2] Goldstein, J. S. (1992). A conflict-cooperation scale for WEIS events data. Journal of
       Conflict Resolution 36(2), 369-385. doi:10.1177/0022002792036002007

    Examples
    --------
    >>> entry = cameo("0871")
    >>> entry.label, entry.quad, entry.plover_event, entry.plover_mode, entry.goldstein
    ('Declare truce, ceasefire', 2, 'RETREAT', 'ceasefire', 9.0)
    """
    found = CAMEO.get(code)
    if found is None:
        raise TermError(
            f"{code!r} is not a CAMEO code. {cameo_hint(code)} Codes are text, 2 to 4 digits."
        )
    return found


def cameo_hint(code: object) -> str:
    """Near miss of a CAMEO code: lost zero first, then the code above it, then a like one.

    Examples
    --------
    >>> cameo_hint("45")
    "Did you mean '045' (Mediate)? The zero was lost."
    >>> cameo_hint("1999")
    "Did you mean '19' (FIGHT)?"
    """
    text = str(code)
    if "0" + text in CAMEO:
        return f"Did you mean {'0' + text!r} ({CAMEO['0' + text].label})? The zero was lost."
    for stem in (text[:end] for end in range(len(text) - 1, 1, -1)):
        if stem in CAMEO:
            return f"Did you mean {stem!r} ({CAMEO[stem].label})?"
    return near_miss(text, CAMEO)


def _plain(label: str) -> str:
    """Label without case, punctuation, plural or "not specified below"."""
    words = re.sub(r"[^a-z0-9]+", " ", label.lower().replace("'", "")).strip()
    words = re.sub(r" not specified below$| nsb$", "", words)
    return words.replace("not mediation", "non mediation").replace("armed forces", "armed force")


_ALSO: Mapping[str, str] = {
    "Reject accusation, deny responsibility": "016",
    "Appeal for intelligence cooperation": "0214",
    "Appeal for material aid": "023",
    "Appeal to others to engage in or accept mediation": "028",
    "Engage in mediation": "045",
    "Express intent to ease popular protest": "0352",
    "Express intent to bring political reform": "034",
    "Demand aid": "103",
    "Demand easing of popular dissent": "1052",
    "Threaten with sanctions, boycott, or embargo": "1312",
    "Threaten with violent repression": "137",
    "Threaten attack with weapons of mass destruction": "1385",
    "Carry out car bombing": "1832",
    "Abduct, hijack": "181",
    "Use violent repression": "175",
}
"""Other wordings of the same codes: those of GDELT, ICEWS and earlier manuals."""


@cache
def _labels() -> Mapping[str, str]:
    """Plain label to code; a three-digit code before its root where both read alike."""
    found: dict[str, str] = {}
    for code in sorted(CAMEO, key=lambda code: (len(code) == 2, code)):
        found.setdefault(_plain(CAMEO[code].label), code)
    return {**found, **{_plain(label): code for label, code in _ALSO.items()}}


def cameo_by_label(label: str) -> str:
    """CAMEO code of a label, as ICEWS prints it in its event text or the benchmarks as relation.

    Case, underscores, punctuation and "not specified below" do not matter. Where a root and its
    unspecified code read alike (Consult), the three-digit code is meant.

    Raises
    ------
    TermError
        If no code is so called, with the near miss.

    Examples
    --------
    >>> cameo_by_label("Make_an_appeal_or_request"), cameo_by_label("Consult")
    ('020', '040')
    """
    found = _labels().get(_plain(label))
    if found is None:
        hint = near_miss(_plain(label), _labels())
        raise TermError(f"no CAMEO code is called {label!r}. {hint} Give the manual's label.")
    return found
