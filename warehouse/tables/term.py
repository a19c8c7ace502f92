"""Contract of `search.term`: the stems of all words of the search index."""

from warehouse.contract import Contract, Lifecycle, text, whole

TERM = Contract(
    name="term",
    schema="search",
    layer="search",
    lifecycle=Lifecycle.SEARCH,
    grain="One stem of the words of all indexed blocks.",
    columns=(
        text("term", "Stem: the word in lower case, without accents and English endings."),
        whole("term_no", "Number of the stem in the index."),
    ),
    key=("term",),
)
