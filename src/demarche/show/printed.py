"""What commands print with ``--json``."""

from __future__ import annotations

import json
import sys

__all__ = ["print_json"]


def print_json(data: object) -> None:
    """Print one JSON object."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
