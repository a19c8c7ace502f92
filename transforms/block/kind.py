"""Decides the kind of each piece by rules, from its features and its place beside the story."""

from __future__ import annotations

import polars as pl

_ARTICLE = "article_id"

_NAME = r"\p{Lu}[\p{L}'’.\-]+"
_BYLINE = rf"^(?:By|BY|Von|Par|Por|Di) {_NAME}(?:[ ,&|].*)?$"
_NAMES = (
    rf"^{_NAME}(?: (?:van|von|de|der|al|bin|{_NAME})){{1,4}}"
    r"(?:(?:,| and| in| at| is an?) .{2,60})?$"
)
_REPORTED_BY = (
    r"^\(*(?:additional )?(?:reporting|writing|editing|compiled)(?: and \w+)? by \S"
    r"|contributed (?:reporting )?to this (?:report|story|article)\W*$"
)
_DATELINE = (
    r"^\p{Lu}[\p{Lu} .,'’\-]{2,40}(?:, \p{Lu}[\p{L}.]+ \d{1,2})? ?"
    r"\(\p{Lu}[\p{L} ]{1,25}\) ?[-–—]*$"
)
_CREDIT = (
    r"^\([^()]*(?:/|Photo|Images|Press)[^()]*\)$|/ ?(?:AFP|AP|Reuters|REUTERS|Getty)\S*$"
    r"|\([^()]*/[^()]*\)$|^[^.!?]*(?:PHOTO|Photo|Foto) ?[|:]"
)
_CAPTION_MARK = r"(?i)^\[?(?:photo|image|picture|foto|bild|video)s?\]?(?::| [/|])|^\[photo\]"
_RELATED_INLINE = r"(?i)^(?:read also|also read|read more|see also|related|lesen sie auch): ?\S"
_STAMP = r"(?i)^(?:last |first )?(?:updated|published|posted|modified|created|stand)\b"
_CLOCK = r"(?i)^\W*\d{1,2}[.:]\d{2}(?: ?[ap]\.?m\.?)?(?: ?\(?[A-Z]{2,4}\)?)?(?: uhr)?\W*$"
_DASH = r"^[-–] \S"
_SIGN = r"^\W*\(\(.*\)\)$|^(?:\+44|\+1)?[\d ()-]{7,}$"

GAP_STORY_WORDS = 20
"""Running text of this length beside the story is story, though its neighbours (a caption, a
credit) make it look like a gap."""

_POINT = r"^[•▪‣] .*[.!?]$"
POINT_WORDS = 6
"""Sentences set as points right above a line of the story sum it up, and are of it; teasers and
menus are no sentences or too short."""

TAIL_LINKS = 3
TAIL_HEADING_WORDS = 6
"""Fewer lines behind the story may be its own ending, and a longer one may be a headline."""

LEAD_WORDS = 14
"""Two sentences of this length together are a lead; a headline in two sentences is short."""

TITLE_SHARE = 0.5
"""A title stands above its standfirst, which often repeats more of the story: the first line that
reaches this share of the best is the title."""

KIND_OF_RULE = {
    "title_declared": "title",
    "title_borne_out": "title",
    "title_first": "title",
    "title_opening": "title",
    "correction_phrase": "correction",
    "reported_by": "byline",
    "byline_shape": "byline",
    "byline_by_date": "byline",
    "dateline_shape": "dateline",
    "date_line": "other",
    "clock_line": "other",
    "author_note": "other",
    "contact_line": "other",
    "related_phrase": "related_heading",
    "related_inline": "related_link",
    "related_run": "related_link",
    "tail_heading": "related_heading",
    "caption_mark": "caption",
    "caption_phrase": "caption",
    "credit_shape": "caption",
    "promo_phrase": "promo",
    "promo_run": "promo",
    "boilerplate": "promo",
    "story_bullet": "list_item",
    "story_short_line": "subheading",
    "story": "paragraph",
    "below_title": "standfirst",
    "navigation_phrase": "navigation",
    "menu_shape": "navigation",
    "sentence_outside_story": "promo",
    "unclear": "other",
}
"""Every rule and the kind it gives; rules of record formats bring their own names."""


def decide_kind(feature: pl.DataFrame) -> pl.DataFrame:
    """The features with ``kind`` and ``rule``.

    Needs the columns of build_line_feature and build_piece, ``state`` (of story_model.STATES),
    ``is_boilerplate``, and of the page features ``prose``, ``chunk_single``,
    ``headline_support`` and ``headline_stated``.
    """
    placed = _with_title(_with_place(feature))
    ruled = _with_related(placed.with_columns(_rule().alias("shape_rule")))
    return ruled.with_columns(
        pl.coalesce("hint_kind", pl.col("shape_rule").replace_strict(KIND_OF_RULE)).alias("kind"),
        pl.coalesce("hint_rule", "shape_rule").alias("rule"),
    )


