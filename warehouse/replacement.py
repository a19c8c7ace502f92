"""Which published rows a staged table replaces. The views `known` and publishing both read this,
so that what is checked is what will be published. No other module repeats these rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.contract import Contract, Lifecycle
from warehouse.ddl import column_list
from warehouse.tables import ARTICLE_COMPONENT


@dataclass(frozen=True)
class Replacement:
    """Rows are replaced where their ``by`` values occur in a staged table of ``named_in``.

    By key for most tables. What is made from an article's text, by article: of those whose
    components are staged, as these say that all such tables were made again even if some have no
    rows now, and in each table also of those that have rows staged there.
    """

    by: tuple[str, ...]
    named_in: tuple[str, ...]


def replacement(contract: Contract) -> Replacement:
    """What a staged table replaces when it is published."""
    if contract.lifecycle is Lifecycle.ARTICLE:
        named_in = tuple(dict.fromkeys((contract.name, ARTICLE_COMPONENT.name)))
        return Replacement(("article_id",), named_in)
    return Replacement(contract.key, (contract.name,))


def replaced_condition(
    contract: Contract, staged: Mapping[str, str], row: str, *, all_entities_replaced: bool
) -> str | None:
    """SQL that is true for a published row (alias ``row``) that is deleted.

    ``staged`` maps table names to the relation that holds their staged rows;
    ``all_entities_replaced`` says that all entities were made again, so that every published one is
    deleted. Null where every published row of this table is kept.
    """
    if all_entities_replaced and contract.lifecycle is Lifecycle.ENTITY:
        return "true"
    rule = replacement(contract)
    columns = ", ".join(rule.by)
    named = [f"SELECT {columns} FROM {staged[name]}" for name in rule.named_in if name in staged]  # noqa: S608
    if not named:
        return None
    same = " AND ".join(f"replaced.{column} = {row}.{column}" for column in rule.by)
    return f"EXISTS (SELECT 1 FROM ({' UNION ALL '.join(named)}) AS replaced WHERE {same})"  # noqa: S608


def delete_replaced(
    contract: Contract, staged: Mapping[str, str], *, all_entities_replaced: bool = False
) -> str | None:
    """The DELETE that makes room for the staged rows; null where there is nothing to delete."""
    condition = replaced_condition(
        contract, staged, "published", all_entities_replaced=all_entities_replaced
    )
    if condition is None:
        return None
    return f"DELETE FROM {contract.qualified_name} AS published WHERE {condition}"  # noqa: S608


def select_kept(
    contract: Contract,
    staged: Mapping[str, str],
    published: str,
    *,
    all_entities_replaced: bool = False,
) -> str:
    """SELECT of the published rows that the staged ones leave as they are."""
    condition = replaced_condition(
        contract, staged, "published", all_entities_replaced=all_entities_replaced
    )
    where = "" if condition is None else f" WHERE NOT {condition}"
    return f"SELECT {column_list(contract)} FROM {published} AS published{where}"  # noqa: S608
