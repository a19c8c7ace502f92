"""A run whose staged rows are checked, with all that withholding has to look at."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from flows.session.delivery import Delivery
from flows.session.session import Session
from warehouse.tables import MENTION


@dataclass(frozen=True)
class CheckedRun:
    """A run, what its files brought, and the mentions of published articles that it changes
    (MENTION). ``entities_anew`` says that its publication takes all published entities out."""

    session: Session
    delivery: Delivery
    mention: pl.DataFrame = field(default_factory=MENTION.empty)
    entities_anew: bool = False
