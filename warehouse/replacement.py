"""Which published rows a staged table replaces. The views `known` and publishing both read this,
so that what is checked is what will be published; nothing else may decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse.contract import Contract
from warehouse.ddl import column_list
from warehouse.tables import CONTRACTS

ARTICLE_CHILDREN = ("block", "sentence", "mention", "related_link", "article_component")
"""Tables whose rows are replaced an article at a time."""

WHOLE_ARTICLE = "article_component"
"""Rows of an article staged here say that all its children were made anew, even if some of these
tables have none now. An article staged without them (found gone, say) keeps its children."""


@dataclass(frozen=True)
class Replacement:
    """Rows are replaced where their ``by`` values occur in a staged table of ``named_in``.

    By key for most tables. Children of an article by article: those whose components are staged,
    and in each child table also those that have rows staged there.
    """

    by: tuple[str, ...]
    named_in: tuple[str, ...]


def replacement(contract: Contract) -> Replacement:
    """What a staged table replaces when it is published."""
    if contract.name in ARTICLE_CHILDREN:
        return Replacement(("article_id",), tuple(dict.fromkeys((contract.name, WHOLE_ARTICLE))))
    return Replacement(contract.key, (contract.name,))


REPLACEMENTS: tuple[tuple[Contract, Replacement], ...] = tuple(
    (contract, replacement(contract)) for contract in CONTRACTS
)


def replaced_condition(
    contract: Contract, staged: Mapping[str, str], emptied: Sequence[str], row: str
) -> str | None:
    """SQL that is true for a published row (alias ``row``) that does not stay.

    ``staged`` maps table names to the relation that holds their staged rows; ``emptied`` names
    tables that lose all published rows. Null where every published row of this table stays.
    """
    if contract.name in emptied:
        return "true"
    rule = replacement(contract)
    columns = ", ".join(rule.by)
    named = [f"SELECT {columns} FROM {staged[name]}" for name in rule.named_in if name in staged]  # noqa: S608
    if not named:
        return None
    same = " AND ".join(f"replaced.{column} = {row}.{column}" for column in rule.by)
    return f"EXISTS (SELECT 1 FROM ({' UNION ALL '.join(named)}) AS replaced WHERE {same})"  # noqa: S608


def delete_replaced(
    contract: Contract, staged: Mapping[str, str], emptied: Sequence[str] = ()
) -> str | None:
    """The DELETE that makes room for the staged rows; null where there is nothing to delete."""
    condition = replaced_condition(contract, staged, emptied, "published")
    if condition is None:
        return None
    return f"DELETE FROM {contract.qualified_name} AS published WHERE {condition}"  # noqa: S608


def select_kept(
    contract: Contract, staged: Mapping[str, str], published: str, emptied: Sequence[str] = ()
) -> str:
    """SELECT of the published rows that the staged ones leave as they are."""
    condition = replaced_condition(contract, staged, emptied, "published")
    where = "" if condition is None else f" WHERE NOT {condition}"
    return f"SELECT {column_list(contract)} FROM {published} AS published{where}"  # noqa: S608
