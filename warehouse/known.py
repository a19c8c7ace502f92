"""Reads from the published warehouse what the next run needs, as frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import polars as pl

from warehouse.connect import attach_published, open_private
from warehouse.contract import Contract
from warehouse.ddl import column_list
from warehouse.tables import (
    ARTICLE_VERSION,
    ENTITY,
    ENTITY_ALIAS,
    NAMING_ENTITY,
    QUARANTINE,
    RECORD,
    RELATED_LINK,
    STAGED_RECORD,
    TOMBSTONE,
)

KNOWN_FILE_COLUMNS = (
    "source_uri",
    "file_id",
    "byte_count",
    "modified_at",
    "outcome",
    "duplicate_of",
)

_LONGEST_REPEATED_LINE = 300
"""Longer texts are paragraphs; lines that outlets repeat are shorter, and need no counting."""


class Known:
    """The published warehouse as the run found it; empty where there is none yet.

    Holds the file open, so that the run compares with one state throughout. A context manager.
    """

    def __init__(self, warehouse: Path) -> None:
        self.con = open_private()
        self.exists = attach_published(self.con, warehouse)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    def files(self, collection: str) -> pl.DataFrame:
        """The newest recorded state of each file of a collection: KNOWN_FILE_COLUMNS."""
        columns = ", ".join(KNOWN_FILE_COLUMNS)
        return self._query(
            f"SELECT {columns} FROM published.ops.file WHERE collection = ? "  # noqa: S608
            "QUALIFY row_number() OVER (PARTITION BY source_uri ORDER BY run_id DESC) = 1 "
            "ORDER BY source_uri",
            [collection],
            {
                "source_uri": pl.String(),
                "file_id": pl.String(),
                "byte_count": pl.Int64(),
                "modified_at": pl.Datetime("us", "UTC"),
                "outcome": pl.String(),
                "duplicate_of": pl.String(),
            },
        )

    def records(self, article_id: pl.Series) -> pl.DataFrame:
        """Every record of these articles: RECORD, the hash of its text, the article's removal."""
        columns = ", ".join(f"r.{name}" for name in RECORD.column_names)
        schema = dict(RECORD.polars_schema) | {
            "content_hash": pl.String(),
            "is_removed": pl.Boolean(),
        }
        return self._about(
            article_id,
            f"SELECT {columns}, v.content_hash, a.removed_at IS NOT NULL AS is_removed "  # noqa: S608
            "FROM published.ops.record r "
            "JOIN published.main.article_version v USING (article_id, version_no) "
            "JOIN published.main.article a ON a.article_id = r.article_id "
            "WHERE r.article_id IN (SELECT article_id FROM wanted) "
            "ORDER BY r.article_id, r.version_no, r.file_uri, r.locator",
            schema,
        )

    def rows(self, contract: Contract, article_id: pl.Series) -> pl.DataFrame:
        """Published rows of an article-keyed table for these articles."""
        return self._about(
            article_id,
            f"SELECT {column_list(contract)} FROM published.{contract.qualified_name} "  # noqa: S608
            "SEMI JOIN wanted USING (article_id)",
            dict(contract.polars_schema),
        )

    def current_versions(self, article_id: pl.Series) -> pl.DataFrame:
        """ARTICLE_VERSION rows of the current versions of these articles."""
        return self.rows(ARTICLE_VERSION, article_id).filter("is_current")

    def staged_records(self, article_id: pl.Series) -> pl.DataFrame:
        """STAGED_RECORD rows of the current versions, as extraction once delivered them."""
        current = self.current_versions(article_id)
        declared = self.rows(RECORD, article_id).filter("made_version")
        joined = declared.drop("made_version", "first_file_uri").join(
            current.select("article_id", "version_no", "content_hash", "text"),
            on=["article_id", "version_no"],
        )
        return STAGED_RECORD.conform(joined)

    def articles_of_files(self, source_uri: pl.Series, collection: str) -> pl.Series:
        """Ids of the articles not removed yet that these files of a collection delivered, and no
        other file that was there when last looked at."""
        frame = self._wanted(
            "source_uri",
            source_uri,
            "WITH there AS (FROM published.ops.file "
            "  QUALIFY row_number() OVER (PARTITION BY collection, source_uri "
            "    ORDER BY run_id DESC) = 1 AND outcome <> 'removed'), "
            "delivered AS (SELECT DISTINCT article_id FROM published.ops.record "
            "  WHERE file_uri IN (SELECT source_uri FROM wanted)), "
            "elsewhere AS (SELECT r.article_id FROM published.ops.record r "
            "  SEMI JOIN delivered USING (article_id) "
            "  JOIN there f ON f.source_uri = r.file_uri "
            "  WHERE f.collection <> ? OR r.file_uri NOT IN (SELECT source_uri FROM wanted)) "
            "SELECT article_id FROM published.main.article SEMI JOIN delivered USING (article_id) "
            "ANTI JOIN elsewhere USING (article_id) WHERE removed_at IS NULL ORDER BY 1",
            {"article_id": pl.String()},
            [collection],
        )
        return frame["article_id"]

    def line_counts(self, source_id: Sequence[str], line: pl.Series, article_id: pl.Series
                    ) -> pl.DataFrame:  # fmt: skip
        """How many published articles of these outlets print these lines.

        Articles in ``article_id`` do not count: this run delivers them again. Returns
        `source_id, line, article_count`.
        """
        schema = {"source_id": pl.String(), "line": pl.String(), "article_count": pl.Int64()}
        if not self.exists or line.is_empty():
            return pl.DataFrame(schema=schema)
        self.con.register("wanted_line", pl.DataFrame({"line": line}).unique().to_arrow())
        self.con.register("renewed", pl.DataFrame({"article_id": article_id}).to_arrow())
        return self._query(
            "WITH printed AS (SELECT a.source_id, b.article_id, "
            "    regexp_replace(b.text, '\\s+', ' ', 'g') AS line "
            "  FROM published.main.block b JOIN published.main.article a USING (article_id) "
            "  WHERE length(b.text) <= ? AND a.source_id IN (SELECT unnest(?)) "
            "    AND b.article_id NOT IN (SELECT article_id FROM renewed)) "
            "SELECT source_id, line, count(DISTINCT article_id) AS article_count FROM printed "
            "SEMI JOIN wanted_line USING (line) GROUP BY ALL ORDER BY ALL",
            [_LONGEST_REPEATED_LINE, list(source_id)],
            schema,
        )

    def articles_with_lines(self, boilerplate_line: pl.DataFrame) -> pl.Series:
        """Published articles that print one of these lines (`source_id, line`) as story text."""
        if not self.exists or boilerplate_line.is_empty():
            return pl.Series("article_id", [], pl.String())
        self.con.register("boilerplate", boilerplate_line.to_arrow())
        frame = self._query(
            "SELECT DISTINCT b.article_id FROM published.main.block b "
            "JOIN published.main.article a USING (article_id) "
            "JOIN boilerplate l ON l.source_id = a.source_id "
            "  AND l.line = regexp_replace(b.text, '\\s+', ' ', 'g') "
            "WHERE length(b.text) <= ? AND b.kind IN "
            "  ('standfirst', 'dateline', 'paragraph', 'subheading', 'list_item', 'correction', "
            "   'byline', 'caption', 'other') "
            "ORDER BY 1",
            [_LONGEST_REPEATED_LINE],
            {"article_id": pl.String()},
        )
        return frame["article_id"]

    def tombstones(self) -> frozenset[str]:
        """Ids and text hashes of the articles that were purged."""
        buried = self.table(TOMBSTONE)
        return frozenset(buried["article_id"]) | frozenset(buried["content_hash"])

    def article_sizes(self) -> pl.DataFrame:
        """`article_id, chars` of every article, in order of id."""
        return self._query(
            "SELECT article_id, length(text) AS chars FROM published.main.article ORDER BY 1",
            [],
            {"article_id": pl.String(), "chars": pl.Int64()},
        )

    def languages(self) -> list[str]:
        """Languages of the published articles, sorted."""
        sql = "SELECT DISTINCT language FROM published.main.article ORDER BY 1"
        return self._query(sql, [], {"language": pl.String()})["language"].to_list()

    def articles_of_other_components(
        self, component_id: Sequence[str], stage_count: int
    ) -> pl.Series:
        """Articles of which some rows were made by none of these components, or not made at all in
        one of that many stages."""
        frame = self._query(
            "SELECT article_id FROM published.main.article "
            "LEFT JOIN published.ops.article_component USING (article_id) GROUP BY 1 "
            "HAVING count(*) FILTER (list_contains(?, component_id)) <> ? OR count(*) <> ? "
            "ORDER BY 1",
            [list(component_id), stage_count, stage_count],
            {"article_id": pl.String()},
        )
        return frame["article_id"]

    def named_entities(
        self, block_key: pl.Series, entity_id: pl.Series
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """ENTITY and ENTITY_ALIAS rows of entities with such a name, or of these ids."""
        if not self.exists:
            return ENTITY.empty(), ENTITY_ALIAS.empty()
        self.con.register("wanted_key", pl.DataFrame({"block_key": block_key}).to_arrow())
        self.con.register("wanted_id", pl.DataFrame({"entity_id": entity_id}).to_arrow())
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE wanted_entity AS "
            "SELECT DISTINCT entity_id FROM published.main.entity_alias "
            "SEMI JOIN wanted_key USING (block_key) "
            "UNION SELECT entity_id FROM published.main.entity "
            "SEMI JOIN wanted_id USING (entity_id)"
        )
        entity, alias = (
            self._query(
                f"SELECT {column_list(contract)} FROM published.{contract.qualified_name} "  # noqa: S608
                f"SEMI JOIN wanted_entity USING (entity_id) ORDER BY {', '.join(contract.order)}",
                [],
                dict(contract.polars_schema),
            )
            for contract in (ENTITY, ENTITY_ALIAS)
        )
        return entity, alias

    def articles_naming(self, entity_id: pl.Series) -> pl.Series:
        """Articles of which a row, in whatever table, names one of these entities."""
        naming = " UNION ".join(
            f"SELECT article_id FROM published.{contract.qualified_name} "  # noqa: S608
            f"WHERE {column} IN (SELECT entity_id FROM wanted)"
            for contract, column in NAMING_ENTITY
        )
        frame = self._wanted(
            "entity_id", entity_id, f"{naming} ORDER BY 1", {"article_id": pl.String()}
        )
        return frame["article_id"]

    def targets(self) -> pl.DataFrame:
        """What related links may point at: `article_id, url, title` of every article."""
        return self._query(
            "SELECT article_id, url, title FROM published.main.article ORDER BY 1",
            [],
            {"article_id": pl.String(), "url": pl.String(), "title": pl.String()},
        )

    def unpointed_links(self) -> pl.DataFrame:
        """RELATED_LINK rows that point at no article yet."""
        return self._query(
            f"SELECT {column_list(RELATED_LINK)} FROM published.{RELATED_LINK.qualified_name} "  # noqa: S608
            "WHERE target_article_id IS NULL",
            [],
            dict(RELATED_LINK.polars_schema),
        )

    def open_quarantine(self) -> pl.DataFrame:
        """QUARANTINE rows that are not resolved yet."""
        return self.table(QUARANTINE).filter(pl.col("status") == "open")

    def table(self, contract: Contract) -> pl.DataFrame:
        """Every published row of a table."""
        return self._query(
            f"SELECT {column_list(contract)} FROM published.{contract.qualified_name}",  # noqa: S608
            [],
            dict(contract.polars_schema),
        )

    def _about(
        self, article_id: pl.Series, sql: str, schema: dict[str, pl.DataType]
    ) -> pl.DataFrame:
        return self._wanted("article_id", article_id, sql, schema)

    def _wanted(
        self,
        column: str,
        values: pl.Series,
        sql: str,
        schema: dict[str, pl.DataType],
        parameters: Sequence[object] = (),
    ) -> pl.DataFrame:
        if not self.exists or values.is_empty():
            return pl.DataFrame(schema=schema)
        self.con.register("wanted", pl.DataFrame({column: values}).unique().to_arrow())
        return self._query(sql, list(parameters), schema)

    def _query(
        self, sql: str, parameters: list[object], schema: dict[str, pl.DataType]
    ) -> pl.DataFrame:
        if not self.exists:
            return pl.DataFrame(schema=schema)
        frame: pl.DataFrame = self.con.execute(sql, parameters).pl()
        return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