def _has(name: str) -> pl.Expr:
    return pl.col(name) > 0


def _matches(pattern: str) -> pl.Expr:
    return pl.col("line").str.contains(pattern)


def _with_place(feature: pl.DataFrame) -> pl.DataFrame:
    read_as_story = pl.col("state").is_in(["opening", "story"])
    beside_story = (
        read_as_story.shift(1).over(_ARTICLE) | read_as_story.shift(-1).over(_ARTICLE)
    ).fill_null(False)
    story_in_gap = (
        (pl.col("state") == "gap")
        & beside_story
        & _has("prose")
        & (pl.col("words") >= GAP_STORY_WORDS)
        & ~_has("credit")
        & ~_has("you")
        & ~pl.col("is_boilerplate")
        & pl.col("hint_kind").is_null()
    )
    in_story = read_as_story | story_in_gap
    point = _matches(_POINT) & (pl.col("words") >= POINT_WORDS) & pl.col("hint_kind").is_null()
    unmarked_point = point & ~pl.col("is_boilerplate")
    over_story = pl.when(~unmarked_point).then(in_story).backward_fill().over(_ARTICLE)
    story_point = unmarked_point & over_story.fill_null(False)
    over_point = story_point.shift(-1).over(_ARTICLE).fill_null(False)
    leads_in = (
        over_point & _has("end_colon") & (pl.col("words") <= 12) & pl.col("hint_kind").is_null()
    )
    is_story = in_story | story_point | leads_in
    marked = pl.any_horizontal(
        _has(f"{kind}_phrase") for kind in ("promo", "related_heading", "navigation", "correction")
    )
    return feature.with_columns(
        is_story.alias("is_story"),
        (pl.col("state") == "before").alias("is_before"),
        marked.alias("is_marked"),
        (_has("bullet") | _has("plus") | _has("numbered") | _dashes_in_a_row()).alias("is_item"),
        (
            _has("date")
            & ~_has("prose")
            & ((pl.col("words") <= 9) | (_matches(_STAMP) & (pl.col("words") <= 24)))
        ).alias("is_dated"),
    ).with_columns(
        pl.col("is_story").shift(-1).over(_ARTICLE).fill_null(False).alias("story_next"),
        pl.col("is_dated").shift(-1).over(_ARTICLE).fill_null(False).alias("dated_next"),
        pl.col("is_dated").shift(1).over(_ARTICLE).fill_null(False).alias("dated_before"),
    )


def _dashes_in_a_row() -> pl.Expr:
    """Two lines and more that begin with a dash are a list; a single one is speech."""
    dash = _matches(_DASH)
    return dash & (
        dash.shift(1).over(_ARTICLE).fill_null(False)
        | dash.shift(-1).over(_ARTICLE).fill_null(False)
    )


def _with_title(feature: pl.DataFrame) -> pl.DataFrame:
    """Adds ``is_title`` and ``title_rule``: at most one line an article.

    The line that prints the declared title; else the first line above the story that is nearly as
    good a headline as the best: the story or the address bears it out, it is no scrap of a menu,
    stands alone and near the story; else the first line that looks like one.
    """
    headline = (
        pl.col("is_before")
        & pl.col("words").is_between(3, 30)
        & ~pl.col("is_item")
        & ~pl.col("is_marked")
        & ~pl.col("is_dated")
        & ~_has("bar")
        & ~_matches(r"^o |^https?:|…$")
        & ~(_has("sentences") & (pl.col("words") >= LEAD_WORDS))
        & ~_has("caption_phrase")
        & ~_matches(_BYLINE)
    )
    declared = pl.col("line") == pl.col("declared_title").str.replace_all(r"\s+", " ")
    opening = pl.col("block_no").filter(pl.col("is_story")).min().over(_ARTICLE)
    distance = (opening - pl.col("block_no")).fill_null(0).clip(0)
    rank = (
        (pl.col("headline_support") + 2 * pl.col("headline_stated") + 0.05)
        * (pl.col("words") / 7).clip(0, 1)
        * (1 + pl.col("chunk_single") / 2)
        / (1 + distance / 30)
    )
    best = rank.filter(headline).max().over(_ARTICLE)
    borne_out = headline & (rank >= TITLE_SHARE * best) & ~_matches(r"\.$")
    tests = {
        "title_declared": declared.fill_null(False),
        "title_borne_out": borne_out.fill_null(False),
        "title_first": headline & (pl.col("words") >= 4),
        "title_opening": _heads_its_story(),
    }
    hinted = (pl.col("hint_kind") == "title").any().over(_ARTICLE).fill_null(False)
    ranked = feature.with_columns(
        hinted.alias("_taken"), pl.lit(None, pl.String).alias("title_rule")
    )
    for name, test in tests.items():
        first = test & ~pl.col("_taken") & (test.cast(pl.Int32).cum_sum().over(_ARTICLE) == 1)
        ranked = ranked.with_columns(
            pl.when(first).then(pl.lit(name)).otherwise("title_rule").alias("title_rule")
        ).with_columns(
            (hinted | pl.col("title_rule").is_not_null().any().over(_ARTICLE)).alias("_taken")
        )
    is_title = pl.col("title_rule").is_not_null() | (pl.col("hint_kind") == "title").fill_null(
        False
    )
    below = is_title.cast(pl.Int32).cum_sum().over(_ARTICLE) > 0
    return ranked.with_columns(
        pl.col("block_no")
        .sub(pl.col("block_no").filter(is_title).min().over(_ARTICLE))
        .alias("below_title"),
        (below & ~is_title).alias("is_below_title"),
    )


