"""Which components a run names, and which published articles a rebuild of what changed takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.session.reference import read_reference
from flows.settings import Settings
from flows.stages.components import Components, describe_components
from tests.conftest import Query
from warehouse.known import Known
from warehouse.tables import BY_NAME

FOLDER = Settings().reference


def described(folder: Path = FOLDER) -> Components:
    return describe_components({}, ["xx"], read_reference(folder), "1.0")


def test_every_table_of_articles_has_a_maker_that_names_its_columns() -> None:
    found = described()
    assert list(found.by_stage) == [
        "extract", "block", "sentence", "article", "mention", "related_link", "entity",
    ]  # fmt: skip
    config = {
        stage: json.loads(config)
        for stage, config in found.component.select("stage", "config").iter_rows()
    }
    for stage in ("block", "sentence", "article", "related_link"):
        assert config[stage]["columns"] == BY_NAME[stage].column_names
    assert set(BY_NAME["mention"].column_names) - {"entity_id"} < set(config["mention"]["columns"])


@pytest.mark.parametrize(
    ("table", "stages"),
    [
        ("name_words", {"mention"}),
        ("demonyms", {"mention", "entity"}),
        ("entity_overrides", {"entity"}),
    ],
)
def test_a_reference_table_changes_the_components_that_read_it(
    table: str, stages: set[str], tmp_path: Path
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "reference")
    with (folder / f"{table}.csv").open("a") as file:
        file.write("# a remark\n")
    before, after = described().by_stage, described(folder).by_stage
    assert {stage for stage in before if before[stage] != after[stage]} == stages


def test_articles_are_stale_that_lack_a_component_or_have_another(
    query: Query, seed_warehouse: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "news.duckdb"
    shutil.copy(seed_warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as con:
        ids = [i for (i,) in con.execute("select article_id from article order by 1").fetchall()]
        con.execute("delete from ops.article_component where article_id = ?", [ids[0]])
        con.execute(
            "delete from ops.article_component where article_id = ? and stage = 'article'", [ids[1]]
        )
        con.execute(
            "update ops.article_component set component_id = 'older' "
            "where article_id = ? and stage = 'article'", [ids[2]],
        )  # fmt: skip
        con.execute("insert into ops.article_component values (?, 'dropped', 'older')", [ids[3]])
    current = query("select component_id from ops.component")["component_id"].to_list()
    with Known(warehouse) as known:
        stale = known.articles_of_other_components(current, described().stage_count)
    assert stale.to_list() == ids[:4]
