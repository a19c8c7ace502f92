"""Any delivered file as records, or the reason why not. `extract` is the only door."""

from flows.extract.dispatch import extract
from flows.extract.record import ExtractedRecord, Extraction, Hint, Limits, Rejection

__all__ = ["ExtractedRecord", "Extraction", "Hint", "Limits", "Rejection", "extract"]
