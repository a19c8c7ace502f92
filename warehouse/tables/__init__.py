"""The contracts of all tables, collected from this package. A new table is a new module here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from warehouse.contract import Contract, Lifecycle
from warehouse.tables.article import ARTICLE
from warehouse.tables.article_component import ARTICLE_COMPONENT
from warehouse.tables.article_version import ARTICLE_VERSION
from warehouse.tables.block import BLOCK
from warehouse.tables.check_failure import CHECK_FAILURE
from warehouse.tables.check_result import CHECK_RESULT
from warehouse.tables.component import COMPONENT
from warehouse.tables.document import DOCUMENT
from warehouse.tables.entity import ENTITY
from warehouse.tables.entity_alias import ENTITY_ALIAS
from warehouse.tables.entity_merge import ENTITY_MERGE
from warehouse.tables.file import FILE
from warehouse.tables.mention import MENTION
from warehouse.tables.posting import POSTING
from warehouse.tables.quarantine import QUARANTINE
from warehouse.tables.record import EXTRACTED_RECORD, RECORD, STAGED_RECORD
from warehouse.tables.related_link import RELATED_LINK
from warehouse.tables.run import RUN
from warehouse.tables.sentence import SENTENCE
from warehouse.tables.source import SOURCE
from warehouse.tables.term import TERM
from warehouse.tables.tombstone import TOMBSTONE
from warehouse.tables.unread import UNREAD

_FIRST = (
    "source", "article", "article_version", "block", "sentence", "entity", "entity_alias",
    "entity_merge", "mention", "related_link", "run", "file", "record", "quarantine",
    "check_result", "check_failure", "component", "article_component", "tombstone",
    "document", "term", "posting", "unread", "paragraph", "paragraph_sentence", "paragraph_span",
)  # fmt: skip
"""Order in which tables are created, loaded and printed, the same in every release; all others
follow by name."""


def _found() -> Iterator[Contract]:
    """Every contract of the package's modules, once each."""
    for module in iter_modules(__path__):
        declared = vars(import_module(f"{__name__}.{module.name}"))
        yield from (value for value in declared.values() if isinstance(value, Contract))


def _place(contract: Contract) -> tuple[int, str]:
    place = _FIRST.index(contract.name) if contract.name in _FIRST else len(_FIRST)
    return place, contract.name


ALL_CONTRACTS: tuple[Contract, ...] = tuple(sorted(dict.fromkeys(_found()), key=_place))
"""Every contract, also of what is never published."""

CONTRACTS: tuple[Contract, ...] = tuple(c for c in ALL_CONTRACTS if c.lifecycle.is_published)
"""Every published table, in the order in which tables are created and loaded."""

SEARCH_TABLES: tuple[Contract, ...] = tuple(
    c for c in ALL_CONTRACTS if c.lifecycle is Lifecycle.SEARCH
)
"""The index of `search`: derived wholly from `block`, so not loaded or checked as other tables."""

NAMING_ENTITY: tuple[tuple[Contract, str], ...] = tuple(
    (c, column)
    for c in CONTRACTS
    if c.lifecycle.owner == "article"
    for column in c.references(ENTITY.name)
)
"""The columns in which rows of articles name an entity, with their tables."""

ANNOTATIONS: tuple[Contract, ...] = tuple(
    c for c in ALL_CONTRACTS if c.lifecycle is Lifecycle.PARAGRAPH
)
"""What the language pass finds in paragraphs, and its store keeps from run to run."""

BY_NAME = MappingProxyType({contract.name: contract for contract in CONTRACTS})
"""Every published table by name; names are unique over all schemas."""

__all__ = [
    "ALL_CONTRACTS",
    "ANNOTATIONS",
    "ARTICLE",
    "ARTICLE_COMPONENT",
    "ARTICLE_VERSION",
    "BLOCK",
    "BY_NAME",
    "CHECK_FAILURE",
    "CHECK_RESULT",
    "COMPONENT",
    "CONTRACTS",
    "DOCUMENT",
    "ENTITY",
    "ENTITY_ALIAS",
    "ENTITY_MERGE",
    "EXTRACTED_RECORD",
    "FILE",
    "MENTION",
    "NAMING_ENTITY",
    "POSTING",
    "QUARANTINE",
    "RECORD",
    "RELATED_LINK",
    "RUN",
    "SEARCH_TABLES",
    "SENTENCE",
    "SOURCE",
    "STAGED_RECORD",
    "TERM",
    "TOMBSTONE",
    "UNREAD",
]  # fmt: skip
