"""Starts of sentences that no mark of punctuation announces: items of a list run into one line,
credits of pictures, text run on to a heading, a date line or a dateline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.sentence.words import OPENERS

_LIST_ITEM = re.compile(
    r"""
    (?<!\S)
    (?: (?P<bullet>[•⁃▪◦‣]) \s* (?:\d{1,2}[.)]{1,2})?
      | (?P<ordinal>\d{1,2}|[a-z]) (?P<point>\.\)|[.)]) (?=\s)
    )
    """,
    re.VERBOSE,
)
_CREDIT = re.compile(
    r"(?<=[^\W_]|[)\]\"”’',;]) +"
    r"(?=(?:Image|Photo|Photograph|Picture|Video|Audio|Credit|Illustration|Graphic|Map|File photo)"
    r"s?(?: (?:credit|by|courtesy))?: *[^\W_])"
)
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE_LINE = re.compile(
    rf"""
    (?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\ )?
    (?:{_MONTH}\ \d{{1,2}},?|\d{{1,2}}\ {_MONTH},?)\ (?:19|20)\d\d\ (?P<next>[A-Z][\w’']*)
    """,
    re.VERBOSE,
)
_DATELINE = re.compile(
    r"""
    (?=[A-Z])
    (?P<place> [^\W\d_][\w.'’-]* (?:\ [^\W\d_][\w.'’-]*){0,3} )
    (?P<region> (?:,\ [A-Z][\w.'’-]*(?:\ [A-Z][\w.'’-]*){0,2}){0,2} )
    (?P<agency> \ \([A-Z][\w\ ./-]{1,30}\) )?
    \ ?[-–—]{1,2}\ (?=["'“‘]?[A-Z])
    """,
    re.VERBOSE,
)
_LOST_BREAK = re.compile(
    r"""
    \ (?=(?:In|On|At|For|During|After|Before|Under|With|Since|As|By|From|Despite|According)
       (?:\ (?:the|a|an|his|her|its|their|this|that|these|those|to)
         |\ (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day
         |\ (?:19|20)\d\d)
       ,?\ )
    (?<=[\w)]\ ) (?<!\bof\ ) (?<!\bthe\ ) (?<!\bto\ ) (?<!\band\ ) (?<!\bcalled\ ) (?<!\btitled\ )
    """,
    re.VERBOSE,
)
_ENDING_MARKS = frozenset(".!?…")
_FEWEST_WORDS = 8
_LOOK_BACK = 500


def unannounced_starts(text: str, begin: int, end: int) -> list[int]:
    """Where further sentences of the passage `[begin, end)` begin without a mark before them."""
    starts = {*_list_items(text, begin, end), *_after_line(text, begin, end)}
    if ":" in text:
        starts.update(credit.end() for credit in _CREDIT.finditer(text, begin, end))
    starts.update(_after_lost_break(text, begin, end))
    return sorted(start for start in starts if begin < start < end)


def _after_line(text: str, begin: int, end: int) -> list[int]:
    """Start of the text behind a date line or a dateline that opens the passage."""
    date_line = _DATE_LINE.match(text, begin, end)
    if date_line and (date_line["weekday"] or date_line["next"] in OPENERS):
        return [date_line.start("next")]
    dateline = _DATELINE.match(text, begin, end)
    named = dateline and (dateline["region"] or dateline["agency"] or dateline["place"].isupper())
    if dateline and named and _ended(text, begin, end):
        return [dateline.end()]
    return []


def _after_lost_break(text: str, begin: int, end: int) -> Iterator[int]:
    """Starts of text that ran on to its heading or caption: "…of the party In the north, it won."

    A capital after a blank within prose, on a preposition whose article has none, is no title:
    titles print either both small or both with capitals.
    """
    if not _ended(text, begin, end):
        return
    for found in _LOST_BREAK.finditer(text, begin, end):
        at = found.end()
        head = text[max(begin, at - _LOOK_BACK) : at]
        quoted = head.count("“") > head.count("”") or head.count('"') % 2 == 1
        if not quoted and len(text[at : min(end, at + _LOOK_BACK)].split()) >= _FEWEST_WORDS:
            yield at


def _ended(text: str, begin: int, end: int) -> bool:
    """Whether the passage ends as text does, not as a heading."""
    return text[begin:end].rstrip().rstrip("\"'”’)]")[-1:] in _ENDING_MARKS


def _list_items(text: str, begin: int, end: int) -> list[int]:
    """Starts of the items of a list; empty unless two or more follow in order."""
    first = _LIST_ITEM.match(text, begin, end)
    if first is None:
        return []
    items = _LIST_ITEM.finditer(text, begin, end)
    if first["bullet"]:
        return [item.start() for item in items if item["bullet"] == first["bullet"]]
    starts, wanted = [], first["ordinal"]
    for item in items:
        if item["ordinal"] == wanted and item["point"] == first["point"]:
            starts.append(item.start())
            wanted = _next_ordinal(wanted)
    return starts if len(starts) > 1 else []


def _next_ordinal(ordinal: str) -> str:
    """The number or letter after this one."""
    return str(int(ordinal) + 1) if ordinal.isdigit() else chr(ord(ordinal) + 1)
