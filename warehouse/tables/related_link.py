"""Contract of `related_link`: headlines of other articles that a page shows."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, text, whole

RELATED_LINK = Contract(
    name="related_link",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.ARTICLE,
    grain="One related headline shown with an article.",
    columns=(
        text("article_id", "Article that shows it.", pattern=HEX_16),
        whole("link_no", "Position among the article's related links, from 0."),
        whole("block_no", "Block that holds it."),
        text("title", "The headline, white space collapsed."),
        text("url", "Address it links to.", nullable=True),
        text(
            "target_article_id",
            "The article it points at, where the warehouse has it.",
            nullable=True,
            pattern=HEX_16,
        ),
    ),
    key=("article_id", "link_no"),
    foreign_keys=(
        ForeignKey(("article_id", "block_no"), "block", ("article_id", "block_no")),
        ForeignKey(("target_article_id",), "article", ("article_id",)),
    ),
)
