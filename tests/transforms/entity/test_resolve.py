"""Which entity a name means, over articles and runs: one story per test."""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigs.quality.names import shipped_vocabulary
from tests.transforms.gazetteer.gazetteer_fixture import shipped_gazetteer
from transforms.entity.override import OverrideError
from transforms.entity.resolve import EntityReference, join_names, needed_block_key, read_names
from transforms.entity.resolve import Resolution as Resolving
from warehouse.tables import ENTITY, ENTITY_ALIAS
from warehouse.tables.mention import STAGED_MENTION

OVERRIDE = {name: pl.String() for name in ("action", "entity_type", "name", "target", "reason")}
NO_OVERRIDE = pl.DataFrame(schema=OVERRIDE)


class Named(NamedTuple):
    """One mention: its type, its text and the fullest form in its article (None: ambiguous)."""

    entity_type: str
    text: str
    full: str | None = ""


class Resolution(NamedTuple):
    """What a run adds."""

    mention: pl.DataFrame
    entity: pl.DataFrame
    entity_alias: pl.DataFrame
    entity_merge: pl.DataFrame


class Known(NamedTuple):
    """What earlier runs published."""

    entity: pl.DataFrame = ENTITY.empty()
    alias: pl.DataFrame = ENTITY_ALIAS.empty()

    def after(self, found: Resolution) -> Known:
        """What is known once that run is published."""
        kept = self.entity.join(found.entity, on="entity_id", how="anti")
        return Known(pl.concat([kept, found.entity]), pl.concat([self.alias, found.entity_alias]))


def person(text: str, full: str | None = "") -> Named:
    return Named("person", text, full)


def place(text: str) -> Named:
    return Named("place", text)


def body(text: str, full: str = "") -> Named:
    return Named("organization", text, full)


def article_id(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]


def staged(articles: dict[str, list[Named]]) -> pl.DataFrame:
    rows = []
    for name, mentions in articles.items():
        numbers: dict[tuple[str, str], int] = {}
        for i, mention in enumerate(mentions):
            full = mention.text if mention.full is None else mention.full or mention.text
            cluster = (
                -1
                if mention.full is None
                else numbers.setdefault((mention.entity_type, full), len(numbers))
            )
            rows.append(
                (article_id(name), i, 0, mention.entity_type, i * 50, i * 50 + len(mention.text),
                 mention.text, None, "model", None, cluster, full)
            )  # fmt: skip
    return pl.DataFrame(rows, schema=STAGED_MENTION.polars_schema, orient="row")


def resolve(
    mention: pl.DataFrame,
    known: Known | None = None,
    override: pl.DataFrame = NO_OVERRIDE,
    outlet: str | None = None,
) -> Resolution:
    return resolve_parts([mention], known, override, outlet)


def resolve_parts(
    parts: Sequence[pl.DataFrame],
    known: Known | None = None,
    override: pl.DataFrame = NO_OVERRIDE,
    outlet: str | None = None,
) -> Resolution:
    """Resolve mentions that lie in several parts."""
    known = known or Known()
    context = (
        pl.concat(parts)
        .select("article_id")
        .unique()
        .with_columns(language=pl.lit("en"), country_iso2=pl.lit(outlet, pl.String()))
    )
    resolving = Resolving(
        join_names([read_names(part) for part in parts]),
        known.entity, known.alias, override, context,
        EntityReference(shipped_gazetteer(), shipped_vocabulary()),
    )  # fmt: skip
    mention = pl.concat([resolving.mention(part) for part in parts])
    return Resolution(
        mention, resolving.entity(), resolving.entity_alias(), resolving.entity_merge()
    )


def names(found: Resolution, known: Known | None = None) -> list[tuple[str, str | None]]:
    """Each mention's text and the name of its entity."""
    entity = (known or Known()).after(found).entity.select("entity_id", "name")
    joined = found.mention.join(entity, on="entity_id", how="left", maintain_order="left")
    return joined.select("text", "name").rows()


def corrections(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [(*row, "an editor said so") for row in rows], schema=OVERRIDE, orient="row"
    )


