"""Contract of `entity_merge`: which entity ids were merged or split, and why."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, text

MERGE_KINDS = ("merge", "split", "rename", "retype", "block")

ENTITY_MERGE = Contract(
    name="entity_merge",
    schema="main",
    layer="entity",
    lifecycle=Lifecycle.ENTITY,
    grain="One change of an entity's identity.",
    columns=(
        text("entity_id", "Entity before the change.", pattern=HEX_16),
        text("into_entity_id", "Entity after the change.", pattern=HEX_16),
        text("kind", "What was done.", allowed=MERGE_KINDS),
        text("reason", "Why, in words."),
        text("run_id", "Run that did it."),
    ),
    key=("entity_id", "into_entity_id", "kind"),
    foreign_keys=(ForeignKey(("run_id",), "run", ("run_id",)),),
)
