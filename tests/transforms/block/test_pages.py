"""Whole pages as scrapers leave them, each line marked with the kind a reader would give it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.transforms.block.block_fixture import kinds
from transforms.block.page_feature import Pages
from transforms.block.tree_model import TREE_COLUMNS, TreeModelError, read_tree_model

KIND = {
    "T": "title", "S": "standfirst", "B": "byline", "P": "paragraph", "H": "subheading",
    "L": "list_item", "C": "caption", "X": "promo", "R": "related_heading", "r": "related_link",
    "N": "navigation", "O": "other",
}  # fmt: skip

TITLE = "T|Finance ministry delays bond sale as investors demand higher yields"
STORY = """
P|The finance ministry said on Tuesday that it would delay the sale of long-dated bonds until the \
spring, after investors demanded higher yields at the last auction.

P|Officials had hoped to raise €4bn before the end of the year. “We will not sell at any price,” \
said Marta Linden, the deputy minister responsible for debt.

P|Opposition lawmakers called the delay a sign of weakness. The government holds a majority of \
only two seats in parliament and faces a budget vote next week.

P|The central bank has already raised its main rate three times since June, and economists expect \
a further rise next month as wage growth remains strong.
"""
TAIL = """
r|Why are copper prices falling?
r|‘We were never asked’: villagers fight the dam
r|UK rail strike called off
r|“Nobody told us”: nurses on the merger
r|Letter: In defence of dull bonds"""


def typed(marked: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Kinds found and kinds wanted, each with the line's beginning."""
    lines = [line.partition("|") for line in marked.splitlines()]
    text = "\n".join(line or mark for mark, _, line in lines)
    found = [(kind, " ".join(line.split())[:60]) for kind, line in kinds(text)]
    return found, [(KIND[mark], line[:60].strip()) for mark, bar, line in lines if bar]


@pytest.mark.parametrize(
    "heading",
    [
        "Articles You May Like", "More stories", "Read next", "Trending now", "Editor’s Choice",
        "In case you missed it", "Other stories you may like:", "Lies auch",
        "Five from the archive",  # in no list of phrases: the tail itself says what it is
    ],
)  # fmt: skip
def test_a_tail_of_headlines_is_related_under_any_heading(heading: str) -> None:
    found, wanted = typed(f"{TITLE}\n{STORY}\nR|{heading}\n{TAIL}")
    assert found == wanted


@pytest.mark.parametrize(
    "promo",
    [
        "X|Stay informed with free updates",
        "X|Unlock the Editor’s Digest for free",
        "X|Save 50% on an annual subscription",
        "X|Listen to this article · 4 min",
        "X|Stay informed with free updates\n\nX|Simply sign up to the Bonds digest — delivered "
        "directly to your inbox.",
    ],
)
def test_promotion_below_the_headline(promo: str) -> None:
    found, wanted = typed(f"{TITLE}\n\n{promo}\n\n{STORY}\nR|Articles You May Like\n{TAIL}")
    assert found == wanted


PAGES = {
    # A heading inside the story is none of a list: paragraphs go on behind two links.
    "related lines in the middle": f"""{TITLE}
{STORY}
R|Related stories
r|Can Europe’s smallest bond market survive?
r|Rent freeze divides ‘ghost town’ council

P|Analysts at two large banks said the delay would do little to calm markets, since the ministry \
must refinance nearly a fifth of its debt within eighteen months.
{STORY}""",
    # So short that little tells where the story begins.
    "a brief": """T|Man held after fire at bus depot
P|A man of 34 was arrested on Sunday after a fire at a bus depot in Leeds. Nobody was hurt.
P|Police asked witnesses to come forward.""",
    "a brief with a tail": f"""T|Bond sale delayed

X|Stay informed with free updates

P|The finance ministry has delayed its sale of long-dated bonds until spring, it said on Tuesday.

R|Articles You May Like
{TAIL}""",
    "an interview": """T|‘We will not sell at any price’: an interview with Marta Linden

P|Marta Linden has run the debt office for six years. She spoke to us in Bonn about patience.

H|Why did you delay the sale?

P|Because the price was wrong. We have cash until May, and nobody should sell a bond because a \
calendar says so.

H|Were you surprised by the auction?

P|A little. The bids came in late and they came in low, and that told us that the market had made \
up its mind before we opened.""",
    "a live page": """T|Bond sale live: ministry delays auction until spring

O|14.05 GMT

P|The finance ministry has just published a short statement saying that it will not sell bonds \
before the spring.

O|13.40 GMT

P|The central bank has already raised its main rate three times since June, and economists expect \
a further rise next month as wage growth remains strong.""",
    # A dash opens speech in many languages; dashes in a row are a list.
    "a list of dashes": f"""{TITLE}
{STORY}
P|Here is what matters for savers:

L|- The next auction is planned for the spring.
L|- Yields have risen by half a point since June.
L|- A fifth of the debt must be refinanced within eighteen months.

P|Analysts at two large banks said the delay would do little to calm markets, since the ministry \
must refinance nearly a fifth of its debt within eighteen months.""",
    # The paragraph repeats more of the story than the headline does, and is none.
    "a lead like a headline": """T|Five things to know about the delay

S|The finance ministry has delayed its sale of long-dated bonds until spring. Here is why it did

P|The finance ministry said that it would delay the sale of long-dated bonds until the spring, \
after investors demanded higher yields at the last auction.

P|The delayed sale of bonds is the second this year, and the finance ministry will have to explain \
the delay to parliament in spring.""",
    "notes behind the story": f"""{TITLE}
{STORY}
B|The Example Press writer Ben Tyler in Paris contributed to this report.

O|Ann Ode is the author of “Debt and Patience” and teaches economics in Bonn.""",
    "a page with everything": f"""X|We use cookies to improve your experience. By continuing you \
agree to our cookie policy.
N|Accept
N|Home
N|News
{TITLE}
B|By Ann Ode
N|12 comments
{STORY}X|Advertisement
P|Analysts at two large banks said the delay would do little to calm markets, since the ministry \
must refinance nearly a fifth of its debt within eighteen months.
N|Share on Facebook
N|Tweet
N|© 2024 The Example Post. All rights reserved.""",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page(page: str) -> None:
    found, wanted = typed(PAGES[page])
    assert found == wanted


def _pages() -> Pages:
    feature = np.array([[0.2, 0.0], [0.3, 1.0], [0.9, 0.0]], dtype=np.float32)
    return Pages(feature, ("words_log", "date"), np.array([0]), np.array([3]))


def test_a_tree_that_asks_for_no_feature_is_named() -> None:
    row = dict.fromkeys(TREE_COLUMNS, "0") | {f"feature_{level}": "words_log" for level in range(3)}
    model = read_tree_model(pl.DataFrame([row | {"feature_2": "colour"}]))
    with pytest.raises(TreeModelError, match="'colour' is no feature"):
        model.log_odds(_pages())


def test_the_answers_of_a_tree_are_the_number_of_its_leaf() -> None:
    row = dict.fromkeys(TREE_COLUMNS, "0") | {
        "feature_0": "words_log", "threshold_0": "0.5", "feature_1": "date", "threshold_1": "0.5",
        "feature_2": "words_log", "threshold_2": "0.7", "leaf_0": "-1", "leaf_2": "2",
        "leaf_5": "4",
    }  # fmt: skip
    # Lines: short without a date; short with one; long without one. Two trees, so twice the leaf.
    odds = read_tree_model(pl.DataFrame([row, row])).log_odds(_pages())
    assert odds.tolist() == [-2.0, 4.0, 8.0]
