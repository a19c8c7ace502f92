"""Cuts and trims a pipeline's spans to clean names. Their type follows from the label only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.mention.page import Facts, Name, Page
from transforms.mention.title_role import strip_titles
from warehouse.tables.entity import ENTITY_TYPES

LABEL_TYPES = {
    "PERSON": "person", "PER": "person", "ORG": "organization", "GPE": "place", "LOC": "place",
    "NORP": "group", "FAC": "facility", "EVENT": "event", "WORK_OF_ART": "work",
    "PRODUCT": "product", "LAW": "law", "LANGUAGE": "language",
    **{entity_type: entity_type for entity_type in ENTITY_TYPES},
}  # fmt: skip
"""Labels of OntoNotes and of CoNLL pipelines; a backend may also give our own types."""

REFUSED_LABELS = frozenset(
    ("CARDINAL", "ORDINAL", "DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "MISC")
)
"""Figures and dates are never names; MISC gives no type."""

_CUT = re.compile(r'[\n\t"“”„«»()\[\]{}<>|;:•…*]|(?:^|(?<=\s))[‘\']|\s[–—-]+\s|[–—]|--+|\s/\s')
_CUT_TITLE = re.compile(r'[\n\t"“”„«»\[\]{}<>|•]')
_LIST = re.compile(r",?\s+and\s+|\s+&\s+|,\s+|/")
_JOINT = re.compile(r"[,&/–-]|\sand\s")
_LISTED = frozenset(("person", "place", "group", "organization"))
_EDGE_LEFT = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")
_ABBREVIATION = re.compile(r"(?:\b\w\.)+\w$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|Bros)$")
_INITIAL = re.compile(r"(?:^|\s)[A-Z]$")
_AFTER_INITIAL = re.compile(r"\.?\s+((?:[A-Z]\.\s*)*[A-Z][\w’'-]*[a-z])")
_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"https?:|www\.|[@#_$€£¥%=~^]|\.(?:com|org|net)$")
_NICKNAMED = re.compile(
    r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)* [\"“‘'(][A-Z][\w -]{1,18}[\"”’')] [A-Z][\w’'-]*[a-z]"
)
_FIGURE = re.compile(r"\s[\d–,.-]*\d[\d–,.-]*$")
_SCORE = re.compile(r"\d+[-–]\d+$")
_NAME_OPENERS = frozenset(("new", "old", "one", "two", "three", "four", "first", "second", "third"))
_CALL_SIGN = re.compile(r"\d(?!(?:AM|PM|BC|AD|CE|[KMGT]B|MP|HP|[KMG]W)$)[A-Z]{2,3}$")
_LONGEST_NAME = 300
"""Code points; titles of works and laws, the longest names, have 200 at most."""

_LONGEST_SPAN = 2_000
"""Code points; a list of names is shorter. What is longer is no text of sentences."""

_CUT_TYPES = frozenset(("person", "organization", "place", "group", "facility"))


def clean_spans(page: Page, spans: list[tuple[int, int, str]], facts: Facts) -> list[Name]:
    """The names in the pipeline's spans (start, end, label), in order, without overlap.

    Raises ValueError for a label that is neither mapped nor refused.
    """
    names: list[Name] = []
    taken = 0
    for start, end, label in spans:
        if label in REFUSED_LABELS:
            continue
        if label not in LABEL_TYPES:
            raise ValueError(
                f"mention: the pipeline's label {label!r} has no entity type. "
                "Add it to LABEL_TYPES or REFUSED_LABELS in transforms/mention/span.py."
            )
        for name in _clean(page, start, end, LABEL_TYPES[label], facts):
            if name.start >= taken:
                names.append(name)
                taken = name.end
    return _with_given_names(page.text, names, facts)


def _with_given_names(text: str, names: list[Name], facts: Facts) -> list[Name]:
    """A place that no list holds, right before a person of one word, is the given name."""
    joined: list[Name] = []
    for name in names:
        before = joined[-1] if joined else None
        if (
            before is not None
            and (before.entity_type, name.entity_type) == ("place", "person")
            and text[before.end : name.start] == " "
            and text[before.start : before.end].isalpha()
            and text[name.start : name.end].isalpha()
            and facts.place_kind(text[before.start : before.end]) is None
        ):
            joined[-1] = name._replace(start=before.start, method="rule")
        else:
            joined.append(name)
    return joined


def _clean(page: Page, start: int, end: int, kind: str, facts: Facts) -> Iterator[Name]:
    sentence = page.sentence_at(start)
    if sentence is None:
        return
    end = min(end, sentence.end)
    if end - start > _LONGEST_SPAN:
        return
    reach = min(sentence.end, start + _LONGEST_NAME)
    if kind == "person" and (nicknamed := _NICKNAMED.match(page.text, start, reach)):
        yield Name(start, nicknamed.end(), kind, "model")
        return
    cut = _CUT if kind in _CUT_TYPES else _CUT_TITLE
    for a, b in _pieces(page.text, start, end, cut):
        for x, y in _items(page.text, a, b, kind, facts):
            name = trim_name(page, x, y, kind, facts, sentence.end)
            if name is not None:
                yield name
        if kind != "person":
            break


def _pieces(text: str, start: int, end: int, cut: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The parts between cutting marks that hold a letter."""
    position = start
    for mark in cut.finditer(text, start, end):
        if any(c.isalpha() for c in text[position : mark.start()]):
            yield position, mark.start()
        position = mark.end()
    if any(c.isalpha() for c in text[position:end]):
        yield position, end


