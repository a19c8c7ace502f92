"""Contracts of `mention`, names in sentences, and of its staged form before entities are known."""

from warehouse.contract import (
    HEX_16,
    Contract,
    ForeignKey,
    Lifecycle,
    SpanRule,
    number,
    text,
    whole,
)
from warehouse.tables.entity import ENTITY_TYPES

MENTION_METHODS = ("model", "gazetteer", "rule", "propagated")

MENTION = Contract(
    name="mention",
    schema="main",
    layer="entity",
    lifecycle=Lifecycle.ARTICLE,
    grain="One name in one sentence, without possessive ending or leading article.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("mention_no", "Position in the article, from 0."),
        whole("sentence_no", "Sentence that holds the whole mention."),
        text(
            "entity_id",
            "Entity meant; null where the name is ambiguous.",
            nullable=True,
            pattern=HEX_16,
        ),
        text("entity_type", "What kind of thing is named here.", allowed=ENTITY_TYPES),
        whole("start_char", "First code point in `article.text`."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("text", "The slice itself, odd spaces and invisible characters included."),
        text("role", "Title or office printed beside the name.", nullable=True),
        text("method", "What found the span and its type.", allowed=MENTION_METHODS),
        number(
            "confidence",
            "Probability that the pipeline gives the span found here; null where it gives none, as "
            "spaCy does, and where no pipeline found the name.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
    ),
    key=("article_id", "mention_no"),
    foreign_keys=(
        ForeignKey(("article_id", "sentence_no"), "sentence", ("article_id", "sentence_no")),
        ForeignKey(("entity_id",), "entity", ("entity_id",)),
    ),
    span=SpanRule(inside="sentence", via="sentence_no"),
)

STAGED_MENTION = Contract(
    name="staged_mention",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.STAGING,
    grain="One name in one sentence, and which names of its article mean the same thing.",
    columns=(
        *(column for column in MENTION.columns if column.name != "entity_id"),
        whole(
            "cluster_no",
            "Number that mentions of one thing in an article share; -1 for an ambiguous one.",
            minimum=-1,
        ),
        text("cluster_name", "Fullest form of the cluster in its article."),
    ),
    key=("article_id", "mention_no"),
    foreign_keys=(
        ForeignKey(("article_id", "sentence_no"), "sentence", ("article_id", "sentence_no")),
    ),
    span=SpanRule(inside="sentence", via="sentence_no"),
)
