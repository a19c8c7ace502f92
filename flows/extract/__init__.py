"""Reads any delivered file into records, or gives the reason why it cannot be read.

`extract` is the only entry point.
"""

from flows.extract.dispatch import extract
from flows.extract.record import ExtractedRecord, Extraction, Hint, Limits, Rejection

__all__ = ["ExtractedRecord", "Extraction", "Hint", "Limits", "Rejection", "extract"]
