"""The results of the event coder refuse what no event can be."""

from __future__ import annotations

import pytest

from demarche.errors import TermError
from demarche.reader.events import code_events
from demarche.terms.reading_events import GivenActor


@pytest.mark.parametrize("names", [(), ("",), ("Arnor", " ")])
def test_an_actor_without_a_name_is_refused(names):
    with pytest.raises(TermError, match="needs at least one name"):
        GivenActor(names=names, code="ARN")


def test_an_actor_without_a_code_is_refused():
    with pytest.raises(TermError, match="needs a code"):
        GivenActor(names=("Arnor",), code=" ")


@pytest.mark.parametrize("text", [b"bytes", None, 3])
def test_only_text_is_read(text):
    with pytest.raises(TermError, match="must be text"):
        code_events(text)
