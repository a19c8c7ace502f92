"""How a benchmark says whether a limit was kept."""

from __future__ import annotations


def verdict(held: bool) -> str:
    """The word that RESULTS.md has beside a limit."""
    return "held" if held else "MISSED"
