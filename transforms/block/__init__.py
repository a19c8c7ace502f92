"""The typed pieces of an article's text: how it is cut, measured, and which kind each is."""

from transforms.block.build import build_block

__all__ = ["build_block"]
