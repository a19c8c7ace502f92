"""Contract of `entity_alias`: the names an entity goes by."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, text

ALIAS_KINDS = ("canonical", "full", "short", "acronym", "variant", "demonym", "override")

ENTITY_ALIAS = Contract(
    name="entity_alias",
    schema="main",
    layer="entity",
    lifecycle=Lifecycle.ENTITY,
    grain="One name of one entity.",
    columns=(
        text("entity_id", "Entity.", pattern=HEX_16),
        text(
            "alias",
            "The name as printed, but with single spaces and without invisible characters.",
        ),
        text("kind", "What kind of name it is.", allowed=ALIAS_KINDS),
        text("source", "Where the name comes from: a rule, a package or a row of corrections."),
        text("block_key", "Key by which similar names are found: their sound; may be empty."),
    ),
    key=("entity_id", "alias"),
    foreign_keys=(ForeignKey(("entity_id",), "entity", ("entity_id",)),),
)
