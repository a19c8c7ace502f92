"""Checks derived from the contracts: expectations of Great Expectations where it has one, SQL for
keys in other tables and for spans. Hand-written checks are in `expectations.tables`."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from collections.abc import Iterator

from expectations.check import Blame, Check, Native, Severity
from expectations.sql_text import (
    NOT_WHITE,
    WINDOWS,
    failing_rows,
    in_window,
    literal,
    row_check,
    slice_in_window,
    slice_of,
)
from warehouse.contract import Column, Contract, ForeignKey
from warehouse.integrity_rule import (
    SPAN_WITHOUT_HOLDER,
    misplaced,
    orphans,
    repeated_keys,
    span_holder,
)
from warehouse.tables import BY_NAME


def contract_checks(contract: Contract) -> Iterator[Check]:
    """Checks of one contract: columns, types, key, nulls, patterns, bounds, vocabularies, keys in
    other tables, spans."""
    yield _columns(contract)
    yield _types(contract)
    yield _unique_key(contract)
    for column in contract.columns:
        yield from _column_checks(contract, column)
    for foreign_key in contract.foreign_keys:
        yield _foreign_key(contract, foreign_key)
    number = contract.key[-1]
    if contract.key[0] == "article_id" and number.endswith("_no") and number != "version_no":
        yield _numbered(contract, number)
    if contract.span is not None:
        yield _not_empty_span(contract)
        yield _reproduces_text(contract)
        if contract.span.inside is not None and contract.span.via is not None:
            yield _inside(contract, BY_NAME[contract.span.inside], contract.span.via)
        yield _ordered(contract)
        if contract.span.tiles:
            yield _covers(contract)


def _columns(contract: Contract) -> Check:
    return Check(
        contract.name,
        None,
        "columns",
        "critical",
        "Columns as the contract names them, none missing, none more.",
        _other_columns(contract, "declared.data_type is null or stored.data_type is null"),
        native=Native(
            "expect_table_columns_to_match_set",
            {"column_set": contract.column_names, "exact_match": True},
        ),
        corpus=True,
        blamed_on="nothing",
    )


def _types(contract: Contract) -> Check:
    return Check(
        contract.name,
        None,
        "types",
        "critical",
        "Columns and types as the contract declares them, none missing, none more.",
        _other_columns(contract, "declared.data_type is distinct from stored.data_type"),
        corpus=True,
        blamed_on="nothing",
    )


def _other_columns(contract: Contract, differ: str) -> str:
    """The columns that are stored otherwise than the contract declares them."""
    declared = ", ".join(
        f"({literal(column.name)}, {literal(column.duckdb_type)})" for column in contract.columns
    )
    return f"""
        with declared(column_name, data_type) as (values {declared}),
        stored as (
            select column_name, data_type from information_schema.columns
            where table_catalog = current_database()
              and table_schema = {literal(contract.schema)}
              and table_name = {literal(contract.name)}
        )
        select coalesce(declared.column_name, stored.column_name) as row_key,
               'declared ' || coalesce(declared.data_type, 'nothing')
                   || ', stored ' || coalesce(stored.data_type, 'nothing') as observed,
               null::varchar as article_id
        from declared full join stored using (column_name)
        where {differ}
        """


def _unique_key(contract: Contract) -> Check:
    # The article that rows of one key are blamed on, where the key does not name it.
    of = ", min(article_id) as article_id" if "article_id" not in contract.key else ""
    owner = of if contract.lifecycle.owner == "article" else ""
    return Check(
        contract.name,
        None,
        "unique_key",
        "critical",
        f"One row is: {contract.grain}",
        failing_rows(
            contract,
            f"({repeated_keys(contract, contract.qualified_name, owner)}) as t",
            "true",
            "t.row_count || ' rows'",
        ),
        native=_unique(contract.key),
    )


def _unique(key: tuple[str, ...]) -> Native:
    if len(key) == 1:
        return Native("expect_column_values_to_be_unique", {"column": key[0]})
    return Native("expect_compound_columns_to_be_unique", {"column_list": list(key)})


def _column_checks(contract: Contract, column: Column) -> Iterator[Check]:
    if not column.nullable:
        native = Native("expect_column_values_to_not_be_null", {"column": column.name})
        yield _column_check(contract, column, "not_null", native, f"{column.name} is null")
    if column.pattern is not None:
        native = Native(
            "expect_column_values_to_match_pattern",
            {"column": column.name, "pattern": column.pattern},
        )
        bad = f"not regexp_matches({column.name}, {literal(column.pattern)})"
        yield _column_check(contract, column, "pattern", native, bad)
    if column.allowed:
        native = Native(
            "expect_column_values_to_be_in_set",
            {"column": column.name, "value_set": list(column.allowed)},
        )
        listed = ", ".join(literal(allowed) for allowed in column.allowed)
        yield _column_check(contract, column, "allowed", native, f"{column.name} not in ({listed})")
    bounds = [
        f"{column.name} {sign} {limit}"
        for sign, limit in (("<", column.minimum), (">", column.maximum))
        if limit is not None
    ]
    if bounds:
        native = Native(
            "expect_column_values_to_be_between",
            {"column": column.name, "min_value": column.minimum, "max_value": column.maximum},
        )
        yield _column_check(contract, column, "bounds", native, " or ".join(bounds))


def _column_check(contract: Contract, column: Column, rule: str, native: Native, bad: str) -> Check:
    return row_check(
        contract,
        column.name,
        rule,
        _severity(contract, column),
        column.meaning,
        bad=bad,
        observed=f"left({column.name}::varchar, 200)",
        native=native,
        blamed_on=_blamed_on(contract, column.name),
    )


def _severity(contract: Contract, column: Column) -> Severity:
    is_keyed = column.name in contract.key
    is_of_article = contract.lifecycle.owner == "article"
    return "quarantine" if is_of_article and not is_keyed else "critical"


def _foreign_key(contract: Contract, foreign_key: ForeignKey) -> Check:
    broken = orphans(foreign_key, contract.qualified_name, f"known.{foreign_key.table}")
    return row_check(
        contract,
        foreign_key.columns[-1],
        f"in_{foreign_key.table}",
        "critical",
        f"Keys resolve in {foreign_key.table}.",
        source=broken.source,
        bad=broken.condition,
        observed=" || '/' || ".join(f"t.{child}" for child in foreign_key.columns),
        blamed_on=_blamed_on(contract, foreign_key.columns[-1]),
    )


def _blamed_on(contract: Contract, column: str) -> Blame | None:
    """What a wrong entity key is blamed on: the entity, if the row can do without it."""
    may_be_null = contract.column(column).nullable
    is_entity = any(k.table == "entity" and column in k.columns for k in contract.foreign_keys)
    return "entity" if is_entity and may_be_null else None


def _numbered(contract: Contract, number: str) -> Check:
    return row_check(
        contract,
        number,
        "without_gaps",
        "critical",
        "Positions in an article run from 0 without gaps, so a lost row shows.",
        source=f"(select article_id, {number}, row_number() over "
        f"(partition by article_id order by {number}) - 1 as position "
        f"from {contract.qualified_name}) as t",
        bad=f"t.{number} is distinct from t.position",
        observed=f"t.{number} || ' stands at place ' || t.position",
    )


def _not_empty_span(contract: Contract) -> Check:
    return row_check(
        contract,
        "end_char",
        "after_start",
        "critical",
        "A span is half-open and holds at least one code point.",
        bad="end_char <= start_char",
        observed="start_char || '-' || end_char",
    )


def _reproduces_text(contract: Contract) -> Check:
    key = span_holder(contract)
    assert key is not None
    holders = BY_NAME[key.table].qualified_name
    broken = misplaced(contract, key, contract.qualified_name, holders)
    return row_check(
        contract,
        "text",
        "is_slice_of_article",
        "critical",
        "Offsets count code points of article.text and reproduce the text. Taken before decoding, "
        "in bytes or in graphemes they do not.",
        source=broken.source,
        bad=f"({SPAN_WITHOUT_HOLDER} or {broken.condition})",
        observed="t.start_char || '-' || t.end_char || ' ' || left(t.text, 120)",
    )


def _inside(contract: Contract, holder: Contract, via: str) -> Check:
    return row_check(
        contract,
        via,
        f"inside_{holder.name}",
        "critical",
        f"Every {contract.name} lies within its {holder.name}.",
        source=f"{contract.qualified_name} as t "
        f"join {holder.qualified_name} as h using (article_id, {via})",
        bad="t.start_char < h.start_char or t.end_char > h.end_char",
        observed=f"t.start_char || '-' || t.end_char || ' outside {holder.name} ' "
        "|| h.start_char || '-' || h.end_char",
    )


def _ordered(contract: Contract) -> Check:
    numbered = contract.key[-1]
    return row_check(
        contract,
        "start_char",
        "in_order",
        "critical",
        "Spans follow each other in the order of the key and do not overlap.",
        source=f"(select *, lag(end_char) over (partition by article_id order by {numbered}) "
        f"as previous_end from {contract.qualified_name}) as t",
        bad="t.start_char < t.previous_end",
        observed="'starts at ' || t.start_char || ', the one before ends at ' || t.previous_end",
    )


def _covers(contract: Contract) -> Check:
    length = "(g.gap_end - g.gap_start)"
    gap = slice_in_window("g.gap_start", length, slice_of("a.text", "g.gap_start", length))
    return Check(
        contract.name,
        "text",
        "covers_article",
        "critical",
        "Every character of article.text that is not white space lies in a tile.",
        f"""
        with tile as (
            select article_id, start_char, end_char from {contract.qualified_name}
            union all by name
            select article_id, length(text) as start_char, length(text) as end_char
            from main.article
        ),
        gap as (
            select article_id, start_char as gap_end,
                   coalesce(max(end_char) over (
                       partition by article_id order by start_char, end_char
                       rows between unbounded preceding and 1 preceding), 0) as gap_start
            from tile
        )
        select g.article_id || '/' || g.gap_start as row_key,
               left({gap}, 200) as observed, g.article_id
        from gap as g join main.article as a using (article_id)
        left join {WINDOWS} as w on {in_window("g.gap_start", "g.article_id")}
        where g.gap_end > g.gap_start and regexp_matches({gap}, {NOT_WHITE})
        """,
        corpus=True,
    )
