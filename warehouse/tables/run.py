"""Contract of `ops.run`: one row a run, with its sums."""

from warehouse.contract import Contract, Lifecycle, instant, text, whole

RUN_STATUS = ("running", "published", "nothing_new", "failed_checks", "failed", "crashed")
OUTCOMES = ("loaded", "unchanged", "revised", "duplicate", "quarantined", "removed")

RUN = Contract(
    name="run",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.RUN,
    grain="One run of a flow that writes the warehouse.",
    columns=(
        text("run_id", "Start in UTC and six hex digits; ids sort by start.",
             pattern=r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$"),
        text("flow_run_id", "Prefect flow run; null outside Prefect.", nullable=True),
        instant("started_at", "Start, UTC."),
        instant("ended_at", "End, UTC; null while it runs.", nullable=True),
        text("status", "How it ended.", allowed=RUN_STATUS),
        text("source_uri", "Folder, file or bucket that was read."),
        text("collection", "Collection its files belong to."),
        text("code_version", "Version of newshouse."),
        text("config", "Settings of the run as JSON, secrets left out."),
        whole("files_seen", "Files found.", large=True),
        whole("files_gone", "Known files not found any more.", large=True),
        *(whole(f"files_{outcome}", f"Files with outcome {outcome}.", large=True)
          for outcome in OUTCOMES),
        whole("records_seen", "Records read out of the files that were opened.", large=True),
        *(whole(f"records_{outcome}", f"Records with outcome {outcome}.", large=True)
          for outcome in OUTCOMES if outcome != "removed"),
        text("row_counts", "Rows written a table, as a JSON object."),
        text("stage_seconds", "Seconds a stage, as a JSON object."),
        text("message", "What happened, in one line.", nullable=True),
    ),
    key=("run_id",),
)  # fmt: skip
