"""Checks of `related_link` that its contract cannot state: its block and its title."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import collapsed, row_check
from warehouse.tables import RELATED_LINK

_WITH_BLOCK = "main.related_link as t join main.block as b using (article_id, block_no)"

CHECKS: tuple[Check, ...] = (
    row_check(
        RELATED_LINK,
        "block_no",
        "of_related_block",
        "quarantine",
        "A related headline stands in a related_link block; elsewhere it is story text.",
        source=_WITH_BLOCK,
        bad="b.kind <> 'related_link'",
        observed="b.kind || ': ' || left(t.title, 120)",
    ),
    row_check(
        RELATED_LINK,
        "title",
        "is_in_block",
        "quarantine",
        "The headline is printed in its block, white space collapsed.",
        source=_WITH_BLOCK,
        bad=f"not contains({collapsed('b.text')}, t.title) or t.title = ''",
        observed="left(t.title, 120) || ' / block: ' || left(b.text, 120)",
    ),
    row_check(
        RELATED_LINK,
        "target_article_id",
        "not_itself",
        "quarantine",
        "An article is not related to itself; a target equal to the page is a mismatched title.",
        bad="target_article_id = article_id",
        observed="left(title, 120)",
    ),
)
