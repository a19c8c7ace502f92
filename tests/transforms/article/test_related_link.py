"""Related headlines and the articles they point at."""

from __future__ import annotations

import json

import polars as pl

from tests.transforms.block.block_fixture import NO_BOILERPLATE, block_model, staged
from transforms.article.related_link import build_related_link
from transforms.block.build import build_block

STORY = "The council decided on Monday that the new bridge will be built by the spring of 2030."
TEXT = f"Council builds a bridge\n\n{STORY}\n\n{STORY}\n\nMost Read\n\nOtters ‘return’\nFerry sold"


def test_links_have_order_address_and_target() -> None:
    start = TEXT.index("Ferry sold")
    hints = json.dumps(
        [[start, start + 10, "related_link", "list", "https://a.example/ferry?utm_source=x"]]
    )
    record = staged(TEXT, hints=hints)
    block = build_block(record, NO_BOILERPLATE, block_model())
    target = pl.DataFrame(
        {
            "article_id": ["a" * 16, "b" * 16],
            "url": ["https://a.example/ferry", None],
            "title": ["Another title", "otters 'return'"],
        }
    )

    link = build_related_link(block, record, target)

    assert link.select("link_no", "title", "url", "target_article_id").rows() == [
        (0, "Otters ‘return’", None, "b" * 16),
        (1, "Ferry sold", "https://a.example/ferry", "a" * 16),
    ]
