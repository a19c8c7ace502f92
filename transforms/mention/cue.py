"""Weighs the evidence of the words beside a name for its type; `agree` decides the type.

A weight of 1 counts as much as one reading of the pipeline; the weights are few and coarse."""

from __future__ import annotations

import re
from typing import NamedTuple

from transforms.mention.form import CERTAIN, Cue
from transforms.mention.page import Facts, Name, Page
from transforms.mention.title_role import role_before

_BEFORE = 40
_AFTER = 60
_AGE = re.compile(r"(?:,| \() ?(?:aged )?\d{1,3}(?:,|\)|-year-old)|,? who | \(born ")
_TICKER = re.compile(r" \((?:NYSE|NASDAQ|Nasdaq|LSE|LON|AMEX|TSX|ASX|HKEX|Euronext)\b")
_CLASS_COMMA = re.compile(r"(?:\b(?:an?|the|his|her|its|their)|['’]s) (?:[\w-]+ )?([a-z][a-z-]+),$")
_CLASS_AFTER = re.compile(
    r"[\"”’]?(?: \([^)]{0,40}\))?(?:,| (?:is|was|are|were|became|remains))"
    r" (?:an?|the|one of the|its|their) ((?:[\w’'-]+ ){0,5}?[\w’'-]+)"
)
_NEXT_WORD = re.compile(r" ([a-z][a-z-]+)")
_REGION_NEXT = re.compile(r", ((?:[A-Z][\w.]+ ?){1,3})(?=[,.;)]|$)")
_MAKER = re.compile(r"[A-Z]\w+['’]s$")
_MOVES = re.compile(
    r"(?: \([A-Z]{2,6}\))?,?(?: (?:has|have|had|was|were|is|also|industrial|which|to))*"
    r" (?:indices|index|averages?|composite|f[ae]ll\w*|r[io]s\w+|gain\w*|drop\w*|los[et]\w*|clos\w+"
    r"|end\w*|finish\w*|recover\w*|tumbl\w*|plung\w*|slid\w*|slip\w*|jump\w*|soar\w*|surg\w*"
    r"|climb\w*|shed|down|up)\b"
)
_POINTS = re.compile(r"\bpoints?\b|%|\bper ?cent\b")
_STOP_NEXT = re.compile(
    r"[.,;:)!?”\"]|$| (?:is|was|for|with|that|which|and|or|in|on|to|at|from|can|will|has|had)\b"
)
_PLACED = frozenset(
    ("born", "based", "located", "lives", "lived", "living", "live", "headquartered", "raised",
     "died", "arrived", "arriving", "arrives", "buried", "situated", "stationed")
)  # fmt: skip
_GOING = frozenset(
    ("travel", "travels", "travelled", "traveled", "travelling", "traveling", "move", "moved",
     "moving", "moves", "return", "returned", "returning", "returns", "flew", "flown", "fled",
     "fly", "flying", "went", "go", "going", "drove", "sailed")
)  # fmt: skip
_SIDES = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest",
     "outskirts", "suburb", "suburbs", "streets")
)  # fmt: skip
_WITHIN = frozenset(("in", "near", "outside", "throughout", "across", "around", "within"))
_TOWARDS = frozenset(("at", "from", "to", "through", "between", "via", "toward", "towards", "of"))
_LINKS = frozenset(("of", "called", "named", "known", "as", "the"))
_ONE_OF = frozenset(("a", "an", "each", "every", "any", "your", "my"))


class _Beside(NamedTuple):
    """The words beside a name in its sentence; `tail` holds those right before it, lower case."""

    own: str
    before: str
    tail: tuple[str, ...]
    after: str

    @property
    def is_after_the(self) -> bool:
        return self.tail[-1:] == ("the",)

    @property
    def is_possessor(self) -> bool:
        return self.after[:1] in ("'", "’") and self.after != ""


def context_cues(page: Page, name: Name, facts: Facts) -> list[Cue]:
    """The cues of the words beside the name, within its sentence."""
    sentence = page.sentence_at(name.start)
    if sentence is None:
        return []
    text = page.text
    before = text[max(sentence.start, name.start - _BEFORE) : name.start].rstrip(" \"“‘'")
    beside = _Beside(
        text[name.start : name.end],
        before,
        tuple(before.casefold().split()[-4:]),
        text[name.end : min(sentence.end, name.end + _AFTER)],
    )
    cues = _person_cues(page, name, sentence.start, beside, facts)
    cues += _class_cues(beside, facts)
    cues += _place_cues(name, beside, facts)
    cues += _headed_cues(name, beside, facts)
    cues += _organization_cues(name, beside)
    cues += _product_cues(name, beside, facts)
    return cues


def _person_cues(page: Page, name: Name, floor: int, beside: _Beside, facts: Facts) -> list[Cue]:
    cues: list[Cue] = []
    if _AGE.match(beside.after) and not beside.after.startswith(", who"):
        cues.append(("person", 2.0))
    if name.entity_type == "place" and facts.place_kind(beside.own):
        return cues
    role = name.role or role_before(page.text, name.start, floor, facts.words)
    if role is not None:
        is_form = role.split()[-1].rstrip(".").casefold() in facts.words.honorific
        cues.append(("person", CERTAIN if is_form else 2.0))
    return cues


