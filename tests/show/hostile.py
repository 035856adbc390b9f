"""Strings that must stay text wherever a case, a page or a document shows them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from demarche.terms import Case

HOSTILE = (
    "<script>window.ran=1</script>",
    '" onmouseover="window.ran=1',
    "' onfocus='window.ran=1' autofocus='",
    "javascript:window.ran=1",
    "</script><svg onload=window.ran=1>",
    "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "</title></desc></svg></style><img src=x onerror=window.ran=1>",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    "```\n```{python}\nimport os; os.ran = 1\n```",
    "`r os.ran <- 1` `{python} ran`",
    "---\ntitle: taken over\n---",
    "{{< include /etc/hostname >}} ::: {.cell}",
    "$\\href{javascript:window.ran=1}{x}$ [a](javascript:window.ran=1) @cite",
    "'''\nran = 1\n'''",
    '"""\nran = 1\n"""',
    "\u202eevil\u202c \x1b]8;;http://evil.example\x07 \ufeff",
    "]]> <!-- --> &lt;b&gt; &#60;i&#62;",
)
"""Row by row: markup, attributes, links, templates, code fences, front matter, unseen marks."""

HOSTILE_URLS = (
    'https://ok.example/"onclick="window.ran=1',
    "https://ok.example/`{{x}}`)<b>&copy;",
    "https://ok.example/'>[x](javascript:window.ran=1)",
)
"""Addresses that a case may hold, since they are http, with what would break out of a link."""

PLAIN = {
    "id", "actor", "recipient", "trigger", "kind", "rule", "leader", "veto", "source", "on", "of",
    "how", "issue", "faction", "from_issue", "to_issue", "evidence", "asserted_by", "crossed_by",
    "crossed_by_triggers", "answers", "courses", "condition", "requires", "excludes", "sign",
    "observability", "precision", "said", "unacceptable", "exclude_episodes", "features",
    "coded_as", "recipients", "iso3", "cow", "code", "administered_by", "claimed_by", "words",
    "parties", "members", "ends", "match", "plover", "cameo", "together", "watched_by",
}  # fmt: skip
"""Fields that hold ids or words of a vocabulary, not text."""


class Filler:
    """Puts a hostile string into every text of a case, a different one each time."""

    def __init__(self) -> None:
        self.count = 0

    def string(self) -> str:
        self.count += 1
        return f"{HOSTILE[self.count % len(HOSTILE)]} #{self.count}"

    def filled(self, value: Any, *, name: str = "") -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            found = {
                f.name: self.filled(getattr(value, f.name), name=f.name) for f in fields(value)
            }
            return replace(value, **found)
        if name in PLAIN:
            if type(value) is tuple and value and is_dataclass(value[0]):
                return tuple(self.filled(item) for item in value)
            return value
        if name == "url" and isinstance(value, str) and value:
            self.count += 1
            return HOSTILE_URLS[self.count % len(HOSTILE_URLS)]
        if isinstance(value, str):
            return self.string() if value else value
        if type(value) is tuple and value and (isinstance(value[0], str) or is_dataclass(value[0])):
            return tuple(self.filled(item, name=name) for item in value)
        return value


def hostile_case(case: Case) -> tuple[Case, int]:
    """The case with hostile strings in every text field, and how many there are."""
    filler = Filler()
    made = filler.filled(case)
    return replace(made, format=case.format), filler.count
