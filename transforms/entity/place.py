"""Decides which country, city or part of a country a place name means in its article, and why.

Reads only names, the countries its article names and the outlet's country; null codes where the
gazetteer has none. A people ("European") is never a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transforms.gazetteer.lookup import Gazetteer
from transforms.gazetteer.package import City, Subdivision

# A city of the article's countries is meant unless one elsewhere is this many times larger: with
# Canada named London is in Ontario, with the United States named Moscow is still in Russia.
_CONTEXT_RATIO = 50
# A smaller city needs its state named as well, if one elsewhere is much larger: most articles name
# the United States, and few of those mean the Geneva of Illinois.
_CONTEXT_POPULATION = 100_000
# Without any context the largest city is meant only where it is this many times the next.
_POPULATION_RATIO = 5
# A US state's name is the state's unless a city of that name is at least this large.
_STATE_NAMESAKE = 500_000


class PlaceContext(NamedTuple):
    """Where an article plays: countries it names and how often, parts of them, outlet's country.

    `parts` are ISO 3166-2 codes ("US-TX").
    """

    countries: tuple[tuple[str, int], ...] = ()
    parts: tuple[str, ...] = ()
    outlet_iso2: str | None = None


class Place(NamedTuple):
    """A place that was chosen: name, codes, what distinguishes it from places of that name, why."""

    name: str
    disambiguator: str
    resolution: str
    country_iso2: str | None = None
    geonames_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def is_listed(name: str, gazetteer: Gazetteer) -> bool:
    """Whether any list of places holds the name."""
    return bool(
        gazetteer.short_state(name)
        or _part_by_comma(name, gazetteer)
        or gazetteer.country(name)
        or gazetteer.is_region(name)
        or gazetteer.cities(name)
        or gazetteer.subdivisions(name)
    )


def is_plain(name: str, gazetteer: Gazetteer) -> bool:
    """Whether the name means the same place in every article."""
    if gazetteer.country(name):
        return gazetteer.us_state(name) is None
    if gazetteer.short_state(name):
        return True
    if gazetteer.is_region(name) or ", " in name:
        return True
    return not gazetteer.subdivisions(name) and len(gazetteer.cities(name)) < 2


def country_named(name: str, gazetteer: Gazetteer) -> str | None:
    """The country that a name of a place or of a people speaks of, for an article's context."""
    if iso2 := gazetteer.country(name) or gazetteer.demonym(name):
        return iso2
    if gazetteer.us_state(name) or gazetteer.short_state(name):
        return "US"
    parts = gazetteer.subdivisions(name)
    owners = {part.iso2 for part in parts}
    is_certain = any(part.stated for part in parts) or not gazetteer.is_city(name)
    return owners.pop() if len(owners) == 1 and is_certain else None


def part_named(name: str, gazetteer: Gazetteer) -> str | None:
    """Code of the part of a country that a name speaks of; none where it may be more."""
    if short := gazetteer.short_state(name):
        return short.code
    parts = gazetteer.subdivisions(name)
    cities = gazetteer.cities(name)
    if gazetteer.country(name) or (cities and cities[0].population >= _STATE_NAMESAKE):
        return None
    if state := gazetteer.us_state(name):
        return f"US-{state}"
    return parts[0].code if len(parts) == 1 and (parts[0].stated or not cities) else None


def _part_by_comma(name: str, gazetteer: Gazetteer) -> tuple[str, PlaceContext] | None:
    """ "Paris, Texas" as Paris in an article that names Texas and no other place."""
    head, comma, tail = name.rpartition(", ")
    if not comma or not gazetteer.is_city(head):
        return None
    country, part = country_named(tail, gazetteer), part_named(tail, gazetteer)
    if country not in {city.iso2 for city in gazetteer.cities(head)}:
        return None
    return head, PlaceContext(((country, 1),) if country else (), (part,) if part else ())


