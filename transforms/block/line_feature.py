"""Measures each line by itself, as one column a feature."""

from __future__ import annotations

import polars as pl

from transforms.block.phrase import PHRASE_KINDS, Phrases

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE = rf"(?:^|\W){_MONTH}\.? [0-9]|[0-9] {_MONTH}|[0-9]{{1,4}}[./-][0-9]{{1,2}}[./-][0-9]"
_BYLINE = r"^(?:By|BY|Von|Par|Por|Di) \p{Lu}"
_CREDIT = (
    r"getty|reuters|(?:^|\W)afp(?:$|\W)|photo|image|courtesy|associated press|(?:^|\W)ap *\)?$"
)
_AGO = (
    r"[0-9] ?(?:m|min|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mos?|months?|y|yrs?|years?)"
    r" ago(?:[^a-z]|$)|(?:^|[^a-z])(?:vor|il y a|hace|há) [0-9]"
    r"|[0-9] [^ ]+ (?:fa|geleden|назад)(?:[^a-z]|$)"
)
"""How long ago something was written, as comments and teasers print their age."""
_WORD_BINS = (1.5, 2.5, 3.5, 5.5, 8.5, 12.5, 18.5, 30.5, 50.5)
"""Upper bounds of the classes of line length, in words."""

UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"
"""Letters of scripts that set no spaces between words; two of them count as a word."""

LINE_TESTS = {
    "end_stop": r"[.!?…。！？][\"'”’»)\]」]*$",
    "end_colon": r":$",
    "end_comma": r"[,;]$",
    "end_dots": r"(?:\.\.\.|…)$",
    "end_question": r"\?[\"'”’»]*$",
    "end_quote": r"[”\"»]$",
    "end_bracket": r"[)\]]$",
    "start_lower": r"^\p{Ll}",
    "start_digit": r"^\d",
    "start_quote": r"^[\"“«„‘']",
    "start_bracket": r"^[(\[]",
    "start_other": r"^[^\p{L}\p{N}\"“«„‘'(*+\[]",
    "bullet": r"^[*•·▪◦‣] ",
    "plus": r"^\+ ",
    "numbered": r"^\d{1,2}[.)] ",
    "quote": r"[“”«»„]|\"|(?:^|\s)'|‘",
    "clock": r"\b\d{1,2}:\d{2}\b",
    "year": r"\b(?:19|20)\d{2}\b",
    "bar": r" \| |›|»$| > ",
    "at_sign": r"@",
    "copyright": r"©|\(c\)|®",
    "address": r"https?://|www\.|\.com\b",
    "hash_sign": r"#\w",
    "slash": r"\w ?/ ?\w",
    "capitals": r"^[^\p{Ll}]*\p{Lu}[^\p{Ll}]*$",
    "first_person": r"\bI\b",
    "byline": _BYLINE,
}
"""Patterns that a line as printed has or has not."""

PLAIN_TESTS = {
    "date": _DATE,
    "ago": _AGO,
    "credit": _CREDIT,
    "you": r"\b(?:you|your|yours)\b",
    "we": r"\b(?:we|our|us)\b",
    "said": r"\b(?:said|says|told|according)\b",
}
"""Patterns for the line in lower case."""

LINE_FEATURES = (
    "words_log",
    *(f"words_class_{number}" for number in range(len(_WORD_BINS) + 1)),
    "word_length",
    *LINE_TESTS,
    *PLAIN_TESTS,
    "capital_share",
    "function_share",
    "digit_share",
    "mark_share",
    "commas",
    "sentences",
    "no_letter",
    "after_blank",
    "repeated",
    *(f"{kind}_phrase" for kind in PHRASE_KINDS),
)
"""Names of the columns that build_line_feature adds, numbers between about 0 and 1."""


def build_line_feature(piece: pl.DataFrame, phrases: Phrases) -> pl.DataFrame:
    """The pieces with ``plain`` (lower case, no bullet), ``words`` and LINE_FEATURES.

    Needs ``article_id``, ``line`` (white space collapsed) and ``after_blank``.
    """
    line, words = pl.col("line"), pl.col("words")
    counted = piece.with_columns(
        line.str.replace(r"^(?:[*+\-•·▪◦‣–] ?)+ ", "")
        .str.replace_all("[‘’]", "'")
        .str.to_lowercase()
        .alias("plain"),
        line.str.len_chars().alias("_chars"),
        line.str.count_matches(r"\S+").alias("_spaced"),
        (line.str.count_matches(r"\S+") + line.str.count_matches(UNSPACED) / 2).alias("words"),
    )
    feature = {
        "words_log": (words + 1).log() / 4,
        **_word_classes(),
        "word_length": (pl.col("_chars") / pl.col("_spaced")).clip(0, 15) / 10,
        **{name: line.str.contains(pattern) for name, pattern in LINE_TESTS.items()},
        **{name: pl.col("plain").str.contains(test) for name, test in PLAIN_TESTS.items()},
        **_shares(phrases),
        "no_letter": ~line.str.contains(r"\p{L}"),
        "after_blank": pl.col("after_blank"),
        "repeated": pl.len().over("article_id", "line") > 1,
        **phrases.matches(pl.col("plain")),
    }
    return counted.with_columns(
        feature[name].cast(pl.Float32).alias(name) for name in LINE_FEATURES
    ).drop("_chars", "_spaced")


def _word_classes() -> dict[str, pl.Expr]:
    words = pl.col("words")
    lower, upper = (0.0, *_WORD_BINS), (*_WORD_BINS, float("inf"))
    return {
        f"words_class_{number}": (words > low) & (words <= high)
        for number, (low, high) in enumerate(zip(lower, upper, strict=True))
    }


def _shares(phrases: Phrases) -> dict[str, pl.Expr]:
    line = pl.col("line")
    ends = r"[.!?][\"”’)]* [\"“‘(]?\p{Lu}|[。！？]"
    capitals = line.str.count_matches(r"(?:^|\s)[\"“‘(]*\p{Lu}")
    return {
        "capital_share": capitals / pl.col("_spaced"),
        "function_share": phrases.function_words(pl.col("plain")) / pl.col("words").clip(1),
        "digit_share": line.str.count_matches(r"\d") / pl.col("_chars"),
        "mark_share": line.str.count_matches(r"[^\p{L}\p{N}\s]") / pl.col("_chars"),
        "commas": line.str.count_matches(r",|、").clip(0, 4) / 4,
        "sentences": line.str.count_matches(ends).clip(0, 3) / 3,
    }
