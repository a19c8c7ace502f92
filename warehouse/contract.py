"""Classes that describe a table (contract, columns, keys, lifecycle) and what follows from them.
The contracts themselves are in `warehouse.tables`. The only library imported is polars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal

import polars as pl

Layer = Literal["article", "entity", "reference", "operations", "search", "staging"]
SchemaName = Literal["main", "ops", "search", "staging"]

TIMESTAMP = pl.Datetime("us", "UTC")
HEX_16 = r"^[0-9a-f]{16}$"
HEX_64 = r"^[0-9a-f]{64}$"

_DUCKDB_TYPES: Mapping[pl.DataType, str] = MappingProxyType(
    {
        pl.String(): "VARCHAR",
        pl.Int32(): "INTEGER",
        pl.Int64(): "BIGINT",
        pl.Float64(): "DOUBLE",
        pl.Boolean(): "BOOLEAN",
        TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
    }
)


class ContractError(ValueError):
    """A frame does not have the columns its contract names."""


@dataclass(frozen=True)
class Column:
    """One column: its type, its limits and its meaning (with the unit where it has one).

    ``pattern`` is an RE2 expression that every non-null value matches. ``minimum`` and
    ``maximum`` are inclusive. ``allowed`` lists every value a closed vocabulary may take.
    """

    name: str
    dtype: pl.DataType
    meaning: str
    nullable: bool = False
    pattern: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    allowed: tuple[str, ...] = ()

    @property
    def duckdb_type(self) -> str:
        """The DuckDB type that holds this column."""
        return _DUCKDB_TYPES[self.dtype]


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose non-null values must exist in another table (checked, not enforced)."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class SpanRule:
    """The table's ``text`` is the slice ``[start_char, end_char)`` of ``article.text``.

    Offsets count Unicode code points, half-open. ``inside`` names the table whose span of the
    same article holds this one, found by ``via`` (a column of both); null when only the article
    bounds it. ``tiles`` says that the table's spans together cover every non-blank character of
    the article once, in the order of the key.
    """

    inside: str | None = None
    via: str | None = None
    tiles: bool = False


Owner = Literal["article", "entity", "file"]
"""What a row belongs to: it is withheld with it and, but for files, purged with it."""


class Lifecycle(Enum):
    """How the rows of a table come, change and go. Publication, withholding, purge, rebuild,
    migration, checks and export read it from here; no other list of tables repeats it."""

    ARTICLE = "article"
    """Made from the current text of an article. The rows of an article staged by a run replace all
    that are published, in every table of this kind; so an article is staged with all of them. They
    are withheld and purged with the article."""

    VERSION = "version"
    """Of an article and its versions, which outlive what is made from the current text. A staged
    row replaces the published one of its key. An article is staged with all of them, and they are
    withheld and purged with it."""

    DELIVERY = "delivery"
    """Of a record that delivered an article. A staged row replaces the published one of its key; a
    run stages those of its own deliveries only. Withheld and purged with the article."""

    ENTITY = "entity"
    """Of an entity. A staged row replaces the published one of its key; a full rebuild makes all
    again. Withheld with the entity, and purged when no article names it any more."""

    FILE = "file"
    """Of a file in a run. What checks blame on a row keeps the articles of its file out."""

    RUN = "run"
    """The record of a run, kept of failed runs too. It alone is no reason to publish."""

    EXCLUSION = "exclusion"
    """Of what is kept out of the warehouse. It outlives the run, file and article it names."""

    REFERENCE = "reference"
    """Facts that other rows point to. A staged row replaces the published one of its key."""

    SEARCH = "search"
    """Derived from published blocks when a file is published; never staged, checked or exported."""

    PARAGRAPH = "paragraph"
    """Of a distinct paragraph: what the language pass finds, kept from run to run; never
    published."""

    STAGING = "staging"
    """Handed from stage to stage within a run; never published."""

    SIGNATURE = "signature"
    """The one row that identifies a warehouse file."""

    @property
    def owner(self) -> Owner | None:
        """What the rows belong to; null for rows that belong to nothing that can be withheld."""
        return _OWNERS.get(self)

    @property
    def is_published(self) -> bool:
        """Whether runs stage rows that are checked and published."""
        return self not in (
            Lifecycle.SEARCH, Lifecycle.PARAGRAPH, Lifecycle.STAGING, Lifecycle.SIGNATURE
        )  # fmt: skip

    @property
    def is_staged_whole(self) -> bool:
        """Whether a run that stages an article stages all its rows of the table, changed or not."""
        return self in (Lifecycle.ARTICLE, Lifecycle.VERSION)


_OWNERS: Mapping[Lifecycle, Owner] = MappingProxyType(
    {
        Lifecycle.ARTICLE: "article",
        Lifecycle.VERSION: "article",
        Lifecycle.DELIVERY: "article",
        Lifecycle.ENTITY: "entity",
        Lifecycle.FILE: "file",
    }
)


@dataclass(frozen=True)
class Contract:
    """The contract of one table. DDL, dictionary, checks and frames are derived from it.

    Attributes:
        name: the table's name, also of its builder, frame, suite and tests.
        schema: the DuckDB schema it lives in.
        layer: which part of the model it belongs to.
        lifecycle: how its rows come, change and go.
        grain: one sentence saying what one row is.
        columns: in the order of storage.
        key: columns that together are unique and never null.
        foreign_keys: checked on every run.
        sort_by: order of storage; the key by default.
        span: set where rows are spans of ``article.text``.
    """

    name: str
    schema: SchemaName
    layer: Layer
    lifecycle: Lifecycle
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    sort_by: tuple[str, ...] = ()
    span: SpanRule | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ContractError(f"{self.name}: columns declared twice: {', '.join(repeated)}")
        used = {*self.key, *self.order, *(c for fk in self.foreign_keys for c in fk.columns)}
        unknown = sorted(used - set(names))
        if unknown:
            raise ContractError(f"{self.name}: keys name unknown columns: {', '.join(unknown)}")
        owner = f"{self.lifecycle.owner}_id"
        if self.lifecycle.owner in ("article", "entity") and owner not in self.key:
            raise ContractError(
                f"{self.name}: rows of lifecycle {self.lifecycle.value} are found by {owner}, "
                "which must be part of the key."
            )
        for column in self.references("entity"):
            follows = self.lifecycle.is_staged_whole and column not in self.key
            if self.lifecycle.is_published and column != owner and not follows:
                raise ContractError(
                    f"{self.name}: {column} names an entity, which a merge may change: only rows "
                    "made with their article can follow, outside of their key."
                )

    @property
    def qualified_name(self) -> str:
        """Schema and table, as SQL writes it."""
        return f"{self.schema}.{self.name}"

    @property
    def order(self) -> tuple[str, ...]:
        """The columns rows are stored in order of."""
        return self.sort_by or self.key

    @property
    def column_names(self) -> list[str]:
        """Names of the columns in the order of storage."""
        return [column.name for column in self.columns]

    @property
    def polars_schema(self) -> pl.Schema:
        """The frame's schema, in the order of storage."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def references(self, table: str) -> tuple[str, ...]:
        """Columns that name a row of that table, as its one key column."""
        return tuple(
            key.columns[0]
            for key in self.foreign_keys
            if key.table == table and len(key.columns) == 1
        )

    def optional_references(self, table: str) -> tuple[str, ...]:
        """Those of `references` that may be null."""
        return tuple(name for name in self.references(table) if self.column(name).nullable)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def empty(self) -> pl.DataFrame:
        """A frame of this table with no rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Columns in contract order and type, rows in storage order.

        Raises ContractError when a column is missing or is not of the contract, and
        polars.exceptions.InvalidOperationError when a value does not fit its type.
        """
        missing = [name for name in self.column_names if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self.column_names]
        if missing or extra:
            raise ContractError(
                f"{self.name}: frame does not fit its contract. "
                f"Missing: {', '.join(missing) or 'none'}. Not of the contract: "
                f"{', '.join(extra) or 'none'}. Select the contract's columns before conform()."
            )
        return frame.select(
            pl.col(column.name).cast(column.dtype, strict=True) for column in self.columns
        ).sort(self.order, maintain_order=True)


def text(
    name: str,
    meaning: str,
    *,
    nullable: bool = False,
    pattern: str | None = None,
    allowed: tuple[str, ...] = (),
) -> Column:
    """A text column."""
    return Column(name, pl.String(), meaning, nullable, pattern=pattern, allowed=allowed)


def whole(
    name: str,
    meaning: str,
    *,
    nullable: bool = False,
    minimum: int | None = 0,
    maximum: int | None = None,
    large: bool = False,
) -> Column:
    """A whole-number column; counts and positions start at 0 by default."""
    dtype = pl.Int64() if large else pl.Int32()
    return Column(name, dtype, meaning, nullable, minimum=minimum, maximum=maximum)


def instant(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A point in time, UTC, microseconds."""
    return Column(name, TIMESTAMP, meaning, nullable)


def number(
    name: str,
    meaning: str,
    *,
    nullable: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    """A floating-point column."""
    return Column(name, pl.Float64(), meaning, nullable, minimum=minimum, maximum=maximum)


def flag(name: str, meaning: str) -> Column:
    """A true-or-false column, never null."""
    return Column(name, pl.Boolean(), meaning)
