"""Weighs the evidence of a name's own words for its type; `agree` decides the type."""

from __future__ import annotations

import re

from transforms.mention.page import Facts, Name

Cue = tuple[str, float]

CERTAIN = 4.0
"""A cue of this weight or more holds for its own occurrence, against all other cues."""

_MODEL_NUMBER = re.compile(
    r"(?:^|\s)(?:[A-Z]{1,4}-?\d{2,4}[A-Za-z]{0,2}|[A-Z]+-\d+)(?=\s|$)|\s\d{3}(?:-\d\w*)?(?=\s|$)"
)
_GROUP_OF = re.compile(r"G-?\d{1,2}$")
_BRAND_CASE = re.compile(r"(?:^|\s)[a-z]{1,2}[A-Z][a-z]")
_SURNAME_HEADS = frozenset(
    (
        "Hill", "Park", "Lake", "House", "Hall", "Street", "Post", "Church", "Castle", "Temple",
        "Bridge", "Lane", "Power", "Guard", "Rivers", "Cave", "Coast", "Max", "Square", "Parish",
        "Tank", "Fair", "Bill", "Battle", "Mills", "Bay", "Forest", "Beach", "Bowl", "Peak",
    )
)  # fmt: skip
"""Heads that are family names too: they do not overrule a person."""


def form_cues(text: str, name: Name, facts: Facts) -> list[Cue]:
    """The cues that the name itself gives."""
    cues: list[Cue] = []
    words = text.replace(",", "").split()
    kind = facts.place_kind(text)
    if kind in ("country", "region"):
        cues.append(("place", 6.0))
    elif kind == "demonym" and name.entity_type != "language":
        cues.append(("group", CERTAIN))
    elif kind == "state":
        cues.append(("place", 1.5))
    elif kind == "city" and name.entity_type != "person":
        cues.append(("place", 2.0 if len(words) > 1 else 0.3))
    last = words[-1].replace(".", "")
    if len(words) > 1:
        if last in facts.words.legal_form:
            cues.append(("organization", 6.0))
        elif last in facts.words.last_word and name.entity_type != "work":
            is_surname = name.entity_type == "person" and last in _SURNAME_HEADS
            cues.append((facts.words.last_word[last], 0.5 if is_surname else CERTAIN))
        if " of " in text and words[0] in facts.words.first_word:
            cues.append((facts.words.first_word[words[0]], 5.0))
    if _GROUP_OF.match(text):
        cues.append(("organization", 3.0))
    elif _MODEL_NUMBER.search(text) and name.entity_type in ("organization", "product", "person"):
        cues.append(("product", 2.5))
    elif _BRAND_CASE.match(text):
        cues.append(("product", 3.0))
    return cues
