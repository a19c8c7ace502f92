"""Contract of `search.unread`: the story blocks that the search index lacks."""

from warehouse.contract import HEX_16, Contract, Lifecycle, text, whole

UNREAD = Contract(
    name="unread",
    schema="search",
    layer="search",
    lifecycle=Lifecycle.SEARCH,
    grain="One story block of a current article that `search` reads without the index.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("block_no", "Block of the article."),
    ),
    key=("article_id", "block_no"),
)
