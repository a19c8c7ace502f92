"""Names find their codes, and what is no place finds none."""

from __future__ import annotations

import pytest

from expectations.iso_codes import COUNTRIES
from tests.transforms.gazetteer.gazetteer_fixture import shipped_gazetteer
from transforms.plain_text import shown_name


@pytest.mark.parametrize(
    ("name", "iso2"),
    [
        ("US", "US"),
        ("U.S.", "US"),
        ("U.S.A.", "US"),
        ("the United States", "US"),
        ("us", None),  # the pronoun
        ("US dollar", None),
        ("UK", "GB"),
        ("Britain", "GB"),
        ("Burma", "MM"),
        ("Myanmar", "MM"),
        ("Ivory Coast", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Russia", "RU"),
        ("South Korea", "KR"),
        ("Republic of Korea", "KR"),
        ("Korea", None),  # two countries
        ("Congo", None),  # two countries
        ("Iran", "IR"),
        ("Islamic Republic of Iran", "IR"),
        ("Turkey", "TR"),
        ("turkey", None),  # the bird
        ("CHINA", "CN"),  # a headline in capitals
        ("IN", None),  # a code is no name
        ("European Union", None),
        ("Atlantis", None),
    ],
)
def test_country(name: str, iso2: str | None) -> None:
    assert shipped_gazetteer().country(name) == iso2


@pytest.mark.parametrize(
    ("name", "known", "iso2"),
    [
        ("Chinese", True, "CN"),
        ("Americans", True, "US"),
        ("Welsh", True, "GB"),
        ("European", True, None),  # many countries
        ("Congolese", True, None),  # two countries
        ("polish", False, None),  # the verb
        ("Martian", False, None),
    ],
)
def test_demonym(name: str, known: bool, iso2: str | None) -> None:
    gazetteer = shipped_gazetteer()
    assert (gazetteer.is_demonym(name), gazetteer.demonym(name)) == (known, iso2)


@pytest.mark.parametrize(
    ("name", "countries"),
    [
        ("London", ["GB", "CA"]),  # largest first
        ("Kyiv", ["UA"]),
        ("Kiev", ["UA"]),  # other spelling
        ("New York", ["US"]),  # GeoNames says New York City
        ("Calcutta", ["IN", "ZA"]),  # old spelling of a large city beside a small one
        ("European", []),  # no mine in Arizona
        ("reading", []),
    ],
)
def test_cities(name: str, countries: list[str]) -> None:
    assert [city.iso2 for city in shipped_gazetteer().cities(name)] == countries


def test_a_city_has_its_number_and_coordinates() -> None:
    [kyiv] = shipped_gazetteer().cities("Kyiv")
    assert (kyiv.geonames_id, round(kyiv.latitude), round(kyiv.longitude)) == ("703448", 50, 31)


def test_other_kinds_of_name() -> None:
    gazetteer = shipped_gazetteer()
    found = {
        "currency": [gazetteer.is_currency(n) for n in ("USD", "dollars", "Euro", "usd", "goats")],
        "region": [gazetteer.is_region(n) for n in ("Europe", "Middle East", "Texas")],
        "us_state": [gazetteer.us_state(n) for n in ("Texas", "texas", "Bavaria")],
        "subdivision": [
            [part.iso2 for part in gazetteer.subdivisions(n)] for n in ("Scotland", "Punjab")
        ],
    }
    assert found == {
        "currency": [True, True, True, False, False],
        "region": [True, True, False],
        "us_state": ["TX", None, None],
        "subdivision": [["GB"], ["IN", "PK"]],
    }


def test_no_demonym_stands_twice_and_every_code_is_a_country() -> None:
    gazetteer = shipped_gazetteer()
    codes = {iso2 for iso2 in gazetteer._demonyms.values() if iso2}
    assert {gazetteer.country_of_code(iso2).iso2 for iso2 in codes} == codes


def test_every_listed_place_passes_the_checks_of_an_entity() -> None:
    known = shipped_gazetteer()
    countries = {known.country_of_code(iso2) for iso2 in known._countries.values()}
    cities = {city for named in known._cities.values() for city in named}
    parts = {part for named in known._subdivisions.values() for part in named}
    in_force = set(COUNTRIES.split())

    codes = {c.iso2 for c in countries} | {c.iso2 for c in cities} | {p.iso2 for p in parts}
    assert codes - {None} <= in_force
    assert {iso2 for iso2 in known._demonyms.values() if iso2} <= in_force
    names = {c.name for c in countries} | {c.name for c in cities} | {p.name for p in parts}
    assert [
        name for name in names | set(known._people.values()) if name != shown_name(name) or not name
    ] == []
    assert all(-90 <= c.latitude <= 90 and -180 <= c.longitude <= 180 for c in cities)
    assert all(place.geonames_id is None or place.geonames_id.isdigit() for place in countries)
    assert all(city.geonames_id.isdigit() for city in cities)
