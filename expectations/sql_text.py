"""SQL fragments that checks share, and a function that builds a check from them. Runs no SQL."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Blame, Check, Native, Severity
from warehouse.character import NEVER_SHOWN, SHAPING, UNSEEN, WHITE, re2
from warehouse.contract import Contract
from warehouse.integrity_rule import WINDOW

_WHITE_BUT_SPACE = re2(tuple(pair for pair in WHITE if pair != (0x20, 0x20)))
"""White space as Python's str.isspace has it. Zero-width characters are no white space."""

NOT_WHITE = f"'[^ {_WHITE_BUT_SPACE}]'"
"""SQL literal: RE2 for a character that is not white space."""

_RUN = f"'[ {_WHITE_BUT_SPACE}]+'"
_LOOSE = f"'^ | $|  |[{_WHITE_BUT_SPACE}]'"
"""SQL literals: RE2 for a run of white space, and for any that is not one space between words."""

_NEVER_IN_NAME = rf"'[{re2(NEVER_SHOWN)}]|^[{re2(SHAPING)}]|[\x{{200C}}\x{{200D}}]$'"
_UNSEEN_EDGE = rf"'^[ {_WHITE_BUT_SPACE}{re2(UNSEEN)}]|[ {_WHITE_BUT_SPACE}{re2(UNSEEN)}]$'"
_UNSEEN_ONE = f"'[{re2(UNSEEN)}]'"


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def row_key(contract: Contract) -> str:
    """The key of a row `t` as one text: its values joined by /."""
    return " || '/' || ".join(f"coalesce(t.{column}::varchar, 'null')" for column in contract.key)


def failing_rows(
    contract: Contract, source: str, bad: str, observed: str, blamed_on: Blame | None = None
) -> str:
    """The query for a check's failing rows: those of `source` (aliased `t`) where `bad` holds.

    Beside the article, where the table has one, it gives the entity or file a row is about.
    """
    blamed = "null::varchar as article_id"
    owner = contract.lifecycle.owner
    if owner == "article":
        blamed = "t.article_id"
    if "entity" in (owner, blamed_on):
        blamed += ", t.entity_id"
    if owner == "file":
        blamed += ", t.source_uri as file_uri"
    return (
        f"select {row_key(contract)} as row_key, ({observed})::varchar as observed, "
        f"{blamed} from {source} where {bad}"
    )


def row_check(
    contract: Contract,
    column: str | None,
    rule: str,
    severity: Severity,
    notes: str,
    *,
    bad: str,
    observed: str,
    source: str | None = None,
    native: Native | None = None,
    blamed_on: Blame | None = None,
) -> Check:
    """A check that fails where `bad` holds: of the rows `t` of the table, or of a `source`, which
    may join or group. Where a `native` expectation decides, `bad` is the same condition in SQL."""
    rows = source or rows_of(contract)
    failing = failing_rows(contract, rows, bad, observed, blamed_on)
    return Check(
        contract.name, column, rule, severity, notes, failing, native=native, blamed_on=blamed_on
    )


def rows_of(contract: Contract) -> str:
    """The table as a source, for a check that looks into other tables for each of its rows."""
    return f"{contract.qualified_name} as t"


def found_rows(contract: Contract, query: str, observed: str | None = None) -> str:
    """The rows of any query as a check gives them: named by the table's key, or by the whole row
    where the key is not selected; with the value of a column, or the whole row."""
    key = [f"(row->>'{column}')" for column in contract.key]
    seen = f"row->>'{observed}'" if observed else "coalesce(row->>'observed', row::varchar)"
    return f"""
    with found as ({query}
    ),
    found_json as (select to_json(found) as row from found)
    select coalesce({" || '/' || ".join(key)}, row::varchar) as row_key, {seen} as observed,
           row->>'article_id' as article_id, row->>'entity_id' as entity_id,
           row->>'source_uri' as file_uri
    from found_json
    """


def slice_of(text: str, start: str, length: str) -> str:
    """That many code points of a text from an offset; DuckDB's `substring` counts them from 1."""
    return f"substring({text}, {start} + 1, {length})"


WINDOWS = f"""
    (select article_id, window_no,
            substring(text, window_no * {WINDOW} + 1, {2 * WINDOW}) as text
     from (select article_id, text, unnest(range(length(text) // {WINDOW} + 1)) as window_no
           from main.article where length(text) > {2 * WINDOW}))
"""
"""Long texts in overlapping pieces, two windows each, so that a slice is not walked to from the
beginning: a text of many short lines would cost the square of its length."""


def in_window(span_start: str, article_id: str) -> str:
    """The condition that a piece `w` of WINDOWS is where a span starts."""
    return f"w.article_id = {article_id} and w.window_no = {span_start} // {WINDOW}"


def slice_in_window(start: str, length: str, otherwise: str) -> str:
    """A slice of article.text by the piece `w` it starts in; `otherwise` for a short text, which
    has no pieces, and for a slice longer than a window."""
    cut = slice_of("w.text", f"{start} - w.window_no * {WINDOW}", length)
    return f"case when w.text is not null and {length} <= {WINDOW} then {cut} else {otherwise} end"


def utc(instant: str) -> str:
    """An instant as a plain timestamp in UTC, whatever the session's time zone."""
    return f"make_timestamp(epoch_us({instant}))"


def collapsed(text: str) -> str:
    """A text with runs of white space made one space, and none at its ends.

    Most texts have blank lines and single spaces only; rewriting only those is ten times faster
    than the expression for the rest.
    """
    joined = f"replace({text}, e'\\n\\n', ' ')"
    return (
        f"case when regexp_matches({joined}, {_LOOSE}) "
        f"then trim(regexp_replace({text}, {_RUN}, ' ', 'g')) else {joined} end"
    )


def is_unnormalised(name: str) -> str:
    """True where a name has other white space than single spaces between words, or an
    invisible character; a joiner or variation selector may stand behind what it shapes."""
    return f"({name} <> {collapsed(name)} or regexp_matches({name}, {_NEVER_IN_NAME}))"


def is_invisible_at_edge(text: str) -> str:
    """True where a text begins or ends with white space or an invisible character."""
    return f"regexp_matches({text}, {_UNSEEN_EDGE})"


def visible(text: str) -> str:
    """A text without its invisible characters."""
    return f"regexp_replace({text}, {_UNSEEN_ONE}, '', 'g')"


def word_count(text: str) -> str:
    """How many runs of characters that are not white space a text has.

    A list of one, so that the text is collapsed once: DuckDB finds no common parts in a WHERE.
    """
    count = "if(words = '', 0, length(words) - length(replace(words, ' ', '')) + 1)"
    return f"list_transform([{collapsed(text)}], lambda words: {count})[1]"


def is_blank(text: str) -> str:
    """True where a text holds nothing but white space; null where it is null."""
    return f"not regexp_matches({text}, {NOT_WHITE})"
