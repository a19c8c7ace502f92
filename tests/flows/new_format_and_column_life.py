"""A format and a derived column that the program knows only where it was extended: run as a script
by test_new_format_and_column.py, with that program. Prints what it found as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from flows.ingest import ingest_source
from flows.rebuild import rebuild_warehouse
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.reference import read_reference
from flows.settings import Settings
from warehouse.staging import open_published


def rows(warehouse: Path, sql: str) -> list[list[object]]:
    """Rows of the published warehouse; of an address only the file's name."""
    with open_published(warehouse) as con:
        return [
            [str(first).rpartition("/")[2], *rest]
            for first, *rest in con.execute(sql).fetchall()
        ]  # fmt: skip


def main(folder: Path, source: Path) -> None:
    warehouse = folder / "news.duckdb"
    settings = Settings(source=str(source), warehouse=warehouse)
    paragraphs = "select source_uri, paragraph_count from article order by all"
    found: dict[str, object] = {}
    with Preload(pipeline_names(settings), read_reference(settings.reference)) as preload:
        ingest_source(settings, preload=preload)
        found["loaded"] = rows(warehouse, paragraphs)
        rebuilt = rebuild_warehouse(settings, only_changed=True, preload=preload)
        found["rebuilt"] = rows(warehouse, paragraphs)
        again = rebuild_warehouse(settings, only_changed=True, preload=preload)
        found["made anew"] = [rebuilt.rows["article"], again.rows.get("article", 0)]
    found["articles"] = rows(
        warehouse,
        "select source_uri, title, byline, published_at::date::varchar, body_text from article "
        "where source_uri like '%slip%' order by all",
    )
    found["formats"] = rows(
        warehouse, "select distinct source_uri, format from ops.file order by all"
    )
    found["quarantine"] = rows(
        warehouse, "select source_uri, rule from ops.quarantine order by all"
    )
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
