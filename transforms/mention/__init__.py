"""Finds names in sentences: rules cut, complete and type the spans of a language pipeline."""

from transforms.mention.build import build_mention

__all__ = ["build_mention"]
