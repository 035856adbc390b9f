"""Forces that are pledged to a state protect it; forces that are threatened do not."""

from __future__ import annotations

import pytest

from demarche.reader.events import code_events


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Norway pledged to send 900 troops to Latvia.", "0334"),
        ("Denmark offered to deploy a battalion to Lithuania.", "0334"),
        ("Norway threatened to send troops to Latvia.", "138"),
    ],
)
def test_pledged_forces_are_no_threat(text, code):
    (event,) = code_events(text).events
    assert event.cameo == code
