"""The characters that all modules treat as white space or as invisible, as ranges of code points.

Each range is its first and last code point. Python writes ranges in a pattern differently from
polars and DuckDB: `code_points` gives the form of Python, `re2` the form of the other two.
"""

from __future__ import annotations

Ranges = tuple[tuple[int, int], ...]

WHITE: Ranges = (
    (0x09, 0x0D), (0x1C, 0x1F), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680),
    (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000),
)  # fmt: skip
"""White space as Python's str.isspace has it: the Unicode White_Space property and the four
information separators U+001C to U+001F."""

SHAPING: Ranges = (
    (0x180B, 0x180F), (0x200C, 0x200D), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF),
)  # fmt: skip
"""Invisible, but they determine how a letter or a picture beside them looks: joiners, which
Persian and the scripts of India write with, and variation selectors."""

NEVER_SHOWN: Ranges = (
    (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F),
    (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x200B, 0x200B), (0x200E, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE00FF),
    (0xE01F0, 0xE0FFF),
)  # fmt: skip
"""Print nothing, and names of no script need them: soft hyphen, zero-width characters,
marks of writing direction, fillers, tags; control characters that are no white space; the marks of
interlinear annotation."""

UNSEEN: Ranges = NEVER_SHOWN + SHAPING
"""All that prints nothing of its own: the Unicode property Default_Ignorable_Code_Point, control
characters and interlinear annotation."""


def code_points(ranges: Ranges) -> str:
    r"""The ranges as the inside of a class in a pattern of Python: `\U0000200b-\U0000200f`."""
    return "".join(
        rf"\U{first:08x}" if first == last else rf"\U{first:08x}-\U{last:08x}"
        for first, last in ranges
    )


def re2(ranges: Ranges) -> str:
    r"""The ranges as the inside of a class in a pattern of polars or DuckDB: `\x{200B}`."""
    return "".join(
        rf"\x{{{first:X}}}" if first == last else rf"\x{{{first:X}}}-\x{{{last:X}}}"
        for first, last in ranges
    )
