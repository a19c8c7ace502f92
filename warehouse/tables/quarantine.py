"""Contract of `ops.quarantine`: what could not be published, and why."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, text

QUARANTINE_STATUS = ("open", "replayed", "discarded")

QUARANTINE = Contract(
    name="quarantine",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.EXCLUSION,
    grain="One file or record that could not be published.",
    columns=(
        text("quarantine_id", "Hash of file, locator, stage and rule.", pattern=HEX_16),
        text("run_id", "Run that withheld it."),
        text("source_uri", "Address of the file."),
        text("locator", "Place of the record in a container.", nullable=True),
        text("article_id", "Article, if it is known.", nullable=True, pattern=HEX_16),
        text("table_name", "Table whose row failed, where a check withheld it.", nullable=True),
        text("stage", "Stage that withheld it.",
             allowed=("discover", "extract", "transform", "check", "publish")),
        text("rule", "Name of the rule."),
        text("message", "What is wrong and what to do, for people."),
        text("payload", "Beginning of what was delivered, printable, bounded.", nullable=True),
        text("status", "Open until replayed or discarded.", allowed=QUARANTINE_STATUS),
        text("resolved_run_id", "Run that resolved it.", nullable=True),
    ),
    key=("quarantine_id",),
    foreign_keys=(ForeignKey(("run_id",), "run", ("run_id",)),),
)  # fmt: skip
