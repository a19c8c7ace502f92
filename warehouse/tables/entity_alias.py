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
            "The name as printed, but in single spaces and without characters that nobody sees.",
        ),
        text("kind", "What kind of name it is.", allowed=ALIAS_KINDS),
        text("source", "What said so: the rule, the package or the override row."),
        text("block_key", "Sound under which look-alike names are searched; may be empty."),
    ),
    key=("entity_id", "alias"),
    foreign_keys=(ForeignKey(("entity_id",), "entity", ("entity_id",)),),
)
