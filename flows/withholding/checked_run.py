"""The input of withholding: a run with staged rows, its files and the mentions it changes."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from flows.session.delivery import Delivery
from flows.session.session import Session
from warehouse.tables import MENTION


@dataclass(frozen=True)
class CheckedRun:
    """A run, the contents of its files, and the mentions of published articles that it changes
    (MENTION). ``all_entities_replaced``: publishing this run removes all published entities."""

    session: Session
    delivery: Delivery
    mention: pl.DataFrame = field(default_factory=MENTION.empty)
    all_entities_replaced: bool = False
