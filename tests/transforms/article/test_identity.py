"""Which records are one article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article.identity import article_id, canonical_url, content_hash, short_hash


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        # host case, default port, fragment and tracking say nothing of the article
        (
            "HTTPS://News.Example:443/a/b?utm_source=x&b=2&a=1#top",
            "https://news.example/a/b?a=1&b=2",
        ),
        ("http://news.example", "http://news.example/"),
        (" https://news.example/a/ ", "https://news.example/a/"),
        # not addresses of articles
        ("urn:newsml:example:1", None),
        ("/relative/path", None),
        ("https://", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_canonical_url(raw: str | None, canonical: str | None) -> None:
    assert canonical_url(raw) == canonical


def test_same_article_under_its_usual_addresses() -> None:
    forms = ["https://www.news.example/a/", "http://news.example/a", "https://news.example/a"]
    assert len({article_id(form, "c", f"{form}.html", "") for form in forms}) == 1


def test_without_url_path_and_locator_distinguish_records() -> None:
    places = [("c", "a.txt", ""), ("d", "a.txt", ""), ("c", "b.txt", ""), ("c", "a.txt", "line 1")]
    assert len({article_id(None, *place) for place in places}) == len(places)


def test_parts_are_kept_apart() -> None:
    assert short_hash(("ab", "c")) != short_hash(("a", "bc"))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_content_hash_is_of_the_text(text: str) -> None:
    assert len(content_hash(text)) == 64
    assert content_hash(text) == content_hash(text)


@given(st.text())
def test_canonical_url_never_fails_and_is_stable(raw: str) -> None:
    once = canonical_url("https://news.example/" + raw)
    assert canonical_url(once) == once
