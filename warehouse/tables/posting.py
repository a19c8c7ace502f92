"""Contract of `search.posting`: which stem stands in which block."""

from warehouse.contract import Contract, Lifecycle, whole

POSTING = Contract(
    name="posting",
    schema="search",
    layer="search",
    lifecycle=Lifecycle.SEARCH,
    grain="One stem in one indexed block.",
    columns=(
        whole("term_no", "Stem."),
        whole("document_no", "Block; one that `document` has not has changed since."),
        whole("occurrences", "How often the block has it.", minimum=1),
    ),
    key=("term_no", "document_no"),
)
