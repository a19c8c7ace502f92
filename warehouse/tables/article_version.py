"""Contract of `article_version`: every text an article ever had."""

from warehouse.contract import (
    HEX_16,
    HEX_64,
    Contract,
    ForeignKey,
    Lifecycle,
    flag,
    instant,
    text,
    whole,
)

ARTICLE_VERSION = Contract(
    name="article_version",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.VERSION,
    grain="One version of one article; the text of every version is kept.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("version_no", "1 for the first version seen.", minimum=1),
        instant("valid_from", "Start of the run that saw this version first, UTC."),
        instant(
            "valid_to", "Start of the run that replaced it, UTC; null while current.", nullable=True
        ),
        flag("is_current", "True for the version `article` shows."),
        text("file_id", "SHA-256 of the file's bytes.", pattern=HEX_64),
        text("content_hash", "SHA-256 of `text` in UTF-8.", pattern=HEX_64),
        text("title", "Title of this version.", nullable=True),
        text("text", "Whole text of this version."),
        text("run_id", "Run that wrote this version."),
    ),
    key=("article_id", "version_no"),
    foreign_keys=(
        ForeignKey(("article_id",), "article", ("article_id",)),
        ForeignKey(("run_id",), "run", ("run_id",)),
    ),
)
