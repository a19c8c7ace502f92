"""Reads the hand-maintained reference tables in seeds/reference; refuses invalid rows."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import polars as pl

from transforms.article.identity import short_hash
from transforms.block.tree_model import TREE_COLUMNS
from transforms.block.weights import PHRASE_COLUMNS, WEIGHT_COLUMNS, BlockModel, read_block_model
from transforms.entity.resolve import EntityReference
from transforms.gazetteer.lookup import Gazetteer, load_gazetteer
from transforms.name.form import read_vocabulary
from transforms.name.word import NameWords, read_name_words
from warehouse.error import WRONG_USE, ExpectedError
from warehouse.tables import SOURCE

UNKNOWN_SOURCE = "unknown"
OVERRIDE_COLUMNS = ("action", "entity_type", "name", "target", "reason")


class ReferenceInvalid(ExpectedError, ValueError):
    """A reference table is missing, or a row of it does not fit."""

    exit_code = WRONG_USE


class SourceRule(NamedTuple):
    """How files and addresses of one outlet are recognised."""

    source_id: str
    domain: str | None
    path_glob: str | None


class Sources(NamedTuple):
    """The outlets: the table `source` and the rules that find them."""

    source: pl.DataFrame
    rules: tuple[SourceRule, ...]

    def source_id(self, url: str | None, relative_path: str) -> str:
        """The outlet of a record: by the address's domain, else by path, else `unknown`."""
        host = (urlsplit(url).hostname or "") if url else ""
        for rule in self.rules:
            if rule.domain and (host == rule.domain or host.endswith("." + rule.domain)):
                return rule.source_id
        name = relative_path.rpartition("/")[2]
        for rule in self.rules:
            if rule.path_glob and (
                fnmatch(relative_path, rule.path_glob) or fnmatch(name, rule.path_glob)
            ):
                return rule.source_id
        return UNKNOWN_SOURCE


def read_table(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """A reference table as text, empty cells null; ReferenceInvalid where it does not fit."""
    if not path.is_file():
        raise ReferenceInvalid(
            f"{path}: reference table is missing. Set NEWSHOUSE_REFERENCE to the folder that "
            f"holds {path.name}."
        )
    frame = pl.read_csv(path, infer_schema=False, comment_prefix="#")
    if tuple(frame.columns) != columns:
        raise ReferenceInvalid(
            f"{path}: columns are {', '.join(frame.columns)}; expected {', '.join(columns)}."
        )
    return frame.select(pl.col(name).str.strip_chars().replace("", None) for name in columns)


def read_sources(folder: Path) -> Sources:
    """The outlets of sources.csv; a row `unknown` is required and ids are unique."""
    columns = ("source_id", "name", "domain", "path_glob", "country_iso2", "language")
    path = folder / "sources.csv"
    frame = read_table(path, columns)
    twice = frame.filter(pl.col("source_id").is_duplicated())["source_id"].unique().sort()
    if twice.len():
        raise ReferenceInvalid(f"{path}: source_id occurs twice: {', '.join(twice.head(3))}.")
    if UNKNOWN_SOURCE not in frame["source_id"]:
        raise ReferenceInvalid(f"{path}: add a row with source_id `{UNKNOWN_SOURCE}`.")
    rules = tuple(
        SourceRule(*row)
        for row in frame.select("source_id", "domain", "path_glob").iter_rows()
        if row[0] != UNKNOWN_SOURCE
    )
    return Sources(SOURCE.conform(frame.drop("path_glob")), rules)


@dataclass(frozen=True)
class Reference:
    """Every reference table a run needs, read once. The gazetteer is made when first asked for."""

    folder: Path
    sources: Sources
    block_model: BlockModel
    name_words: NameWords
    overrides: pl.DataFrame

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Countries, cities, peoples and currencies; takes about a second."""
        return load_gazetteer(
            self._table("place_names", ("name", "kind", "iso2", "reason")),
            self._table("demonyms", ("demonym", "iso2", "reason")),
        )

    @cached_property
    def entity(self) -> EntityReference:
        """Reference data about names."""
        vocabulary = read_vocabulary(
            self._table("nicknames", ("name", "nickname")),
            self._table("legal_forms", ("form", "spelling")),
        )
        return EntityReference(self.gazetteer, vocabulary)

    def hash_of(self, *names: str) -> str:
        """16 hex characters that change with any of these tables."""
        return short_hash([(self.folder / f"{name}.csv").read_text("utf-8") for name in names])

    def _table(self, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
        return read_table(self.folder / f"{name}.csv", columns)


def read_reference(folder: Path) -> Reference:
    """All reference tables of the folder; ReferenceInvalid says which does not fit."""
    words = read_table(folder / "name_words.csv", ("word", "kind", "entity_type", "reason"))
    return Reference(
        folder=folder,
        sources=read_sources(folder),
        block_model=read_block_model(
            read_table(folder / "phrases.csv", PHRASE_COLUMNS),
            read_table(folder / "block_weights.csv", WEIGHT_COLUMNS),
            read_table(folder / "block_trees.csv", TREE_COLUMNS),
        ),
        name_words=read_name_words(words),
        overrides=read_table(folder / "entity_overrides.csv", OVERRIDE_COLUMNS),
    )
