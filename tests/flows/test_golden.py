"""Golden tables: what the warehouse says of two project-written articles, row by row.

People read the expected files. After a change that is meant, load the seeds, write them again with
`python -m tests.flows.test_golden WAREHOUSE`, and look at the difference.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

GOLDEN = Path(__file__).parent / "golden"
FILES = (
    "harbourwire_lake_basin_water.txt",  # hard-wrapped newswire with a dateline and acronyms
    "riftledger_county_budget.txt",  # summary bullets, cross-heads, a correction, related lines
)


def described(warehouse: Path, file: str) -> str:
    """Blocks, sentences and mentions of the article, one row a line."""
    con = duckdb.connect(str(warehouse), read_only=True)
    article = con.execute(
        "select article_id, title, byline, dateline, published_at::date, published_precision, "
        "published_source, language from article where parse_filename(source_uri) = ?",
        [file],
    ).fetchone()
    assert article is not None
    lines = [" | ".join(str(value) for value in article[1:]), ""]
    for sql in (
        "select 'block', kind, rule, replace(left(text, 60), e'\\n', ' ') from block "
        "where article_id = ? order by block_no",
        "select 'sentence', block_no, token_count, replace(left(text, 60), e'\\n', ' ') "
        "from sentence where article_id = ? order by sentence_no",
        "select 'mention', sentence_no, replace(m.text, e'\\n', '⏎'), m.entity_type, m.method, "
        "m.role, e.name, e.country_iso2 from mention m left join entity e using (entity_id) "
        "where article_id = ? order by mention_no",
    ):
        rows = con.execute(sql, [article[0]]).fetchall()
        lines += [" | ".join("" if v is None else str(v) for v in row) for row in rows]
        lines.append("")
    con.close()
    return "\n".join(lines)


@pytest.mark.parametrize("file", FILES)
def test_golden_article(seed_warehouse: Path, file: str) -> None:
    expected = (GOLDEN / file).read_text("utf-8")
    assert described(seed_warehouse, file) == expected


def write(warehouse: Path) -> None:
    """Write the expected files again from a loaded warehouse of the seeds."""
    GOLDEN.mkdir(exist_ok=True)
    for file in FILES:
        (GOLDEN / file).write_text(described(warehouse, file), "utf-8")


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]))