def test_one_man_is_one_entity_however_printed() -> None:
    found = resolve(
        staged(
            {
                "a": [person("Ivan Petrov"), person("Petrov", "Ivan Petrov")],
                "b": [person("Petrov, Ivan")],
                "c": [person("IVAN PETROV"), person("Petrov")],
                "d": [person("Иван Петров")],
                "e": [person("Ivan A. Petrov")],
                "f": [person("Petrov")],
            }
        )
    )
    assert found.mention["entity_id"].n_unique() == 1


def test_two_smiths_stay_two_and_a_bare_smith_is_neither() -> None:
    found = resolve(
        staged(
            {
                "a": [person("John Smith"), person("Smith", "John Smith")],
                "b": [person("Jane Smith"), person("Smith", "Jane Smith")],
                "c": [person("Smith")],
                "d": [person("John Smith"), person("Jane Smith"), person("Smith", None)],
            }
        )
    )
    assert sorted(names(found), key=str) == [
        ("Jane Smith", "Jane Smith"),
        ("Jane Smith", "Jane Smith"),
        ("John Smith", "John Smith"),
        ("John Smith", "John Smith"),
        ("Smith", "Jane Smith"),
        ("Smith", "John Smith"),
        ("Smith", None),
        ("Smith", None),
    ]


def test_a_family_name_joins_only_whom_articles_so_call() -> None:
    found = resolve(staged({"a": [person("Ana Rivera")], "b": [person("Rivera")]}))
    assert sorted(names(found), key=str) == [("Ana Rivera", "Ana Rivera"), ("Rivera", None)]


def test_one_country_under_all_its_names() -> None:
    found = resolve(
        staged({"a": [place("US"), place("U.S.")], "b": [place("the United States"), body("US")]})
    )
    assert found.entity.select("name", "country_iso2", "geonames_id", "resolution").rows() == [
        ("United States", "US", "6252001", "country")
    ]
    assert found.mention["entity_type"].unique().to_list() == ["place"]


def test_a_people_is_a_group_and_never_a_place() -> None:
    found = resolve(
        staged({"a": [place("European"), Named("group", "Americans"), Named("group", "American")]})
    )
    rows = found.entity.select("entity_type", "name", "country_iso2", "latitude").sort("name")
    assert rows.rows() == [("group", "American", "US", None), ("group", "European", None, None)]


def test_a_city_is_the_one_of_the_articles_country() -> None:
    found = resolve(
        staged(
            {
                "a": [place("London"), place("Canada")],
                "b": [place("London"), Named("group", "British")],
            }
        )
    )
    cities = found.entity.filter(pl.col("geonames_id").is_in(["6058560", "2643743"]))
    assert sorted(cities.select("name", "country_iso2", "resolution").rows()) == [
        ("London", "CA", "city: document country CA"),
        ("London", "GB", "city: document country GB"),
    ]


def test_an_acronym_joins_the_body_that_articles_declare_it_for() -> None:
    board = "National Water Board"
    known = Known().after(first := resolve(staged({"a": [body("NWB")]})))
    second = resolve(staged({"b": [body(board), body("NWB", board)], "c": [body("NWB")]}), known)
    assert second.mention["entity_id"].n_unique() == 1
    # The earlier entity is merged, and the merge recorded once.
    [bare], [full] = first.entity["entity_id"], second.mention["entity_id"].unique()
    assert second.entity_merge.rows() == [
        (bare, full, "merge", "articles declare NWB for National Water Board")
    ]
    third = resolve(staged({"d": [body("NWB")]}), known.after(second))
    assert (third.mention["entity_id"].to_list(), third.entity_merge.height) == ([full], 0)


def test_one_name_has_one_type() -> None:
    found = resolve(
        staged(
            {
                "a": [body("Harbour Trust")],
                "b": [body("Harbour Trust")],
                "c": [Named("facility", "Harbour Trust")],
                "d": [person("Ford")],
                "e": [body("Ford")],
            }
        )
    )
    rows = found.entity.select("entity_type", "name").sort("entity_type", "name").rows()
    assert rows == [("organization", "Ford"), ("organization", "Harbour Trust"), ("person", "Ford")]


def test_aliases_say_what_they_are() -> None:
    union = "Miners' Union"
    found = resolve(
        staged(
            {
                "a": [person("Ana Rivera"), person("Rivera", "Ana Rivera")],
                "b": [person("Ana M. Rivera"), body(union), body("MU", union)],
                "c": [Named("group", "Chinese")],
            }
        )
    )
    kinds = dict(found.entity_alias.select("alias", "kind").rows())
    assert kinds == {
        "Ana M. Rivera": "canonical",
        "Ana Rivera": "short",
        "Rivera": "short",
        union: "canonical",
        "MU": "acronym",
        "Chinese": "canonical",
    }


