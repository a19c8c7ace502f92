"""A run whose staged rows are checked, with all that withholding has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.session.delivery import Delivery
from flows.session.session import Session
from warehouse.tables import MENTION


@dataclass(frozen=True)
class CheckedRun:
    """A run, what its files brought, the mentions of published articles that it changes (MENTION),
    and the names of tables whose published rows all go when it is published."""

    session: Session
    delivery: Delivery
    mention: pl.DataFrame = field(default_factory=MENTION.empty)
    emptied: Sequence[str] = ()
