"""Checks of `block` that its contract cannot state: what may be body, and what a block holds."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import is_blank, literal, row_check
from warehouse.tables import BLOCK
from warehouse.tables.block import BODY_KINDS, STORY_KINDS

_STORY = ", ".join(literal(kind) for kind in STORY_KINDS)
_BODY = ", ".join(literal(kind) for kind in BODY_KINDS)

CHECKS: tuple[Check, ...] = (
    row_check(
        BLOCK,
        "is_body",
        "only_body_kinds",
        "quarantine",
        "Only paragraphs, list items and subheadings are body: promo, captions and navigation "
        "would otherwise be counted and read as the story.",
        bad=f"is_body and kind not in ({_BODY})",
        observed="kind",
    ),
    row_check(
        BLOCK,
        "kind",
        "one_title",
        "quarantine",
        "An article has at most one title.",
        source="(select article_id, max(block_no) as block_no, count(*) as titles from main.block "
        "where kind = 'title' group by article_id) as t",
        bad="t.titles > 1",
        observed="t.titles || ' title blocks'",
    ),
    row_check(
        BLOCK,
        "text",
        "not_blank",
        "quarantine",
        "A tile holds at least one character that is not white space.",
        bad=is_blank("text"),
        observed="start_char || '-' || end_char",
    ),
    row_check(
        BLOCK,
        None,
        "has_sentence",
        "warning",
        "A story block with letters has a sentence; one without was lost on the way through the "
        "language pipeline.",
        source="main.block as t anti join main.sentence as s using (article_id, block_no)",
        bad=f"t.kind in ({_STORY}) and regexp_matches(t.text, '\\pL')",
        observed="t.kind || ': ' || left(t.text, 120)",
    ),
)