def _class_cues(beside: _Beside, facts: Facts) -> list[Cue]:
    """ "the town of X", "the band X", "X, a village", "X is an airline"."""
    cues: list[Cue] = []
    is_head = beside.own in facts.words.last_word
    if beside.tail and not is_head and (found := _class_before(beside, facts)) is not None:
        cues.append(found)
    if noun := _CLASS_AFTER.match(beside.after):
        for word in noun[1].casefold().split():
            kind = "person" if word in facts.words.role else facts.words.class_word.get(word)
            if kind is not None:
                cues.append((kind, 2.0))
                break
    return cues


def _class_before(beside: _Beside, facts: Facts) -> Cue | None:
    kind = _class_of(beside.tail[-1], facts)
    if kind is not None:
        return kind, 3.5
    linked = [word for word in beside.tail if word not in _LINKS]
    if beside.tail[-1] in _LINKS and beside.tail[-1] != "the" and linked:
        at = len(beside.tail) - 1 - beside.tail[::-1].index(linked[-1])
        kind = _class_of(linked[-1], facts) if at >= len(beside.tail) - 3 else None
        is_of = "of" in beside.tail[at:]
        return (kind, 2.5) if kind == "place" or (kind and not is_of) else None
    if beside.tail[-1].endswith(",") and (found := _CLASS_COMMA.search(beside.before)):
        kind = _class_of(found[1], facts)
        return (kind, 2.5) if kind is not None else None
    return None


def _class_of(word: str, facts: Facts) -> str | None:
    classes = facts.words.class_word
    return classes.get(word) or classes.get(word.removesuffix("s"))


def _place_cues(name: Name, beside: _Beside, facts: Facts) -> list[Cue]:
    """Where a place is likely: "based in X", "X, England", "in X"."""
    if name.entity_type not in ("person", "organization", "group", "product"):
        return []
    if beside.is_possessor:
        return []
    found = _REGION_NEXT.match(beside.after)
    if found and facts.is_part(found[1].strip()):
        return [("place", 2.0)]
    words = beside.tail[:-1] if beside.is_after_the else beside.tail
    last, second = (*words[::-1], "", "")[:2]
    if (last in ("in", "at", "near") and second in _PLACED) or (last == "of" and second in _SIDES):
        return [("place", 2.5)]
    if last in ("to", "from") and second in _GOING:
        # Prizes go to persons, and people return to them.
        return [("place", 0.8 if name.entity_type == "person" else 2.5)]
    if name.entity_type == "person":
        return [("place", 1.5)] if last in _WITHIN and " " not in beside.own else []
    is_city = facts.place_kind(beside.own) == "city"
    if not is_city or last not in _WITHIN | _TOWARDS:
        return []
    return [("place", 1.5 if last in _WITHIN else 0.6)]


def _headed_cues(name: Name, beside: _Beside, facts: Facts) -> list[Cue]:
    """ "the Ayalon Cave": with an article, what looks like a surname is a head."""
    if name.entity_type != "person" or " " not in beside.own or not beside.is_after_the:
        return []
    kind = facts.words.last_word.get(beside.own.rsplit(" ", 1)[1])
    return [(kind, CERTAIN)] if kind is not None else []


def _organization_cues(name: Name, beside: _Beside) -> list[Cue]:
    """A ticker; or "the Beatles have", which is no person ("the Trump administration" may be)."""
    if _TICKER.match(beside.after):
        return [("organization", 3.0)]
    if name.entity_type != "person" or " " in beside.own or not beside.is_after_the:
        return []
    stands = beside.is_possessor or _STOP_NEXT.match(beside.after)
    return [("organization", 2.0)] if stands else []


def _product_cues(name: Name, beside: _Beside, facts: Facts) -> list[Cue]:
    """Things one can count, own or plot: "an X", "Apple's X", "the X fell 340 points"."""
    if name.entity_type != "organization":
        return []
    cues: list[Cue] = []
    if _MOVES.match(beside.after) and (figure := _POINTS.search(beside.after)):
        is_index = figure[0].startswith("point") or beside.is_after_the
        cues.append(("product", 2.0 if is_index else 0.0))
    if _MAKER.search(beside.before):
        cues.append(("product", 0.5))
    last, second = (*beside.tail[::-1], "", "")[:2]
    counted = last in _ONE_OF or (last in ("new", "old") and second in _ONE_OF)
    if counted and _STOP_NEXT.match(beside.after):
        cues.append(("product", 1.5))
    found = _NEXT_WORD.match(beside.after)
    kind = facts.words.class_word.get(found[1]) if found else None
    if kind in ("product", "facility"):
        cues.append((kind, 1.0 if kind == "product" else 1.5))
    return cues
