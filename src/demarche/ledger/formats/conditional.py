"""Conditional questions in words: "If Y, will X ...?" to its condition and its question, and back.

Only the leading form is taken apart, because only there is the end of the condition marked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Conditional", "join_conditional", "split_conditional"]

LEADING = re.compile(
    r"\s*if\s+(?P<condition>.+?),\s+(?P<rest>(?:then\s+)?(?P<ask>will|would|does|do|is|are|has|have"
    r"|can|could|should|what|which|how|who|when)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
THEN = re.compile(r"then\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """A question and the condition it hangs on; the condition is empty if there is none."""

    condition: str
    question: str


def split_conditional(text: str) -> Conditional:
    """Take "If Y, will X do Z?" apart.

    Examples
    --------
    >>> split_conditional("If Aland mobilises, will Borduria close its border within 30 days?")
    Conditional(condition='Aland mobilises',
                question='Will Borduria close its border within 30 days?')
    >>> split_conditional("Will Borduria close its border?").condition
    ''
    """
    plain = " ".join(text.split())
    met = LEADING.fullmatch(plain)
    if met is None:
        return Conditional(condition="", question=plain)
    rest = THEN.sub("", met.group("rest"), count=1)
    return Conditional(
        condition=met.group("condition").strip(), question=rest[0].upper() + rest[1:]
    )


def join_conditional(question: str, *, condition: str) -> str:
    """Say a question on a condition in one sentence; the inverse of :func:`split_conditional`.

    Examples
    --------
    >>> join_conditional("Will Borduria close its border?", condition="Aland mobilises")
    'If Aland mobilises, will Borduria close its border?'
    """
    if not condition.strip():
        return question
    return f"If {condition.strip()}, {question[0].lower() + question[1:]}"
