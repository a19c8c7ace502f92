"""Languages are given as ISO 639-1 codes, or not at all."""

from __future__ import annotations

import pytest

from transforms.article.language import declared_language, detect_language

SHANGHAI = (
    "港口委员会星期一开会，船长表示该计划将耗资一千二百万欧元。"
    "渔民要求在五月大桥关闭之前有更多时间。"
)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("en-GB", "en"),
        ("DE_at.UTF-8", "de"),
        ("deu", "de"),  # ISO 639-2, terminology
        ("ger", "de"),  # and bibliography
        ("yue-HK", "zh"),  # Cantonese, part of Chinese
        ("iw", "he"),  # replaced in 1989
        ("xx", None),
        ("zxx", None),  # no language
        ("english", None),
        (None, None),
    ],
)
def test_a_declared_tag_has_a_two_letter_code_or_none(
    declared: str | None, code: str | None
) -> None:
    assert declared_language(declared) == code


def test_a_language_the_model_distinguishes_more_finely_is_its_macrolanguage() -> None:
    assert detect_language(SHANGHAI) == "zh"
    assert (
        detect_language("اجتمع مجلس الميناء يوم الاثنين وقال إن الخطة ستكلف كثيرا للغاية.") == "ar"
    )


def test_a_short_text_with_an_unknown_tag_is_undetermined() -> None:
    assert detect_language("Tide", "xx") == "und"
