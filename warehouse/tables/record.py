"""Contract of `ops.record`: what each delivered record declared beside its text, so that derived
tables can be made again, and which file has an article that several deliver. Its staging forms
carry the text between extraction and load."""

from warehouse.contract import HEX_16, HEX_64, Contract, ForeignKey, Lifecycle, flag, text, whole

_DECLARED = (
    text("article_id", "Article.", pattern=HEX_16),
    whole("version_no", "Version of the article that this record made or repeats.", minimum=1),
    text("collection", "Collection of the file."),
    text("file_uri", "Address of the file, without locator."),
    text("locator", "Place of the record in a container; empty for a whole file."),
    text("file_id", "SHA-256 of the file's bytes.", pattern=HEX_64),
    text("format", "Format it was read as."),
    text("source_id", "Outlet."),
    text("url", "Canonical address.", nullable=True),
    text("title", "Title the record's metadata declares.", nullable=True),
    text("standfirst", "Standfirst the metadata declares.", nullable=True),
    text("byline", "Byline the metadata declares.", nullable=True),
    text("section", "Section the metadata declares.", nullable=True),
    text("published_raw", "Publication date the metadata declares, as delivered.", nullable=True),
    text("modified_raw", "Date of last change the metadata declares.", nullable=True),
    text("language", "Language the metadata declares.", nullable=True),
    text("hints", "What the format says of spans of the text: a JSON list of "
         "[start_char, end_char, kind, rule, url]."),
    text("mojibake", "What of the text looks decoded with the wrong charset, and whether it was "
         "left as delivered or repaired; null where nothing does.", nullable=True),
    text("text_only_reason", "Why the parts of the markup could not be distinguished, so that "
         "lines are typed by their shape only: which bound it exceeds. Null where they were.",
         nullable=True),
)  # fmt: skip

RECORD = Contract(
    name="record",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.DELIVERY,
    grain="One delivered record, without its text: one that made a version of its article, or one "
    "that repeats a version made by another.",
    columns=(
        *_DECLARED,
        flag("made_version", "True for the one record that made the version; false for a record "
             "that repeats it."),
        text("first_file_uri", "Address of the file whose record made the version: this file, or "
             "the one it repeats."),
    ),
    key=("article_id", "version_no", "file_uri", "locator"),
    foreign_keys=(
        ForeignKey(("article_id", "version_no"), "article_version", ("article_id", "version_no")),
    ),
)  # fmt: skip

_TEXT = (
    text("content_hash", "SHA-256 of `text` in UTF-8.", pattern=HEX_64),
    text("text", "Decoded text with \\n line ends."),
)

_ISSUED = text("issued_raw", "Date that the container as a whole declares, as a feed's last build.",
               nullable=True)  # fmt: skip

EXTRACTED_RECORD = Contract(
    name="extracted_record",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.STAGING,
    grain="One record as extraction delivers it, before its version is known.",
    columns=(*(column for column in _DECLARED if column.name != "version_no"), _ISSUED, *_TEXT),
    key=("file_uri", "locator"),
)

STAGED_RECORD = Contract(
    name="staged_record",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.STAGING,
    grain="One extracted record with its text and version.",
    columns=(*_DECLARED, *_TEXT),
    key=("article_id", "version_no"),
)
