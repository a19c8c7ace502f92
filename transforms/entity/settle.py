"""Chooses one entity for each cluster of an article, in order, and adds new ones to the register.

Places and peoples are settled by the gazetteer and the article's context. Other names are settled
by exact name, then by like name. A bare family name joins the one known person whom articles so
call, and no entity where it fits several.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from transforms.entity.override import Overrides
from transforms.entity.place import (
    Place,
    PlaceContext,
    choose_place,
    country_named,
    is_listed,
    is_plain,
    part_named,
)
from transforms.entity.register import EntityRegister, EntityRow, Found, new_id
from transforms.gazetteer.lookup import Gazetteer
from transforms.name.compare import exact_key
from transforms.name.form import Vocabulary, fold, is_acronym, person_form
from warehouse.tables.entity import ENTITY_TYPES

LIKE_NAME_TYPES = frozenset({"person", "organization", "facility"})
"""Types whose names are also found by like spelling; all others by exact name only."""

_BODIES = frozenset({"organization", "facility"})
# One word is voted on among these only: "Ford" the man and the company are two.
_ONE_WORD_TYPES = frozenset(ENTITY_TYPES) - {"person", "place"}


class EntityReference(NamedTuple):
    """What is known of names before any article is read."""

    gazetteer: Gazetteer
    vocabulary: Vocabulary


def agree_on_type(
    cluster: pl.DataFrame, register: EntityRegister, gazetteer: Gazetteer, overrides: Overrides
) -> pl.DataFrame:
    """Clusters with the type their name has over all articles: the known one, else the commonest.

    Names the gazetteer knows as places or peoples keep their type.
    """
    counted = cluster.group_by("entity_type", "cluster_name").agg(pl.len().alias("articles"))
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    listed: dict[tuple[str, str], str] = {}
    for entity_type, name, articles in counted.sort(pl.all()).iter_rows():
        kind = _listed_type(entity_type, name, gazetteer)
        if kind is not None:
            listed[entity_type, name] = kind
        elif " " in (key := fold(name)) or _is_voter(entity_type, name):
            votes[key][entity_type] += articles
    agreed: list[tuple[str, str, str]] = []
    for entity_type, name, _ in counted.iter_rows():
        key = exact_key(name, entity_type, register.vocabulary)
        kind = overrides.retyped.get((entity_type, key)) or listed.get((entity_type, name))
        if kind is None:
            kind = _voted_type(entity_type, name, votes, register)
        agreed.append((entity_type, name, kind))
    schema = {"entity_type": pl.String(), "cluster_name": pl.String(), "agreed": pl.String()}
    return (
        cluster.join(
            pl.DataFrame(agreed, schema=schema, orient="row"),
            on=["entity_type", "cluster_name"],
            how="left",
            maintain_order="left",
        )
        .with_columns(entity_type="agreed")
        .drop("agreed")
    )


def _listed_type(entity_type: str, name: str, gazetteer: Gazetteer) -> str | None:
    if entity_type in _BODIES and gazetteer.country(name):
        return "place"
    if entity_type == "place" and gazetteer.is_demonym(name) and not gazetteer.country(name):
        return "group"
    known = (entity_type == "place" and is_listed(name, gazetteer)) or (
        entity_type == "group" and gazetteer.is_demonym(name)
    )
    return entity_type if known else None


def _voted_type(
    entity_type: str, name: str, votes: dict[str, Counter[str]], register: EntityRegister
) -> str:
    key = fold(name)
    if " " not in key and not _is_voter(entity_type, name):
        return entity_type
    known = register.type_of(key)
    if known and (" " in key or known in _ONE_WORD_TYPES):
        return known
    count = votes[key]
    return min(count, key=lambda kind: (-count[kind], ENTITY_TYPES.index(kind)))


def _is_voter(entity_type: str, name: str) -> bool:
    """Whether one word is voted on: capitals in no list of places are rather a body's."""
    return entity_type in _ONE_WORD_TYPES or (entity_type == "place" and name.isupper())


def place_contexts(
    cluster: pl.DataFrame, article_context: pl.DataFrame, gazetteer: Gazetteer
) -> dict[str, PlaceContext]:
    """Where each article plays: countries by falling count of mentions, parts, outlet."""
    spoken = cluster.filter(pl.col("entity_type").is_in(["place", "group"]))
    meant = {
        name: (country_named(name, gazetteer), part_named(name, gazetteer))
        for name in spoken["cluster_name"].unique().sort()
    }
    countries: dict[str, Counter[str]] = defaultdict(Counter)
    parts: dict[str, set[str]] = defaultdict(set)
    for article_id, name, count in spoken.select(
        "article_id", "cluster_name", "mention_count"
    ).iter_rows():
        country, part = meant[name]
        if country:
            countries[article_id][country] += count
        if part:
            parts[article_id].add(part)
    outlets = dict(article_context.select("article_id", "country_iso2").iter_rows())
    return {
        article_id: PlaceContext(
            tuple(sorted(countries[article_id].items(), key=lambda item: (-item[1], item[0]))),
            tuple(sorted(parts[article_id])),
            outlets.get(article_id),
        )
        for article_id in spoken["article_id"].unique().sort()
    }


