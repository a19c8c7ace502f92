"""Checks of `ops.article_component` that its contract cannot state: a row and its
component name the same stage."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check
from warehouse.tables import ARTICLE_COMPONENT

CHECKS: tuple[Check, ...] = (
    row_check(
        ARTICLE_COMPONENT,
        "stage",
        "is_stage_of_component",
        "critical",
        "The row's component is of the same stage; else lineage names the wrong component.",
        source="ops.article_component as t join known.component as c using (component_id)",
        bad="c.stage <> t.stage",
        observed="t.stage || ', component: ' || c.stage || ' ' || c.name",
    ),
)
