"""Where the data of others lie, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def need(*parts: str) -> Path:
    """Path below the shared folder; the test is skipped where it is absent.

    With DEMARCHE_REQUIRE_ALL=1 its absence is a failure.
    """
    path = SHARED.joinpath(*parts)
    if not path.exists():
        if os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
            pytest.fail(f"{path} is required here and missing")
        pytest.skip(f"data of others are loaded, never shipped; absent: {'/'.join(parts)}")
    return path
