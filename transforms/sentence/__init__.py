"""Sentences of story blocks, as exact spans."""

from transforms.sentence.split import build_sentence

__all__ = ["build_sentence"]
