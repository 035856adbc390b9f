"""Pages and PDFs are turned into text by a process of its own, with bounded time and memory."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from demarche.errors import DataError
from demarche.reader.limits import Limits

__all__ = ["extract_apart", "main"]

NEEDED = "reading HTML and PDF needs the extra reader: pip install 'demarche[reader]'"


def extract_apart(kind: str, data: bytes, *, name: str, limits: Limits) -> dict[str, Any]:
    """Text and metadata of a page (``html``, UTF-8 bytes) or a ``pdf``.

    Raises
    ------
    DataError
        If it cannot be read, or takes more time or memory than the limits allow.
    """
    order = json.dumps({"kind": kind, "name": name, "limits": asdict(limits)}).encode()
    command = [sys.executable, "-m", "demarche.reader.apart"]
    try:
        done = subprocess.run(
            command,
            input=len(order).to_bytes(4, "big") + order + data,
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            limits.over("seconds", f"{name} takes longer than that to turn into text")
        ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        if b"MemoryError" in done.stderr or done.returncode in (-9, -11, -6, 137):
            raise DataError(
                limits.over("memory_mb", f"{name} needs more memory than that to turn into text")
            ) from None
        raise DataError(f"{name} cannot be turned into text; save it as plain text.") from None
    if "error" in answer:
        raise DataError(str(answer["error"]))
    return dict(answer)


def _work(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    limits = Limits(**order["limits"])
    name = order["name"]
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        size = limits.memory_mb * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    try:
        if order["kind"] == "pdf":
            from demarche.reader.pdf import extract as pdf

            return pdf(data, name=name, limits=limits)
        from demarche.reader.markup import extract as page

        return page(data.decode("utf-8", "surrogatepass"), name=name, limits=limits)
    except DataError as error:
        return {"error": str(error)}
    except ImportError:
        return {"error": NEEDED}
    except MemoryError:
        what = f"{name} needs more memory than that to turn into text"
        return {"error": limits.over("memory_mb", what)}


def main() -> int:
    """Read an order and bytes from standard input, write the answer to standard output."""
    raw = sys.stdin.buffer.read()
    size = int.from_bytes(raw[:4], "big")
    answer = _work(json.loads(raw[4 : 4 + size]), raw[4 + size :])
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
