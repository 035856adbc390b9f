"""``demarche read --llm``: a model may add proposals; the text leaves only if that was said."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.errors import QuestionError

if TYPE_CHECKING:
    from demarche.desk.reading import Article

__all__ = ["CACHE", "with_model"]

CACHE = Path("desk") / "model-answers"
"""Where answers are kept, so that the same reading replays without a call."""
VARIABLE = "DEMARCHE_LLM_CACHE"


def with_model(
    article: Article, *, model: str, yes: bool, environment: Mapping[str, str] = os.environ
) -> Article:
    """Article with the proposals of a model added.

    Raises
    ------
    QuestionError
        If no address is set, or the text would leave this computer and nobody said that it may.
    """
    from demarche.reader.merging import merged
    from demarche.reader.model import access_from, propose

    cache = Path(environment.get(VARIABLE) or CACHE)
    access = access_from(model, environment=environment, cache=cache)
    if not access.local and not yes:
        if not sys.stdin.isatty():
            raise QuestionError(
                f"the text would leave this computer for {access.host}; say --yes if it may."
            )
        sys.stderr.write(f"The text will be sent to {access.host}. Send it? [y/N] ")
        sys.stderr.flush()
        if input().strip().lower() not in ("y", "yes"):
            raise QuestionError("nothing was sent.")
    proposed = propose(article.document.text, access=access)
    reading = merged(article.claims, proposed, text=article.document.text)
    new = [w for w in reading.warnings if w not in article.warnings]
    return replace(article, claims=reading, warnings=(*article.warnings, *new))
