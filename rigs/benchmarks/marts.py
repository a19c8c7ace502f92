"""How fast the views, macros and full-text search answer an analyst on a large warehouse.

    python -m rigs.benchmarks.marts [ARTICLES]

The default of 40,000 generated articles makes 1,000,000 sentences, published as any run is. Prints
for each view the time that EXPLAIN ANALYZE gives for one entity, one outlet, one day or one run
(best of five, preload) and the rows given; and what the search index costs. Proves nothing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from tests.warehouse.made_up import run_id_of
from warehouse.connect import open_reader
from warehouse.publish import publish
from warehouse.tables import BY_NAME

_RUN = run_id_of(1)
_RUNS, _OUTLETS, _DAYS, _ENTITIES, _VOCABULARY = 500, 60, 1500, 20_000, 30_000
_PARAGRAPHS, _SENTENCES, _WORDS = 5, 5, 18
_TURNS = 5

_MACROS = (
    # An even number in [0, 1) out of a text, the same on every machine.
    "CREATE MACRO chance(seed) AS "
    "('0x' || substr(md5(seed::VARCHAR), 1, 8))::UBIGINT / 4294967296.0",
    # Words as natural as dice make them, the first ones common and the last ones rare.
    "CREATE MACRO word(seed) AS translate(lower(to_base("
    f"({_VOCABULARY} * chance(seed) ** 3)::INT + 40, 26)), '0123456789', 'qrstuvwxyz')",
    "CREATE MACRO id_of(kind, number) AS substr(md5(kind || number), 1, 16)",
    "CREATE MACRO name_of(number) AS "
    "'Person ' || translate(number::VARCHAR, '0123456789', 'abcdefghij')",
)

_TABLES = {
    "written": f"""
        SELECT a, p, s,
            ({_ENTITIES} * chance('e' || a || '/' || p || '/' || s // 2) ** 3)::INT AS e,
            chance('m' || a || '/' || p || '/' || s) < 0.6 AS names_one,
            CASE WHEN names_one THEN name_of(e) ELSE 'It' END || ' said '
            || array_to_string(list_transform(range({_WORDS}),
                lambda w: word(a || '/' || p || '/' || s || '/' || w)), ' ') || '.' AS text
        FROM range(%(articles)s) AS a(a), range({_PARAGRAPHS}) AS p(p),
            range({_SENTENCES}) AS s(s)""",
    "sentence": f"""
        SELECT id_of('a', a) AS article_id, (p * {_SENTENCES} + s)::INT AS sentence_no,
            (p + 1)::INT AS block_no,
            (title_length + 2 + p + coalesce(sum(length(text) + 1) OVER (PARTITION BY a
                ORDER BY p, s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::INT
                AS start_char,
            start_char + length(text)::INT AS end_char, text, 22 AS token_count, a, e, names_one
        FROM written JOIN headed USING (a)""",
    "headed": """
        SELECT a, 'Report ' || a || ' on ' || word('t' || a) || ' and ' || word('u' || a) AS title,
            length(title) AS title_length FROM range(%(articles)s) AS a(a)""",
    "paragraph": """
        SELECT a, p, string_agg(text, ' ' ORDER BY s) AS text FROM written GROUP BY ALL""",
    "body": """
        SELECT a, string_agg(text, e'\\n\\n' ORDER BY p) AS body FROM paragraph GROUP BY ALL""",
    "article": f"""
        SELECT id_of('a', a) AS article_id, 'file:///in/' || a AS source_uri,
            'outlet_' || ({_OUTLETS} * chance('o' || a) ** 2)::INT AS source_id, title,
            to_timestamp(1700000000 + 86400 * ({_DAYS} * chance('d' || a))::INT) AS published_at,
            'day' AS published_precision, 'metadata' AS published_source,
            'explicit' AS published_status, 'en' AS language,
            title || e'\\n\\n' || body || e'\\n' AS text, body AS body_text,
            {_PARAGRAPHS * _SENTENCES * (_WORDS + 2)} AS word_count,
            {_PARAGRAPHS * _SENTENCES} AS sentence_count, sha256(a::VARCHAR) AS content_hash,
            sha256((a // 10 * 10 + least(a % 10, 8))::VARCHAR) AS body_hash,
            CASE WHEN a % 20 = 0 THEN 2 ELSE 1 END AS version_no,
            '{_RUN}' AS run_id, a
        FROM headed JOIN body USING (a)""",
    "article_version": """
        SELECT article_id, number::INT AS version_no, TIMESTAMPTZ '2026-03-01' AS valid_from,
            number = version_no AS is_current, sha256(a || '/' || number) AS file_id, content_hash,
            title, text, run_id
        FROM article, range(1, 3) AS n(number) WHERE number <= version_no""",
    "block": """
        SELECT id_of('a', a) AS article_id, 0 AS block_no, 'title' AS kind, false AS is_body,
            0 AS start_char, title_length::INT AS end_char, title AS text, 'first' AS rule
        FROM headed
        UNION ALL
        SELECT any_value(article_id), block_no, 'paragraph', true, min(start_char), max(end_char),
            string_agg(text, ' ' ORDER BY sentence_no), 'prose'
        FROM sentence GROUP BY a, block_no""",
    "mention": """
        SELECT article_id, (row_number() OVER (PARTITION BY a ORDER BY sentence_no) - 1)::INT
            AS mention_no, sentence_no, id_of('e', e) AS entity_id, 'person' AS entity_type,
            start_char, start_char + length(name_of(e))::INT AS end_char, name_of(e) AS text,
            'model' AS method FROM sentence WHERE names_one""",
    "entity": f"""
        SELECT id_of('e', e) AS entity_id, 'person' AS entity_type, name_of(e) AS name,
            'made_up' AS resolution FROM range({_ENTITIES} + 1) AS e(e)""",
    "entity_alias": """
        SELECT entity_id, name AS alias, 'canonical' AS kind, 'made_up' AS source, '' AS block_key
        FROM entity""",
    "related_link": """
        SELECT article_id, n::INT AS link_no, 0 AS block_no, 'More ' || n AS title,
            id_of('a', (a * 7 + n) % %(articles)s) AS target_article_id
        FROM article, range(3) AS n(n)""",
    "source": f"""
        SELECT 'outlet_' || o AS source_id, 'Outlet ' || o AS name
        FROM range({_OUTLETS} + 1) AS o(o)""",
    "component": """
        SELECT id_of('c', stage) AS component_id, stage, stage AS name, '1' AS version,
            '{}' AS config
        FROM unnest(['block', 'nlp']) AS s(stage)""",
    "article_component": """
        SELECT article_id, stage, component_id FROM article, component""",
    "record": """
        SELECT article_id, v.version_no, 'in' AS collection, source_uri AS file_uri, '' AS locator,
            v.file_id, 'text' AS format, source_id, '[]' AS hints
        FROM article_version AS v JOIN article USING (article_id)""",
    "check_result": """
        SELECT run_id, 'block' AS suite, 'block.text.rule_' || c AS check_id, 'block' AS table_name,
            'warning' AS severity, c % 7 <> 0 AS success, 1000 AS checked_count, c AS failed_count
        FROM run, range(60) AS c(c)""",
}  # fmt: skip

_RUN_ROWS = f"""
    SELECT *, TIMESTAMPTZ '2026-03-01' + to_hours(n::INT) AS started_at,
        started_at + INTERVAL 9 SECOND AS ended_at,
        CASE WHEN n = 1 THEN '{_RUN}'
        ELSE strftime(started_at, '%Y%m%dT%H%M%SZ-') || printf('%06x', n) END AS run_id,
        'published' AS status, 'file:///in' AS source_uri, 'in' AS collection,
        '0' AS code_version, '{{}}' AS config, '{{}}' AS row_counts, '{{}}' AS stage_seconds
    FROM range(1, {_RUNS + 1}) AS n(n)"""


def stage(folder: Path, articles: int) -> Path:
    """Write the Parquet of a run with that many articles; the run's staging folder."""
    con = duckdb.connect(config={"temp_directory": str(folder / "spill")})
    con.execute("SET TimeZone = 'UTC'")
    for macro in _MACROS:
        con.execute(macro)
    con.execute(f"CREATE TABLE run AS {_RUN_ROWS}")
    first = ("written", "headed", "sentence", "paragraph", "body")
    for table in (*first, *(name for name in BY_NAME if name in _TABLES and name not in first)):
        made = _TABLES[table].replace("%(articles)s", str(articles))
        con.execute(f"CREATE TABLE {table} AS {made}")
    for table in ("run", *(name for name in _TABLES if name in BY_NAME)):
        (folder / _RUN / table).mkdir(parents=True)
        there = {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}
        columns = ", ".join(
            f"{c.name if c.name in there else ('NULL' if c.nullable else '0')}::{c.duckdb_type} "
            f"AS {c.name}" for c in BY_NAME[table].columns
        )  # fmt: skip
        file = folder / _RUN / table / "0000.parquet"
        con.execute(f"COPY (SELECT {columns} FROM {table}) TO '{file}'")
    con.close()
    return folder / _RUN


_ASKED = {
    "article_current": "source_id = $outlet",
    "entity_daily": "entity_id = $entity",
    "entity_cooccurrence": "entity_id = $entity",
    "entity_timeline": "entity_id = $entity",
    "entity_by_outlet": "entity_id = $entity",
    "outlet_activity": "source_id = $outlet",
    "most_edited": "source_id = $outlet",
    "related_graph": "article_id = $article",
    "quality_trend": "run_id = $run",
    "run_funnel": "run_id = $run",
    "lineage": "article_id = $article",
}
"""What an analyst asks of each view."""

_ALSO = {
    "entity_daily, one day": "FROM mart.entity_daily WHERE day = $day",
    "entity_by_outlet, one outlet": "FROM mart.entity_by_outlet WHERE source_id = $outlet",
    "entity_timeline, one day": "FROM mart.entity_timeline WHERE published_at = $day",
    "outlet_activity, one day": "FROM mart.outlet_activity WHERE day = $day",
    "search, a rare word": "FROM search($rare) LIMIT 20",
    "search, two words": "FROM search($rare || ' ' || $common) LIMIT 20",
    "search, a phrase": "FROM search('\"' || $name || '\"') LIMIT 20",
    "kwic, a name": "FROM kwic($name, 40)",
}


def ask(warehouse: Path) -> None:
    """Print a line for every view and macro: milliseconds and rows."""
    con = open_reader(warehouse, with_search=True)
    values = _subjects(con)
    asked = {name: f"FROM mart.{name} WHERE {how}" for name, how in _ASKED.items()}
    for name, query in (asked | _ALSO).items():
        given = {key: value for key, value in values.items() if f"${key}" in query}
        best, rows = min(_analyzed(con, query, given) for _ in range(_TURNS))
        shown = ", ".join(f"{key} {value}" for key, value in given.items())
        print(f"{name} ({shown}): {best * 1000:.0f} ms, {rows:,} rows")
    con.close()


def _analyzed(
    con: duckdb.DuckDBPyConnection, query: str, given: dict[str, str]
) -> tuple[float, int]:
    """Seconds and rows, as EXPLAIN ANALYZE gives them."""
    plan = con.execute(f"EXPLAIN (ANALYZE, FORMAT json) {query}", given).fetchall()[0][1]
    analyzed = json.loads(plan)
    return float(analyzed["latency"]), _rows(analyzed)


def _rows(node: dict[str, Any]) -> int:
    """Rows of the topmost operator that counts any."""
    while node["children"] and not node.get("operator_cardinality"):
        node = node["children"][0]
    return int(node.get("operator_cardinality", 0))


def _subjects(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """An entity named in a few hundred articles, an outlet, a day, an article, a run, words."""
    queries = {
        "entity": "SELECT entity_id FROM mention GROUP BY 1 ORDER BY abs(count(*) - 500), 1",
        "outlet": "SELECT source_id FROM article GROUP BY 1 ORDER BY abs(count(*) - 500), 1",
        "day": "SELECT max(published_at)::DATE::VARCHAR FROM article",
        "article": "SELECT max(article_id) FROM article",
        "run": "SELECT max(run_id) FROM ops.check_result",
        "rare": "SELECT term FROM search.term JOIN search.posting USING (term_no) "
        "GROUP BY 1 ORDER BY abs(count(*) - 100), 1",
        "common": "SELECT term FROM search.term JOIN search.posting USING (term_no) "
        "GROUP BY 1 ORDER BY abs(count(*) - 5000), 1",
        "name": "SELECT text FROM mention GROUP BY 1 ORDER BY abs(count(*) - 500), 1",
    }
    return {
        key: str(row[0])
        for key, query in queries.items()
        if (row := con.execute(query).fetchone()) is not None
    }


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    with tempfile.TemporaryDirectory() as place:
        staging = stage(Path(place), articles)
        warehouse = Path(place) / "news.duckdb"
        reached: dict[str, float] = {}

        def note(step: str) -> None:
            reached[step] = time.perf_counter()

        publish(staging, warehouse, announce=note)
        whole = reached["clean"] - reached["copy"]
        index = reached["checkpoint"] - reached["search index"]
        con = open_reader(warehouse)
        sentences = con.execute("SELECT count(*) FROM sentence").fetchone()
        con.close()
        print(
            f"{sentences[0] if sentences else 0:,} sentences: published in {whole:.1f} s, of which "
            f"{index:.1f} s for the search index; {warehouse.stat().st_size / 1e6:.0f} MB"
        )
        ask(warehouse)


if __name__ == "__main__":
    main()
