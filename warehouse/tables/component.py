"""Contract of `ops.component`: the parts of the program that make rows, by version."""

from warehouse.contract import HEX_16, Contract, Lifecycle, text

STAGE = r"^[a-z][a-z0-9_]*$"

COMPONENT = Contract(
    name="component",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.REFERENCE,
    grain="One version of one component.",
    columns=(
        text("component_id", "Hash of stage, name, version and config.", pattern=HEX_16),
        text("stage", "What it makes: `extract`, `nlp`, or the name of a table.", pattern=STAGE),
        text("name", "Its name; for stage nlp the package or path that spaCy loads."),
        text("version", "Its version."),
        text("config", "What else decides its output, as JSON."),
    ),
    key=("component_id",),
)