def _items(text: str, start: int, end: int, kind: str, facts: Facts) -> Iterator[tuple[int, int]]:
    """The names of a list: persons always, others where the gazetteer knows every part."""
    if kind not in _LISTED or not _JOINT.search(text, start, end):
        yield start, end
        return
    if hyphened := _hyphened(text, start, end, facts):
        yield from hyphened
        return
    parts = []
    position = start
    for mark in _LIST.finditer(text, start, end):
        parts.append((position, mark.start()))
        position = mark.end()
    parts.append((position, end))
    if len(parts) > 1 and (
        (kind == "person" and "&" not in text[start:end])
        or all(facts.area_kind(text[a:b]) is not None for a, b in parts)
    ):
        yield from parts
    else:
        yield start, end


def _hyphened(text: str, start: int, end: int, facts: Facts) -> list[tuple[int, int]]:
    """Both halves of "US-China", where each is a country or a people by itself."""
    halves = re.split(r"[-–]", text[start:end])
    if len(halves) != 2 or not all(
        facts.place_kind(half) in ("country", "demonym") for half in halves
    ):
        return []
    middle = start + len(halves[0])
    return [(start, middle), (middle + 1, end)]


def trim_name(page: Page, start: int, end: int, kind: str, facts: Facts, limit: int) -> Name | None:
    """The name inside a span, or null where nothing in it can be a name."""
    text = page.text
    if end - start > _LONGEST_NAME or text[start - 1 : start] in ("@", "#", "/"):
        return None
    role: str | None = None
    stop = end
    if kind == "person":
        end = _past_initial(text, start, end, limit)
        start, role = strip_titles(text, start, end, facts.words)
        while (figure := _FIGURE.search(text, start, end)) is not None:
            end = figure.start()
    sentence = page.sentence_at(start)
    opening = sentence is not None and page.opens_sentence(start, sentence.start)
    start, end = _trim_edges(text, start, end, facts, opening=opening)
    is_money = text[end : end + 1] in ("$", "€", "£", "¥")
    if end <= start or is_money or not is_nameable(text[start:end], facts):
        return None
    is_cut = end < stop and end + 1 < limit and end - start < 8
    if text[end : end + 1] == "." and end < limit:
        end += 1 if is_cut or _ABBREVIATION.search(text, start, end) else 0
    return Name(start, end, kind, "model", role)


def _trim_edges(text: str, start: int, end: int, facts: Facts, *, opening: bool) -> tuple[int, int]:
    """Without punctuation, possessive ending, articles and lower-case words at either edge.

    At the opening of a sentence any word of a closed class goes, elsewhere articles only: "Under
    Armour" is a name in the middle of a sentence.
    """
    while start < end:
        before = (start, end)
        if found := _EDGE_LEFT.match(text, start, end):
            start = found.end()
        while end > start and not text[end - 1].isalnum() and not text[start:end].endswith("!"):
            end -= 1
        found = _POSSESSIVE.search(text, start, end)
        if found and found.start() > start:
            end = found.start()
        words = [(m.start(), m.end()) for m in _WORD.finditer(text, start, end)]
        if words and _is_before(text[slice(*words[0])], facts, opening=opening):
            start = words[1][0] if len(words) > 1 else end
        elif len(words) > 1 and (
            _is_lower(text[slice(*words[-1])]) or _SCORE.match(text[slice(*words[-1])])
        ):
            end = words[-2][1]
        if before == (start, end):
            break
    return start, end


def _is_before(word: str, facts: Facts, *, opening: bool) -> bool:
    """Whether the first word of a span is not of the name."""
    bare = word.strip("’'.,!?-").casefold()
    if _is_lower(word):
        return bare not in facts.words.particle
    if word.isupper() and len(word) > 1:
        return False
    return bare in facts.words.article or (
        opening and bare in facts.words.closed and bare not in _NAME_OPENERS
    )


def _is_lower(word: str) -> bool:
    return word[:1].islower() and not any(c.isupper() for c in word)


def _past_initial(text: str, start: int, end: int, limit: int) -> int:
    """The end of "George F. Hauser" where a pipeline stopped at the initial."""
    if _INITIAL.search(text, start, end) and end - start > 1:
        found = _AFTER_INITIAL.match(text, end, min(limit, end + _LONGEST_NAME))
        if found and text[end : end + 1] == ".":
            return found.end(1)
    return end


_SUM = re.compile(r"(?:[A-Z]{0,2}[a-z]{1,2}|[A-Z]{0,3}[$€£¥₹])\.? ?\d[\d.,]*(?:bn|[mk])?$")
"""A sum with its unit in front: "Sh410m", "US$3bn". Names have a capital there: "G20"."""


def is_nameable(text: str, facts: Facts) -> bool:
    """Whether a trimmed string can be a name at all."""
    if len(text) < 2 or text.islower() or not any(map(str.isalpha, text)):
        return False
    if _ADDRESS.search(text) or _SUM.match(text):
        return False
    if text[0].isdigit() and " " not in text:
        # "200bn" and "5G" are figures; stations and firms are written "3AW", "2UE".
        return _CALL_SIGN.match(text) is not None
    if " " in text:
        return True
    bare = text.casefold().rstrip(".")
    return not (
        text in facts.words.common_noun
        or (bare in facts.words.closed and not (text.isupper() and facts.place_kind(text)))
        or bare in facts.words.honorific
        or facts.is_currency(text)
    )
