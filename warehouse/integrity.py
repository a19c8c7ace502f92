"""Counts repeated keys, orphans and wrong offsets in a file that is about to be published.

The counts cover the rows of touched articles (the temporary table `touched`), and all rows of
tables not kept by article, so that their cost grows with what is new. Broken rows are counted, not
repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from warehouse.contract import Contract, ForeignKey
from warehouse.integrity_rule import (
    SPAN_WITHOUT_HOLDER,
    misplaced,
    orphans,
    repeated_keys,
    span_holder,
)
from warehouse.tables import ARTICLE, BY_NAME, CONTRACTS


@dataclass(frozen=True)
class Breach:
    """How many rows of a table break a rule."""

    table: str
    rule: str
    rows: int


@dataclass(frozen=True)
class Scope:
    """Which rows are looked at: all, or those of touched articles."""

    everything: bool

    def rows(self, contract: Contract) -> str:
        """The relation holding the rows of a table that are looked at."""
        if self.everything or contract.lifecycle.owner != "article":
            return contract.qualified_name
        return f"(FROM {contract.qualified_name} WHERE article_id IN (FROM touched))"

    def held(self, contract: Contract, key: ForeignKey) -> str:
        """The relation in which rows that are looked at must find what a foreign key names.

        Their own article is among the touched ones; another article they name need not be.
        """
        same_article = ("article_id", "article_id") in zip(key.columns, key.references, strict=True)
        return self.rows(contract) if same_article else contract.qualified_name


def count_breaches(con: duckdb.DuckDBPyConnection, *, everything: bool = False) -> list[Breach]:
    """Every rule that rows break; none means the file may be published."""
    untouched = con.execute(
        f"SELECT 1 FROM {ARTICLE.qualified_name} ANTI JOIN touched USING (article_id) LIMIT 1"  # noqa: S608
    ).fetchone()
    scope = Scope(everything=everything or untouched is None)
    return [breach for contract in CONTRACTS for breach in _breaches(con, contract, scope)]


def _breaches(con: duckdb.DuckDBPyConnection, contract: Contract, scope: Scope) -> Iterator[Breach]:
    rows = scope.rows(contract)
    if _may_repeat_keys(con, contract, scope):
        repeated = repeated_keys(contract, rows)
        count = f"SELECT coalesce(sum(row_count), 0) FROM ({repeated})"  # noqa: S608
        yield from _broken(con, contract, ("key_unique",), count)
    held_by = span_holder(contract)
    for key in contract.foreign_keys:
        parents = scope.held(BY_NAME[key.table], key)
        if key != held_by:
            broken = orphans(key, rows, parents)
            count = f"SELECT count(*) FROM {broken.source} WHERE {broken.condition}"  # noqa: S608
            yield from _broken(con, contract, (_rule(key),), count)
        else:
            broken = misplaced(contract, key, rows, parents)
            count = (
                f"SELECT count(*) FILTER ({SPAN_WITHOUT_HOLDER}), "  # noqa: S608
                f"count(*) FILTER (NOT {SPAN_WITHOUT_HOLDER} AND {broken.condition}) "
                f"FROM {broken.source}"
            )
            yield from _broken(con, contract, (_rule(key), "text_is_slice"), count)


def _broken(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: tuple[str, ...], query: str
) -> Iterator[Breach]:
    counts = con.execute(query).fetchone()
    if counts is None:
        raise AssertionError(f"{contract.name}: a count of {', '.join(rules)} came back empty")
    for rule, count in zip(rules, counts, strict=True):
        if count:
            yield Breach(contract.name, rule, int(count))


def _rule(key: ForeignKey) -> str:
    return f"{'_'.join(key.columns)}_in_{key.table}"


def _may_repeat_keys(con: duckdb.DuckDBPyConnection, contract: Contract, scope: Scope) -> bool:
    """Whether keys must be compared one by one: not where an article's rows are numbered 0, 1, 2 …

    Comparing keys costs ten times as much as the sums that such numbers, and hardly any others,
    have: as many as the greatest implies, adding up to n(n-1)/2, their squares to n(n-1)(2n-1)/6.
    """
    number = contract.key[-1]
    if contract.key != ("article_id", number) or not number.endswith("_no"):
        return True
    return con.execute(
        f"SELECT 1 FROM (SELECT count(*) AS n, max({number}) AS last, sum({number}) AS total, "  # noqa: S608
        f"sum({number}::HUGEINT * {number}) AS squares FROM {scope.rows(contract)} "
        "GROUP BY article_id) WHERE last <> n - 1 OR total <> n * (n - 1) // 2 "
        "OR squares <> n * (n - 1) * (2 * n - 1) // 6 LIMIT 1"
    ).fetchone() is not None  # fmt: skip
