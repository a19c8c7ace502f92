"""Contract of `ops.check_result`: every check of every run, with its result."""

from warehouse.contract import Contract, ForeignKey, Lifecycle, flag, text, whole

SEVERITIES = ("critical", "quarantine", "warning")
ACTIONS = ("none", "recorded", "withheld", "stopped")

CHECK_RESULT = Contract(
    name="check_result",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.RUN,
    grain="One check in one run.",
    columns=(
        text("run_id", "Run."),
        text("suite", "Suite, named as its table."),
        text("check_id", "table.column.rule"),
        text("table_name", "Table checked."),
        text("column_name", "Column checked; null for a check of whole rows.", nullable=True),
        text("severity", "What a failure means: critical, wrong keys, offsets or totals; "
             "quarantine, a wrong value; warning, an unusual one.", allowed=SEVERITIES),
        flag("success", "True when nothing failed."),
        text("observed", "What was seen, where the check measures something.", nullable=True),
        whole("checked_count", "Rows looked at.", large=True),
        whole("failed_count", "Rows that failed.", large=True),
        text("notes", "Why the limit is where it is.", nullable=True),
        text("action", "What was done about the rows that failed: none failed, they were recorded, "
             "what they belong to was withheld, or the run was stopped. Null in runs of releases "
             "before this column.", nullable=True, allowed=ACTIONS),
    ),
    key=("run_id", "suite", "check_id"),
    foreign_keys=(ForeignKey(("run_id",), "run", ("run_id",)),),
)  # fmt: skip
