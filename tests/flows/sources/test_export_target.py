"""`newshouse export`: what is written, read back; what is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner, Result

from flows.cli.app import app
from flows.sources.export_target import LIST_NAME
from tests.warehouse.made_up import hex16, made_up_run
from tests.warehouse.test_mart import first_run
from tests.warehouse.test_publish import publish_run, whole
from warehouse.tables import CONTRACTS

MAIN = sorted(contract.name for contract in CONTRACTS if contract.schema == "main")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = tmp_path_factory.mktemp("export") / "news.duckdb"
    publish_run(first_run(), warehouse)
    publish_run(made_up_run(2, {"article 0": 2}, paragraphs=2), warehouse)
    return warehouse


def export(warehouse: Path, to: Path | str, *given: str) -> Result:
    command = ["export", "--to", str(to), "--warehouse", str(warehouse), *given]
    return CliRunner().invoke(app, command)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_back(folder: Path, name: str, form: str) -> pl.DataFrame:
    contract = next(c for c in CONTRACTS if c.name == name)
    columns = ", ".join(f"{c.name}::{c.duckdb_type} AS {c.name}" for c in contract.columns)
    reader = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}[form]
    typed = ", all_varchar = true, allow_quoted_nulls = false" if form == "csv" else ""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    glob = f"{folder}/{name}/**/*.{form}"
    frame: pl.DataFrame = con.execute(
        f"SELECT {columns} FROM {reader}('{glob}', hive_partitioning = false{typed})"
    ).pl()
    con.close()
    return contract.conform(frame)


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_what_is_written_is_what_is_published(form: str, warehouse: Path, tmp_path: Path) -> None:
    done = export(warehouse, tmp_path, "--format", form)
    assert done.exit_code == 0, done.output

    published = whole(warehouse)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == MAIN
    for name in MAIN:
        if published[name].height:
            assert_frame_equal(read_back(tmp_path, name, form), published[name])


def test_articles_lie_in_a_folder_a_month(warehouse: Path, tmp_path: Path) -> None:
    export(warehouse, tmp_path)

    article = whole(warehouse)["article"]
    month = pl.col("published_at").dt.strftime("%Y-%m").fill_null("undated")
    wanted = {f"month={name}" for name in article.select(month).to_series()}
    assert {path.name for path in (tmp_path / "block").iterdir()} == wanted
    assert "month=undated" in wanted
    assert [path.name for path in (tmp_path / "entity").iterdir()] == ["data_0.parquet"]


def test_doing_it_again_changes_no_byte_and_removes_only_its_own(
    warehouse: Path, tmp_path: Path
) -> None:
    export(warehouse, tmp_path)
    mine = tmp_path / "article" / "month=1999-01" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    before = files_of(tmp_path)

    assert export(warehouse, tmp_path).exit_code == 0
    assert files_of(tmp_path) == before

    other = tmp_path.parent / "other.duckdb"
    publish_run(made_up_run(1, {"x": 1}), other)
    assert export(other, tmp_path, "--tables", "article").exit_code == 0
    after = files_of(tmp_path)
    assert after.pop("article/month=1999-01/notes.txt") == b"mine"
    assert len([name for name in after if name.startswith("article/")]) == 1
    assert {n: b for n, b in after.items() if n.startswith("block/")} == {
        n: b for n, b in before.items() if n.startswith("block/")
    }


def test_a_run_cut_off_is_mended_by_the_next(warehouse: Path, tmp_path: Path) -> None:
    export(warehouse, tmp_path)
    before = files_of(tmp_path)
    stale = "article/month=1970-01/data_0.parquet"
    listed = json.loads((tmp_path / LIST_NAME).read_text())
    listed["parquet/article"].append(stale)
    (tmp_path / LIST_NAME).write_text(json.dumps(listed))
    (tmp_path / stale).parent.mkdir()
    (tmp_path / stale).write_bytes(b"half")
    next(tmp_path.glob("article/month=2026-0*/data_0.parquet")).unlink()

    assert export(warehouse, tmp_path).exit_code == 0

    assert files_of(tmp_path) == before
    assert not (tmp_path / stale).parent.exists()


def test_a_file_of_somebody_else_is_not_overwritten(warehouse: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "entity" / "data_0.parquet"
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")

    done = export(warehouse, tmp_path, "--tables", "entity")

    assert done.exit_code == 2
    assert "entity/data_0.parquet exists and was not written by an export" in done.stderr
    assert theirs.read_bytes() == b"theirs"


@pytest.mark.parametrize("listed", ["[]", "no json", '{"a": ["../../precious"]}', '{"a": 3}'])
def test_a_list_that_no_export_made_is_not_believed(
    listed: str, warehouse: Path, tmp_path: Path
) -> None:
    (tmp_path / LIST_NAME).write_text(listed)
    done = export(warehouse, tmp_path)
    assert done.exit_code == 2
    assert "was not written by an export" in done.stderr


def test_tables_views_and_snapshots_can_be_chosen(warehouse: Path, tmp_path: Path) -> None:
    done = export(warehouse, tmp_path, "--tables", "mart.entity_daily, ops.run", "--tables",
                  "mention", "--format", "jsonl")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {
        "mart.entity_daily", "ops.run", "mention", LIST_NAME,
    }  # fmt: skip
    row = json.loads((tmp_path / "mart.entity_daily/data_0.jsonl").read_text().splitlines()[0])
    assert set(row) >= {"entity_id", "day", "story_count", "article_count"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--tables", "nothing"], "nothing: no such table. There are: source, article,"),
        (["--format", "xlsx"], "Invalid value for '--format'"),
        (["--at", "never"], "snapshots are named never"),
    ],
)
def test_wrong_use(given: list[str], message: str, warehouse: Path, tmp_path: Path) -> None:
    done = export(warehouse, tmp_path / "out", *given)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_target_that_cannot_be_written_says_so(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    done = export(warehouse, tmp_path / "file")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


@pytest.mark.slow
def test_a_bucket_is_written_as_a_folder_is(bucket: Any, warehouse: Path, tmp_path: Path) -> None:
    export(warehouse, tmp_path)
    names = []
    for _ in range(2):
        done = export(warehouse, "s3://news/exported/here")
        assert done.exit_code == 0, done.output
        listed = bucket.list_objects_v2(Bucket="news", Prefix="exported/here/")
        names.append(sorted(item["Key"] for item in listed["Contents"]))
    assert names[0] == names[1] == [f"exported/here/{name}" for name in files_of(tmp_path)]
    for name, content in files_of(tmp_path).items():
        put = bucket.get_object(Bucket="news", Key=f"exported/here/{name}")
        assert put["Body"].read() == content

    assert "cannot be written" in export(warehouse, "s3://no-such-bucket/x").stderr
    assert hex16("article 0") in pl.read_parquet(tmp_path / "article/**/*.parquet")["article_id"]
