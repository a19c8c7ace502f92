"""Odd values for the fields of made-up news records: characters, names, titles, dates, addresses.

Every list is written out or follows from Unicode's own tables; nothing here is random.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from functools import cache

SPACES = tuple(chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace())
ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u180e")
SURROGATE = "\ud800"
_PIECE_CHARS = 24
_EVERY_FROM = {"Cn": 4001, "Co": 2003, "Lo": 997, "So": 97, "Sm": 17}
"""Of kinds with thousands of characters each so-manieth is taken; of all others every one."""

EMOJI = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f1f3\U0001f1f1",
    "\U0001f44d\U0001f3fd", "1\ufe0f\u20e3", "\u2764\ufe0f\u200d\U0001f525", "\U0001f600" * 40,
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
)  # fmt: skip


@cache
def characters() -> dict[str, tuple[str, ...]]:
    """Characters by kind: white space, controls (without NUL), Unicode's Cf, Mn, Mc, Me, Cn, Co …

    Cf holds bidirectional marks, zero-width characters, soft hyphen and tags; noncharacters are a
    kind of their own. Surrogates and NUL are not among them, as most formats cannot carry them.
    """
    found: dict[str, list[str]] = {"space": list(SPACES), "noncharacter": []}
    count: dict[str, int] = {}
    for code in range(1, sys.maxunicode + 1):
        kind = unicodedata.category(chr(code))
        if 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE:
            found["noncharacter"].append(chr(code))
        elif kind in ("Cc", "Cf", "Mn", "Mc", "Me", "Zs", "Zl", "Zp", *_EVERY_FROM):
            count[kind] = count.get(kind, 0) + 1
            if count[kind] % _EVERY_FROM.get(kind, 1) == 0:
                found.setdefault(kind, []).append(chr(code))
    return {kind: tuple(chars) for kind, chars in found.items()}


@cache
def pieces() -> tuple[str, ...]:
    """All those characters in stretches of a sentence's length, between letters and alone."""
    return tuple(_pieces()) + EMOJI


def _pieces() -> Iterator[str]:
    for kind, chars in characters().items():
        for start in range(0, len(chars), _PIECE_CHARS):
            part = chars[start : start + _PIECE_CHARS]
            if kind in ("Mn", "Mc", "Me"):
                yield "The boat" + "".join(f"e{mark}" for mark in part) + " sank."
            else:
                yield "Sea" + "".join(f"{mark}a {mark} B" for mark in part) + "."


_NAMES = (
    "Ida Åström", "J. R. R. Tolkien", "J.R. Smith", "Ludwig van der Rohe", "Conor O'Brien",
    "Conor O\u2019Brien", "Mary-Kate St. John-Smythe", "MARIA DE LOS SANTOS", "bell hooks",
    "X Æ A-12", "50 Cent", "2Pac", "김정은", "習近平", "محمد بن سلمان", "Владимир Зеленский",
    "Nguyễn Thị Minh Khai", "Dr. Prof. h.c. Sir Tim", "Smith, John A., Jr.", "A", "Ó", "d'Arc",
    "Müller\u2011Lüdenscheidt", "O'", "-", "Ms.", "Le\u0301a Se\u0301guin", "İbrahim IŞIK",
    "Straße AG & Co. KGaA", "Yahoo!", "E*TRADE", "AT&T Inc.", "\u202bשרה לוי\u202c", "ﬁnn Oﬃcer",
    "Ａｎｎａ Ｌｅｅ", "𝓐𝓷𝓷𝓪 𝓛𝓮𝓮", "Al " + "Al-" * 60 + "Amin", "Ivan " + "Very" * 300, "Q" * 3000,
    "Sir " + "Bartholomew " * 120 + "Smith", "%s {0} $name", "Robert'); DROP TABLE entity;--",
    "=HYPERLINK(\"https://q.example\")", "Null", "None", "NaN", "\\N", "\\u0041nna", "&amp; Söhne",
    "New\nYork Times", "Bank\tof England", "Anna  Lee", "  Anna Lee  ", "Anna Lee\u0301\u0301",
)  # fmt: skip


@cache
def names() -> tuple[str, ...]:
    """Names of every shape, and one with each odd space and each zero-width character in it."""
    odd = (*SPACES, *ZERO_WIDTH, "  ", " \u00a0", "\u00a0\u00a0")
    inside = [f"Ida{space}Mae{space}Lindqvist" for space in odd]
    around = [f"{space}Bank of{space}England{space}" for space in odd]
    return tuple(name for one in zip(inside, around, strict=True) for name in one) + _NAMES


