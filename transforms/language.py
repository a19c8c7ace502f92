"""The language a text is written in. Alone wraps py3langid; translates nothing."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDETERMINED = "und"

MIN_LETTERS = 40
"""Shorter texts are names and headlines, which look alike in many languages."""

MAX_LETTERS = 2_000
"""The first 2,000 characters decide as well as the whole and keep the cost bounded."""

MIN_CONFIDENCE = 0.5
"""Below an even chance against all other languages the text does not tell."""

_CODE = re.compile(r"^([A-Za-z]{2,3})(?:[-_].*)?$")


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def declared_language(declared: str | None) -> str | None:
    """The language code of a declared tag such as ``en-GB``; None where it is none."""
    matched = _CODE.match(declared.strip()) if declared else None
    return matched.group(1).lower() if matched else None


def detect_language(text: str, declared: str | None = None) -> str:
    """ISO 639-1 code of the text; the declared one where the text does not tell; else ``und``."""
    sample = text[:MAX_LETTERS]
    if sum(map(str.isalpha, sample)) >= MIN_LETTERS:
        code, confidence = _identifier().classify(sample)
        if confidence >= MIN_CONFIDENCE:
            return str(code)
    return declared_language(declared) or UNDETERMINED
