"""Made-up articles with given blocks, whole enough to be published and searched. Proves nothing."""

from __future__ import annotations

from tests.warehouse.made_up import START, MadeUp, add_run, hex16, hex64, run_id_of

Blocks = list[tuple[str, str]]
"""Kind and text of each block of an article."""

_BODY = ("paragraph", "subheading", "list_item")


def run_of_blocks(number: int, articles: dict[str, Blocks], *, version: int = 1) -> MadeUp:
    """A run that loads the named articles with these blocks."""
    run = MadeUp(run_id_of(number))
    add_run(run, START, loaded=len(articles))
    run.add("source", source_id="tidewater_post", name="Tidewater Post")
    run.add("component", component_id=hex16("block"), stage="block", name="block", version="1",
            config="{}")  # fmt: skip
    for day, (name, blocks) in enumerate(articles.items()):
        _add_article(run, name, blocks, version, day)
    return run


def _add_article(run: MadeUp, name: str, blocks: Blocks, version: int, day: int) -> None:
    article_id, text, start = hex16(name), "", 0
    for block_no, (kind, words) in enumerate(blocks):
        start = len(text)
        text += f"{words}\n\n"
        run.add("block", article_id=article_id, block_no=block_no, kind=kind, is_body=kind in _BODY,
                start_char=start, end_char=start + len(words), text=words,
                rule="made_up")  # fmt: skip
    title = next((words for kind, words in blocks if kind == "title"), None)
    uri = f"file:///blocks/{name}"
    run.add("article", article_id=article_id, source_uri=uri, source_id="tidewater_post",
            title=title, published_at=START.replace(hour=0, day=day % 28 + 1),
            published_precision="day", published_status="explicit", language="en", text=text,
            content_hash=hex64(text), body_hash=hex64(text), version_no=version,
            run_id=run.run_id)  # fmt: skip
    run.add("article_version", article_id=article_id, version_no=version, valid_from=START,
            is_current=True, file_id=hex64(name), content_hash=hex64(text), title=title, text=text,
            run_id=run.run_id)  # fmt: skip
    run.add("record", article_id=article_id, version_no=version, collection="seeds", file_uri=uri,
            locator="", file_id=hex64(name), format="text", source_id="tidewater_post",
            hints="[]")  # fmt: skip
    run.add("article_component", article_id=article_id, stage="block", component_id=hex16("block"))
