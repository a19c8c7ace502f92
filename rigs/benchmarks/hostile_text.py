"""Made-up files of odd shapes, each of any size: what a scraper delivers when it goes wrong, and
what a rule with a loop in a loop is slow on. Seeded; holds no real text."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import count, cycle, islice
from string import ascii_lowercase
from textwrap import fill

from rigs.benchmarks.news import Newsroom

Shape = Callable[[int], str]
"""A text of at least so many characters."""


def _filled(chars: int, parts: Iterator[str], joint: str = " ") -> str:
    """Parts one behind the other until the text has so many characters."""
    taken: list[str] = []
    length = 0
    for part in parts:
        taken.append(part)
        length += len(part) + len(joint)
        if length > chars:
            break
    return joint.join(taken)[:chars]


def _paragraphs() -> Iterator[str]:
    room = Newsroom(7)
    while True:
        yield room.paragraph()


def _prose(chars: int) -> str:
    return _filled(chars, _paragraphs(), "\n\n")


def _words(chars: int) -> str:
    """Prose without a mark that ends a sentence."""
    return _filled(chars, (p.translate(str.maketrans("", "", ".!?:;“”")) for p in _paragraphs()))


def _name(number: int) -> str:
    """A made-up word with a capital, another for every number."""
    room = random.Random(number)
    drawn = "".join(room.choices("bdfgklmnprstv", k=4)), "".join(room.choices("aeiou", k=4))
    return "".join(a + b for a, b in zip(*drawn, strict=True)).title() + _letters(number)


def _letters(number: int) -> str:
    """A number written with letters."""
    written = ""
    while number:
        number, rest = divmod(number, 26)
        written = ascii_lowercase[rest] + written
    return written


def _persons() -> Iterator[str]:
    return (f"{_name(number)} {_name(number + 1)}" for number in count(0, 2))


def _repeated(part: str) -> Shape:
    return lambda chars: (part * (chars // len(part) + 1))[:chars]


def _listed(parts: Callable[[], Iterator[str]], joint: str = " ") -> Shape:
    return lambda chars: _filled(chars, parts(), joint)


def _random_unicode(chars: int) -> str:
    chance = random.Random(5)
    planes = [(0x20, 0x7E), (0xA0, 0x2FF), (0x370, 0x6FF), (0x900, 0x1FFF), (0x2000, 0x2BFF),
              (0x3000, 0xD7FF), (0xE000, 0xFFFD), (0x1F000, 0x1FAFF), (0x20000, 0x2FFFF),
              ]  # fmt: skip
    return "".join(chr(chance.randint(*chance.choice(planes))) for _ in range(chars))


def _page(body: str) -> str:
    return f"<html><head><title>Harbour reopens</title></head><body>{body}</body></html>"


def _nested(chars: int) -> str:
    depth = chars // len("<div></div>")
    return _page("<div>" * depth + "The harbour opened on Monday." + "</div>" * depth)


def _links(chars: int) -> str:
    links = (
        f'<li><a href="/news/2024/05/{n:05}-harbour-reopens">The harbour of {_name(n)} opens again '
        f"after {n} days of strike and storm</a></li>"
        for n in count()
    )
    return _page("<ul>" + _filled(chars, links, "") + "</ul>")


def _acronyms() -> Iterator[str]:
    for number in count():
        words = [_name(3 * number + step) for step in range(3)]
        yield f"{' '.join(words)} ({''.join(word[0] for word in words)})"


def _same_surname() -> Iterator[str]:
    return (f"{_name(number)} Holm" for number in count())


def _table(delimiter: str) -> Shape:
    rows = (delimiter.join((_name(n), str(n), f"{n % 97}.5", "Bergen", "up")) for n in count())
    return lambda chars: _filled(chars, rows, "\n")


def _hyphens(chars: int) -> str:
    return _filled(chars, cycle(ascii_lowercase), "-")


def _heading_words() -> Iterator[str]:
    return (_name(number).upper() for number in count())


def _emphasis() -> Iterator[str]:
    return (f"*{word}* **{word}** _{word}_" for word in map(_name, count()))


def _dates() -> Iterator[str]:
    months = ("January", "May", "June", "October")
    return (f"{1 + n % 28} {months[n % 4]} {1950 + n % 70}" for n in count())


def _sentences_of_names() -> Iterator[str]:
    return (
        f"{person} met {other}." for person, other in zip(_persons(), _same_surname(), strict=False)
    )


MARKS = "\"'().,!-*…—“’/&:;_#|"
"""Marks of which a text may hold nothing else."""

DEMANDED: Mapping[str, Shape] = {
    "paragraphs": _prose,
    "one line": lambda chars: _prose(chars).replace("\n", " "),
    "capitals": lambda chars: _prose(chars).upper(),
    "one name": _repeated("Ida Holm "),
    "short lines": _listed(lambda: (f"{_name(n)} {n} for {n % 7}" for n in count()), "\n"),
    "one sentence": _words,
    "no spaces": lambda chars: _words(2 * chars).replace(" ", "").replace("\n", "")[:chars],
    **{f"only {mark}": _repeated(mark) for mark in MARKS},
    "digits": lambda chars: "".join(random.Random(3).choices("0123456789", k=chars)),
    "table, tabs": _table("\t"),
    "table, bars": _table(" | "),
    "random Unicode": _random_unicode,
    "nested elements.html": _nested,
    "links.html": _links,
}
"""Shapes by name; what follows a point is the kind of file."""

FURTHER: Mapping[str, Shape] = {
    "one word, commas": _repeated("Bergen, "),
    "nested quotation marks": _repeated("“ ‘ "),
    "quotations never closed": _repeated("“Ida said. "),
    "brackets in turn": _repeated("[(]) "),
    "brackets never closed": _repeated("(Ida Holm "),
    "one-letter words": _listed(lambda: cycle(ascii_lowercase)),
    "one-letter capitals": _listed(lambda: cycle("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
    "a name a line": _listed(_persons, "\n"),
    "different names": _listed(_persons, ", "),
    "one surname": _listed(_same_surname, ", "),
    "sentences of names": _listed(_sentences_of_names),
    "long addresses": lambda chars: "https://example.org/" + "a/b?c=d&e.f-" * (chars // 12),
    "many addresses": _listed(lambda: (f"https://example.org/{_name(n)}/?q={n}" for n in count())),
    "emoji": _repeated("😀👩‍👩‍👧🇳🇴"),
    "combining marks": _repeated("e" + "\u0301" * 1000),
    "one letter, combining marks": lambda chars: "e" + "\u0301" * (chars - 1),
    "accents in turn": lambda chars: "e" + "\u0316\u0300" * ((chars - 1) // 2),
    "Chinese": _repeated("港口周一重新开放市长表示"),
    "hyphens": _hyphens,
    "courtesy titles": _repeated("Mr. "),
    "initials": _repeated("J. "),
    "abbreviations": _repeated("U.S. "),
    "dotted letters": _repeated("a."),
    "dates": _listed(_dates, ", "),
    "capital words": _listed(_heading_words),
    "capitalised words": _listed(lambda: map(_name, count())),
    "emphasis.md": _listed(_emphasis),
    "acronyms": _listed(_acronyms, ", "),
    "one acronym": _repeated("World Health Organization (WHO), "),
    "clauses with colons": _repeated("Photo: Ida "),
    "list items": _listed(lambda: (f"{n % 90}. item" for n in count())),
    "dashes": _repeated("Bergen - "),
    "possessives": _repeated("Bergen’s "),
    "sums": _repeated("$3.5m "),
    "roles": _repeated("chief executive "),
    "small words": _repeated("of the "),
    "Bank of": _repeated("Bank of "),
    "blank lines": lambda chars: "Ida" + "\n \t" * (chars // 3 - 2) + "\nHolm",
    "spaces": lambda chars: "Ida" + " " * (chars - 6) + "Holm",
    "spaces between": _repeated("a" + " " * 40),
    "carriage returns": _repeated("Ida\r"),
    "wrapped lines": lambda chars: fill(_words(chars), 70),
    "story and names": lambda chars: _prose(chars // 2) + "\n\n" + _filled(chars // 2, _persons()),
    "open elements.html": lambda chars: _page("<b><p>Ida " * (chars // 10)),
    "attributes.html": lambda chars: _page(
        "<p " + " ".join(islice((f"a{n}=b" for n in count()), chars // 9)) + ">Ida</p>"
    ),
    "lines.html": lambda chars: _page("Ida Holm<br>" * (chars // 12)),
}
"""Further shapes."""

_LEAD_CHARS = 3_000
"""More than language detection reads: names are searched in English texts only."""


def _with_lead(shape: Shape) -> Shape:
    """The shape behind paragraphs of prose, so that it is read as a part of an English story."""
    return lambda chars: f"{_prose(_LEAD_CHARS)}.\n\n{shape(chars - _LEAD_CHARS - 3)}"


SHAPES: Mapping[str, Shape] = {
    name: shape if name.endswith((".html", ".md")) else _with_lead(shape)
    for name, shape in {**DEMANDED, **FURTHER}.items()
}
