"""The classes of a check and of the report on a round of checks. Imports no library that is slow to
load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import polars as pl

from warehouse.error import ExpectedError
from warehouse.tables import CONTRACTS

Severity = Literal["critical", "quarantine", "warning"]
Blame = Literal["article", "entity", "file", "nothing"]
"""What is kept out where a row fails: the article it belongs to, the entity it is about, the
articles of the file it is about, or nothing, so that the run stops."""

BLAME_OF_TABLE: Mapping[str, Blame] = MappingProxyType(
    {contract.name: contract.lifecycle.owner or "nothing" for contract in CONTRACTS}
)
"""What the failing rows of a table are blamed on by default; a check may set another."""

BLAME_COLUMN: Mapping[Blame, str | None] = MappingProxyType(
    {"article": "article_id", "entity": "entity_id", "file": "file_uri", "nothing": None}
)
"""The column of a check's query that names what is blamed."""

BLAMED = pl.Schema(
    {
        "blame": pl.String(),
        "blamed": pl.String(),
        "table_name": pl.String(),
        "check_id": pl.String(),
        "row_key": pl.String(),
        "observed": pl.String(),
        "notes": pl.String(),
    }
)
"""Rows that failed a check that is no warning, and what each is blamed on; null where it names
none."""


class CheckError(ExpectedError):
    """A check could not be run: its SQL is wrong, or a table or column is missing."""


@dataclass(frozen=True)
class Native:
    """An expectation of Great Expectations, as its suites name it in JSON.

    Attributes:
        type: name of the expectation, as `expect_column_values_to_not_be_null`.
        kwargs: its arguments.
    """

    type: str
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One statement about one table that a run must find true.

    Attributes:
        table: table the check belongs to, also the name of its suite.
        column: column it is about; None for a check of whole rows.
        rule: what it demands, in a few words joined by underscores.
        severity: what a failure does.
        notes: why the limit is where it is.
        failing_sql: a query giving `row_key`, `observed` and `article_id` (null where there is
            none) of every row that should not be there, and the column of BLAME_COLUMN where
            something else is blamed. Runs uncapped for a failed check.
        native: the expectation that decides whether the check holds; None where it holds as long
            as `failing_sql` finds no row (an UnexpectedRowsExpectation).
        observed_sql: a query giving one row with one text: what was seen, failed or not. The
            text begins with a number where later runs compare against it.
        corpus: true for a statement about the corpus rather than about rows: it is checked also
            when the run brings no row of the table.
        blamed_on: what failing rows are blamed on, where that is not the default of the table.
        must_name: true for a user's check that withholds: each of its rows must name an article.
    """

    table: str
    column: str | None
    rule: str
    severity: Severity
    notes: str
    failing_sql: str
    native: Native | None = None
    observed_sql: str | None = None
    corpus: bool = False
    blamed_on: Blame | None = None
    must_name: bool = False

    @property
    def blame(self) -> Blame:
        """What failing rows are blamed on. A warning is recorded and blames nothing."""
        if self.severity == "warning":
            return "nothing"
        return self.blamed_on or BLAME_OF_TABLE[self.table]

    @property
    def check_id(self) -> str:
        """Table, column (`rows` for whole rows) and rule."""
        return f"{self.table}.{self.column or 'rows'}.{self.rule}"


@dataclass(frozen=True)
class CheckReport:
    """What a round of checks found.

    Attributes:
        result: one row a check, of contract CHECK_RESULT.
        failure: every failing row, of contract CHECK_FAILURE.
        blamed: failing rows of all checks but warnings, of schema BLAMED.
    """

    result: pl.DataFrame
    failure: pl.DataFrame
    blamed: pl.DataFrame

    @property
    def critical_failures(self) -> pl.DataFrame:
        """Rows of `result` whose failure shows wrong keys, offsets or totals."""
        return self.result.filter(~pl.col("success") & (pl.col("severity") == "critical"))
