"""Every state is read alike: by its name, its adjective, its people and its seat of government."""

from __future__ import annotations

import pytest

from demarche.reader.events import code_events
from demarche.reader.events.lexicon import rows, split
from demarche.terms.codebooks import COUNTRIES

PLACES = rows("places")
SOVEREIGN = [country for country in COUNTRIES.values() if country.cow and country.iso3 != "NOR"]


def dyads(text: str) -> list[tuple[str | None, str, str | None]]:
    """Actor, code and recipient of each event."""
    return [
        (e.actor.code, e.cameo, e.recipient.code if e.recipient else None)
        for e in code_events(text).events
    ]


def words(column: str) -> list[tuple[str, str]]:
    """Code and phrase of a column of the places, without the state on the other side."""
    return [
        (row["iso3"], one) for row in PLACES if row["iso3"] != "NOR" for one in split(row[column])
    ]


@pytest.mark.parametrize("country", SOVEREIGN, ids=lambda country: country.iso3)
def test_by_name(country):
    assert dyads(f"{country.name} attacked Norway.") == [(country.iso3, "190", "NOR")]
    assert dyads(f"Norway attacked {country.name}.") == [("NOR", "190", country.iso3)]
    assert dyads(f"Norway signed a treaty with {country.name}.") == [("NOR", "057", country.iso3)]


@pytest.mark.parametrize(("iso3", "adjective"), words("adjectives"))
def test_by_adjective(iso3, adjective):
    assert dyads(f"{adjective} soldiers attacked Norway.") == [(iso3, "190", "NOR")]
    assert dyads(f"Norway attacked {adjective} soldiers.") == [("NOR", "190", iso3)]


@pytest.mark.parametrize(("iso3", "people"), words("people"))
def test_by_people(iso3, people):
    assert dyads(f"Norway arrested two {people}.") == [("NOR", "173", iso3)]


@pytest.mark.parametrize(("iso3", "seat"), words("seats"))
def test_by_seat(iso3, seat):
    assert dyads(f"{seat} condemned Norway.") == [(iso3, "111", "NOR")]


def test_nearly_all_states_have_an_adjective_and_most_a_seat():
    sovereign = {country.iso3 for country in SOVEREIGN}
    assert len(sovereign & {iso3 for iso3, _ in words("adjectives")}) > 180
    assert len(sovereign & {iso3 for iso3, _ in words("seats")}) > 160
