"""The static copy: all sections, without scripts, without addresses, whatever the texts say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from flows.explore.still_page import still_page, write_still_page
from tests.flows.explore.hostile import EVIL, SCRIPT

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECTIONS = ["Overview", "Outlets", "Entities", "Articles", "Quality", "Quarantine"]
ELEMENTS = """html head meta title style body header nav section a h1 h2 h3 p div b span bdi table
    thead tbody tr th td figure figcaption svg rect line text details summary mark"""
ATTRIBUTES = """lang charset name content http-equiv id href class scope title aria-label role dir
    open viewbox width height font-family font-size font-weight fill x y x1 x2 y1 y2 stroke
    stroke-opacity text-anchor transform"""


class Seen(HTMLParser):
    """Which elements and attributes a page has, its addresses, its text by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def headings(html: str) -> list[str]:
    return re.findall(r"<section id=\"\w+\"><h2>(\w+)</h2>", html)


def test_the_copy_shows_every_section_of_the_seeds(seeds: duckdb.DuckDBPyConnection) -> None:
    html = still_page(seeds, name="news.duckdb", now=NOW)
    seen = Seen(html)

    assert headings(html) == SECTIONS
    assert seen.elements <= set(ELEMENTS.split())
    assert seen.attributes <= set(ATTRIBUTES.split())
    assert seen.links == [f"#{name.lower()}" for name in SECTIONS]
    for words in ("Articles by week", "Articles by week and outlet", "Entities named with it",
                  "In the news, by week", "Newest articles that name it", "Open quarantine by",
                  "The file is empty (0 bytes)", "Night train will link Amsterdam",
                  "Outcomes of the files",
                  "A static copy of 02 March 2026 12:00 UTC"):  # fmt: skip
        assert words in seen.text
    assert html.count("<details") == 12 + 20


def test_hostile_texts_are_shown_and_do_nothing(hostile: duckdb.DuckDBPyConnection) -> None:
    html = still_page(hostile, name="news.duckdb", now=NOW)
    seen = Seen(html)

    assert seen.elements <= set(ELEMENTS.split())
    assert seen.attributes <= set(ATTRIBUTES.split())
    assert seen.links == [f"#{name.lower()}" for name in SECTIONS]
    assert seen.text.count(SCRIPT) > 10
    assert EVIL.replace("\x00", "") not in html


def test_an_empty_warehouse_says_so(empty: duckdb.DuckDBPyConnection) -> None:
    html = still_page(empty, name="news.duckdb", now=NOW)

    assert headings(html) == SECTIONS
    assert html.count("There is no article in this warehouse yet.") == 4
    assert "Nothing is in quarantine." in html


def test_the_copy_is_written_whole_or_not_at_all(hostile_warehouse: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.html"
    to.write_text("before")
    write_still_page(hostile_warehouse, to, now=NOW)
    assert to.read_text("utf-8").startswith("<!doctype html>")

    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_still_page(hostile_warehouse, folder, now=NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.html", "folder"]
