"""Queries that count repeated keys, orphans and wrong offsets, derived from the contracts.

They look at the rows of touched articles (the temporary table `touched`), and at all rows of tables
not kept by article, so that their cost grows with what is new. They repair nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from warehouse.contract import Contract, ForeignKey, SpanRule
from warehouse.tables import ARTICLE, BY_NAME, CONTRACTS

_WINDOW = 8192
"""Code points of a window; texts up to two windows long are short."""


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
    if _may_repeat_keys(con, contract, scope):
        yield from _broken(con, contract, ("key_unique",), _repeated_keys(contract, scope))
    held_by = _span_holder(contract)
    for key in contract.foreign_keys:
        if key != held_by:
            yield from _broken(con, contract, (_rule(key),), _orphans(contract, key, scope))
    if contract.span is not None and held_by is not None:
        rules = (_rule(held_by), "text_is_slice")
        yield from _broken(
            con, contract, rules, _misplaced(contract, contract.span, held_by, scope)
        )


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
    have: as many as the greatest says, adding up to n(n-1)/2, their squares to n(n-1)(2n-1)/6.
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


def _repeated_keys(contract: Contract, scope: Scope) -> str:
    return (
        f"SELECT coalesce(sum(times), 0) FROM (SELECT count(*) AS times "  # noqa: S608
        f"FROM {scope.rows(contract)} GROUP BY {', '.join(contract.key)} HAVING count(*) > 1)"
    )


def _orphans(contract: Contract, key: ForeignKey, scope: Scope) -> str:
    parent = scope.held(BY_NAME[key.table], key)
    present = " AND ".join(f"r.{column} IS NOT NULL" for column in key.columns)
    return (
        f"SELECT count(*) FROM {scope.rows(contract)} AS r "  # noqa: S608
        f"ANTI JOIN {parent} AS p ON {_same(key, 'p')} WHERE {present}"
    )


def _same(key: ForeignKey, parent: str) -> str:
    pairs = zip(key.columns, key.references, strict=True)
    return " AND ".join(f"{parent}.{theirs} = r.{ours}" for ours, theirs in pairs)


def _span_holder(contract: Contract) -> ForeignKey | None:
    """The foreign key to the table whose text this table's spans are cut from."""
    if contract.span is None:
        return None
    name = contract.span.inside or ARTICLE.name
    return next(key for key in contract.foreign_keys if key.table == name)


def _misplaced(contract: Contract, span: SpanRule, key: ForeignKey, scope: Scope) -> str:
    """Counts of spans without holder, and of spans that are not the slice they say they are.

    A span inside another is cut from that one's text, where the walk to its start is short; from a
    long text it is cut out of the window it starts in. By induction every span's text is the slice
    of ``article.text``. A span that ends outside its holder is cut short, and so is not as long as
    it says.
    """
    if span.inside is None:
        start, chars = "r.start_char", "length(text)"
    else:
        start, chars = "(r.start_char - h.start_char)", "end_char - start_char"
    length = "(r.end_char - r.start_char)"
    cut = (
        f"CASE WHEN w.piece IS NOT NULL AND {length} <= {_WINDOW} "
        f"THEN substring(w.piece, {start} - w.window_no * {_WINDOW} + 1, {length}) "
        f"ELSE substring(h.text, {start} + 1, {length}) END"
    )
    held = scope.held(BY_NAME[key.table], key)
    return (
        "SELECT count(*) FILTER (h.article_id IS NULL), count(*) FILTER (h.article_id IS NOT NULL "  # noqa: S608
        f"AND ({start} < 0 OR {start} >= h.chars OR length(r.text) <> r.end_char - r.start_char "
        f"OR r.text = '' OR {cut} <> r.text)) FROM {scope.rows(contract)} AS r "
        f"LEFT JOIN (SELECT *, {chars} AS chars FROM {held}) AS h ON {_same(key, 'h')} "
        f"LEFT JOIN ({_windows(held, key)}) AS w ON {_same(key, 'w')} "
        f"AND w.window_no = {start} // {_WINDOW}"
    )


def _windows(held: str, key: ForeignKey) -> str:
    """Long texts of the holders in pieces of two windows, one for each window that they begin in.

    A slice is reached by walking from the beginning of its text, which would cost the square of
    the length of a text of many spans.
    """
    keys = ", ".join(key.references)
    return (
        f"SELECT {keys}, window_no, substring(text, window_no * {_WINDOW} + 1, {2 * _WINDOW}) "  # noqa: S608
        f"AS piece FROM (SELECT {keys}, text, unnest(range(length(text) // {_WINDOW} + 1)) "
        f"AS window_no FROM {held} WHERE length(text) > {2 * _WINDOW})"
    )
