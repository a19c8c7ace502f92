"""Contract of `ops.article_component`: which component made an article's rows."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, text
from warehouse.tables.component import STAGE

ARTICLE_COMPONENT = Contract(
    name="article_component",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.ARTICLE,
    grain="One stage of one article's current version.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        text("stage", "What was made: `extract`, `nlp`, or the name of a table.", pattern=STAGE),
        text("component_id", "Component that made the rows.", pattern=HEX_16),
    ),
    key=("article_id", "stage"),
    foreign_keys=(
        ForeignKey(("article_id",), "article", ("article_id",)),
        ForeignKey(("component_id",), "component", ("component_id",)),
    ),
)