def test_a_second_run_adds_nothing_and_keeps_ids() -> None:
    mention = staged(
        {
            "a": [person("Ana Rivera"), place("Kyiv"), Named("group", "French"), body("Acme Ltd")],
            "b": [person("Rivera, Ana"), place("Springfield"), body("Acme Limited")],
        }
    )
    first = resolve(mention)
    again = resolve(mention, Known().after(first))
    assert again.mention.equals(first.mention)
    assert (again.entity.height, again.entity_alias.height, again.entity_merge.height) == (0, 0, 0)


def test_a_merge_keeps_the_target_and_is_recorded_once() -> None:
    mention = staged({"a": [body("Gulf Post")], "b": [body("Bay Herald")]})
    known = Known().after(first := resolve(mention))
    ids = dict(zip(*(first.entity[c].to_list() for c in ("name", "entity_id")), strict=True))
    override = corrections(("merge", "organization", "Gulf Post", "Bay Herald"))
    second = resolve(mention, known, override)
    assert set(second.mention["entity_id"]) == {ids["Bay Herald"]}
    assert second.entity_merge.rows() == [
        (ids["Gulf Post"], ids["Bay Herald"], "merge", "an editor said so")
    ]
    assert second.entity_alias.select("entity_id", "alias", "kind").rows() == [
        (ids["Bay Herald"], "Gulf Post", "override")
    ]
    third = resolve(mention, known.after(second), override)
    assert third.mention.equals(second.mention)
    assert (third.entity.height, third.entity_alias.height, third.entity_merge.height) == (0, 0, 0)


def test_a_rename_keeps_the_id() -> None:
    known = Known().after(first := resolve(staged({"a": [body("Gulf Post")]})))
    override = corrections(("rename", "organization", "Gulf Post", "The Gulf Post Group"))
    second = resolve(staged({"b": [body("Gulf Post Group")]}), known, override)
    assert second.mention["entity_id"].to_list() == first.mention["entity_id"].to_list()
    assert second.entity["name"].to_list() == ["The Gulf Post Group"]
    assert second.entity_merge["kind"].to_list() == ["rename"]
    third = resolve(staged({"c": [body("Gulf Post")]}), known.after(second), override)
    assert names(third, known.after(second)) == [("Gulf Post", "The Gulf Post Group")]
    assert third.entity_merge.height == 0


def test_a_type_is_corrected_for_known_and_new_mentions() -> None:
    known = Known().after(first := resolve(staged({"a": [person("Morrow Pike")]})))
    override = corrections(("type", "person", "Morrow Pike", "organization"))
    second = resolve(staged({"b": [person("Morrow Pike")]}), known, override)
    assert second.mention.select("entity_id", "entity_type").rows() == [
        (first.mention["entity_id"][0], "organization")
    ]
    assert second.entity_merge["kind"].to_list() == ["retype"]
    third = resolve(staged({"c": [person("Morrow Pike")]}), known.after(second), override)
    assert third.mention["entity_id"].to_list() == first.mention["entity_id"].to_list()
    assert third.entity_merge.height == 0


def test_a_blocked_name_is_no_entity() -> None:
    known = Known().after(resolve(staged({"a": [person("Photo Desk")]})))
    override = corrections(("block", "person", "Photo Desk", ""))
    second = resolve(staged({"b": [person("Photo Desk")]}), known, override)
    assert second.mention["entity_id"].to_list() == [None]
    assert second.entity_merge["kind"].to_list() == ["block"]
    third = resolve(staged({"c": [person("Photo Desk")]}), known.after(second), override)
    assert third.entity_merge.height == 0


