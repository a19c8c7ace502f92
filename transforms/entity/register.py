"""The entities known while a run resolves names: found by exact name, then by like name.

Holds names of persons, organizations and other things; places and peoples are settled by the
gazetteer. It never joins two entities and never forgets one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

import polars as pl

from transforms.name.compare import (
    block_key_of,
    exact_key,
    exact_key_of,
    form_of,
    is_identity,
    sound,
)
from transforms.name.form import NameForm, Vocabulary, fold
from transforms.plain_text import matched_form, shown_name

_MOST_NEAR = 100
"""Entities that a name is compared with. More share a sound and an initial only in large
warehouses, and then most differ in their given names."""

_MOST_FORMS = 50
"""Names of one entity that others are compared with; the most that news prints are some ten."""

_EXACT_ONLY = frozenset({"acronym", "override", "demonym"})


class EntityRow(NamedTuple):
    """One row of the table `entity`."""

    entity_id: str
    entity_type: str
    name: str
    country_iso2: str | None
    geonames_id: str | None
    wikidata_id: str | None
    latitude: float | None
    longitude: float | None
    resolution: str


class Found(Enum):
    """The result of a search for a name that found no single entity."""

    NONE = "none"
    SEVERAL = "several"


def new_id(entity_type: str, name: str, disambiguator: str = "") -> str:
    """First 16 hex digits of the SHA-256 of type, first canonical name and disambiguator.

    Joiners, which a name is shown with in some scripts, make no difference.
    """
    parts = "\n".join((entity_type, matched_form(name), disambiguator))
    return sha256(parts.encode()).hexdigest()[:16]


K = TypeVar("K")
_EMPTY: frozenset[str] = frozenset()


class _Index(Generic[K]):
    """Sets of words by key. Most keys have one word, which is kept without a set around it."""

    def __init__(self) -> None:
        self._held: dict[K, str | set[str]] = {}

    def add(self, key: K, word: str) -> None:
        held = self._held.setdefault(key, word)
        if isinstance(held, set):
            held.add(word)
        elif held != word:
            self._held[key] = {held, word}

    def of(self, key: K) -> AbstractSet[str]:
        """The words of a key; none where it is not known."""
        held = self._held.get(key, _EMPTY)
        return {held} if isinstance(held, str) else held

    def keys(self) -> Iterator[K]:
        return iter(self._held)


@dataclass
class EntityRegister:
    """Entities by id, with indexes over their names. Filled in one order, so it ends the same."""

    vocabulary: Vocabulary
    rows: dict[str, EntityRow] = field(default_factory=dict)
    _own: _Index[tuple[str, str]] = field(default_factory=_Index)
    _acronyms: _Index[tuple[str, str]] = field(default_factory=_Index)
    _given: _Index[tuple[str, str]] = field(default_factory=_Index)
    _corrected: set[tuple[str, str]] = field(default_factory=set)
    _typed: _Index[str] = field(default_factory=_Index)
    _blocks: _Index[tuple[str, str, str]] = field(default_factory=_Index)
    _surnames: _Index[str] = field(default_factory=_Index)
    _short: _Index[str] = field(default_factory=_Index)
    _into: dict[str, str] = field(default_factory=dict)
    _forms: dict[str, tuple[NameForm, ...]] = field(default_factory=dict)

    def add(self, row: EntityRow) -> str:
        """The entity, found by id from now on."""
        self.rows[row.entity_id] = row
        return row.entity_id

    def name(self, entity_id: str, alias: str, kind: str = "full") -> None:
        """One more name of an entity; what a kind of name is good for differs.

        A short name is found as such only. An acronym or an override is found by exact name.
        """
        entity_type = self.rows[entity_id].entity_type
        form = form_of(alias, entity_type, self.vocabulary)
        if not form.words:
            return
        if kind == "short":
            self._short.add(fold(alias), entity_id)
            return
        key = (entity_type, exact_key_of(form, entity_type))
        self._typed.add(fold(alias), entity_type)
        if kind == "override":
            self._given.add(key, entity_id)
            self._corrected.add((entity_id, alias))
        elif kind == "acronym":
            self._acronyms.add(key, entity_id)
        else:
            self._own.add(key, entity_id)
        forms = self._forms.get(entity_id, ())
        if kind in _EXACT_ONLY or form in forms or len(forms) >= _MOST_FORMS:
            return
        self._forms[entity_id] = (*forms, form)
        if entity_type == "person" and len(form.words) > 1:
            self._surnames.add(form.words[-1], entity_id)
        block = block_key_of(form, entity_type)
        for initial in self._initials(form, entity_type):
            self._blocks.add((entity_type, block, initial), entity_id)
        for given in self._given_names(form, entity_type):
            self._blocks.add((entity_type, block, given), entity_id)

    def join_acronyms(self) -> list[tuple[str, str]]:
        """Send each entity that has an acronym for a name to the one entity that declares it.

        Returns the pairs (from, into) sent now, in order; one declared for two joins neither.
        """
        pairs: list[tuple[str, str]] = []
        for key in sorted(self._acronyms.keys()):
            full = {self.current(found) for found in self._acronyms.of(key)}
            bare = {self.current(found) for found in self._own.of(key)} - full
            if len(full) == 1 and len(bare) == 1:
                pair = (bare.pop(), full.pop())
                pairs.append(pair)
                self.redirect(*pair)
        return pairs

    def redirect(self, entity_id: str, into: str) -> None:
        """From now on every search that finds the one entity answers with the other."""
        self._into[entity_id] = into

    def current(self, entity_id: str) -> str:
        """The entity that stands for this one after all merges."""
        while entity_id in self._into:
            entity_id = self._into[entity_id]
        return entity_id

    def merged(self) -> dict[str, str]:
        """What stands for each entity that was merged into another, after all merges."""
        return {entity_id: self.current(entity_id) for entity_id in self._into}

    def type_of(self, name: str) -> str | None:
        """The one type under which that very name is known."""
        types = self._typed.of(fold(name))
        return next(iter(types)) if len(types) == 1 else None

    def exact(self, name: str, entity_type: str) -> str | Found:
        """The one entity of that very name."""
        key = (entity_type, exact_key(name, entity_type, self.vocabulary))
        return self._one(chain(self._own.of(key), self._acronyms.of(key), self._given.of(key)))

    def short(self, name: str) -> str | Found:
        """The one entity that articles call by that short name."""
        return self._one(self._short.of(fold(name)))

    def surname(self, word: str) -> set[str]:
        """Persons whose full name ends in that word; two of them where there are more."""
        return self._first_two(self._surnames.of(fold(word)))

    def own(self, name: str, entity_type: str) -> AbstractSet[str]:
        """Entities that bear that name by themselves and not by a correction; merged ones too."""
        return self._own.of((entity_type, exact_key(name, entity_type, self.vocabulary)))

    def is_corrected(self, entity_id: str, alias: str) -> bool:
        """Whether a correction gave the entity that name in an earlier run."""
        return (entity_id, alias) in self._corrected

    def alike(self, name: str, entity_type: str) -> str | Found:
        """The one entity all of whose full names may be spellings of that name.

        Among more than _MOST_NEAR that sound alike only those with a like given name are looked
        at; where these are too many as well, the name is near several.
        """
        form = form_of(name, entity_type, self.vocabulary)
        near = self._near(form, entity_type)
        if near is None:
            return Found.SEVERAL
        return self._one(
            {
                entity_id
                for entity_id in near
                if all(
                    is_identity(form, other, entity_type, self.vocabulary)
                    for other in self._forms.get(entity_id, ())
                )
            }
        )

    def _near(self, form: NameForm, entity_type: str) -> set[str] | None:
        """Entities that may have that name; null where they are too many to compare."""
        block = block_key_of(form, entity_type)
        given = [*self._given_names(form, entity_type)]
        if given and len(form.words[0]) > 1:
            given.append(f"letter {form.words[0][0]}")
        for parts in ([*self._initials(form, entity_type)], given):
            held = [self._blocks.of((entity_type, block, part)) for part in parts]
            if held and sum(map(len, held)) <= _MOST_NEAR:
                return set().union(*held)
        return None

    def _given_names(self, form: NameForm, entity_type: str) -> Iterator[str]:
        """What given names that agree share: their sound, or the full name they are short for."""
        if entity_type != "person" or len(form.words) < 2:
            return
        given = form.words[0]
        if len(given) == 1:
            yield f"letter {given}"
        else:
            formal = self.vocabulary.formal_names.get(given, frozenset())
            yield from (f"given {name}" for name in sorted({*formal, given}))
            yield f"sound {sound(given)}"

    def _initials(self, form: NameForm, entity_type: str) -> Iterator[str]:
        if entity_type != "person" or len(form.words) < 2:
            yield ""
            return
        formal = self.vocabulary.formal_names.get(form.words[0], frozenset())
        yield from sorted({name[0] for name in (*formal, form.words[0])})

    def _one(self, found: Iterable[str]) -> str | Found:
        current = self._first_two(found)
        if not current:
            return Found.NONE
        return next(iter(current)) if len(current) == 1 else Found.SEVERAL

    def _first_two(self, found: Iterable[str]) -> set[str]:
        """The entities that stand for these now, or two of them where there are more."""
        current: set[str] = set()
        for entity_id in found:
            current.add(self.current(entity_id))
            if len(current) > 1:
                break
        return current


def known_register(
    known_entity: pl.DataFrame, known_alias: pl.DataFrame, vocabulary: Vocabulary
) -> EntityRegister:
    """The published entities and their names, ready to be searched."""
    register = EntityRegister(vocabulary)
    for row in known_entity.sort("entity_id").iter_rows():
        known = EntityRow(*row)
        register.add(known._replace(name=shown_name(known.name)))
    names = known_alias.filter(pl.col("entity_id").is_in(known_entity["entity_id"].to_list()))
    for entity_id, alias, kind in (
        names.sort("entity_id", "alias").select("entity_id", "alias", "kind").iter_rows()
    ):
        register.name(entity_id, alias, kind)
    return register
