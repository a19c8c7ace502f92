"""Guesses the charset of bytes that declare none.

charset-normalizer proposes candidates; they are ranked by the letters that real languages use.
Declared charsets and byte-order marks are handled in `decode`.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from charset_normalizer import from_bytes

# Letters beyond a to z that each language writes (public orthographies). A reading that needs
# letters of several languages at once is a wrong one.
_ALPHABETS = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíóõôú", "àèéìîòóù", "åäöé", "æøåéêóò",
        "ëéèïöüáó", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű",
        "ăâîșțşţ", "čšžćđ", "çğıöşüâîû" + "İ", "áðéíóúýþæö", "õäöüšž", "āčēģīķļņšūž",
        "ąčęėįšųūž", "àçèéíïòóúü·", "çëâ",
        "абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "абвгдежзийклмнопрстуфхцчшщъьюя", "абвгдђежзијклљмнњопрстћуфхцчџш",
        "абвгдежзійклмнопрстуўфхцчшыьэюяё", "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    )
)  # fmt: skip
_RANGES = (("\u0590", "\u05ff"), ("\u0600", "\u06ff"), ("\u0e00", "\u0e7f"))
_CJK = (("\u3040", "\u30ff"), ("\u4e00", "\u9fff"), ("\uac00", "\ud7af"), ("\u3000", "\u303f"),
        ("\uff00", "\uff60"))  # fmt: skip
_TYPOGRAPHIC = frozenset("“”‘’„‚–—…«»‹›•€£¥°§©®™·¿¡ºª\u00a0\u00ad½¼¾²³×¢±´№’\n\r\t\u200e\u200f")
# The likelier of two readings with the same letters comes first.
_USUAL = (
    "cp1252", "cp1250", "cp1254", "cp1251", "koi8-r", "cp1253", "cp1255", "cp1256", "cp1257",
    "iso8859-2", "iso8859-15", "iso8859-5", "iso8859-7", "iso8859-8", "iso8859-6", "cp866",
    "koi8-u", "mac-cyrillic", "cp874", "mac-roman", "cp852", "cp850",
)  # fmt: skip
_INSIDE = re.compile(r"(?<=[^\W\d_])(?:[^\w\s\x00-\x7f’·\xad]|[½¼¾¹²³])(?=[^\W\d_])")
_OTHER_SCRIPT = "\u0370-\u06ff\u0e00-\u0e7f"
_MIXED = re.compile(f"[A-Za-z](?=[{_OTHER_SCRIPT}])|[{_OTHER_SCRIPT}](?=[A-Za-z])")
_OTHER = re.compile(f"[{_OTHER_SCRIPT}]")
_EAST_ASIAN = frozenset(
    ("big5", "big5hkscs", "gb18030", "gbk", "gb2312", "hz", "cp949", "euc_kr", "johab", "cp932",
     "shift_jis", "euc_jp", "iso2022_jp", "iso2022_kr", "cp950")
)  # fmt: skip
_FAULTY = 0.1
"""Share of wrong-looking characters from which East Asian readings are tried."""
_MULTIBYTE = ("big5", "gb18030", "cp949", "cp932", "euc_jp")


def likely_charsets(sample: bytes) -> list[str]:
    """Codecs whose reading of the sample is text, likeliest first."""
    proposed = [match.encoding for match in from_bytes(sample, enable_fallback=False)]
    if proposed and _is_cjk(sample, proposed[0]) and proposed[0] in _EAST_ASIAN:
        return [proposed[0], *_by_letters(sample, proposed)]
    ranked = _by_letters(sample, proposed)
    if not ranked or _fault(_read(sample, ranked[0]) or "") > _FAULTY:
        return [*_by_lead_bytes(sample), *proposed]
    return ranked


def _by_letters(sample: bytes, proposed: list[str]) -> list[str]:
    """Usual and proposed codecs by how little their reading looks wrong."""
    found: list[tuple[float, int, int, str]] = []
    for codec in dict.fromkeys([*_USUAL, *proposed]):
        text = _read(sample, codec)
        if text is None:
            continue
        usual = _USUAL.index(codec) if codec in _USUAL else len(_USUAL)
        library = proposed.index(codec) if codec in proposed else len(proposed)
        order = (usual, library) if _is_latin(text) else (library, usual)
        found.append((round(_fault(text), 2), *order, codec))
    return [codec for *_, codec in sorted(found)]


def _read(sample: bytes, codec: str) -> str | None:
    """The sample as text, without a character cut at its end."""
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(sample)
    except (UnicodeError, LookupError):
        return None


def _is_latin(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    return 2 * sum(char.isalpha() and char.isascii() for char in text) > letters


def _is_cjk(sample: bytes, codec: str) -> bool:
    beyond = [char for char in _read(sample, codec) or "" if char > "\x7f"]
    return bool(beyond) and _share_in(beyond, _CJK) > 0.8 and not _is_latin("".join(beyond))


def _share_in(chars: list[str], ranges: tuple[tuple[str, str], ...]) -> float:
    return sum(any(low <= c <= high for low, high in ranges) for c in chars) / len(chars)


def _fault(text: str) -> float:
    """How wrong a reading looks, in shares of its characters beyond ASCII; 0 is faultless.

    Counted are characters that no one language has, capitals after small letters, signs and other
    scripts inside words, and letters of other scripts where most are Latin.
    """
    beyond = Counter(char for char in text if char > "\x7f")
    total = beyond.total()
    if not total:
        return 0.0
    plain = sum(count for char, count in beyond.items() if char in _TYPOGRAPHIC)
    letters = {char: count for char, count in beyond.items() if char not in _TYPOGRAPHIC}
    fitting = max(
        max(sum(n for c, n in letters.items() if c in alphabet) for alphabet in _ALPHABETS),
        max(sum(n for c, n in letters.items() if low <= c <= high) for low, high in _RANGES),
    )
    broken = len(_INSIDE.findall(text)) + len(_MIXED.findall(text)) + _capitals_inside(text)
    strange = len(_OTHER.findall(text)) if _is_latin(text) else 0
    return (total - plain - fitting + broken + strange) / total


def _capitals_inside(text: str) -> int:
    """Capitals beyond ASCII that follow a small letter."""
    return sum(
        after > "\x7f" and after.isupper() and before.islower() for before, after in pairwise(text)
    )


def _by_lead_bytes(sample: bytes) -> Iterator[str]:
    """East Asian codecs that fit, by how many first bytes are those of common characters."""
    ranges = {
        "big5": (0xA4, 0xC6), "gb18030": (0xB0, 0xD7), "cp949": (0xB0, 0xC8),
        "cp932": (0x82, 0x83), "euc_jp": (0xA4, 0xA5),
    }  # fmt: skip
    scored = []
    for codec in _MULTIBYTE:
        text = _read(sample, codec)
        beyond = [char for char in text or "" if char > "\x7f"]
        if not beyond or _share_in(beyond, _CJK) < 0.95 or _is_latin(text or ""):
            continue
        low, high = ranges[codec]
        leads = [char.encode(codec)[0] for char in beyond]
        scored.append((-sum(low <= lead <= high for lead in leads) / len(leads), codec))
    return (codec for _, codec in sorted(scored))
