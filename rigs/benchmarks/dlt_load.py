"""A peer: dlt's DuckDB destination loading the rows of a published warehouse. Telemetry is off.

    python -m rigs.benchmarks.dlt_load WAREHOUSE FOLDER

Rows are handed over as Arrow tables, dlt's fastest way, and appended to a new file. Taking them out
of the warehouse is not counted, nor is importing dlt.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import duckdb

TABLES = ("article", "article_version", "block", "sentence", "mention", "entity", "entity_alias",
          "related_link")  # fmt: skip


def main(warehouse: Path, folder: Path) -> tuple[float, int]:
    """Seconds and rows."""
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__LOG_LEVEL": "ERROR",
    }
    import dlt

    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = {name: con.execute(f"from {name}").to_arrow_table() for name in TABLES}
    filled = {name: table for name, table in tables.items() if table.num_rows}
    began = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench", pipelines_dir=str(folder / "pipelines"), dataset_name="news",
        destination=dlt.destinations.duckdb(str(folder / "dlt.duckdb")),
    )  # fmt: skip
    info = pipeline.run(
        [dlt.resource(table, name=name) for name, table in filled.items()],
        write_disposition="append",
    )
    info.raise_on_failed_jobs()
    return time.perf_counter() - began, sum(table.num_rows for table in filled.values())


if __name__ == "__main__":
    seconds, rows = main(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps({"seconds": seconds, "rows": rows}))
