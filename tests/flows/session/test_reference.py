"""Reference tables: valid rows are read, invalid ones are reported."""

from pathlib import Path

import pytest

from flows.session.reference import ReferenceInvalid, read_reference, read_sources
from flows.settings import Settings

HEADER = "source_id,name,domain,path_glob,country_iso2,language\n"
UNKNOWN = "unknown,Unknown outlet,,,,\n"


def sources(tmp_path: Path, rows: str) -> Path:
    (tmp_path / "sources.csv").write_text(HEADER + rows, "utf-8")
    return tmp_path


def test_an_outlet_is_known_by_domain_then_by_path(tmp_path: Path) -> None:
    found = read_sources(
        sources(tmp_path, UNKNOWN + "gazette,Gazette,gazette.example,gz_*.txt,GB,en\n")
    )
    assert found.source_id("https://www.gazette.example/a", "x.txt") == "gazette"
    assert found.source_id(None, "2024/gz_1.txt") == "gazette"
    assert found.source_id("https://notgazette.example/a", "x.txt") == "unknown"
    assert found.source["country_iso2"].to_list() == ["GB", None]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,A,,,,\n", "add a row with source_id `unknown`"),
        (UNKNOWN + "a,A,,,,\na,B,,,,\n", "source_id occurs twice: a"),
    ],
)
def test_rows_that_do_not_fit(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(ReferenceInvalid, match=message):
        read_sources(sources(tmp_path, rows))


def test_wrong_columns_and_missing_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReferenceInvalid, match=r"sources\.csv: reference table is missing"):
        read_sources(tmp_path)
    (tmp_path / "sources.csv").write_text("id,name\n", "utf-8")
    with pytest.raises(ReferenceInvalid, match="columns are id, name; expected source_id"):
        read_sources(tmp_path)


def test_the_tables_of_the_project_fit() -> None:
    reference = read_reference(Settings().reference)
    assert reference.sources.source.height > 10
    assert reference.gazetteer.country("United States") == "US"
