"""Contract of `search.document`: the story blocks that the search index has."""

from warehouse.contract import HEX_16, Contract, Lifecycle, text, whole

DOCUMENT = Contract(
    name="document",
    schema="search",
    layer="search",
    lifecycle=Lifecycle.SEARCH,
    grain="One story block of a current article that the index has.",
    columns=(
        whole("document_no", "Number of the block in the index."),
        text("article_id", "Article.", pattern=HEX_16),
        whole("block_no", "Block of the article."),
        whole("word_count", "Words of the block, as the index counts them."),
    ),
    key=("article_id", "block_no"),
)
