"""Checks of `sentence` that its contract cannot state: which blocks feed it, and where it ends."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import is_blank, literal, row_check
from warehouse.tables import SENTENCE
from warehouse.tables.block import STORY_KINDS

_STORY = ", ".join(literal(kind) for kind in STORY_KINDS)

CHECKS: tuple[Check, ...] = (
    row_check(
        SENTENCE,
        "block_no",
        "of_story_block",
        "critical",
        "Promo, related headlines, captions and navigation never feed sentences, and so never "
        "mentions.",
        source="main.sentence as t join main.block as b using (article_id, block_no)",
        bad=f"b.kind not in ({_STORY})",
        observed="b.kind || ': ' || left(t.text, 120)",
    ),
    row_check(
        SENTENCE,
        "text",
        "not_blank",
        "quarantine",
        "A sentence holds at least one character that is not white space.",
        bad=is_blank("text"),
        observed="start_char || '-' || end_char",
    ),
    row_check(
        SENTENCE,
        "token_count",
        "at_most_characters",
        "quarantine",
        "A token has at least one character; more tokens than characters belong to another text.",
        bad="token_count > end_char - start_char",
        observed="token_count || ' tokens in ' || (end_char - start_char) || ' characters'",
    ),
)
