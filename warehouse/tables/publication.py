"""Contract of `ops.publication`: the one row that identifies a warehouse file."""

from warehouse.contract import Contract, Lifecycle, text, whole

PUBLICATION = Contract(
    name="publication",
    schema="ops",
    layer="operations",
    lifecycle=Lifecycle.SIGNATURE,
    grain="The file itself; always one row, written by every publication.",
    columns=(
        whole("schema_version", "Version of the tables, raised by migrations.", minimum=1),
        text("run_id", "Run that published this file."),
    ),
    key=("schema_version",),
)
