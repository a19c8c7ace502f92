"""Contract of `ops.file`: the outcome of each file that was new, changed or missing."""

from warehouse.contract import HEX_64, Contract, ForeignKey, Lifecycle, instant, text, whole
from warehouse.tables.run import OUTCOMES

FILE = Contract(
    name="file",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.FILE,
    grain="One file that a run found new, changed or missing; unchanged files have no row.",
    columns=(
        text("run_id", "Run."),
        text("source_uri", "Address of the file."),
        text("collection", "Collection the file belongs to."),
        text("file_id", "SHA-256 of the bytes.", pattern=HEX_64),
        whole("byte_count", "Size in bytes.", large=True),
        instant("modified_at", "Time of last change as the file system says, UTC."),
        text("format", "Format it was read as; null where none fitted.", nullable=True),
        text("encoding", "Python codec name; null for bytes that are not text.", nullable=True),
        text("outcome", "Outcome of the file in this run.", allowed=OUTCOMES),
        text("reason", "Why, where it was not loaded.", nullable=True),
        text("duplicate_of", "Of a duplicate, address of the file with the same bytes, or else of "
             "the one file that has every record of this one; null where several have them: "
             "ops.record names the file of each.", nullable=True),
    ),
    key=("run_id", "source_uri"),
    foreign_keys=(ForeignKey(("run_id",), "run", ("run_id",)),),
)  # fmt: skip
