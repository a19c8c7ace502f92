"""One measured figure, and the floor it must not fall under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A name, its value, and the key of its floor in floors.toml; None where it is only shown."""

    name: str
    value: float
    floor_key: str | None
