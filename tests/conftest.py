"""What the tests share: the template's case, the first case, and answers made once."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable

import pytest
from hypothesis import settings

from demarche.cases import parse_case, shipped_case, shipped_ids, template
from demarche.desk import Answer, ask
from demarche.terms import NO_TRIGGER, Case

# an example may take as long as a busy machine makes it
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

FEW = 16
PATIENCE = 120
"""Seconds of processor time after which an answer from few draws is given up."""


def arms() -> list[tuple[str, str]]:
    """Return every trigger of every shipped case, and the arm without one."""
    found = []
    for id in shipped_ids():
        case = shipped_case(id)
        ids = dict.fromkeys([*(trigger.id for trigger in case.triggers), NO_TRIGGER])
        found += [(id, trigger) for trigger in ids]
    return found


class TooSlowError(AssertionError):
    """An answer from few draws that takes longer than anyone waits."""


def patiently(make: Callable[[], Answer], *, what: str) -> Answer:
    """Return an answer, or fail once it has used more processor time than a user's patience."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"{what}: no answer from {FEW} draws after {PATIENCE} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        return make()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(scope="session")
def answered() -> Callable[[str, str], Answer]:
    """Answers of shipped cases by id and trigger, each made once; a slow case is tried once."""
    slow: dict[str, str] = {}

    @functools.cache
    def make(id: str, trigger: str) -> Answer:
        case = shipped_case(id)
        return patiently(
            lambda: ask(case, trigger=trigger, draws=FEW, compare=False), what=f"{id}, {trigger}"
        )

    def once(id: str, trigger: str) -> Answer:
        if id in slow:
            pytest.fail(slow[id], pytrace=False)
        try:
            return make(id, trigger)
        except TooSlowError as error:
            slow[id] = str(error)
            pytest.fail(slow[id], pytrace=False)

    return once


@pytest.fixture(scope="session")
def small_case() -> Case:
    return parse_case(template(), file="template.toml")


@pytest.fixture(scope="session")
def regional() -> Case:
    return shipped_case("regional-war")


@pytest.fixture(scope="session")
def small_answer(small_case: Case) -> Answer:
    return ask(small_case, draws=64)


@pytest.fixture(scope="session")
def regional_answer(regional: Case) -> Answer:
    """With the other triggers beside it."""
    return ask(regional, draws=FEW)
