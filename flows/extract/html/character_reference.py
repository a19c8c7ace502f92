"""Replaces HTML character references with their characters."""

from __future__ import annotations

import html
import re
import sys

_NUMBERED = re.compile(r"&(#(?:(x[0-9a-f]{1,8})|(\d{1,8}))(?![0-9a-f]))", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"&#[0-9]{8,}")


def unescaped(text: str) -> str:
    """The text with its references resolved. A number beyond all characters becomes U+FFFD."""
    if "&" not in text:
        return text
    # Python refuses to read numbers of thousands of digits.
    return html.unescape(_LONG_NUMBER.sub("&#99999999", text))


def without_false_references(text: str) -> str:
    """The text with the ampersand of references to no character escaped (&#0;, &#xD800;).

    Libraries put U+FFFD in their place, or give up.
    """
    return _NUMBERED.sub(_escaped_if_false, text)


def _escaped_if_false(found: re.Match[str]) -> str:
    code = int(found[2][1:], 16) if found[2] else int(found[3])
    is_character = 0 < code < 0xD800 or 0xDFFF < code <= sys.maxunicode
    return found[0] if is_character else f"&amp;{found[1]}"