def _heads_its_story() -> pl.Expr:
    """The first line of a text that was read as its story's opening, though it heads prose.

    So are the titles of short texts, whose few lines show little of where the story begins.
    """
    prose_next = (_has("prose") | _has("end_stop")).shift(-1).over(_ARTICLE).fill_null(False)
    return (
        pl.col("is_story")
        & (pl.col("block_no") == 0)
        & pl.col("words").is_between(2, 20)
        & ~_matches(r"[.…:;,][\"'”’»)\]]*$")
        & ~_has("start_lower")
        & ~pl.col("is_item")
        & ~pl.col("is_marked")
        & ~pl.col("is_dated")
        & ~_matches(_BYLINE)
        & pl.col("hint_kind").is_null()
        & prose_next
    )


def _rule() -> pl.Expr:
    """The first rule that holds; rules that look only at the words come before those of place."""
    words = pl.col("words")
    above = pl.col("is_before") & pl.col("is_below_title")
    alone = (words <= 8) & ~pl.col("is_item")
    rules: dict[str, pl.Expr] = {
        "correction_phrase": _has("correction_phrase"),
        "reported_by": pl.col("plain").str.contains(_REPORTED_BY) & (words <= 40),
        "byline_shape": _matches(_BYLINE) & (words <= 15),
        "dateline_shape": _matches(_DATELINE),
        "date_line": pl.col("is_dated") & ~pl.col("is_story") & ~pl.col("is_item"),
        "clock_line": _matches(_CLOCK),
        "author_note": _has("author_note_phrase") & _ends_story() & (words <= 60),
        "byline_by_date": above
        & alone
        & _matches(_NAMES)
        & (pl.col("dated_next") | pl.col("dated_before")),
        "related_inline": _matches(_RELATED_INLINE) & (words <= 30),
        "related_phrase": _has("related_heading_phrase") & (words <= 8),
        "caption_mark": _matches(_CAPTION_MARK) & (words <= 60),
        "caption_phrase": _has("caption_phrase") & ~pl.col("is_story") & (words <= 60),
        "credit_shape": _matches(_CREDIT) & (words <= 60),
        "promo_phrase": _has("promo_phrase") & (~pl.col("is_story") | (words <= 20)),
        "promo_run": _goes_on_with_promo() & (words <= 40),
        "navigation_phrase": (_has("navigation_phrase") & (~pl.col("is_story") | (words <= 12)))
        | (_has("comment_phrase") & ~pl.col("is_story") & (words <= 12)),
        "contact_line": _has("at_sign") & (words <= 8),
        "boilerplate": pl.col("is_boilerplate"),
        "story_bullet": pl.col("is_story") & pl.col("is_item"),
        "story_short_line": pl.col("is_story")
        & (words <= 12)
        & ~_matches(r"[.!…:;,][\"'”’»)\]]*$")
        & ~_has("no_letter")
        & pl.col("story_next"),
        "story": pl.col("is_story"),
        "below_title": above & (words >= 6) & (pl.col("below_title") <= 4)
        & ~pl.col("is_item") & ~_has("start_bracket"),
        "menu_shape": pl.col("is_item") | _has("no_letter") | (words <= 3) | _has("bar")
        | _matches(_SIGN),
        "sentence_outside_story": _has("end_stop") & (words >= 8),
    }  # fmt: skip
    return pl.coalesce(
        "title_rule",
        *(pl.when(test).then(pl.lit(name)) for name, test in rules.items()),
        pl.lit("unclear"),
    )


