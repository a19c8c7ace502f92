from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.made_up import hex16, run_id_of
from tests.warehouse.run_of_blocks import Blocks, run_of_blocks
from tests.warehouse.test_publish import publish_run
from tests.warehouse.test_purge import run_of_purge
from warehouse import fts_extension
from warehouse.connect import open_reader
from warehouse.fts_extension import extension_file
from warehouse.layout import layout_of
from warehouse.purge import purge
from warehouse.search_index import make_scan, without_index
from warehouse.tables.block import STORY_KINDS

START = run_of_purge()["started_at"][0]

ARTICLES: dict[str, Blocks] = {
    "vote": [
        ("title", "Voters elect a mayor"),
        ("byline", "By Hilda Byliner"),
        ("paragraph", "The elections of 2024 cost $1,300 in São Vento, said O’Brien."),
        ("paragraph", "Łukasz Żal won by 51.5 per cent. Chloé\u0301 lost; so did Chloë."),
        ("promo", "Subscribe to our gazette today"),
        ("caption", "A photograph of a walrus"),
        ("navigation", "Home Zebra Crossings"),
        ("related_link", "Kangaroo escapes"),
        ("related_heading", "Elsewhere"),
        ("other", "Leftover oddity"),
    ],
    "storm": [
        ("title", "Storm over the harbour"),
        ("standfirst", "Boats stay in port"),
        ("paragraph", "The harbour master closed the harbour. Anti\u00admatter is not to blame."),
        ("paragraph", "The mayor was not there 🌊."),
        ("correction", "An earlier version named the wrong quay."),
    ],
    "hidden": [
        ("title", "Wash\u00ading\u00adton votes"),
        ("paragraph", "Elena\u200b Marsh met \u202eAlexander\u00a0\u2003Payne\u2069, Ba\u034fsel."),
    ],
    "abroad": [
        ("title", "外国新闻"),
        ("paragraph", "选举结果公布了，市长获胜。"),
        ("paragraph", "فاز العمدة في الانتِخابات. מתאגרף हिन्दी समाचार ข่าวเลือกตั้ง"),
        ("list_item", "L’Équipe de l'été; 100% _under_score_ C++ don't"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = tmp_path_factory.mktemp("search") / "news.duckdb"
    publish_run(run_of_blocks(1, ARTICLES), warehouse)
    return warehouse


Find = Callable[[str], list[str]]


def names_of(rows: list[tuple[str, int]]) -> list[str]:
    names = {hex16(name): name for name in ARTICLES}
    return [f"{names.get(article_id, article_id)} {block_no}" for article_id, block_no in rows]


@pytest.fixture(scope="module", params=["search", "scan"])
def find(request: pytest.FixtureRequest, warehouse: Path) -> Iterator[Find]:
    """Blocks found, best first: by the index, and without it."""
    con = open_reader(warehouse, with_search=True)
    if request.param == "scan":
        make_scan(con)

    def ask(query: str) -> list[str]:
        sql = f"SELECT article_id, block_no FROM {request.param}(?)"
        return names_of(con.execute(sql, [query]).fetchall())

    yield ask
    con.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("harbour", ["storm 0", "storm 2"]),  # one of four words before two of eleven
        ("ELECTION", ["vote 0", "vote 2"]),  # English endings: elect, elections
        ("2024", ["vote 2"]),
        ("1,300", ["vote 2"]),
        ("$1,300", ["vote 2"]),
        ("1300", []),
        ("51.5", ["vote 3"]),
        ("sao vento", ["vote 2"]),
        ("SÃO", ["vote 2"]),
        ("O'Brien", ["vote 2"]),  # straight for curly
        ("brien", ["vote 2"]),
        ("łukasz", ["vote 3"]),
        ("chloe", ["vote 3"]),  # composed, and with an accent of its own
        ("antimatter", ["storm 2"]),  # a soft hyphen is no letter
        ("quay", ["storm 4"]),
        ("washington", ["hidden 0"]),  # soft hyphens show where a word may be broken
        ("Elena Marsh", ["hidden 1"]),  # a zero-width space stands in it
        ('"elena marsh"', ["hidden 1"]),
        ("El\u2060ena\u202fMarsh", ["hidden 1"]),  # and in what is asked for
        ('"Alexander Payne"', ["hidden 1"]),  # two odd spaces in a row
        ("payne basel", ["hidden 1"]),  # marks of writing direction, a combining joiner
        ("boats mayor", ["storm 1", "storm 3"]),  # in one article, not in one block
        ("boats elections", []),
        ('"harbour master"', ["storm 2"]),
        ("“harbour master”", ["storm 2"]),
        ('"master harbour"', []),
        ('"harbour master', ["storm 2"]),  # a quote never closed
        ("选举", ["abroad 1"]),
        ("举选", []),
        ("الانتخابات", ["abroad 2"]),  # without the vowel sign
        ("हिन्दी", ["abroad 2"]),
        ("เลือกตั้ง", ["abroad 2"]),
        ("équipe", ["abroad 3"]),
        ("under_score", ["abroad 3"]),
        ("100%", ["abroad 3"]),
        ("c++", ["abroad 3"]),
        ("don’t", ["abroad 3"]),
        ("🌊", []),
        ("🌊 mayor", ["vote 0", "storm 3"]),
        ("", []),
        ("%", []),
        ("'; DROP TABLE article; --", []),
        ("' OR '1'='1", []),
        ("mayor " * 2000, ["vote 0", "storm 3"]),
        ("x" * 10_000, []),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_a_query_finds(query: str, expected: list[str], find: Find) -> None:
    assert find(query) == expected


@pytest.mark.parametrize(
    "query",
    ["gazette", "walrus", "zebra", "kangaroo", "elsewhere", "oddity", "Byliner", "subscribe"],
)
def test_what_is_no_story_is_never_found(query: str, find: Find) -> None:
    assert find(query) == []


def test_the_stand_in_of_the_extension_finds_words_as_printed(warehouse: Path) -> None:
    con = open_reader(warehouse)
    assert "pip install duckdb-extension-fts" in str(without_index(con))
    make_scan(con)
    rows = con.execute("SELECT article_id, block_no FROM scan('elections')").fetchall()
    con.close()
    assert names_of(rows) == ["vote 2"]


def test_any_client_that_can_load_the_extension_can_search(warehouse: Path) -> None:
    con = duckdb.connect(
        str(warehouse),
        read_only=True,
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    )
    with pytest.raises(duckdb.CatalogException, match="fts"):
        con.sql("FROM search('harbour')")
    con.execute(f"LOAD '{extension_file()}'")
    rows = con.execute("SELECT title, kind, score > 0, text FROM search('quay')").fetchall()
    con.close()
    assert rows == [("Storm over the harbour", "correction", True, ARTICLES["storm"][4][1])]


def test_macro_and_index_mean_the_same_blocks() -> None:
    assert set(STORY_KINDS) == {"title", "standfirst", "dateline", "paragraph", "subheading",
                                "list_item", "correction"}  # fmt: skip


def indexed(warehouse: Path) -> tuple[int, int]:
    con = open_reader(warehouse)
    row = con.execute(
        "SELECT (SELECT count(*) FROM search.document), (SELECT count(*) FROM search.unread)"
    ).fetchone()
    con.close()
    assert row is not None
    return row


def searched(warehouse: Path, query: str) -> list[str]:
    con = open_reader(warehouse, with_search=True)
    rows = con.execute("SELECT article_id, block_no FROM search(?)", [query]).fetchall()
    con.close()
    return names_of(rows)


def many(count: int) -> dict[str, Blocks]:
    return {f"a{n}": [("title", f"Title {n}"), ("paragraph", f"Word{n}")] for n in range(count)}


def test_the_index_is_made_anew_only_when_a_tenth_is_new(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(run_of_blocks(1, many(30)), warehouse)
    assert indexed(warehouse) == (60, 0)

    publish_run(run_of_blocks(2, {"vote": [("title", "Fresh news")]}), warehouse)
    assert indexed(warehouse) == (60, 1)
    assert searched(warehouse, "fresh") == ["vote 0"]

    publish_run(run_of_blocks(3, {"a5": [("paragraph", "Revised")]}, version=2), warehouse)
    assert indexed(warehouse) == (58, 2)
    assert searched(warehouse, "word5") == []
    assert searched(warehouse, "revised") == [f"{hex16('a5')} 0"]

    publish_run(run_of_blocks(4, ARTICLES), warehouse)
    assert indexed(warehouse)[1] == 0
    assert searched(warehouse, "word6") == [f"{hex16('a6')} 1"]


def test_a_removed_article_is_not_found_any_more(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    first = run_of_blocks(1, many(30))
    publish_run(first, warehouse)
    gone = run_of_blocks(2, {})
    gone.rows["article"] = [first.rows["article"][7] | {"removed_at": START}]

    publish_run(gone, warehouse)

    assert searched(warehouse, "word7") == []
    assert indexed(warehouse) == (58, 0)


def test_a_purge_takes_words_out_of_the_index(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    secret = [("title", "Zyxomma"), ("paragraph", "The zyxomma zyxommas wept")]
    publish_run(run_of_blocks(1, many(30) | {"secret": secret}), warehouse)
    publish_run(run_of_blocks(2, {"b": [("title", "Later")]}), warehouse)
    files = [warehouse, *layout_of(warehouse).snapshots.glob("*.duckdb")]
    assert len(files) == 2
    assert all(b"zyxomma" in file.read_bytes() for file in files)

    purge(warehouse, [hex16("secret")], run=run_of_purge(), purged_at=START)

    assert not any(b"yxomma" in file.read_bytes() for file in files)
    assert searched(warehouse, "later") == [f"{hex16('b')} 0"]
    assert searched(warehouse, "word3") == [f"{hex16('a3')} 1"]


def test_without_the_extension_publishing_goes_on_and_the_next_one_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "news.duckdb"
    with monkeypatch.context() as patched:
        patched.setattr(fts_extension, "extension_file", lambda: None)
        publish_run(run_of_blocks(1, ARTICLES), warehouse)
    assert indexed(warehouse)[0] == 0
    assert searched(warehouse, "election") == ["vote 0", "vote 2"]

    publish_run(run_of_blocks(2, {"b": [("title", "Later")]}), warehouse)

    assert indexed(warehouse)[1] == 0
    assert searched(warehouse, "election") == ["vote 0", "vote 2"]


def test_a_broken_extension_is_no_extension(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fts.duckdb_extension").write_bytes(b"not an extension" * 100)
    monkeypatch.setattr(fts_extension, "extension_file", lambda: tmp_path / "fts.duckdb_extension")
    publish_run(run_of_blocks(1, ARTICLES), tmp_path / "news.duckdb")
    assert indexed(tmp_path / "news.duckdb")[0] == 0


def test_an_empty_warehouse_can_be_searched(tmp_path: Path) -> None:
    publish_run(run_of_blocks(1, {}), tmp_path / "news.duckdb")
    assert searched(tmp_path / "news.duckdb", "harbour") == []


def test_a_warehouse_of_an_earlier_release_is_scanned(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(run_of_blocks(1, ARTICLES), warehouse)
    con = duckdb.connect(str(warehouse))
    con.execute("DROP MACRO TABLE search; DROP MACRO plain_words; DROP SCHEMA search CASCADE")
    con.close()

    reader = open_reader(warehouse, with_search=True)
    assert "earlier release" in str(without_index(reader))
    make_scan(reader)
    rows = reader.execute("SELECT article_id, block_no FROM scan('electing')").fetchall()
    reader.close()
    assert sorted(names_of(rows)) == ["vote 0", "vote 2"]

    publish_run(run_of_blocks(2, {"b": [("title", "Later")]}), warehouse)
    assert searched(warehouse, "electing") == ["vote 0", "vote 2"]
    assert run_id_of(1) < run_id_of(2)


def test_an_index_is_made_once_even_of_blocks_without_words(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    stories: dict[str, Blocks] = {
        f"{n}": [("title", f"Title {n}"), ("paragraph", "* * *"), ("paragraph", f"Word{n}")]
        for n in range(9)
    }
    publish_run(run_of_blocks(1, stories), warehouse)
    counts = (
        "SELECT count(*), min(word_count), (SELECT count(*) FROM search.unread) "
        "FROM search.document"
    )
    found = []
    for number in (2, 3):
        with duckdb.connect(str(warehouse), read_only=True) as con:
            found += con.execute(counts).fetchall()
        publish_run(run_of_blocks(number, {}), warehouse)
    assert found == [(27, 0, 0)] * 2
