"""What is forgotten of old runs, and what never is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import SEEDS, Load
from tests.warehouse.made_up import START, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run, whole
from warehouse.layout import layout_of
from warehouse.publish import publish
from warehouse.retention import forget_detail


def test_old_detail_goes_with_the_next_publication(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    for number in (1, 2):
        run = made_up_run(number, {f"story {number}": 1})
        run.add("check_failure", run_id=run.run_id, check_id="article.title.known", row_key="a")
        publish_run(run, warehouse)
    third = made_up_run(3, {"story 1": 2}).write(layout_of(warehouse).staging)
    publish(third, warehouse, forget_before=START + timedelta(hours=2))
    tables = whole(warehouse)
    assert tables["check_failure"]["run_id"].to_list() == [run_id_of(2)]
    assert tables["run"]["run_id"].to_list() == [run_id_of(1), run_id_of(2), run_id_of(3)]


@pytest.mark.slow
def test_the_newest_word_on_a_file_stays_however_old(tmp_path: Path, load: Load) -> None:
    folder, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    folder.mkdir()
    story = (SEEDS / "harbourwire_lake_basin_water.txt").read_text("utf-8")
    (folder / "a.txt").write_text(story, "utf-8")
    first = load(folder, warehouse)
    (folder / "a.txt").write_text(story.replace("12 March", "13 March"), "utf-8")
    second = load(folder, warehouse)
    with duckdb.connect(str(warehouse)) as con:
        gone = forget_detail(con, START + timedelta(days=36500))
        left = con.execute("select run_id from ops.file").fetchall()
        runs = con.execute("select count(*) from ops.run").fetchall()
        con.execute("checkpoint")
    assert gone["file"] == 1
    assert left == [(second.run_id,)]
    assert runs == [(2,)]
    assert first.run_id != second.run_id
    assert load(folder, warehouse).status == "nothing_new"
