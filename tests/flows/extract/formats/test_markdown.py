"""Markdown stays as it is; its marks become hints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Reader = Callable[..., Any]


def test_the_file_is_the_text_and_headings_are_hints(read: Reader) -> None:
    text = (
        '---\ntitle: "Other"\ndate: 2024-05-03\nauthor: Ida Holm\n---\n\n# Bridge to close #\n\n'
        "It will close.\n\n## Why\n\n- Cracks\n1. Rust\n\n```\n# no heading\n```\n"
    )
    found = read(text.encode(), "a.md")
    assert (found.format, found.records[0].text) == ("markdown", text)
    record = found.records[0]
    assert (record.title, record.byline, record.published_raw) == (
        "Bridge to close", "Ida Holm", "2024-05-03",
    )  # fmt: skip
    assert [h for h in found.hinted if h[0] != "other"] == [
        ("title", "Bridge to close"),
        ("subheading", "Why"),
        ("list_item", "- Cracks"),
        ("list_item", "1. Rust"),
    ]
