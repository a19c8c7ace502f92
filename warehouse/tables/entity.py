"""Contract of `entity`: the persons, organizations, places and other things named."""

from warehouse.contract import HEX_16, Contract, Lifecycle, number, text

ENTITY_TYPES = (
    "person", "organization", "place", "group", "event", "work", "product", "law", "language",
    "facility",
)  # fmt: skip

ENTITY = Contract(
    name="entity",
    schema="main",
    layer="entity",
    lifecycle=Lifecycle.ENTITY,
    grain="One identity that articles name.",
    columns=(
        text("entity_id", "Hash of type, first canonical name and disambiguator.", pattern=HEX_16),
        text("entity_type", "What kind of thing it is.", allowed=ENTITY_TYPES),
        text(
            "name",
            "Canonical name, with single spaces and without invisible characters; a joiner or "
            "variation selector is kept where the script of the name needs it.",
        ),
        text(
            "country_iso2",
            "ISO 3166-1 alpha-2 code of the place, or of a group's country.",
            nullable=True,
            pattern=r"^[A-Z]{2}$",
        ),
        text("geonames_id", "GeoNames number.", nullable=True, pattern=r"^[0-9]+$"),
        text("wikidata_id", "Wikidata item.", nullable=True, pattern=r"^Q[0-9]+$"),
        number("latitude", "Degrees north.", nullable=True, minimum=-90, maximum=90),
        number("longitude", "Degrees east.", nullable=True, minimum=-180, maximum=180),
        text("resolution", "How it was identified: the rule, and why it applied."),
    ),
    key=("entity_id",),
)
