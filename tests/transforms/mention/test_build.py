"""Stories of `transforms/mention/build.py`: what a page says, and the mentions it becomes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.block.paragraph import paragraph_id
from transforms.gazetteer.lookup import Gazetteer, load_gazetteer
from transforms.mention.build import build_mention, find_names
from transforms.mention.page import Facts, Page, PageSentence
from transforms.name.word import NameWords, read_name_words
from warehouse.tables.block import BLOCK
from warehouse.tables.paragraph import PARAGRAPH_SPAN
from warehouse.tables.sentence import SENTENCE

REFERENCE = Path(__file__).parents[3] / "seeds" / "reference"
ARTICLE = "00000000000000aa"


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return load_gazetteer(
        pl.read_csv(REFERENCE / "place_names.csv", infer_schema=False),
        pl.read_csv(REFERENCE / "demonyms.csv", infer_schema=False),
    )


@pytest.fixture(scope="module")
def name_words() -> NameWords:
    return read_name_words(pl.read_csv(REFERENCE / "name_words.csv", infer_schema=False))


def mentions(
    lines: list[tuple[str, str]],
    found: list[tuple[str, str]],
    name_words: NameWords,
    places: Gazetteer,
    confidence: float | None = None,
) -> pl.DataFrame:
    """Mentions of an article of one-sentence blocks (kind, text).

    `found` are the pipeline's spans (slice, label), each at its next occurrence.
    """
    blocks: list[tuple[object, ...]] = []
    sentences: list[tuple[object, ...]] = []
    spans: list[tuple[object, ...]] = []
    start = 0
    rest = list(found)
    for no, (kind, text) in enumerate(lines):
        end = start + len(text)
        blocks.append((ARTICLE, no, kind, True, start, end, text, "test"))
        if kind != "promo":
            sentences.append((ARTICLE, len(sentences), no, start, end, text, 1))
        position = 0
        while rest and (at := text.find(rest[0][0], position)) >= 0:
            name, label = rest.pop(0)
            position = at + len(name)
            spans.append((paragraph_id("en", text), at, position, label, confidence))
        start = end + 2
    assert not rest, f"not in the text: {rest}"
    return build_mention(
        pl.DataFrame(blocks, schema=BLOCK.polars_schema, orient="row"),
        pl.DataFrame(sentences, schema=SENTENCE.polars_schema, orient="row"),
        pl.DataFrame(spans, schema=PARAGRAPH_SPAN.polars_schema, orient="row"),
        pl.DataFrame(
            {"article_id": [ARTICLE], "language": ["en"], "country_iso2": ["GB"]},
        ),
        name_words=name_words,
        places=places,
    )


def found_names(mention: pl.DataFrame) -> list[tuple[str, str, str | None, str]]:
    """What a reader compares: text, type, role, method."""
    return mention.select("text", "entity_type", "role", "method").rows()


def test_numbers_dates_and_money_are_never_mentions(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [("paragraph", "Some 200bn was paid on Monday, 90 per cent of it by Gazprom.")],
        [("200bn", "PERSON"), ("Monday", "DATE"), ("90 per cent", "PERCENT"), ("Gazprom", "ORG")],
        name_words,
        places,
    )
    assert found_names(mention) == [("Gazprom", "organization", None, "model")]


def test_titles_go_to_the_role_and_possessives_go_away(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [("paragraph", "President Xi Jinping met foreign policy adviser Yuri Ushakov’s team.")],
        [("President Xi Jinping", "PERSON"), ("Yuri Ushakov’s", "PERSON")],
        name_words,
        places,
    )
    assert found_names(mention) == [
        ("Xi Jinping", "person", "President", "model"),
        ("Yuri Ushakov", "person", "foreign policy adviser", "model"),
    ]


def test_a_mention_has_the_confidence_of_the_span_that_holds_it(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [("paragraph", "President Xi Jinping met Yuri Ushakov’s team in Norway.")],
        [("President Xi Jinping", "PERSON"), ("Yuri Ushakov’s", "PERSON")],
        name_words,
        places,
        confidence=0.75,
    )
    assert mention.select("text", "method", "confidence").rows() == [
        ("Xi Jinping", "model", 0.75),
        ("Yuri Ushakov", "model", 0.75),
        ("Norway", "gazetteer", None),
    ]


def test_promo_blocks_feed_no_mention(name_words: NameWords, places: Gazetteer) -> None:
    mention = mentions(
        [("promo", "Follow Putin with free updates"), ("paragraph", "Putin spoke in Moscow.")],
        [("Putin", "PERSON"), ("Putin", "PERSON"), ("Moscow", "GPE")],
        name_words,
        places,
    )
    assert mention["text"].to_list() == ["Putin", "Moscow"]
    assert mention["sentence_no"].to_list() == [0, 0]


def test_a_surname_follows_its_full_name_and_is_found_again(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [
            ("paragraph", "Anna Kowal left the firm."),
            ("paragraph", "Kowal, 49, said nothing."),
            ("paragraph", "Friends of Kowal were surprised, and so was Anna."),
        ],
        [("Anna Kowal", "PERSON"), ("Kowal", "ORG")],
        name_words,
        places,
    )
    assert found_names(mention) == [
        ("Anna Kowal", "person", None, "model"),
        ("Kowal", "person", None, "rule"),
        ("Kowal", "person", None, "propagated"),
    ]
    assert mention["cluster_no"].to_list() == [0, 0, 0]
    assert mention["cluster_name"].to_list() == ["Anna Kowal"] * 3


def test_the_majority_label_of_a_name_wins(name_words: NameWords, places: Gazetteer) -> None:
    mention = mentions(
        [
            ("paragraph", "Orvane cut jobs."),
            ("paragraph", "Shares in Orvane fell."),
            ("paragraph", "Analysts follow Orvane closely."),
        ],
        [("Orvane", "ORG"), ("Orvane", "ORG"), ("Orvane", "PERSON")],
        name_words,
        places,
    )
    assert mention["entity_type"].to_list() == ["organization"] * 3
    assert mention["method"].to_list() == ["model", "model", "rule"]


def test_a_headline_with_a_colon_is_a_person_and_a_place(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [("title", "Ann Vale: Europe must stand on its own two feet")],
        [("Ann Vale: Europe", "PERSON")],
        name_words,
        places,
    )
    assert found_names(mention) == [
        ("Ann Vale", "person", None, "model"),
        ("Europe", "place", None, "gazetteer"),
    ]


def test_a_title_case_headline_keeps_only_names_the_story_supports(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [
            ("title", "Markets Slide As Tarrow Waits For Poland"),
            ("paragraph", "Helen Tarrow waits while markets slide."),
        ],
        [("Markets Slide", "ORG"), ("Tarrow Waits", "PERSON"), ("Helen Tarrow", "PERSON")],
        name_words,
        places,
    )
    assert mention["text"].to_list() == ["Tarrow", "Poland", "Helen Tarrow"]


@pytest.mark.parametrize(
    ("line", "found", "expected"),
    [
        pytest.param(
            "Talks between Russia and China began.",
            [("Russia and China", "GPE")],
            [("Russia", "place"), ("China", "place")],
            id="countries joined by a conjunction",
        ),
        pytest.param(
            "A US-China deal is near.",
            [("US-China", "GPE")],
            [("US", "place"), ("China", "place")],
            id="countries joined by a hyphen",
        ),
        pytest.param(
            "The prize went to Ana Smith and Bo Jones.",
            [("Ana Smith and Bo Jones", "PERSON")],
            [("Ana Smith", "person"), ("Bo Jones", "person")],
            id="persons joined by a conjunction",
        ),
        pytest.param(
            "The World Relief Council (WRC) met; the WRC was silent.",
            [("World Relief Council", "ORG"), ("WRC", "PERSON")],
            [
                ("World Relief Council", "organization"),
                ("WRC", "organization"),
                ("WRC", "organization"),
            ],
            id="an acronym takes the type of its long form",
        ),
        pytest.param(
            "European and Chinese firms signed.",
            [("European", "GPE")],
            [("European", "group"), ("Chinese", "group")],
            id="peoples are groups, found or not",
        ),
        pytest.param(
            "They live in the town of Hollin.",
            [("Hollin", "PERSON")],
            [("Hollin", "place")],
            id="a class noun says what is named",
        ),
        pytest.param(
            "He was born in Quen and raised near Dorl.",
            [("Quen", "ORG"), ("Dorl", "PERSON")],
            [("Quen", "place"), ("Dorl", "place")],
            id="people are born in places",
        ),
        pytest.param(
            "Shares of Acme Holdings, Inc. rose.",
            [("Acme Holdings", "ORG")],
            [("Acme Holdings, Inc.", "organization")],
            id="a legal form belongs to the name",
        ),
        pytest.param(
            "It lost US$ 200 million in euro terms.",
            [("US", "GPE"), ("euro", "ORG")],
            [],
            id="currencies are no names",
        ),
        pytest.param(
            "Lufthansa ordered the Airbus A350 and the Boeing 787 Dreamliner.",
            [("Lufthansa", "ORG"), ("Airbus A350", "ORG"), ("Boeing 787 Dreamliner", "ORG")],
            [
                ("Lufthansa", "organization"),
                ("Airbus A350", "product"),
                ("Boeing 787 Dreamliner", "product"),
            ],
            id="model numbers are of products",
        ),
        pytest.param(
            "The Dow Jones fell 340 points while Delta shares rose.",
            [("Dow Jones", "ORG"), ("Delta", "ORG")],
            [("Dow Jones", "product"), ("Delta", "organization")],
            id="what falls by points is an index",
        ),
        pytest.param(
            "He wrote in May and She replied.",
            [("May", "PERSON"), ("She", "PERSON")],
            [],
            id="pronouns are no persons",
        ),
        pytest.param(
            "Karl “Buddy” Lang and J. R. Moss sang.",
            [("Karl", "PERSON"), ("Lang", "PERSON"), ("Moss", "PERSON")],
            [("Karl “Buddy” Lang", "person"), ("J. R. Moss", "person")],
            id="nicknames and initials belong to the name",
        ),
        pytest.param(
            "The vantor visited The Bank of Tolm.",
            [("vantor", "PERSON"), ("Tolm", "PERSON")],
            [("Bank of Tolm", "organization")],
            id="words in small letters are no names, a bank is one",
        ),
    ],
)
def test_what_a_line_names(
    line: str,
    found: list[tuple[str, str]],
    expected: list[tuple[str, str]],
    name_words: NameWords,
    places: Gazetteer,
) -> None:
    mention = mentions([("paragraph", line)], found, name_words, places)
    assert mention.select("text", "entity_type").rows() == expected


def test_a_language_without_a_pipeline_has_no_mentions(
    name_words: NameWords, places: Gazetteer
) -> None:
    text = "La France et la Chine signent un accord."
    page = Page(text, (PageSentence(0, len(text), 0, "paragraph"),), "fr", None)
    assert find_names(page, [], Facts(name_words, places)) == []


def test_an_unknown_label_is_loud(name_words: NameWords, places: Gazetteer) -> None:
    with pytest.raises(ValueError, match="'STARSHIP' has no entity type"):
        mentions(
            [("paragraph", "Rocinante flew.")], [("Rocinante", "STARSHIP")], name_words, places
        )


_WORDS = st.sampled_from(
    ["Anna", "Smith", "of", "the", "US", "-", "“", "”", "(", ")", "WHO", "Inc.", "and", "Chinese",
     "President", "’s", ",", "said", "3rd", "\n", ":", "Bank", "in", "é", "Jr."]
)  # fmt: skip


@given(
    words=st.lists(_WORDS, min_size=1, max_size=40),
    cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25)), max_size=8),
    labels=st.lists(st.sampled_from(["PERSON", "ORG", "GPE", "NORP", "DATE"]), min_size=8),
)
def test_names_lie_inside_sentences_in_order_whatever_the_spans(
    words: list[str],
    cuts: list[tuple[int, int]],
    labels: list[str],
    name_words: NameWords,
    places: Gazetteer,
) -> None:
    text = " ".join(words)
    sentences, start = [], 0
    for number, line in enumerate(text.split("\n")):
        if line.strip():
            sentences.append(PageSentence(start, start + len(line), number, "paragraph"))
        start += len(line) + 1
    spans = [
        (a, min(a + length, len(text)), label)
        for (a, length), label in zip(sorted(cuts), labels, strict=False)
        if a < len(text)
    ]
    page = Page(text, tuple(sentences), "en", None)
    end = 0
    for name in find_names(page, spans, Facts(name_words, places)):
        sentence = page.sentence_at(name.start)
        assert end <= name.start < name.end
        assert sentence is not None
        assert name.end <= sentence.end
        end = name.end


def test_a_name_runs_across_the_end_of_a_wrapped_line(
    name_words: NameWords, places: Gazetteer
) -> None:
    wrapped = "The price was set by Henrik\nSolberg in Geneva, and nobody but Solberg knew."
    found = mentions([("paragraph", wrapped)], [("Henrik\nSolberg", "PERSON")], name_words, places)
    people = found.filter(pl.col("entity_type") == "person")
    assert people.select("text", "cluster_name").rows() == [
        ("Henrik\nSolberg", "Henrik Solberg"),
        ("Solberg", "Henrik Solberg"),
    ]


def test_an_acronym_is_what_its_full_name_is(name_words: NameWords, places: Gazetteer) -> None:
    line = "The Lake Basin Water Authority (LBWA) rations water, the LBWA said."
    found = mentions(
        [("paragraph", line)],
        [("Lake Basin Water Authority", "LOC"), ("LBWA", "GPE"), ("LBWA", "GPE")],
        name_words,
        places,
    )
    assert found.select("text", "entity_type", "cluster_name").unique().sort("text").rows() == [
        ("LBWA", "organization", "Lake Basin Water Authority"),
        ("Lake Basin Water Authority", "organization", "Lake Basin Water Authority"),
    ]


@pytest.mark.parametrize("figure", ["Sh410m", "Rs500", "US$3bn", "€200"])
def test_a_sum_is_no_name(figure: str, name_words: NameWords, places: Gazetteer) -> None:
    line = f"The county found {figure} for the tankers."
    assert mentions([("paragraph", line)], [(figure, "ORG")], name_words, places).is_empty()


def test_a_given_name_read_as_a_place_joins_its_family_name(
    name_words: NameWords, places: Gazetteer
) -> None:
    mention = mentions(
        [
            ("paragraph", "Volodymyr Zelensky congratulated him."),
            ("paragraph", "In Kyiv Zelensky said more."),
        ],
        [("Volodymyr", "GPE"), ("Zelensky", "PERSON"), ("Kyiv", "GPE"), ("Zelensky", "PERSON")],
        name_words,
        places,
    )
    assert found_names(mention) == [
        ("Volodymyr Zelensky", "person", None, "rule"),
        ("Kyiv", "place", None, "model"),  # a listed place stays one
        ("Zelensky", "person", None, "model"),
    ]
