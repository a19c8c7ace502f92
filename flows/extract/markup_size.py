"""Refuses markup whose parsing would take time or memory out of all measure. Parses none itself."""

from __future__ import annotations

import re

from flows.extract.record import Refused, printable

MOST_TAGS = 400_000
"""Tags of one page or feed; pages have 500 to 20,000, a feed of 1,000 stories in HTML 100,000. Each
takes some 500 bytes of memory and 10 µs."""
MOST_ATTRIBUTES = 500
"""Attributes of one tag; pages have up to 40. The parser compares each with every other."""
_TAG = re.compile(
    r"""<[A-Za-z](?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+|["'])*+""",
)
_QUOTED_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_NAME = re.compile(r"[^\s/=]+")


def refuse_excess(markup: str, *, escaped: bool = False) -> None:
    """Raises Refused ``too_much_markup``. ``escaped`` counts ``&lt;`` as a tag too."""
    tags = markup.count("<") + (markup.count("&lt;") if escaped else 0)
    if tags > MOST_TAGS:
        raise _too_much(f"{tags:,} tags; at most {MOST_TAGS:,} are read", markup)
    if len(markup) < 2 * MOST_ATTRIBUTES:
        return
    for found in _TAG.finditer(markup):
        if found.end() - found.start() > 2 * MOST_ATTRIBUTES:
            count = len(_NAME.findall(_QUOTED_VALUE.sub("", found[0]))) - 1
            if count > MOST_ATTRIBUTES:
                raise _too_much(
                    f"a tag of {count:,} attributes; at most {MOST_ATTRIBUTES:,} are read", markup
                )


def _too_much(what: str, markup: str) -> Refused:
    return Refused(
        "too_much_markup",
        f"The markup has {what}, far more than news has. Check that the file is news; split it if "
        "it is.",
        printable(markup, 500),
    )
