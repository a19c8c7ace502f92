"""A text with its blocks and mentions: labelled, marked where the offsets say, and escaped."""

from __future__ import annotations

import polars as pl
import pytest

from flows.explore.article_text import article_text

BLOCK = {"start_char": pl.Int64, "kind": pl.String, "text": pl.String, "rule": pl.String}
MENTION = {"start_char": pl.Int64, "end_char": pl.Int64, "entity_type": pl.String,
           "entity_id": pl.String, "name": pl.String, "method": pl.String}  # fmt: skip


def rendered(blocks: list[tuple[object, ...]], mentions: list[tuple[object, ...]]) -> str:
    return article_text(
        pl.DataFrame(blocks, schema=BLOCK, orient="row"),
        pl.DataFrame(mentions, schema=MENTION, orient="row"),
        linked=False,
    ).html


def test_mentions_are_marked_where_their_offsets_say_in_code_points() -> None:
    html = rendered(
        [(0, "title", "🌊 Rain", "first_line"), (8, "paragraph", "“Ada” saw 🌊 in Oslo.", "prose")],
        [(9, 12, "person", "e1", "Ada", "model"), (23, 27, "place", "e2", "Oslo", "gazetteer")],
    )
    assert html == (
        '<div class=text><div class="block title"><div class=kind title="first_line">title</div>'
        '<div class=words dir=auto>🌊 Rain</div></div><div class="block paragraph"><div class=kind '
        'title="prose">paragraph</div><div class=words dir=auto>“<mark class="person" title="Ada · '
        'person · found by model">Ada</mark>” saw 🌊 in <mark class="place" title="Oslo · place · '
        'found by gazetteer">Oslo</mark>.</div></div></div>'
    )


def test_what_is_not_the_story_is_greyed_and_labelled() -> None:
    html = rendered([(0, "related_link", "Rain in Oslo", "link_list")], [])
    assert '<div class="block related_link aside">' in html
    assert ">related link</div>" in html


def test_an_ambiguous_mention_is_marked_as_such() -> None:
    html = rendered([(0, "paragraph", "Jordan", "prose")], [(0, 6, "person", None, None, "model")])
    assert '<mark class="person unsettled" title="ambiguous · person · found by model">' in html


def test_a_mention_inside_another_or_across_a_block_is_not_marked_twice() -> None:
    html = rendered(
        [(0, "paragraph", "New York Times", "prose"), (15, "paragraph", "said", "prose")],
        [(0, 14, "organization", "e1", "NYT", "model"), (0, 8, "place", "e2", "NY", "model"),
         (10, 19, "work", "e3", "x", "model")],
    )  # fmt: skip
    assert html.count("<mark") == 1
    assert ">New York Times</mark>" in html


def test_text_names_and_rules_are_escaped() -> None:
    evil = "<script>\"'&"
    html = rendered([(0, "paragraph", evil, evil)], [(0, len(evil), "person", "e1", evil, "model")])
    assert "<script" not in html
    assert html.count("&lt;script&gt;&quot;&#x27;&amp;") == 3


@pytest.mark.parametrize("kind", ["", "poem"])
def test_a_kind_that_no_contract_names_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="no contract names"):
        rendered([(0, kind, "x", "prose")], [])
