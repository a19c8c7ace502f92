"""Detects the language a text is written in. The only module that imports py3langid."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from transforms.gazetteer.package import language_codes
from transforms.plain_text import plain_text

UNDETERMINED = "und"

MIN_LETTERS = 40
"""Shorter texts are names and headlines, which look alike in many languages."""

MAX_LETTERS = 2_000
"""The first 2,000 characters decide as well as the whole and keep the cost bounded."""

MIN_CONFIDENCE = 0.5
"""Below an even chance against all other languages, the detection is not used."""

_PARTS_OF = {
    "ary": "ar", "arz": "ar", "fuv": "ff", "gug": "gn", "ltg": "lv", "sdh": "ku", "uzs": "uz",
    "wuu": "zh", "yue": "zh", "cmn": "zh", "arb": "ar", "pcm": "en", "iw": "he",
    "in": "id", "ji": "yi",
}  # fmt: skip
"""Languages with a code of their own in ISO 639-3 and one of their macrolanguage in 639-1, as far
as the model detects them or tags name them; Nigerian Pidgin, which the model sees in plain English;
and the three codes that were replaced in 1989."""

_CODE = re.compile(r"^([A-Za-z]{2,3})(?:[-_].*)?$")


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def declared_language(declared: str | None) -> str | None:
    """The ISO 639-1 code of a declared tag such as ``en-GB`` or ``deu``; None where it has none."""
    matched = _CODE.match(declared.strip()) if declared else None
    return _two_letters(matched.group(1).lower()) if matched else None


def _two_letters(code: str) -> str | None:
    """The ISO 639-1 code of a language or of the macrolanguage it is part of."""
    return language_codes().get(_PARTS_OF.get(code, code))


def detect_language(text: str, declared: str | None = None) -> str:
    """ISO 639-1 code of the text; the declared one where detection is unsure; else ``und``."""
    sample = plain_text(text[:MAX_LETTERS]).text
    if sum(map(str.isalpha, sample)) >= MIN_LETTERS:
        code, confidence = _identifier().classify(sample)
        if confidence >= MIN_CONFIDENCE and (short := _two_letters(str(code))):
            return short
    return declared_language(declared) or UNDETERMINED
