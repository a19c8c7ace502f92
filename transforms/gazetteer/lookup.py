"""Looks up countries, cities, regions, peoples and currencies by name.

The names come from packages (`gazetteer_package`). Demonyms and everyday names that no package
of the environment holds arrive as arguments, from `seeds/reference/demonyms.csv` and
`seeds/reference/place_names.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.gazetteer.package import (
    City,
    Country,
    Subdivision,
    city_names,
    country_names,
    country_rows,
    currency_names,
    dotted_state_codes,
    key_of,
    region_names,
    subdivision_names,
    us_state_names,
)


@dataclass(frozen=True)
class Gazetteer:
    """Names to codes. Every lookup is by folded name and refuses a name in lower case."""

    _countries: dict[str, str]
    _country: dict[str, Country]
    _demonyms: dict[str, str | None]
    _people: dict[str, str]
    _cities: dict[str, tuple[City, ...]]
    _subdivisions: dict[str, tuple[Subdivision, ...]]
    _regions: frozenset[str]
    _currencies: frozenset[str]
    _us_states: dict[str, str]
    _state_codes: dict[str, Subdivision]
    _short_states: dict[str, Subdivision]

    def country(self, name: str) -> str | None:
        """ISO 3166-1 alpha-2 code of the country of that name; "US" has one, "us" has none."""
        return self._countries.get(key_of(name)) if _is_name(name) else None

    def country_of_code(self, iso2: str) -> Country:
        """The country with that code; KeyError where there is none."""
        return self._country[iso2]

    def demonym(self, name: str) -> str | None:
        """Code of the country whose people or things are so called; null for "European" too."""
        return self._demonyms.get(key_of(name)) if _is_name(name) else None

    def is_demonym(self, name: str) -> bool:
        """Whether the word names a people or its things, of one country or of several."""
        return _is_name(name) and key_of(name) in self._demonyms

    def people(self, name: str) -> str | None:
        """The one demonym that stands for a country's: "American" for "Americans"."""
        return self._people.get(key_of(name)) if _is_name(name) else None

    def cities(self, name: str) -> tuple[City, ...]:
        """Cities of that name or, where they are large, of that other spelling; largest first."""
        return self._cities.get(key_of(name), ()) if _is_name(name) else ()

    def is_city(self, name: str) -> bool:
        """Whether any city of 15,000 people or more is so called."""
        return bool(self.cities(name))

    def subdivisions(self, name: str) -> tuple[Subdivision, ...]:
        """States, provinces and other parts of countries of that name."""
        if (state := self._state_codes.get(name)) is not None:
            return (state,)
        return self._subdivisions.get(key_of(name), ()) if _is_name(name) else ()

    def short_state(self, name: str) -> Subdivision | None:
        """The state of the USA that news abbreviates so, with or without the point: "Calif."."""
        return self._short_states.get(name.removesuffix("."))

    def is_region(self, name: str) -> bool:
        """Whether the name is of a continent or another place across countries."""
        return _is_name(name) and key_of(name) in self._regions

    def is_currency(self, name: str) -> bool:
        """Whether the name is a currency's, its ISO code or its unit; case does not matter."""
        return key_of(name) in self._currencies

    def us_state(self, name: str) -> str | None:
        """Two-letter code of the state of the USA of that name or dotted code ("N.D.")."""
        if (state := self._state_codes.get(name)) is not None:
            return state.code[-2:]
        return self._us_states.get(key_of(name)) if _is_name(name) else None


def load_gazetteer(place_name: pl.DataFrame, demonym: pl.DataFrame) -> Gazetteer:
    """The gazetteer from the packages and two reference frames; takes about a second.

    `place_name` has columns name, kind (country, part, region, us_state), iso2 (of a us_state the
    ISO 3166-2 code), reason; `demonym` has demonym, iso2 (null or empty where several countries
    share it), reason; the first row of a country is the demonym its entity is named by.
    """
    placed = [(n, k, i or None) for n, k, i in place_name.select("name", "kind", "iso2").rows()]
    peoples = demonym.select("demonym", "iso2").rows()
    countries = dict(country_names())
    countries |= {key_of(n): iso2 for n, kind, iso2 in placed if kind == "country" and iso2}
    return Gazetteer(
        _countries=countries,
        _country=country_rows(),
        _demonyms={key_of(name): iso2 or None for name, iso2 in peoples},
        _people=_people_names(demonym),
        _cities=city_names(),
        _subdivisions=subdivision_names([(n, i) for n, kind, i in placed if kind == "part"]),
        _regions=frozenset(region_names()) | {key_of(n) for n, k, _ in placed if k == "region"},
        _currencies=frozenset(currency_names()),
        _us_states=us_state_names(),
        _state_codes=(states := dotted_state_codes()),
        _short_states=_short_states(placed, states),
    )


def _short_states(
    placed: list[tuple[str, str, str | None]], states: dict[str, Subdivision]
) -> dict[str, Subdivision]:
    by_code = {state.code: state for state in states.values()}
    return {n.removesuffix("."): by_code[code] for n, k, code in placed if k == "us_state" and code}


def _people_names(demonym: pl.DataFrame) -> dict[str, str]:
    """Each demonym's first of its country; one with a reason of its own keeps its singular."""
    first: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, iso2, reason in demonym.select("demonym", "iso2", "reason").iter_rows():
        if iso2 and not reason:
            names[key_of(name)] = first.setdefault(iso2, name)
        else:
            names[key_of(name)] = names.get(key_of(name.removesuffix("s")), name)
    return names


def _is_name(name: str) -> bool:
    first = next((c for c in name if c.isalnum()), "")
    return not first.islower() or any(c.isupper() for c in name.split(" ")[-1])
