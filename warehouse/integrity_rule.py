"""SQL of the integrity rules, derived from the contracts: a key has one row, keys resolve, a span
is the slice of text that its offsets give. The functions return SQL for the relations that the
caller passes. The checks of staged rows and the counts in the file to be published share it."""

# ruff: noqa: S608 (names come from contracts)

from __future__ import annotations

from dataclasses import dataclass

from warehouse.contract import Contract, ForeignKey
from warehouse.tables import ARTICLE

WINDOW = 8192
"""Code points of a window; texts up to two windows long are short."""


@dataclass(frozen=True)
class Broken:
    """Rows `t` that break a rule.

    Attributes:
        source: what stands behind FROM.
        condition: true for the rows that break the rule.
    """

    source: str
    condition: str


def repeated_keys(contract: Contract, rows: str, also: str = "") -> str:
    """SELECT of the keys that several `rows` have, and how many, as ``row_count``.

    ``also`` is a further column, with a comma before it.
    """
    key = ", ".join(contract.key)
    return (
        f"SELECT {key}{also}, count(*) AS row_count FROM {rows} GROUP BY {key} HAVING count(*) > 1"
    )


def orphans(key: ForeignKey, rows: str, parents: str) -> Broken:
    """The `rows` whose key, where no part of it is null, no row of `parents` has."""
    present = " AND ".join(f"t.{column} IS NOT NULL" for column in key.columns)
    return Broken(f"{rows} AS t ANTI JOIN {parents} AS p ON {_same(key, 'p')}", present)


def span_holder(contract: Contract) -> ForeignKey | None:
    """The foreign key to the table whose text this table's spans are cut from."""
    if contract.span is None:
        return None
    name = contract.span.inside or ARTICLE.name
    return next(key for key in contract.foreign_keys if key.table == name)


SPAN_WITHOUT_HOLDER = "h.article_id IS NULL"
"""True for a span of `misplaced` whose text no row of another table holds."""


def misplaced(contract: Contract, key: ForeignKey, rows: str, holders: str) -> Broken:
    """The spans whose text is not the slice of their holder's text that their offsets give.

    A span inside another is cut from that one's text, where the walk to its start is short; from a
    long text it is cut out of the window it starts in. By induction every span's text is the slice
    of ``article.text``. A span that ends outside its holder is cut short, and so is not as long as
    its offsets give.
    """
    inside = contract.span is not None and contract.span.inside is not None
    start, chars = "t.start_char", "length(text)"
    if inside:
        start, chars = "(t.start_char - h.start_char)", "end_char - start_char"
    length = "(t.end_char - t.start_char)"
    cut = (
        f"CASE WHEN w.piece IS NOT NULL AND {length} <= {WINDOW} "
        f"THEN substring(w.piece, {start} - w.window_no * {WINDOW} + 1, {length}) "
        f"ELSE substring(h.text, {start} + 1, {length}) END"
    )
    return Broken(
        f"{rows} AS t "
        f"LEFT JOIN (SELECT *, {chars} AS chars FROM {holders}) AS h ON {_same(key, 'h')} "
        f"LEFT JOIN ({_windows(holders, key)}) AS w ON {_same(key, 'w')} "
        f"AND w.window_no = {start} // {WINDOW}",
        f"({start} < 0 OR {start} >= h.chars OR length(t.text) IS DISTINCT FROM {length} "
        f"OR t.text = '' OR {cut} IS DISTINCT FROM t.text)",
    )


def _windows(holders: str, key: ForeignKey) -> str:
    """Long texts of the holders in pieces of two windows, one for each window that they begin in.

    A slice is reached by walking from the beginning of its text, which would cost the square of
    the length of a text of many spans.
    """
    keys = ", ".join(key.references)
    return (
        f"SELECT {keys}, window_no, substring(text, window_no * {WINDOW} + 1, {2 * WINDOW}) "
        f"AS piece FROM (SELECT {keys}, text, unnest(range(length(text) // {WINDOW} + 1)) "
        f"AS window_no FROM {holders} WHERE length(text) > {2 * WINDOW})"
    )


def _same(key: ForeignKey, parent: str) -> str:
    pairs = zip(key.columns, key.references, strict=True)
    return " AND ".join(f"{parent}.{theirs} = t.{ours}" for ours, theirs in pairs)
