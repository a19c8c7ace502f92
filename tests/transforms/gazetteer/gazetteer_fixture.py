"""The gazetteer as the project ships it, loaded once a test process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from transforms.gazetteer.lookup import Gazetteer, load_gazetteer

REFERENCE = Path(__file__).parents[3] / "seeds" / "reference"


@cache
def shipped_gazetteer() -> Gazetteer:
    """Packages and reference rows together."""
    return load_gazetteer(
        pl.read_csv(REFERENCE / "place_names.csv", infer_schema=False),
        pl.read_csv(REFERENCE / "demonyms.csv", infer_schema=False),
    )
