"""A place name means the place its article speaks of, and says why."""

from __future__ import annotations

import pytest

from tests.transforms.gazetteer.gazetteer_fixture import shipped_gazetteer
from transforms.entity.place import Place, PlaceContext, choose_place, country_named, part_named

NOWHERE = PlaceContext()


@pytest.mark.parametrize(
    ("name", "context", "country_iso2", "resolution"),
    [
        ("U.S.", NOWHERE, "US", "country"),
        ("Europe", NOWHERE, None, "region: across countries"),
        ("Scotland", NOWHERE, "GB", "part of a country: only country with one of that name"),
        ("Kyiv", NOWHERE, "UA", "city: only one of that name"),
        # the article's country stands before population
        ("London", NOWHERE, "GB", "city: population"),
        ("London", PlaceContext((("CA", 1),)), "CA", "city: document country CA"),
        ("London", PlaceContext(outlet_iso2="CA"), "CA", "city: outlet country CA"),
        ("London", PlaceContext((("CA", 1), ("GB", 1))), "GB", "city: document country GB"),
        ("Hull", PlaceContext(outlet_iso2="GB"), "GB", "city: outlet country GB"),
        # the United States are named everywhere: a small namesake needs its state as well
        ("Moscow", PlaceContext((("US", 3),)), "RU", "city: population"),
        ("Moscow", PlaceContext((("US", 3),), ("US-ID",)), "US", "city: document region US-ID"),
        ("Perth", PlaceContext((("GB", 3),), ("GB-SCT",)), "GB", "city: document region GB-SCT"),
        ("Paris, Texas", NOWHERE, "US", "city: document region US-TX"),
        ("London, Canada", NOWHERE, "CA", "city: document country CA"),
        ("Paris, Canada", NOWHERE, None, "place: in no gazetteer"),
        # a state and a country, a state and a city
        ("Georgia", NOWHERE, "GE", "country"),
        ("Ga", NOWHERE, "US", "part of a country: abbreviation of news"),
        ("Springfield, Ill.", NOWHERE, "US", "city: document region US-IL"),
        (
            "Georgia",
            PlaceContext((("US", 1),), ("US-TX",)),
            "US",
            "part of a country: document names other states",
        ),
        ("New York", NOWHERE, "US", "city: only one of that name"),
        (
            "Victoria",
            PlaceContext(outlet_iso2="AU"),
            "AU",
            "part of a country: only country with one of that name",
        ),
        ("Victoria", PlaceContext((("CA", 1),)), "CA", "city: document country CA"),
        # what remains ambiguous has no codes
        ("Punjab", NOWHERE, None, "part of a country: 2 countries have one of that name"),
        (
            "Springfield",
            NOWHERE,
            "US",
            "city: 8 of that name are too near in size (population)",
        ),
        ("Otter Bay", NOWHERE, None, "place: in no gazetteer"),
    ],
)
def test_choose_place(
    name: str, context: PlaceContext, country_iso2: str | None, resolution: str
) -> None:
    place = choose_place(name, context, shipped_gazetteer())
    assert (place.country_iso2, place.resolution) == (country_iso2, resolution)


def test_a_city_brings_its_number_and_coordinates() -> None:
    assert choose_place("Kyiv", NOWHERE, shipped_gazetteer()) == Place(
        "Kyiv", "703448", "city: only one of that name", "UA", "703448", 50.45466, 30.5238
    )


def test_what_a_name_says_of_where_an_article_plays() -> None:
    names = ("British", "Texas", "Ontario", "European", "London", "Congo")
    gazetteer = shipped_gazetteer()
    assert [(country_named(n, gazetteer), part_named(n, gazetteer)) for n in names] == [
        ("GB", None),
        ("US", "US-TX"),
        ("CA", "CA-ON"),  # stated, though California has a city Ontario
        (None, None),
        (None, None),  # what London means is the question, not the answer
        (None, None),  # two countries
    ]
