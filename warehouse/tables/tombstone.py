"""Contract of `ops.tombstone`: what was purged and is not loaded again, as hashes only."""

from warehouse.contract import HEX_16, HEX_64, Contract, ForeignKey, Lifecycle, instant, text

TOMBSTONE = Contract(
    name="tombstone",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.EXCLUSION,
    grain="One version of an article that was purged; discovery leaves its file out.",
    columns=(
        text("article_id", "Article that was purged.", pattern=HEX_16),
        text("file_id", "SHA-256 of the file's bytes.", pattern=HEX_64),
        text("content_hash", "SHA-256 of the purged text in UTF-8; of an article that checks "
             "withheld, whose text is not kept, of the file's bytes.", pattern=HEX_64),
        instant("purged_at", "When it was purged, UTC."),
        text("run_id", "Run that purged it."),
    ),
    key=("article_id", "file_id", "content_hash"),
    foreign_keys=(ForeignKey(("run_id",), "run", ("run_id",)),),
)  # fmt: skip
