"""The stages of a run, each declared once: name, words for people, share of the work, limits.

A stage's name is that of its module, of its Prefect task, of its progress bar and of its key in
`stage_seconds`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage of a run.

    ``title`` says what it does, with ``{total}`` for the number of things it is done to; ``unit``
    is what its progress counts. ``share`` is the per cent of a run that it takes, measured on 2,000
    articles. ``seconds`` is the most it may take: many times what a million articles need, so that
    only a stage that hangs reaches it. ``is_retried`` is true of stages that talk to the network
    and can begin again.
    """

    name: str
    title: str
    unit: str
    share: int
    seconds: float
    is_retried: bool = False


DISCOVER = Stage("discover", "discover files", "files", 2, 1_800, is_retried=True)
EXTRACT = Stage("extract", "extract {total} files", "files", 10, 21_600, True)
COMPARE = Stage("compare", "compare with the warehouse", "articles", 2, 3_600)
BLOCKS = Stage("blocks", "type blocks", "articles", 12, 21_600)
LANGUAGE = Stage("language", "read the language", "articles", 40, 86_400)
MENTIONS = Stage("mentions", "find mentions", "articles", 12, 21_600)
ENTITIES = Stage("entities", "resolve entities", "articles", 6, 7_200)
LINKS = Stage("links", "point related links", "articles", 2, 3_600)
CHECKS = Stage("checks", "check the staged rows", "articles", 8, 7_200)
PUBLISH = Stage("publish", "publish", "articles", 6, 7_200)

STAGES = (
    DISCOVER, EXTRACT, COMPARE, BLOCKS, LANGUAGE, MENTIONS, ENTITIES, LINKS, CHECKS, PUBLISH,
)  # fmt: skip
"""In the order in which a run carries them out."""

BY_NAME = {stage.name: stage for stage in STAGES}
