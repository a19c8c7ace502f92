"""Contract of `article`: one row an article, its current version."""

from warehouse.contract import HEX_16, HEX_64, Contract, ForeignKey, Lifecycle, instant, text, whole

PUBLISHED_PRECISION = ("instant", "day", "month", "year")
PUBLISHED_SOURCE = ("metadata", "url", "text", "file")
PUBLISHED_STATUS = ("explicit", "inferred", "undateable")

ARTICLE = Contract(
    name="article",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.VERSION,
    grain="One article, as its newest version says.",
    columns=(
        text("article_id", "Hash of the record's identity.", pattern=HEX_16),
        text("source_uri", "Address of the file; #locator added for a record of a container."),
        text("source_id", "Outlet; `unknown` where no rule of sources.csv matches."),
        text("url", "Canonical address of the article.", nullable=True),
        text("title", "Title block with white space collapsed.", nullable=True),
        text("title_source", "Rule that found the title.", nullable=True),
        text("standfirst", "Summary below the headline.", nullable=True),
        text("byline", "Authors, as printed.", nullable=True),
        text("byline_source", "Rule that found the byline.", nullable=True),
        text("dateline", "Place and agency line, as printed.", nullable=True),
        text("section", "Section or rubric of the outlet.", nullable=True),
        text("section_source", "Rule that found the section.", nullable=True),
        instant(
            "published_at",
            "When it was published, UTC; start of the period if not an instant.",
            nullable=True,
        ),
        text(
            "published_precision",
            "How exact `published_at` is.",
            nullable=True,
            allowed=PUBLISHED_PRECISION,
        ),
        text(
            "published_source", "Where the date was found.", nullable=True, allowed=PUBLISHED_SOURCE
        ),
        text(
            "published_status",
            "Whether the date is stated, inferred or unknown.",
            allowed=PUBLISHED_STATUS,
        ),
        text("published_raw", "The date as delivered.", nullable=True),
        text(
            "language",
            "ISO 639-1 code; `und` where it could not be determined.",
            pattern=r"^([a-z]{2,3}|und)$",
        ),
        text("text", "The whole record, decoded, with \\n line ends; every offset points here."),
        text("body_text", "Body blocks joined by blank lines."),
        whole("word_count", "Words of `body_text`: runs of characters that are not white space."),
        whole("sentence_count", "Rows of `sentence`."),
        text("content_hash", "SHA-256 of `text` in UTF-8.", pattern=HEX_64),
        text(
            "body_hash",
            "SHA-256 of `body_text` with white space collapsed; equal for copies.",
            pattern=HEX_64,
        ),
        whole("version_no", "Number of the current version, from 1.", minimum=1),
        instant(
            "removed_at",
            "When a run found its file missing; null while it is there.",
            nullable=True,
        ),
        text("run_id", "Run that wrote the current version."),
    ),
    key=("article_id",),
    foreign_keys=(
        ForeignKey(("source_id",), "source", ("source_id",)),
        ForeignKey(("article_id", "version_no"), "article_version", ("article_id", "version_no")),
        ForeignKey(("run_id",), "run", ("run_id",)),
    ),
)
