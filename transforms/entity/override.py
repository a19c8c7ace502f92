"""Reads the corrections that people made of entities, and replays them on the register.

A correction names an entity by type and name, or by its id. Replaying one twice changes nothing
the second time: what it did is in the entity's rows and names.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from transforms.entity.register import EntityRegister, EntityRow, new_id
from transforms.name.compare import exact_key
from transforms.name.form import Vocabulary
from transforms.plain_text import shown_name
from warehouse.error import WRONG_USE, ExpectedError
from warehouse.tables.entity import ENTITY_TYPES

ACTIONS = ("merge", "split", "rename", "type", "block")
_KINDS = {"rename": "rename", "type": "retype", "block": "block"}
_MERGE_SCHEMA = {name: pl.String() for name in ("entity_id", "into_entity_id", "kind", "reason")}
_SOURCE = "entity_overrides.csv"


class OverrideError(ExpectedError, ValueError):
    """A row of entity_overrides.csv does not fit."""

    exit_code = WRONG_USE


class Override(NamedTuple):
    """One correction."""

    action: str
    entity_type: str
    name: str
    target: str
    reason: str


class Overrides(NamedTuple):
    """All corrections, and those of names that apply before any entity is searched."""

    rows: tuple[Override, ...]
    blocked: frozenset[tuple[str, str]]
    retyped: dict[tuple[str, str], str]
    parted: dict[tuple[str, str], str]


def read_override(override: pl.DataFrame, vocabulary: Vocabulary) -> Overrides:
    """The corrections in the order given; OverrideError names the first row that does not fit."""
    rows = tuple(
        _checked(i, Override(*(shown_name(value or "") for value in row)))
        for i, row in enumerate(override.select(*Override._fields).iter_rows(), start=1)
    )

    def key(row: Override, name: str) -> tuple[str, str]:
        return row.entity_type, exact_key(name, row.entity_type, vocabulary)

    return Overrides(
        rows,
        frozenset(key(row, row.name) for row in rows if row.action == "block"),
        {key(row, row.name): row.target for row in rows if row.action == "type"},
        {key(row, row.target): row.target for row in rows if row.action == "split"},
    )


def _checked(number: int, row: Override) -> Override:
    wrong = None
    if row.action not in ACTIONS:
        wrong = f"action {row.action!r} is none of {', '.join(ACTIONS)}"
    elif row.entity_type not in ENTITY_TYPES:
        wrong = f"entity_type {row.entity_type!r} is none of {', '.join(ENTITY_TYPES)}"
    elif not row.name or not row.reason:
        wrong = "name and reason may not be empty"
    elif row.action != "block" and not row.target:
        wrong = f"{row.action} needs a target"
    elif row.action == "type" and row.target not in ENTITY_TYPES:
        wrong = f"target {row.target!r} is none of {', '.join(ENTITY_TYPES)}"
    if wrong:
        raise OverrideError(f"{_SOURCE}: row {number} ({row.name!r}): {wrong}. Correct the row.")
    return row


class Corrections:
    """Replays the corrections on a register and keeps what changed."""

    def __init__(self, register: EntityRegister, overrides: Overrides) -> None:
        self.touched: set[str] = set()
        self.names: list[tuple[str, str]] = []
        self._register = register
        self._overrides = overrides
        self._known = frozenset(register.rows)
        self._merges: dict[tuple[str, str, str], str] = {}

    def apply(self) -> None:
        """Replay every correction on the entities there are; safe to repeat."""
        for row in self._overrides.rows:
            found = self._find(row, row.name)
            if found is None:
                continue
            if row.action == "merge":
                self._merge(row, found)
            elif row.action == "rename":
                self._change(row, found, found._replace(name=row.target))
            elif row.action == "type":
                self._change(row, found, found._replace(entity_type=row.target))
            elif row.action == "block":
                self._change(row, found, found._replace(resolution=f"blocked: {row.reason}"))
            elif row.action == "split":
                self._split(row, found)
            else:
                raise OverrideError(f"{_SOURCE}: no rule for action {row.action!r}.")

    def join_acronyms(self) -> None:
        """Let a body known by its capitals only be the one body that articles declare them for."""
        for bare, full in self._register.join_acronyms():
            rows = self._register.rows
            reason = f"articles declare {rows[bare].name} for {rows[full].name}"
            self._note(bare, full, "merge", reason)

    def entity_merge(self) -> pl.DataFrame:
        """Rows of `entity_merge` without the run; a merge leads to what stands after all merges."""
        merges = {
            (old, self._register.current(into) if kind == "merge" else into, kind): reason
            for (old, into, kind), reason in self._merges.items()
        }
        rows = [(*key, reason) for key, reason in merges.items()]
        return pl.DataFrame(rows, schema=_MERGE_SCHEMA, orient="row").sort(
            "entity_id", "into_entity_id", "kind"
        )

    def is_merged(self, entity_id: str) -> bool:
        """Whether the entity was known and is now another."""
        return entity_id in self._known and self._register.current(entity_id) != entity_id

    def _find(self, row: Override, name: str) -> EntityRow | None:
        rows = self._register.rows
        if name in rows:
            return rows[name]
        found = self._register.own(name, row.entity_type)
        named = {entity_id for entity_id in found if rows[entity_id].name == name} or found
        if len(named) > 1:
            raise OverrideError(
                f"{_SOURCE}: {row.action} {name!r}: {len(named)} entities of type "
                f"{row.entity_type} have that name ({', '.join(sorted(named)[:3])}). Write the "
                "entity_id of the one you mean instead of its name."
            )
        return rows[next(iter(named))] if named else None

    def _merge(self, row: Override, found: EntityRow) -> None:
        target = self._find(row, row.target)
        into = target.entity_id if target else self._new(row, "").entity_id
        if self._register.current(into) == self._register.current(found.entity_id):
            return
        self._register.redirect(found.entity_id, into)
        if not self._register.is_corrected(into, found.name):
            self._note(found.entity_id, into, "merge", row.reason)
            self.names.append((into, found.name))

    def _split(self, row: Override, found: EntityRow) -> None:
        parted = new_id(row.entity_type, row.target, f"split from {found.name}")
        if parted in self._register.rows:
            return
        self._new(row, f"split from {found.name}")
        self._note(found.entity_id, parted, "split", row.reason)

    def _change(self, row: Override, found: EntityRow, changed: EntityRow) -> None:
        if found == changed:
            return
        self._register.add(changed)
        self.touched.add(found.entity_id)
        if row.action == "type":
            self._register.name(found.entity_id, found.name)
        if row.action == "rename":
            self._register.name(found.entity_id, row.target, "override")
            self.names.append((found.entity_id, row.target))
        self._note(found.entity_id, found.entity_id, _KINDS[row.action], row.reason)

    def _new(self, row: Override, disambiguator: str) -> EntityRow:
        entity_id = new_id(row.entity_type, row.target, disambiguator)
        made = EntityRow(
            entity_id, row.entity_type, row.target, None, None, None, None, None,
            f"override: {row.reason}",
        )  # fmt: skip
        self._register.add(made)
        self._register.name(entity_id, row.target)
        self.touched.add(entity_id)
        return made

    def _note(self, entity_id: str, into: str, kind: str, reason: str) -> None:
        if entity_id in self._known:
            self._merges[entity_id, into, kind] = reason