def _ends_story() -> pl.Expr:
    """No line of the story but other notes on authors lies behind."""
    story = pl.col("is_story") & ~_has("author_note_phrase")
    return ~story.cast(pl.Int8).cum_max(reverse=True).over(_ARTICLE).cast(pl.Boolean)


def _goes_on_with_promo() -> pl.Expr:
    """Right behind a short line of promotion, one that speaks to the reader and quotes nobody."""
    promo = _has("promo_phrase") & (pl.col("words") <= 12)
    return (
        promo.shift(1).over(_ARTICLE).fill_null(False)
        & _has("you")
        & ~_has("quote")
        & ~_has("said")
    )


def _with_related(feature: pl.DataFrame) -> pl.DataFrame:
    """After a related heading, lines like headlines are related links until the list is over.

    It is over at a line that is none, and at a blank line behind lines without blanks.
    """
    ruled_out = ("title_declared", "title_borne_out", "title_first", "title_opening",
                 "correction_phrase", "promo_phrase", "navigation_phrase", "byline_shape",
                 "reported_by", "related_inline", "caption_mark", "author_note")  # fmt: skip
    like_headline = (
        pl.col("words").is_between(2, 25)
        & ~_has("no_letter")
        & ~(_matches(r"\.[\"'”’»)]*$") & (pl.col("words") > 8))
        & ~_has("bar")
        & ~_has("prose")
        & ~pl.col("shape_rule").is_in(ruled_out)
    )
    headed = _with_tail_heading(feature.with_columns(like_headline.alias("like_headline")))
    heading = pl.col("shape_rule").is_in(["related_phrase", "tail_heading"])
    blank = _has("after_blank")
    close_before = ~blank.shift(1).over(_ARTICLE).fill_null(True)
    after_heading = heading.shift(1).over(_ARTICLE).fill_null(False)
    parted = blank & close_before & ~after_heading
    listed = headed.with_columns(
        heading.cast(pl.Int32).cum_sum().over(_ARTICLE).alias("list_no")
    ).with_columns(
        ((~pl.col("like_headline") | parted) & ~heading)
        .cast(pl.Int32)
        .cum_max()
        .over(_ARTICLE, "list_no")
        .alias("list_over")
    )
    in_list = (pl.col("list_no") > 0) & (pl.col("list_over") == 0) & ~heading
    return listed.with_columns(
        pl.when(in_list).then(pl.lit("related_run")).otherwise("shape_rule").alias("shape_rule")
    )


def _with_tail_heading(feature: pl.DataFrame) -> pl.DataFrame:
    """A heading that no phrase names: a short line right behind the story's last paragraph, over
    TAIL_LINKS lines and more that read like headlines, few of which were read as story."""
    story_prose = pl.col("is_story") & _has("prose")
    prose_behind = story_prose.cast(pl.Int8).cum_max(reverse=True).over(_ARTICLE).cast(pl.Boolean)
    same = pl.col("like_headline").eq_missing(pl.col("like_headline").shift(1)) & (
        pl.col("block_no") > 0
    )
    numbered = feature.with_columns(
        (~same).cum_sum().alias("_run"),
        (story_prose.shift(1) & (pl.col("block_no") > 0)).fill_null(False).alias("_behind_story"),
    ).with_columns((~pl.col("_run").eq_missing(pl.col("_run").shift(1))).alias("_run_opens"))
    no_link = _has("end_comma") | _has("end_colon") | _has("start_digit") | pl.col("is_item")
    link = ~pl.col("_run_opens")
    runs = (
        numbered.lazy()
        .filter(pl.col("like_headline"))
        .group_by("_run")
        .agg(
            link.sum().alias("_links"),
            pl.col("words").filter(link).mean().alias("_link_words"),
            pl.col("is_story").filter(link).mean().alias("_story_share"),
            no_link.filter(link).mean().alias("_no_share"),
        )
        .filter(
            (pl.col("_links") >= TAIL_LINKS)
            & (pl.col("_link_words") >= 4)
            & (pl.col("_story_share") <= 0.5)
            & (pl.col("_no_share") <= 0.3)
        )
        .select("_run")
        .collect()["_run"]
    )
    heading = (
        pl.col("_run_opens")
        & pl.col("_behind_story")
        & pl.col("_run").is_in(runs.implode())
        & ~prose_behind
        & (pl.col("words") <= TAIL_HEADING_WORDS)
        & ~_has("end_stop")
        & ~pl.col("is_marked")
        & pl.col("hint_kind").is_null()
    )
    return numbered.with_columns(
        pl.when(heading).then(pl.lit("tail_heading")).otherwise("shape_rule").alias("shape_rule")
    ).drop("_run", "_run_opens", "_behind_story")
