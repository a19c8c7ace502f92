"""All contracts, in the order in which tables are created and loaded."""

from types import MappingProxyType

from warehouse.contract import Contract
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

CONTRACTS: tuple[Contract, ...] = (
    SOURCE, ARTICLE, ARTICLE_VERSION, BLOCK, SENTENCE, ENTITY, ENTITY_ALIAS, ENTITY_MERGE, MENTION,
    RELATED_LINK, RUN, FILE, RECORD, QUARANTINE, CHECK_RESULT, CHECK_FAILURE, COMPONENT,
    ARTICLE_COMPONENT, TOMBSTONE,
)  # fmt: skip
"""Every published table."""

ARTICLE_TABLES = frozenset(
    contract.name
    for contract in (
        ARTICLE, ARTICLE_COMPONENT, ARTICLE_VERSION, BLOCK, MENTION, RECORD, RELATED_LINK, SENTENCE,
    )
)  # fmt: skip
"""Tables whose rows come and go with one article."""

ENTITY_TABLES = frozenset(contract.name for contract in (ENTITY, ENTITY_ALIAS, ENTITY_MERGE))
"""Tables whose rows come and go with one entity."""

SEARCH_TABLES: tuple[Contract, ...] = (DOCUMENT, TERM, POSTING, UNREAD)
"""The index of `search`: derived wholly from `block`, so not loaded or checked as other tables."""

BY_NAME = MappingProxyType({contract.name: contract for contract in CONTRACTS})
"""Every published table by name; names are unique over all schemas."""

__all__ = [
    "ARTICLE",
    "ARTICLE_COMPONENT",
    "ARTICLE_TABLES",
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
    "ENTITY_TABLES",
    "EXTRACTED_RECORD",
    "FILE",
    "MENTION",
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
