"""Posts of Metaculus by its API, read with the user's own token; nothing is ever sent but that.

One request per post, no redirect is followed, so that the token goes to no other host, and answers
have a limit.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from demarche.errors import DataError

__all__ = ["BASE", "fetch_posts", "post_of"]

BASE = "https://www.metaculus.com/api"
AGENT = "demarche (reads one's own forecasts)"
SECONDS = 30.0
LARGEST = 20_000_000
"""Bytes of one answer at most."""
LINK = re.compile(r"https://(?:www\.)?metaculus\.com/questions/([0-9]{1,9})(?:/.*)?", re.ASCII)
REASONS = {
    401: "the token is not accepted; make one in the settings of your account",
    403: "the token may not read this post",
    404: "there is no such post",
    429: "too many requests; wait some minutes",
}


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the token is for one host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def post_of(said: str) -> int:
    """Number of a post by itself or by its address.

    Raises
    ------
    DataError
        If it is neither.

    Examples
    --------
    >>> post_of("578"), post_of("https://www.metaculus.com/questions/578/some-title/")
    (578, 578)
    """
    text = said.strip()
    met = LINK.fullmatch(text)
    digits = met.group(1) if met else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9 and int(digits)):
        raise DataError(
            f"a post of Metaculus is its number, such as 578, or its address, got {said[:60]!r}."
        )
    return int(digits)


def fetch_posts(
    posts: Sequence[int],
    *,
    token: str,
    base: str = BASE,
    progress: Callable[[str], object] = lambda text: None,
) -> str:
    """Posts as one JSON text that `read_metaculus` reads.

    Parameters
    ----------
    posts : sequence of int
    token : str
        Of one's own account; it stands in no message and is stored nowhere.
    base : str
    progress : callable
        Told of every request.

    Raises
    ------
    DataError
        If the token is none, or a post cannot be read.
    """
    if not token.strip() or not token.isascii() or not token.strip().isalnum():
        raise DataError("the token of Metaculus must be letters and digits; copy it once more.")
    opener = urllib.request.build_opener(_Straight)
    found = []
    for number in dict.fromkeys(posts):
        url = f"{base}/posts/{number}/"
        progress(f"reading {url} ...")
        headers = {
            "Authorization": f"Token {token.strip()}",
            "Accept": "application/json",
            "User-Agent": AGENT,
        }
        request = urllib.request.Request(url, headers=headers)
        found.append(_answer(opener, request, what=f"post {number} of Metaculus"))
    return json.dumps({"results": found}, ensure_ascii=False)


def _answer(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, *, what: str
) -> Any:
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            raw = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        reason = REASONS.get(error.code, f"the server answered {error.code}")
        raise DataError(f"{what} cannot be read: {reason}.") from None
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", error))[:120]
        raise DataError(f"{what} cannot be read: {reason}.") from None
    if len(raw) > LARGEST:
        raise DataError(f"{what} has more than {LARGEST:,} bytes and is not read.")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise DataError(f"{what} came as no JSON; is a page in between?") from None
    if not isinstance(data, dict):
        raise DataError(f"{what} came as {type(data).__name__}; expected one post.")
    return data
