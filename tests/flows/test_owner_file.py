"""What the warehouse must say of the owner's own article."""

from __future__ import annotations

import pytest

from tests.conftest import OWNER_FILE, Query

TITLE = "Xi and Putin reject US ‘interference’ and pledge industrial co-operation"


@pytest.fixture
def article_id(query: Query) -> str:
    found = query("select article_id from article where source_uri = ?", str(OWNER_FILE))
    return str(found.item())


def test_text_is_the_file(query: Query, article_id: str) -> None:
    text = query("select text from article where article_id = ?", article_id).item()
    assert text == OWNER_FILE.read_text("utf-8")


def test_title_and_date(query: Query, article_id: str) -> None:
    sql = "select title, published_at, published_status, language from article where article_id = ?"
    assert query(sql, article_id).rows() == [(TITLE, None, "undateable", "en")]


def test_every_line_is_typed(query: Query, article_id: str) -> None:
    sql = "select kind, count(*) as n from block where article_id = ? group by all order by all"
    assert query(sql, article_id).rows() == [
        ("paragraph", 14),
        ("promo", 1),
        ("related_heading", 1),
        ("related_link", 5),
        ("title", 1),
    ]


def test_related_links(query: Query, article_id: str) -> None:
    sql = "select title from related_link where article_id = ? order by link_no"
    titles = query(sql, article_id)["title"].to_list()
    assert len(titles) == 5
    assert titles[-1] == "Sidelined cash may want to stay sidelined"


def test_each_sentence_lies_in_one_story_block(query: Query, article_id: str) -> None:
    sql = """
        select count(*) as sentences, count(b.block_no) as placed
        from sentence s left join block b
          on b.article_id = s.article_id and b.block_no = s.block_no
          and b.start_char <= s.start_char and s.end_char <= b.end_char
          and b.kind in ('title', 'paragraph')
        where s.article_id = ?
    """
    sentences, placed = query(sql, article_id).row(0)
    assert sentences == placed
    assert sentences >= 19


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Xi Jinping", ["Xi", "Xi Jinping"]),
        ("Vladimir Putin", ["Putin", "Vladimir Putin"]),
        ("Yuri Ushakov", ["Ushakov", "Yuri Ushakov"]),
    ],
)
def test_a_surname_is_its_person(
    query: Query, article_id: str, name: str, forms: list[str]
) -> None:
    sql = """
        select e.name, e.entity_type, list_sort(list(distinct m.text)) as forms
        from mention m join entity e using (entity_id)
        where m.article_id = ? and list_contains(?, m.text) group by all
    """
    assert query(sql, article_id, forms).rows() == [(name, "person", forms)]


def test_countries_carry_their_codes(query: Query, article_id: str) -> None:
    sql = """
        select distinct e.name, e.country_iso2 from mention m join entity e using (entity_id)
        where m.article_id = ? and e.entity_type = 'place'
          and e.name in ('China', 'Russia', 'Ukraine', 'Taiwan', 'Israel') order by all
    """
    assert query(sql, article_id).rows() == [
        ("China", "CN"),
        ("Israel", "IL"),
        ("Russia", "RU"),
        ("Taiwan", "TW"),
        ("Ukraine", "UA"),
    ]


def test_promo_and_related_lines_feed_nothing(query: Query, article_id: str) -> None:
    sql = """
        with story as (
            select block_no, start_char, end_char from block
            where article_id = ? and kind in ('title', 'paragraph')
        )
        select
            (select count(*) from sentence s where article_id = ?
             and not exists (from story b where b.block_no = s.block_no)),
            (select count(*) from mention m where article_id = ? and not exists
             (from story b where b.start_char <= m.start_char and m.end_char <= b.end_char)),
            (select count(*) from mention where article_id = ? and text like '%Vance%')
    """
    assert query(sql, *[article_id] * 4).rows() == [(0, 0, 0)]
