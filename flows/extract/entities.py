"""Character references of HTML made characters."""

from __future__ import annotations

import html
import re

_LONG_NUMBER = re.compile(r"&#[0-9]{8,}")


def unescaped(text: str) -> str:
    """The text with its references resolved. A number beyond all characters becomes U+FFFD."""
    if "&" not in text:
        return text
    # Python refuses to read numbers of thousands of digits.
    return html.unescape(_LONG_NUMBER.sub("&#99999999", text))
