"""Resolves names to persons, organizations, places and other things, across articles and runs."""

from transforms.entity.resolve import Resolution

__all__ = ["Resolution"]
