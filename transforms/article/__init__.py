"""Rows of articles, with identity, versions, metadata, dates, language and related links."""

from transforms.article.build import build_article

__all__ = ["build_article"]