class Settler:
    """Gives each cluster its entity, in order, adding to the register what is new."""

    def __init__(
        self, register: EntityRegister, reference: EntityReference, overrides: Overrides
    ) -> None:
        self._register = register
        self._gazetteer = reference.gazetteer
        self._overrides = overrides
        self._places: dict[tuple[str, PlaceContext | None], str | None] = {}
        self._names: dict[tuple[str, str], str | None] = {}
        self._by_geonames = {
            row.geonames_id: entity_id
            for entity_id, row in register.rows.items()
            if row.geonames_id and row.entity_type == "place"
        }

    def settle_full(
        self,
        cluster: pl.DataFrame,
        short_names: dict[str, list[str]],
        contexts: dict[str, PlaceContext],
    ) -> None:
        """Settle places, peoples and full names, and learn what they are called for short.

        `short_names` has, by full name, what articles that print it call the same thing.
        """
        for article_id, entity_type, name in _rows(cluster):
            if (entity_type, name) in self._names or is_short(entity_type, name):
                continue
            if entity_type == "place":
                self._place(name, contexts[article_id])
                continue
            found = self._name(entity_type, name)
            self._names[entity_type, name] = found
            if found is not None:
                self._learn(found, entity_type, name, short_names)

    def settle(self, cluster: pl.DataFrame, contexts: dict[str, PlaceContext]) -> list[str | None]:
        """The entity of each row of `cluster`, once all full names are settled."""
        return [self._settled(row, contexts) for row in _rows(cluster)]

    def _learn(
        self, entity_id: str, entity_type: str, name: str, short_names: dict[str, list[str]]
    ) -> None:
        for short in short_names.get(name, ()):
            if entity_type == "person":
                self._register.name(entity_id, short, "short")
            elif is_acronym(short, name):
                self._register.name(entity_id, short, "acronym")

    def _settled(self, row: tuple[str, str, str], contexts: dict[str, PlaceContext]) -> str | None:
        article_id, entity_type, name = row
        if entity_type == "place":
            return self._place(name, contexts[article_id])
        if (entity_type, name) not in self._names:
            one_word = entity_type == "person"
            self._names[entity_type, name] = (
                self._bare(name) if one_word else self._name(entity_type, name)
            )
        return self._names[entity_type, name]

    def _name(self, entity_type: str, name: str) -> str | None:
        key = (entity_type, exact_key(name, entity_type, self._register.vocabulary))
        if key in self._overrides.blocked or not key[1]:
            return None
        if key in self._overrides.parted:
            return self._parted(*key)
        if entity_type == "group" and self._gazetteer.is_demonym(name):
            return self._people(name)
        found = self._register.exact(name, entity_type)
        if found is Found.NONE and entity_type in LIKE_NAME_TYPES:
            found = self._register.alike(name, entity_type)
            if found is Found.SEVERAL:
                return self._new(entity_type, name, "name: as printed; near several known names")
        if found is Found.SEVERAL:
            return None
        if found is Found.NONE:
            return self._new(entity_type, name, "name: as printed")
        self._register.name(found, name)
        return found

    def _bare(self, name: str) -> str | None:
        """A person named by one word only."""
        key = ("person", exact_key(name, "person", self._register.vocabulary))
        if key in self._overrides.blocked or not key[1]:
            return None
        if key in self._overrides.parted:
            return self._parted(*key)
        short, single = self._register.short(name), self._register.exact(name, "person")
        bearers = set(self._register.surname(key[1]))
        bearers |= {found for found in (short, single) if isinstance(found, str)}
        if Found.SEVERAL in (short, single) or len(bearers) > 1:
            return None
        if not bearers:
            return self._new("person", name, "name: one word only")
        return bearers.pop() if isinstance(short, str) or isinstance(single, str) else None

    def _parted(self, entity_type: str, key: str) -> str | None:
        target = self._overrides.parted[entity_type, key]
        found = self._register.exact(target, entity_type)
        return found if isinstance(found, str) else None

    def _people(self, name: str) -> str:
        people = self._gazetteer.people(name) or name
        iso2 = self._gazetteer.demonym(name)
        place = Place(people, iso2 or "", "people of one country" if iso2 else "people", iso2)
        return self._listed("group", place, name)

    def _place(self, name: str, context: PlaceContext) -> str | None:
        asked = (name, None if is_plain(name, self._gazetteer) else context)
        if asked not in self._places:
            key = ("place", exact_key(name, "place", self._register.vocabulary))
            if key in self._overrides.blocked or not key[1]:
                self._places[asked] = None
            elif key in self._overrides.parted:
                self._places[asked] = self._parted(*key)
            else:
                place = choose_place(name, context, self._gazetteer)
                self._places[asked] = self._listed("place", place, name)
        return self._places[asked]

    def _listed(self, entity_type: str, place: Place, name: str) -> str:
        entity_id = self._by_geonames.get(place.geonames_id or "") or new_id(
            entity_type, place.name, place.disambiguator
        )
        if entity_id not in self._register.rows:
            self._register.add(
                EntityRow(
                    entity_id,
                    entity_type,
                    place.name,
                    place.country_iso2,
                    place.geonames_id,
                    None,
                    place.latitude,
                    place.longitude,
                    place.resolution,
                )
            )
            self._register.name(entity_id, place.name)
            if place.geonames_id:
                self._by_geonames[place.geonames_id] = entity_id
        self._register.name(entity_id, name)
        return entity_id

    def _new(self, entity_type: str, name: str, resolution: str) -> str:
        entity_id = new_id(entity_type, name)
        if entity_id not in self._register.rows:
            self._register.add(
                EntityRow(entity_id, entity_type, name, None, None, None, None, None, resolution)
            )
        self._register.name(entity_id, name)
        return entity_id


def _rows(cluster: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    return cluster.select("article_id", "entity_type", "cluster_name").iter_rows()


def is_short(entity_type: str, name: str) -> bool:
    """Whether the name is settled after full names: a person's one word, a body's capitals."""
    if entity_type == "person":
        return len(person_form(name).words) < 2
    return entity_type != "place" and " " not in name and name.replace(".", "").isupper()
