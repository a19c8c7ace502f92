"""Contract of `block`: the typed pieces that tile an article's text."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, SpanRule, flag, text, whole

BLOCK_KINDS = (
    "title", "standfirst", "byline", "dateline", "paragraph", "subheading", "list_item", "caption",
    "correction", "promo", "related_heading", "related_link", "navigation", "other",
)  # fmt: skip

BODY_KINDS = ("paragraph", "subheading", "list_item")
"""Kinds that can be body: text of the story itself."""

STORY_KINDS = ("title", "standfirst", "dateline", "paragraph", "subheading", "list_item",
               "correction")  # fmt: skip
"""Kinds that feed sentences and mentions."""

BLOCK = Contract(
    name="block",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.ARTICLE,
    grain="One piece of an article's text, typed; together the pieces tile the text.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("block_no", "Position in the article, from 0."),
        text("kind", "What the piece is.", allowed=BLOCK_KINDS),
        flag("is_body", "True for paragraphs, list items and subheadings of the story."),
        whole("start_char", "First code point in `article.text`."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("text", "The slice itself."),
        text("rule", "Rule that decided the kind."),
    ),
    key=("article_id", "block_no"),
    foreign_keys=(ForeignKey(("article_id",), "article", ("article_id",)),),
    span=SpanRule(tiles=True),
)
