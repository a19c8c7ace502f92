"""The life of a table `exclamation` that the program knows only where it was extended: run as a
script by test_new_table.py, with that program. Prints what it found after each step as JSON."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import duckdb

from expectations.audit import run_checks
from flows.ingest import ingest_source
from flows.rebuild import rebuild_warehouse
from flows.session.manual_changes import purge_articles
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.reference import read_reference
from flows.session.summary import Summary
from flows.settings import Settings
from warehouse import dbt_source, dictionary
from warehouse.export import exported, write_files
from warehouse.layout import WarehouseError
from warehouse.snapshot import list_snapshots
from warehouse.staging import open_published

Rows = dict[str, list[list[object]]]


class Life:
    """One warehouse, taken through everything that can happen to an article."""

    def __init__(self, folder: Path, source: Path, preload: Preload) -> None:
        self.source = source
        self.warehouse = folder / "news.duckdb"
        self.settings = Settings(source=str(source), warehouse=self.warehouse)
        self.preload = preload
        self.found: dict[str, object] = {}

    def run(self, step: str) -> Summary:
        summary = ingest_source(self.settings, preload=self.preload)
        self.note(step)
        return summary

    def note(self, step: str) -> None:
        self.found[step] = rows_by_title(self.warehouse)


def rows_by_title(warehouse: Path) -> Rows:
    """Rows of the new table by the title of their article."""
    found: Rows = {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for title, *row in con.execute(
            "select coalesce(a.title, 'no article'), e.exclamation_no, e.sentence_no, "
            "  e.start_char, e.end_char, e.text, w.name "
            "from exclamation as e left join article as a using (article_id) "
            "left join entity as w using (entity_id) order by all"
        ).fetchall():
            found.setdefault(str(title), []).append(list(row))
    return found


def article_ids(warehouse: Path) -> dict[str, str]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return dict(con.execute("select title, article_id from article").fetchall())


def main(folder: Path, source: Path) -> None:
    with Preload(pipeline_names(Settings()), read_reference(Settings().reference)) as preload:
        life = Life(folder, source, preload)
        take_through(life, folder)
    sys.stdout.write("\n" + json.dumps(life.found) + "\n")


def take_through(life: Life, folder: Path) -> None:
    # The warehouse that is there was made before the table was added.
    try:
        open_published(life.warehouse)
    except WarehouseError as problem:
        life.found["older"] = str(problem)
    life.run("migrated")
    rebuild_warehouse(life.settings, only_changed=True, preload=life.preload)
    life.note("filled")

    fresh = Settings(source=str(life.source), warehouse=folder / "fresh.duckdb")
    ingest_source(fresh, preload=life.preload)
    life.found["fresh"] = rows_by_title(fresh.warehouse)

    ferry = life.source / "ferry.txt"
    ferry.write_text("Ferry returns\n\nThe ferry came back on Tuesday. Hooray! At last!\n")
    life.run("revised")
    (life.source / "bridge.txt").unlink()
    life.run("one is gone")

    (life.source / "odd.txt").write_text("Odd pier\n\nThe pier opens today. FORBIDDEN!\n")
    (life.source / "broken.txt").write_text("Broken pier\n\nThe pier is shut. UNBUILDABLE!\n")
    (life.source / "pier.txt").write_text("New pier\n\nThe pier was built by Anna Berg. Fine!\n")
    summary = life.run("some are withheld")
    life.found["quarantine"] = sorted(rule for _, rule, _ in summary.quarantine)

    corrected = shutil.copytree(Settings().reference, folder / "reference")
    with (corrected / "entity_overrides.csv").open("a") as table:
        table.write("merge,person,Anna Berg,Mary Stone,she married\n")
    (life.source / "hall.txt").write_text(
        "New hall\n\nMary Stone opened the hall. Anna Berg was there. Bravo!\n"
    )
    life.settings = life.settings.model_copy(update={"reference": corrected})
    life.run("merged")
    with open_published(life.warehouse) as con:
        report = run_checks(con, run_id="check")
        life.found["failed after the merge"] = report.blamed["check_id"].to_list()
        named = con.execute(
            "select distinct name from entity semi join "
            "(select entity_id from mention union select entity_id from exclamation) "
            "using (entity_id) where name in ('Anna Berg', 'Mary Stone')"
        ).fetchall()
        life.found["still named"] = [name for (name,) in named]

    rebuild_warehouse(life.settings, preload=life.preload)
    life.note("rebuilt")

    relations = exported(["exclamation"])
    ((_, paths),) = write_files(life.warehouse, folder / "export", relations, "parquet")
    glob = str(folder / "export" / "**" / "*.parquet")
    with duckdb.connect() as con:
        life.found["exported"] = [
            str(text) for (text,) in con.execute(
                f"select text from read_parquet('{glob}') order by all"
            ).fetchall()
        ]  # fmt: skip
    life.found["export folders"] = sorted({path.parent.name for path in paths})

    purge_articles(life.settings, [article_ids(life.warehouse)["Ferry returns"]])
    life.note("purged")
    life.found["purged snapshots"] = [
        rows_by_title(snapshot.path) for snapshot in list_snapshots(life.warehouse)
    ]
    life.run("purged, and run again")
    life.found["dictionary"] = dictionary.render()
    life.found["dbt"] = dbt_source.render()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
