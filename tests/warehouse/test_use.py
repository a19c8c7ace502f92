"""The blocks of USE.md, run: what is not run here says so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

import warehouse
from flows.cli.app import app
from warehouse import dbt_source
from warehouse.fts_extension import load_extension
from warehouse.mart import load_marts
from warehouse.tables import CONTRACTS

PAGE = Path(warehouse.__file__).with_name("USE.md").read_text("utf-8")
BLOCKS = re.findall(r"^```([^\n]*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def blocks(info: str) -> list[str]:
    found = [body for language, body in BLOCKS if language == info]
    assert found, info
    return found


def test_every_block_is_known_here() -> None:
    assert {language for language, _ in BLOCKS} == {
        "sql duckdb", "sql search", "python", "python pandas", "python marimo", "python exported",
        "text", "yaml profiles", "yaml sources", "sh export",
    }  # fmt: skip


@pytest.fixture
def here(seed_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the warehouse of the seeds, and that as the current one."""
    shutil.copyfile(seed_warehouse, tmp_path / "news.duckdb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("info", ["sql duckdb", "sql search"])
def test_sql_of_the_command_line(info: str, here: Path) -> None:
    con = duckdb.connect("news.duckdb", read_only=True)
    if info == "sql search":
        assert load_extension(con)
    for body in blocks(info):
        for statement in con.extract_statements(body):
            assert con.execute(statement).fetchall(), statement.query
    con.close()


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python(number: int, here: Path) -> None:
    names: dict[str, object] = {}
    exec(compile(blocks("python")[number], "USE.md", "exec"), names)
    results = [names[name] for name in ("rows", "hits", "by_outlet") if name in names]
    assert results
    assert all(len(result) for result in results)  # type: ignore[arg-type]
    names["con"].close()  # type: ignore[attr-defined]


def test_pandas(here: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is no part of newshouse")
    names: dict[str, object] = {}
    exec(compile(blocks("python pandas")[0], "USE.md", "exec"), names)
    assert len(names["most_named"]) == 10  # type: ignore[arg-type]
    names["con"].close()  # type: ignore[attr-defined]


def test_a_cell_of_marimo(here: Path) -> None:
    names: dict[str, object] = {}
    exec(compile(blocks("python marimo")[0], "USE.md", "exec"), names)
    assert len(names["activity"]) > 1  # type: ignore[arg-type]
    names["news"].close()  # type: ignore[attr-defined]


def test_the_line_of_jdbc_opens_for_reading_only(here: Path) -> None:
    (line,) = blocks("text")
    _, options = line.strip().removeprefix("jdbc:duckdb:").split(";")
    name, value = options.split("=")
    con = duckdb.connect("news.duckdb", config={name: value})
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        con.execute("DELETE FROM article")
    con.close()


def test_what_dbt_reads(here: Path) -> None:
    profile = yaml.safe_load(blocks("yaml profiles")[0])["news"]["outputs"]["dev"]
    con = duckdb.connect(profile["path"])
    for given in profile["attach"]:
        assert given["read_only"]
        con.execute(f"ATTACH '{given['path']}' AS {given['alias']} (READ_ONLY)")
    sources = yaml.safe_load(dbt_source.render())["sources"]
    for source in sources:
        for table in source["tables"]:
            columns = ", ".join(column["name"] for column in table["columns"])
            place = f"{source['database']}.{source['schema']}.{table['name']}"
            con.execute(f"SELECT {columns} FROM {place} LIMIT 0")
    con.close()

    names = {(s["schema"], table["name"]) for s in sources for table in s["tables"]}
    assert names == {(c.schema, c.name) for c in CONTRACTS} | {
        ("mart", mart.name) for mart in load_marts()
    }
    (shown,) = yaml.safe_load(blocks("yaml sources")[0])["sources"]
    first = next(source for source in sources if source["name"] == shown["name"])
    assert shown["database"] == first["database"]
    assert {t["name"] for t in shown["tables"]} <= {t["name"] for t in first["tables"]}


def test_files(here: Path) -> None:
    for line in blocks("sh export")[0].splitlines():
        if "s3://" not in line:  # tests/flows/sources/test_export_target.py writes to a bucket
            done = CliRunner().invoke(app, line.split()[1:])
            assert done.exit_code == 0, done.output
    assert (here / "exported/article/month=2024-05/data_0.csv").is_file()
    names: dict[str, object] = {}
    exec(compile(blocks("python exported")[0], "USE.md", "exec"), names)
    may = names["may"]
    assert isinstance(may, pl.DataFrame)
    assert may["title"].len() > 1
