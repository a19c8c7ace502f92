"""The pages for people: links lead somewhere, files that they name exist, and what they show as
answers of the seeds is what the warehouse of the seeds answers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.extract.format import known_formats
from tests.conftest import ROOT
from warehouse.tables import CONTRACTS

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FILE = re.compile(r"`((?:flows|transforms|expectations|warehouse|tests|seeds|rigs)/[\w./]*)`")
_CONSOLE = re.compile(r"^```console\n\$ newshouse ([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COUNT = re.compile(r"│ (\w+) +│ +(\d+) │ \w* +│ +[\d.]* │$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", _CODE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
            if "://" not in target:
                yield page, target


def test_there_are_pages_and_links() -> None:
    names = {page.stem for page in PAGES}
    assert names == {"README", "operate", "formats", "query", "extend", "trust"}
    assert len(list(links())) > 30


@pytest.mark.parametrize(
    ("page", "target"), links(), ids=lambda value: getattr(value, "stem", value)
)
def test_a_link_leads_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    file = page.parent / path if path else page
    assert file.exists(), f"{page.name}: {target}"
    assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = {name for name in _FILE.findall(page.read_text("utf-8")) if "NAME" not in name}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_format_has_a_row_on_the_page_about_formats() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    rows = re.findall(r"^\|[^|]*\|([^|]*)\|[^|]*\|[^|]*\|$", page, re.MULTILINE)
    shown = {name for row in rows[2:] for name in re.findall(r"`(\w+)`", row)}
    assert shown == {known.name for known in known_formats()} | {"plain", "zip"}


def test_every_room_of_flows_is_on_the_page_about_extending() -> None:
    page = (ROOT / "docs" / "extend.md").read_text("utf-8")
    rooms = {path.parent.name for path in (ROOT / "flows").glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}/`" not in page} == set()


@pytest.mark.parametrize(
    ("command", "answer"), _CONSOLE.findall(README), ids=[str(n) for n in range(5)]
)
def test_the_readme_shows_what_queries_answer(
    command: str, answer: str, seed_warehouse: Path
) -> None:
    given = CliRunner().invoke(app, [*shlex.split(command), "--warehouse", str(seed_warehouse)])
    assert given.exit_code == 0
    assert given.stdout == answer


def test_the_readme_shows_the_counts_of_a_first_run(seed_warehouse: Path) -> None:
    shown = {name: int(count) for name, count in _COUNT.findall(README)}
    with duckdb.connect(str(seed_warehouse), read_only=True) as con:
        counted = {
            contract.name: con.sql(f"select count(*) from {contract.qualified_name}").fetchall()[0][
                0
            ]
            for contract in CONTRACTS
        }
    assert {name: count for name, count in counted.items() if count} == shown


def test_the_queries_of_the_cookbook_answer(seed_warehouse: Path) -> None:
    page = (ROOT / "docs" / "query.md").read_text("utf-8")
    blocks = re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 7
    with duckdb.connect(str(seed_warehouse), read_only=True) as con:
        for block in blocks:
            for statement in con.extract_statements(block):
                assert con.execute(statement).fetchall(), statement.query


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert {picture.name for picture in pictures} == {"explore.png", "prefect_run.png"}
    assert all(20_000 < picture.stat().st_size < 200_000 for picture in pictures)
