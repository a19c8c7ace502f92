"""Contract of `ops.check_failure`: every row that failed a check."""

from warehouse.contract import Contract, ForeignKey, Lifecycle, text

CHECK_FAILURE = Contract(
    name="check_failure",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.RUN,
    grain="One row that failed one check in one run.",
    columns=(
        text("run_id", "Run."),
        text("check_id", "table.column.rule"),
        text("row_key", "Key of the failing row: its values joined by /."),
        text("observed", "The value that failed.", nullable=True),
    ),
    key=("run_id", "check_id", "row_key"),
    foreign_keys=(ForeignKey(("run_id",), "run", ("run_id",)),),
)
