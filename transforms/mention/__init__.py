"""Names found in sentences: a pipeline's spans, cut, completed and typed by rules."""

from transforms.mention.build import build_mention

__all__ = ["build_mention"]
