"""Cuts an article's text into blocks, measures them and decides the kind of each."""

from transforms.block.build import build_block

__all__ = ["build_block"]
