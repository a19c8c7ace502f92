"""Prefect assets for the lineage of a run: source → warehouse → tables.

An asset is identified by its address; Prefect keeps its history as events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from prefect import Task
from prefect.assets import Asset, AssetProperties, add_asset_metadata
from prefect.cache_policies import NO_CACHE
from prefect.tasks import MaterializingTask

from flows.settings import without_credentials
from flows.sources.location import address, is_remote
from transforms.article.identity import short_hash
from warehouse.layout import layout_of
from warehouse.tables import BY_NAME

T = TypeVar("T")

_REFUSED = re.compile(r"""[\s#?&%"'<>\[\]{}|\\^`\x00]""")
_LONGEST = 480


def asset_key(uri: str) -> str:
    """The address in the characters an asset key may have; altered ones get a hash to be unique."""
    key = _REFUSED.sub("_", uri)
    if key == uri and len(key) <= _LONGEST:
        return key
    return f"{key[:_LONGEST]}-{short_hash((uri,))[:8]}"


class Lineage:
    """Source → warehouse → tables. ``source`` is None for a run without one, such as a rebuild."""

    def __init__(self, source: str | None, warehouse: Path) -> None:
        file = layout_of(warehouse).file
        self._uri = f"duckdb://{file}"
        self.source = None if source is None else _source_asset(source)
        self.warehouse = Asset(
            key=asset_key(self._uri),
            properties=AssetProperties(name=file.name, description=f"DuckDB file {file}."),
        )

    def table(self, name: str) -> Asset:
        """The asset of a table of the warehouse."""
        contract = BY_NAME[name]
        return Asset(
            key=asset_key(f"{self._uri}/{contract.schema}/{name}"),
            properties=AssetProperties(name=contract.qualified_name, description=contract.grain),
        )

    def materializing(self, task: Task[Any, T]) -> Task[Any, T]:
        """The task marked as the one that materializes the warehouse from the source."""

        def publish(*given: Any) -> T:
            result = task.fn(*given)
            add_asset_metadata(self.warehouse, {"rows": dict(getattr(result, "rows", {}))})
            return result

        upstream: list[str | Asset] = [] if self.source is None else [self.source]
        return MaterializingTask(
            publish,
            assets=[self.warehouse],
            asset_deps=upstream,
            name=task.name,
            description=task.description,
            task_run_name=task.task_run_name,
            timeout_seconds=task.timeout_seconds,
            persist_result=False,
            cache_policy=NO_CACHE,
        )

    def show_tables(self, rows: Mapping[str, int]) -> None:
        """Record that these tables were materialized from the published warehouse."""
        written = {name: count for name, count in rows.items() if count}
        if not written:
            return
        assets = {name: self.table(name) for name in written}

        def emit() -> None:
            for name, asset in assets.items():
                add_asset_metadata(asset, {"rows": written[name]})

        MaterializingTask(
            emit, name="tables", task_run_name=lambda: f"rows of {len(assets)} tables",
            assets=list(assets.values()), asset_deps=[self.warehouse], persist_result=False,
            cache_policy=NO_CACHE,
        )()  # fmt: skip


def _source_asset(source: str) -> Asset:
    place = without_credentials(address(source))
    uri = place if is_remote(place) else f"file://{place}"
    return Asset(
        key=asset_key(uri[0].lower() + uri[1:]),
        properties=AssetProperties(name=place, description="Where the articles are delivered."),
    )