def test_a_split_parts_a_name_from_the_entity_it_was_joined_to() -> None:
    first = resolve(staged({"a": [person("Ana Rivera")], "b": [person("Ana M. Rivera")]}))
    known = Known().after(first)
    [together] = first.mention["entity_id"].unique()
    whole = known.entity["name"][0]
    other = "Ana Rivera" if whole == "Ana M. Rivera" else "Ana M. Rivera"
    override = corrections(("split", "person", whole, other))
    second = resolve(staged({"c": [person(whole)], "d": [person(other)]}), known, override)
    parted = dict(second.mention.select("text", "entity_id").rows())
    assert parted[whole] == together
    assert parted[other] != together
    assert second.entity_merge.rows() == [(together, parted[other], "split", "an editor said so")]
    third = resolve(staged({"e": [person(other)]}), known.after(second), override)
    assert third.mention["entity_id"].to_list() == [parted[other]]
    assert third.entity_merge.height == 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("fuse", "person", "A", "B"), "action 'fuse' is none of"),
        (("merge", "ghost", "A", "B"), "entity_type 'ghost' is none of"),
        (("merge", "person", "", "B"), "name and reason may not be empty"),
        (("rename", "person", "A", ""), "rename needs a target"),
        (("type", "person", "A", "ghost"), "target 'ghost' is none of"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(
    row: tuple[str, str, str, str], message: str
) -> None:
    with pytest.raises(OverrideError, match=f"row 1 .*{message}"):
        resolve(staged({"a": [person("Ana Rivera")]}), None, corrections(row))


POOL = [
    person("Ana Rivera"), person("Rivera", "Ana Rivera"), person("Rivera"), person("Ana M. Rivera"),
    person("Bea Rivera"), person("Rivera", "Bea Rivera"), person("A. Rivera"), person("Ford"),
    body("Ford"), body("Ford Motor Ltd"), Named("facility", "Ford Motor"), body("FM", "Ford Motor"),
    body("FM"), place("London"), place("Canada"), place("US"), place("Texas"), place("Georgia"),
    Named("group", "British"), place("Springfield"), person("Ford", None),
]  # fmt: skip
ARTICLES = st.dictionaries(
    st.sampled_from("abcdefgh"), st.lists(st.sampled_from(POOL), min_size=1, max_size=6), min_size=1
)


@given(articles=ARTICLES, seed=st.integers(0, 999))
def test_the_order_of_articles_and_batches_changes_nothing(
    articles: dict[str, list[Named]], seed: int
) -> None:
    mention = staged(articles)
    shuffled = list(articles)
    random.Random(seed).shuffle(shuffled)
    parts = [staged({name: articles[name]}) for name in shuffled]
    for one, other in zip(resolve(mention), resolve(pl.concat(parts)), strict=True):
        assert one.equals(other)


@given(earlier=ARTICLES, later=ARTICLES)
def test_known_entities_keep_their_ids_and_keys_hold(
    earlier: dict[str, list[Named]], later: dict[str, list[Named]]
) -> None:
    known = Known().after(resolve(staged(earlier)))
    mention = staged(later)
    found = resolve(mention, known)
    everything = known.after(found)
    ids = set(everything.entity["entity_id"])
    assert set(known.entity["entity_id"]) <= ids
    assert everything.entity["entity_id"].is_unique().all()
    assert not everything.alias.select("entity_id", "alias").is_duplicated().any()
    assert set(everything.alias["entity_id"]) <= ids
    assert set(found.mention["entity_id"].drop_nulls()) <= ids
    # Only the aliases that the run's names may need are needed.
    wanted = needed_block_key(read_names(mention), NO_OVERRIDE, shipped_vocabulary())
    some = known.alias.join(wanted, on="block_key", how="semi")["entity_id"].unique().to_list()
    near = Known(
        known.entity.filter(pl.col("entity_id").is_in(some)),
        known.alias.filter(pl.col("entity_id").is_in(some)),
    )
    assert resolve(mention, near).mention.equals(found.mention)


@given(articles=ARTICLES, parts=st.integers(1, 4), seed=st.integers(0, 99))
def test_how_articles_lie_in_parts_makes_no_difference(
    articles: dict[str, list[Named]], parts: int, seed: int
) -> None:
    whole = staged(articles)
    of_part: list[list[str]] = [[] for _ in range(parts)]
    for each in sorted(set(whole["article_id"])):
        random.Random(f"{seed} {each}").choice(of_part).append(each)
    frames = [whole.filter(pl.col("article_id").is_in(ids)) for ids in of_part]
    one, several = resolve(whole), resolve_parts(frames)
    order = ["article_id", "mention_no"]
    assert several.mention.sort(order).equals(one.mention.sort(order))
    assert all(a.equals(b) for a, b in zip(several[1:], one[1:], strict=True))