TITLES: tuple[object, ...] = (
    "Harbour plan", "HARBOUR PLAN", "harbour plan", "?", "-", "…", "1", "A" * 5000,
    "Word " * 1500, "\u200b", "\u00a0", "Harbour\u2028plan", "Harbour\x85plan", "Harbour\u00a0plan",
    "Harbour\x00plan", f"Harbour {SURROGATE}plan", "Harbour &lt;plan&gt; &#0; &#xD800; &bogus;",
    "Harbour <plan> agreed", "a < b > c", "<b>Harbour</b> plan", "\u202eHarbour plan", "null",
    None, True, False, 0, 12345678901234567890123, -1, 1.5e308, float("nan"), float("inf"), [], {},
    ["Harbour", "plan"], {"rendered": "Harbour plan"}, {"en": {"text": "Harbour"}}, [[["Harbour"]]],
    "\U0001f6a2" * 300, "Harbour plan\n\nBy Ida Mae", "\n\n", "\t", "Ha\u00adrbour pl\u00adan",
    "# Harbour plan", "---", "- Harbour", "{\"title\": 1}", "title,text", "From: harbour",
)  # fmt: skip
DATES: tuple[object, ...] = (
    "2024-05-03T09:00:00+02:00", "0000-00-00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999999999Z", "10000-01-01", "2024-02-30",
    "2024-13-45", "31/31/2024", "12/11/10", "99999999999999999999", "-1", "0", 0, -1, 1.5, 1e300,
    1714723200, 1714723200000, 1714723200.123456, 10**30, float("nan"), float("-inf"), True, None,
    [], ["2024-05-03", "2024-05-04"], {"$date": "2024-05-03T09:00:00Z"}, {"$date": 10**18},
    "2024-05-03T09:00:00+99:99", "2024-05-03T09:00:00+24:00", "2024-05-03 09:00 EST5EDT",
    "2024-05-03T25:61:61Z", "2024-05-03T23:59:60Z", "Fri, 03 May 2024 09:00:00 XYZ", "yesterday",
    "May", "May 2024", "２０２４-０５-０３", "٢٠٢٤-٠٥-٠٣", "٠٠٠٠", "²³⁴⁵", "2024-W18-5",
    "2024-124", "1e5",
    "2024-05-03T09:00:00.000+0000[UTC]", "Infinity", "1/2/3/4/5/6/7", "2024" * 500, ":" * 3000,
    "0" * 5000, "1 " * 3000, "2024-05-03\x00", "2024\u00a0-05-03", "\u200e2024-05-03", "AM PM AM",
    "5e5e5e5", "1.1.1.1.1", "24:00", "2024-05-03T24:00:00Z", "1583-01-01", "1604-12-31", "10 BC",
    "16:00:00:00", "+2024-05-03", "--05-03", "99/99/9999 99:99:99 PM", "Monday the 45th of Smarch",
)  # fmt: skip
URLS: tuple[object, ...] = (
    "https://user:secret@q.example/a", "https://q.example:8443/a", "https://q.example:99999/a",
    "https://q.example:port/a", "https://q.example/a#part", "https://q.example/#!/a?b#c",
    "https://münchen.example/straße", "https://xn--mnchen-3ya.example/",
    "https://例え.example/記事",
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,<b>x</b>", "mailto:a@q.example",
    "file:///etc/passwd", "/relative/path", "//q.example/a", "q.example/a", "http://", "https://[",
    "https://[::1]/a", "https://[::ffff:1.2.3.4%25eth0]/a", "https://1.2.3.4/a", "http:///a",
    "https://q.example/" + "a" * 10_000, "https://" + "a." * 300 + "example/a", "https://./a",
    "https://q.example/a b", "https://q.example/a\tb", "https://q.example/a\nb",
    "https://q.example",
    "https://q.example/%", "https://q.example/%zz%00%ff", "https://q.example/?" + "a=b&" * 2000,
    "https://q.example/\u202e\u200b", "https://q.ex\u200bample/a",
    "https://q.example/a?utm_source=x",
    "HTTPS://Q.EXAMPLE:443/A/", "http://www.q.example/A", "https://q。example/a",
    "https://ß.example",
    "https://q.example/\x00", f"https://q.example/{SURROGATE}", "https://q.example/0/13/45/a",
    "https://q.example/2024/02/30/a", "https://q.example/9999/12/31/a", "https://q.example/\\a",
    "https:\\\\q.example\\a", "https://q.example/<script>", "https://q.example/'\"`", 5, True, None,
    ["https://q.example/list"], {"href": "https://q.example/object"}, "  https://q.example/spaces ",
    "\u00a0https://q.example/nbsp", "https://\u2100.example/a", "https://q.example:-1/",
    "ht!tp://a",
)  # fmt: skip
SECTIONS: tuple[object, ...] = (
    "News", "", " ", None, "\u00a0", ["World", "Asia"], [], {"name": "World"}, 7, True, "a" * 4000,
    "A > B > C", "World\nAsia", "World\u3000Asia", "<b>World</b>", "&amp;",
    [None, "World"], "\u200b",
)  # fmt: skip
LANGUAGES: tuple[object, ...] = (
    "en", "EN", "en-GB", "en_US.UTF-8", "english", "", None, 5, "xx", "und", "zxx", "e",
    "zh-Hant-TW",
    "en,fr", ["en", "de"], {"code": "en"}, "a" * 300, "i-klingon", "x-private", "\u0435n", "en\x0b",
    "en\u00a0", "ısl", "İT", "12", "e1", "--", "*", "q-q", "qaa", "deu", "ger", "en-" * 50,
)  # fmt: skip
WORDS = {
    "en": "The harbour board met on Monday and {name} said the plan would cost 12 million euros. "
          "Fishermen in Rotterdam and Oslo asked for more time before the bridge closes in May.",
    "de": "Der Hafenrat tagte am Montag, und {name} sagte, der Plan koste zwölf Millionen Euro. "
          "Die Fischer fürchten Schließungen für größere Boote, hieß es aus München und Köln.",
    "fr": "Le conseil du port s’est réuni lundi et {name} a déclaré que le projet coûterait cher. "
          "Les pêcheurs de Rotterdam ont demandé plus de temps à l’État avant la fermeture.",
    "ru": "Совет порта собрался в понедельник, и {name} заявил, что план обойдётся дорого. "
          "Рыбаки из Осло попросили больше времени до закрытия моста в мае этого года.",
    "zh": "港口委员会星期一开会，{name}表示该计划将耗资一千二百万欧元。"
          "渔民要求在五月大桥关闭之前有更多时间。",
    "ja": "港湾委員会は月曜日に会合を開き、"
          "{name}は計画に千二百万ユーロかかると述べた。漁師たちはもっと時間を求めた。",
    "ko": "항만위원회는 월요일에 회의를 열었고 {name}은 계획에 많은 비용이 들 "
          "것이라고 말했다. 어민들은 시간을 요구했다.",
    "ar": "اجتمع مجلس الميناء يوم الاثنين وقال {name} إن الخطة ستكلف كثيرا. "
          "وطلب الصيادون مزيدا من الوقت.",
    "el": "Το συμβούλιο του λιμανιού συνεδρίασε τη Δευτέρα και ο {name} είπε "
          "ότι το σχέδιο κοστίζει πολύ.",
    "tr": "Liman kurulu pazartesi günü toplandı ve {name} planın çok pahalıya "
          "mal olacağını söyledi.",
    "pl": "Rada portu zebrała się w poniedziałek, a {name} powiedział, że plan "
          "będzie kosztował dużo.",
    "he": "מועצת הנמל התכנסה ביום שני, ו{name} אמר שהתוכנית תעלה הרבה. הדייגים ביקשו עוד זמן.",
}  # fmt: skip
"""Ordinary sentences, so that odd values stand among words."""

CHARSETS = {
    "en": ("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    "de": ("cp1252", "iso8859-1", "iso8859-15"), "fr": ("cp1252", "utf-16"),
    "ru": ("cp1251", "koi8-r", "utf-16"), "zh": ("gb18030", "big5", "utf-8-sig"),
    "ja": ("shift_jis", "euc_jp"), "ko": ("euc_kr",), "ar": ("cp1256",), "el": ("cp1253",),
    "tr": ("cp1254",), "pl": ("cp1250", "iso8859-2"), "he": ("cp1255",),
}  # fmt: skip
"""Charsets that a text of each language is really written in, beside UTF-8."""
