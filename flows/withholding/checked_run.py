"""The input of withholding: a run with staged rows, its files and the published rows it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.session.delivery import Delivery
from flows.session.session import Session


@dataclass(frozen=True)
class CheckedRun:
    """A run, the contents of its files, and the rows of published articles whose entities it
    changes (by name of table). ``all_entities_replaced``: publishing this run removes all published
    entities."""

    session: Session
    delivery: Delivery
    renewed: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    all_entities_replaced: bool = False
