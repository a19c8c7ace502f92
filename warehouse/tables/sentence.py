"""Contract of `sentence`: sentences of the story blocks."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, SpanRule, text, whole

SENTENCE = Contract(
    name="sentence",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.ARTICLE,
    grain="One sentence of a story block.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("sentence_no", "Position in the article, from 0."),
        whole("block_no", "Block that holds the whole sentence."),
        whole("start_char", "First code point in `article.text`."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("text", "The slice itself."),
        whole("token_count", "Tokens of the language pipeline, punctuation included.", minimum=1),
    ),
    key=("article_id", "sentence_no"),
    foreign_keys=(ForeignKey(("article_id", "block_no"), "block", ("article_id", "block_no")),),
    span=SpanRule(inside="block", via="block_no"),
)
