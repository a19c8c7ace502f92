"""Contract of `source`: the outlets, as seeds/reference/sources.csv names them."""

from warehouse.contract import Contract, Lifecycle, text

SOURCE = Contract(
    name="source",
    schema="main",
    layer="reference",
    lifecycle=Lifecycle.REFERENCE,
    grain="One outlet.",
    columns=(
        text(
            "source_id",
            "Short name; `unknown` for articles no rule matches.",
            pattern=r"^[a-z0-9_]+$",
        ),
        text("name", "Full name."),
        text("domain", "Web domain without www.", nullable=True),
        text(
            "country_iso2",
            "Country of publication, ISO 3166-1 alpha-2.",
            nullable=True,
            pattern=r"^[A-Z]{2}$",
        ),
        text("language", "Main language, ISO 639-1.", nullable=True, pattern=r"^[a-z]{2}$"),
    ),
    key=("source_id",),
)
