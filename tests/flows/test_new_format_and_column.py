"""A format and a derived column that are added as docs/extend.md says: files of the format are
recognised, unpacked, limited and loaded as others are, and the column comes to old articles too."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Load
from tests.flows.extended import copy_program, insert_line, run_script

pytestmark = pytest.mark.slow

READER = '''"""Wire slips: a line `SLIP`, lines `NAME=value`, an empty line, the story."""

from flows.extract.format import TextFormat
from flows.extract.formats.fields import Fields
from flows.extract.formats.structured_text import story_record
from flows.extract.record import Item, Limits, Rejection, printable


def read_slip(text: str, limits: Limits) -> Item:
    """The one record of a slip."""
    head, end, story = text.partition("\\n\\n")
    if not end:
        return Rejection(
            None, "unreadable_slip", "The head of the slip does not end. Fetch it again.",
            printable(text, limits.payload_chars),
        )
    named = dict(line.partition("=")[::2] for line in head.splitlines()[1:])
    fields = Fields(
        title=named.get("HEAD"), byline=named.get("BY"), published_raw=named.get("SENT"),
        body=story,
    )
    return story_record("", fields, payload_chars=limits.payload_chars)


FORMATS = (
    TextFormat(
        name="slip",
        begins=lambda start, _: start.startswith("SLIP\\n"),
        read=lambda text, limits, _: [read_slip(text, limits)],
    ),
)
'''

BRIDGE = "Bridge closes\n\nThe bridge is shut for a week.\n\nPeople go round.\n"
SLIP = (
    "SLIP\nHEAD=Ferry returns\nBY=Anna Berg\nSENT=2024-05-03\n\nThe ferry sailed on Monday.\n\n"
    "It was full.\n\nIt comes back on Friday.\n"
)


def add_format(program: Path) -> set[str]:
    """Add the format; the files that this makes or changes, but its test and row in the docs."""
    reader = program / "flows" / "extract" / "formats" / "slip.py"
    reader.write_text(READER)
    return {reader.relative_to(program).as_posix()}


def add_column(program: Path) -> set[str]:
    """Add `article.paragraph_count`; the files that this changes, but its test and dictionary."""
    contract = program / "warehouse" / "tables" / "article.py"
    insert_line(
        contract,
        '        whole("sentence_count"',
        '        whole("paragraph_count", "Paragraphs of the story.", nullable=True),',
    )
    builder = program / "transforms" / "article" / "build.py"
    insert_line(
        builder,
        "    body_text, locator = pl.col",
        '    paragraph = block.filter(pl.col("kind") == "paragraph").group_by("article_id").agg(\n'
        '        pl.len().alias("paragraph_count")\n'
        "    )",
    )
    insert_line(
        builder,
        '        .join(read, on="article_id"',
        '        .join(paragraph, on="article_id", how="left")',
    )
    insert_line(
        builder,
        '            pl.lit(0).alias("sentence_count")',
        '            pl.col("paragraph_count").fill_null(0),',
    )
    return {path.relative_to(program).as_posix() for path in (contract, builder)}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, load: Load) -> dict[str, Any]:
    """What new_format_and_column_life.py found."""
    folder = tmp_path_factory.mktemp("new_format_and_column")
    source = folder / "in"
    source.mkdir()
    (source / "bridge.txt").write_text(BRIDGE)
    load(source, folder / "news.duckdb")  # by the program that has neither
    (source / "a.slip").write_text(SLIP)
    (source / "b.slip.gz").write_bytes(gzip.compress(SLIP.replace("Ferry", "Boat").encode()))
    (source / "torn.txt").write_text("SLIP\nHEAD=Ferry")
    program = copy_program(folder / "program")
    assert len(add_format(program)) == 1
    assert len(add_column(program)) == 2
    script = Path(__file__).with_name("new_format_and_column_life.py")
    result: dict[str, Any] = run_script(program, script, folder, source)
    return result


def test_files_of_the_format_are_articles(found: dict[str, Any]) -> None:
    story = SLIP.partition("\n\n")[2].strip()
    assert found["articles"] == [
        ["a.slip", "Ferry returns", "Anna Berg", "2024-05-03", story],
        ["b.slip.gz", "Boat returns", "Anna Berg", "2024-05-03", story],
    ]


def test_the_format_is_recorded_and_torn_files_are_in_quarantine(found: dict[str, Any]) -> None:
    assert found["formats"] == [
        ["a.slip", "slip"], ["b.slip.gz", "slip"], ["bridge.txt", "plain"], ["torn.txt", "slip"],
    ]  # fmt: skip
    assert found["quarantine"] == [["torn.txt", "unreadable_slip"]]


def test_the_column_is_filled_for_new_articles_and_by_rebuild_changed_for_old_ones(
    found: dict[str, Any],
) -> None:
    assert found["loaded"] == [["a.slip", 3], ["b.slip.gz", 3], ["bridge.txt", None]]
    assert found["rebuilt"] == [["a.slip", 3], ["b.slip.gz", 3], ["bridge.txt", 2]]
    assert found["made anew"] == [1, 0]  # bridge.txt, and none the second time
