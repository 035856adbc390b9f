"""A PDF to its text, page by page, within limits."""

from __future__ import annotations

import io
import re
from typing import Any

from demarche.errors import DataError
from demarche.reader.limits import Limits

__all__ = ["extract"]


def extract(data: bytes, *, name: str, limits: Limits) -> dict[str, Any]:
    """Text and metadata of a PDF.

    Raises
    ------
    DataError
        If it is damaged, locked, too long, or holds pictures of text only.
    """
    import logging

    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            raise DataError(f"{name} is locked by a password; save it without one.")
        count = len(document.pages)
    except DataError:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        OSError,
        AttributeError,
    ) as error:
        raise DataError(f"{name} is a damaged PDF: {_short(error)}") from None
    if count > limits.pages:
        raise DataError(limits.over("pages", f"{name} has {count:,} pages", need=count))
    parts: list[str] = []
    failed = 0
    size = 0
    for page in document.pages:
        try:
            text = page.extract_text() or ""
        except MemoryError:
            raise
        except Exception:
            failed += 1
            continue
        size += len(text)
        if size > limits.characters:
            raise DataError(limits.over("characters", f"{name} holds more text than that"))
        parts.append(_joined(text))
    body = "\n\n".join(part for part in parts if part.strip())
    notes = [f"{failed:,} of {count:,} pages could not be read"] if failed else []
    if not body.strip():
        why = "no page could be read" if failed else "it may hold pictures of pages"
        raise DataError(f"{name} holds no text ({why}); run it through text recognition first.")
    title, author, day = _metadata(document)
    return {
        "text": body,
        "title": title,
        "author": author,
        "outlet": "",
        "date": day,
        "notes": notes,
    }


def _short(error: BaseException) -> str:
    return f"{str(error)[:120].rstrip('.')}."


def _joined(text: str) -> str:
    """Words that were parted at the end of a line are joined again."""
    return re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text.replace("\x00", ""))


def _metadata(document: Any) -> tuple[str, str, str]:
    """Title, author and day of a PDF, as far as it states them."""
    try:
        held = document.metadata
        if held is None:
            return "", "", ""
        made = held.creation_date
        day = made.date().isoformat() if made is not None else ""
        return str(held.title or "")[:500], str(held.author or "")[:500], day
    except Exception:
        return "", "", ""
