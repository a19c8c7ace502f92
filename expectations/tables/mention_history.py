"""Checks of mentions against earlier runs: how many there are, and of which types. All are
warnings."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.history import Measure, measured_check
from expectations.sql_text import literal
from warehouse.tables import MENTION
from warehouse.tables.entity import ENTITY_TYPES

_MADE_BY = (
    "coalesce((select string_agg(distinct c.name || ' ' || c.version, ', ') "
    "from ops.article_component as o join known.component as c using (component_id) "
    "where o.stage = 'nlp'), 'pipeline unknown')"
)


def _share_of(entity_type: str) -> Check:
    return measured_check(
        MENTION,
        "entity_type",
        f"usual_share_{entity_type}",
        "Shares of types are stable over runs of one model; a new model that moves one by ten "
        "points changes every trend drawn from the table.",
        Measure(
            f"select avg((entity_type = {literal(entity_type)})::int) as value, "
            "count(*) as row_count, "
            f"'of ' || count(*) || ' mentions by ' || {_MADE_BY} as basis from main.mention",
            tolerance=0.1,
            enough_rows=300,
        ),
    )


CHECKS: tuple[Check, ...] = (
    measured_check(
        MENTION,
        None,
        "usual_per_hundred_words",
        "The same outlets name about as many things per hundred words in every run; a drop means "
        "that names were lost, a rise that other words are taken for names. A change of subject "
        "makes one more or less.",
        Measure(
            "select 100.0 * (select count(*) from main.mention) / nullif(sum(word_count), 0) "
            f"as value, count(*) as row_count, 'a hundred words, ' || count(*) || ' articles, '"
            f" || {_MADE_BY} as basis from main.article",
            tolerance=1.0,
            enough_rows=20,
        ),
    ),
    *(_share_of(entity_type) for entity_type in ENTITY_TYPES),
)