def choose_place(name: str, context: PlaceContext, gazetteer: Gazetteer) -> Place:
    """The place meant, by rules tried in turn: country, region, part of a country, city.

    A name that no list holds, or that context cannot settle, is a place of its own name without
    codes; its resolution states that.
    """
    if (found := _part_by_comma(name, gazetteer)) is not None:
        return choose_place(found[0], found[1], gazetteer)
    if (short := gazetteer.short_state(name)) is not None:
        return _part((short,), "abbreviation of news", "US")
    iso2, state = gazetteer.country(name), gazetteer.us_state(name)
    if iso2 and state and any(part.startswith("US-") for part in context.parts):
        return _part(gazetteer.subdivisions(name), "document names other states", "US")
    if iso2:
        country = gazetteer.country_of_code(iso2)
        return Place(country.name, iso2, "country", iso2, country.geonames_id)
    if gazetteer.is_region(name):
        return Place(name, "region", "region: across countries")
    cities, parts = gazetteer.cities(name), gazetteer.subdivisions(name)
    if parts and (not cities or _is_part_rather(cities, parts, context, bool(state))):
        return _choose_part(name, parts, context)
    if cities:
        return _choose_city(name, cities, context)
    return Place(name, "", "place: in no gazetteer")


def _is_part_rather(
    cities: Sequence[City], parts: Sequence[Subdivision], context: PlaceContext, is_state: bool
) -> bool:
    """Whether a name of both is the part's: the state of Victoria in an Australian article."""
    if any(part.stated for part in parts):
        return True
    if is_state:
        return cities[0].population < _STATE_NAMESAKE
    of_city = {city.iso2 for city in cities}
    of_part = {part.iso2 for part in parts} - of_city
    near = [iso2 for iso2, _ in _clues(context) if iso2 in of_part | of_city]
    return bool(near) and near[0] in of_part


def _choose_part(name: str, parts: Sequence[Subdivision], context: PlaceContext) -> Place:
    owners = sorted({part.iso2 or "" for part in parts})
    if len(owners) == 1:
        return _part(parts, "only country with one of that name", owners[0] or None)
    for iso2, reason in _clues(context):
        if iso2 in owners:
            return _part([p for p in parts if p.iso2 == iso2], reason, iso2)
    return Place(name, "", f"part of a country: {len(owners)} countries have one of that name")


def _part(parts: Sequence[Subdivision], reason: str, iso2: str | None) -> Place:
    part = next(part for part in parts if iso2 is None or part.iso2 == iso2)
    return Place(part.name, part.code, f"part of a country: {reason}", iso2)


def _choose_city(name: str, cities: Sequence[City], context: PlaceContext) -> Place:
    if len(cities) == 1:
        return _city(cities[0], "only one of that name")
    # GeoNames and ISO have the same letters for the parts of some countries only.
    named = [city for city in cities if f"{city.iso2}-{city.admin1}" in context.parts]
    if len(named) == 1:
        return _city(named[0], f"document region {named[0].iso2}-{named[0].admin1}")
    weight = {iso2: (count, f"document country {iso2}") for iso2, count in context.countries}
    if context.outlet_iso2:
        outlet = (1, f"outlet country {context.outlet_iso2}")
        weight.setdefault(context.outlet_iso2, outlet)
    # The largest of each country stands for it; a country counts as often as it is named.
    near = {
        city.iso2: city
        for city in reversed(cities)
        if city.iso2 in weight and _is_large_enough(city, cities[0])
    }
    if near:
        iso2 = max(near, key=lambda code: (near[code].population * weight[code][0], code))
        return _largest(name, [c for c in cities if c.iso2 == iso2], weight[iso2][1])
    return _largest(name, cities, "population")


def _is_large_enough(city: City, largest: City) -> bool:
    ratio = _POPULATION_RATIO if city.population < _CONTEXT_POPULATION else _CONTEXT_RATIO
    return largest.population <= ratio * city.population


def _clues(context: PlaceContext) -> list[tuple[str, str]]:
    clues = [(iso2, f"document country {iso2}") for iso2, _ in context.countries]
    if context.outlet_iso2:
        clues.append((context.outlet_iso2, f"outlet country {context.outlet_iso2}"))
    return clues


def _largest(name: str, cities: Sequence[City], reason: str) -> Place:
    largest, *others = cities
    if not others or others[0].population * _POPULATION_RATIO <= largest.population:
        return _city(largest, reason)
    owners = {city.iso2 for city in cities}
    country = largest.iso2 if len(owners) == 1 else None
    text = f"city: {len(cities)} of that name are too near in size ({reason})"
    return Place(name, country or "", text, country)


def _city(city: City, reason: str) -> Place:
    return Place(
        city.name, city.geonames_id, f"city: {reason}", city.iso2, city.geonames_id,
        city.latitude, city.longitude,
    )  # fmt: skip
