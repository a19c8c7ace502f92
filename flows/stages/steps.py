"""The stages of a run, from a listing to staged tables. Each takes the run's state and fills in
what it makes; none of them knows Prefect, and none touches the published file."""

from __future__ import annotations

from functools import partial

import polars as pl

from flows.extract import extract as extract_records
from flows.extract.formats.fields import read_mapping
from flows.extract.record import MIB, Limits
from flows.session.components import describe_components
from flows.session.nlp_store import NlpStore, drop_other_components
from flows.session.progress import progress, scaled
from flows.session.run_state import RunState
from flows.settings import Settings
from flows.sources.location import is_whole, list_files, open_file
from flows.stages import derive
from flows.stages.discovery import LISTING, byte_copies, plan_run
from flows.stages.extraction import extract_files
from flows.stages.language_batches import homes, plan_reading, reading_batches
from flows.stages.repeats import stage_repeats
from flows.version import CODE_VERSION
from flows.withholding.failed_articles import make_what_can_be
from flows.workers.batch import Batch
from flows.workers.pool import Crew
from transforms.article.publication_date import read_date
from transforms.article.related_link import build_related_link, point_related_link
from transforms.article.version import (
    DELIVERY,
    KNOWN_RECORD,
    assign_version,
    close_version,
    fingerprint,
    nothing_assigned,
)
from transforms.block.boilerplate import LINE_COUNT_SCHEMA, build_boilerplate_line, count_line
from transforms.entity.resolve import Names, Resolution, join_names, needed_block_key, read_names
from warehouse.contract import TIMESTAMP
from warehouse.tables import (
    ARTICLE,
    ARTICLE_VERSION,
    COMPONENT,
    CONTRACTS,
    ENTITY,
    ENTITY_ALIAS,
    ENTITY_MERGE,
    MENTION,
    RELATED_LINK,
    SOURCE,
)


def discover(run: RunState) -> None:
    """List the place and sort its files into unchanged, to open and gone."""
    run.unlisted.clear()
    listed = list_files(run.settings.source, run.unlisted)
    columns = list(zip(*listed, strict=True)) or [()] * len(LISTING)
    listing = pl.DataFrame(
        dict(zip(LISTING, columns, strict=True)), {**LISTING, "modified_at": pl.Int64()}
    )
    # A place that tells no times gives zero: its files are told apart by size and hash.
    modified_at = pl.from_epoch(pl.col("modified_at").fill_null(0), "us")
    run.known_file = run.known.files(run.collection)
    run.plan = plan_run(
        listing.with_columns(modified_at.dt.replace_time_zone("UTC")),
        run.known_file,
        # Where a folder cannot be listed nobody can tell what is gone.
        whole=is_whole(run.settings.source) and not run.unlisted,
        allow_empty=run.settings.allow_empty,
        again=run.again,
    )


def extract(run: RunState) -> None:
    """Open what is new or changed; records to Parquet, the unreadable to quarantine."""
    assert run.plan is not None
    settings = run.settings
    copies = byte_copies(run.known_file)["source_uri"].implode()
    repeats_records = (pl.col("outcome") == "duplicate") & ~pl.col("source_uri").is_in(copies)
    known = run.known_file.filter(
        (pl.col("outcome").is_in(["loaded", "revised", "unchanged"]) | repeats_records)
        & ~pl.col("source_uri").is_in(run.plan.gone["source_uri"].implode())
        & ~pl.col("source_uri").is_in([c.source_uri for c in run.plan.candidates])
    )
    run.extracted = extract_files(
        run.plan.candidates,
        collection=run.collection,
        known_originals=dict(known.select("file_id", "source_uri").rows()),
        sources=run.reference.sources,
        open_file=open_file,
        read_file=partial(
            extract_records,
            limits=limits_of(settings),
            mapping=read_mapping(settings.mapping) if settings.mapping else None,
            repair_mojibake=settings.repair_mojibake,
        ),
        folder=run.work.extracted,
        batch_chars=_part_chars(run),
        tombstones=run.known.tombstones(),
        advance=progress.get().advance,
    )


_PARTS, _LEAST_PART_CHARS = 24, 400_000
"""About so many parts a run, so that all workers have work and people can read their list."""


def _part_chars(run: RunState) -> int:
    """Characters of text in one part, by the bytes to read; at most as the settings say."""
    assert run.plan is not None
    delivered = sum(candidate.byte_count for candidate in run.plan.candidates)
    return min(run.settings.batch_chars, max(_LEAST_PART_CHARS, delivered // _PARTS))


def limits_of(settings: Settings) -> Limits:
    """What one file may ask for, by the settings."""
    return Limits(
        record_bytes=settings.max_record_mb * MIB,
        file_bytes=settings.max_file_mb * MIB,
        ratio=settings.max_unpack_ratio,
        depth=settings.max_pack_depth,
        record_count=settings.max_records,
        markup_bytes=settings.max_markup_mb * MIB,
        text_chars=settings.max_text_chars,
    )


_DECLARED_AT = pl.coalesce("modified_raw", "published_raw").alias("declared_at")


def assign_versions(run: RunState) -> None:
    """Compare every record with what is published: new, revised, unchanged or a copy."""
    parts = run.extracted.parts
    if not parts:
        run.version = nothing_assigned()
        return
    columns = ("article_id", "file_uri", "locator", fingerprint().alias("fingerprint"))
    delivery = pl.scan_parquet(parts).select(*columns, _DECLARED_AT, "issued_raw").collect()
    known = run.known.records(delivery["article_id"]).with_columns(
        fingerprint().alias("fingerprint"), _DECLARED_AT
    )
    raws = pl.concat([delivery["declared_at"], delivery["issued_raw"], known["declared_at"]])
    dates = {
        raw: reading.at
        for raw in raws.drop_nulls().unique()
        if (reading := read_date(raw)) is not None
    }
    ordered_at, issued_at = (
        pl.col(raw).replace_strict(dates, default=None, return_dtype=TIMESTAMP).alias(name)
        for raw, name in (("declared_at", "ordered_at"), ("issued_raw", "issued_at"))
    )
    there = pl.col("outcome").is_in(["removed", "quarantined"]).not_()
    run.version = assign_version(
        delivery.with_columns(ordered_at, issued_at).select(DELIVERY.names()),
        known.with_columns(ordered_at).select(KNOWN_RECORD.names()),
        run.known_file.filter(there)["source_uri"],
    )


def learn_boilerplate(run: RunState) -> None:
    """Which lines outlets repeat, by the new articles and the published ones together."""
    counts = [pl.DataFrame(schema=LINE_COUNT_SCHEMA)]
    for path in run.extracted.parts:
        staged = derive.staged_part(path, run.version, is_current=True)
        if staged.height:
            run.parts.append(path.stem)
            counts.append(count_lines_of(run, path.stem, staged))
    line_count = (
        pl.concat(counts)
        .group_by("source_id", "line")
        .agg(pl.col("article_count").sum())
        .sort("source_id", "line")
    )
    published = run.known.line_counts(
        line_count["source_id"].unique().to_list(), line_count["line"], _renewed(run)
    )
    run.boilerplate_line = build_boilerplate_line(line_count, published)


def count_lines_of(run: RunState, part: str, staged_record: pl.DataFrame) -> pl.DataFrame:
    """How many articles of a part print each line, but those that cannot be counted."""

    def count(some: pl.Series) -> pl.DataFrame:
        return count_line(staged_record.filter(pl.col("article_id").is_in(some.implode())))

    return make_what_can_be(run.work, part, "compare", staged_record["article_id"], count)


def _renewed(run: RunState) -> pl.Series:
    """Articles of which this run delivers a new text."""
    return run.version.filter(pl.col("outcome").is_in(derive.NEW))["article_id"].unique()


def compare(run: RunState) -> None:
    """Assign versions, list what repeats them, then learn boilerplate from what is new."""
    assign_versions(run)
    stage_repeats(run)
    learn_boilerplate(run)


REDERIVED = "rederived"
"""Name of the part with published articles that new boilerplate makes anew."""


def type_parts(run: RunState, crew: Crew) -> int:
    """Blocks, articles and versions of every part; the number of blocks."""
    run.version.write_parquet(run.work.part("_version", "all"))
    run.boilerplate_line.write_parquet(run.work.part("_boilerplate_line", "all"))
    count = len(run.parts)
    batches = (
        Batch(f"type blocks, batch {number} of {count}", run.extracted.articles[part],
              derive.type_part, (run.work, part, run.clock))
        for number, part in enumerate(run.parts, 1)
    )  # fmt: skip
    return crew.carry_out(batches, progress.get().advance)


def type_rederived(run: RunState) -> int:
    """Published articles that print what is boilerplate now, typed anew; the number of them."""
    printing = run.known.articles_with_lines(run.boilerplate_line)
    wanted = printing.filter(~printing.is_in(_renewed(run).implode()))
    return rederive(run, REDERIVED, wanted)


def rederive(run: RunState, part: str, article_id: pl.Series) -> int:
    """Blocks and article rows of published articles, made anew out of their kept texts.

    What the run did not deliver keeps the run that delivered it. Returns the number of articles.
    """
    staged = run.known.staged_records(article_id)
    if staged.is_empty():
        return 0

    def make(some: pl.Series) -> int:
        return _rederive_records(
            run, part, staged.filter(pl.col("article_id").is_in(some.implode()))
        )

    run.parts.append(part)
    return make_what_can_be(run.work, part, "blocks", staged["article_id"], make)


def _rederive_records(run: RunState, part: str, staged: pl.DataFrame) -> int:
    article_id = staged["article_id"]
    derive.type_blocks(run.work, part, staged, run.boilerplate_line, run.reference, run.clock)
    kept = run.known.rows(ARTICLE, article_id).select("article_id", "run_id", _removed_at(run))
    path = run.work.part("_article", part)
    article = pl.read_parquet(path).drop("run_id", "removed_at").join(kept, on="article_id")
    ARTICLE.conform(article).write_parquet(path)
    version = run.known.current_versions(article_id).rename({"title": "before"})
    retitled = version.join(
        article.select("article_id", "version_no", "title"), on=["article_id", "version_no"]
    ).filter(pl.col("title").ne_missing(pl.col("before")))
    run.work.stage(ARTICLE_VERSION, part, retitled.drop("before"))
    return staged.height


def _gone(run: RunState) -> pl.Series:
    """Articles that this run found gone: no file delivers them any more."""
    assert run.plan is not None
    gone = run.known.articles_of_files(run.plan.gone["source_uri"], run.collection)
    return gone.filter(~gone.is_in(run.version["article_id"].implode()))


def _back(run: RunState) -> pl.Series:
    """Articles whose text as published a file delivers again."""
    restored = run.version.filter(pl.col("outcome") == "restored")["article_id"].unique()
    known = run.known.rows(ARTICLE, restored)
    return known.filter(pl.col("removed_at").is_not_null())["article_id"]


def _removed_at(run: RunState) -> pl.Expr:
    """`removed_at` of published articles, as this run leaves it."""
    is_gone, is_back = (
        pl.col("article_id").is_in(ids.implode()) for ids in (_gone(run), _back(run))
    )
    now = pl.lit(run.clock.started_at, TIMESTAMP)
    return pl.when(is_gone).then(now).when(~is_back).then("removed_at").alias("removed_at")


def stage_known_articles(run: RunState) -> None:
    """Articles whose text stays but of which a row changes, staged whole, as checks see them.

    Found gone or back again; named entities joined or corrected; links that find their article.
    Versions that this run replaced are closed.
    """
    revised = run.version.filter(pl.col("outcome") == "revised")["article_id"].unique()
    closed = close_version(
        run.known.current_versions(revised), revised, collected_at=run.clock.started_at
    )
    run.work.stage(ARTICLE_VERSION, "closed", closed)
    done = run.work.staged(ARTICLE, "article_id")["article_id"]
    changed = pl.concat(
        [_gone(run), _back(run), run.mention["article_id"], run.related_link["article_id"]]
    ).unique()
    changed = changed.filter(~changed.is_in(done.implode()))
    is_changed = pl.col("article_id").is_in(changed.implode())
    article = run.known.rows(ARTICLE, changed).with_columns(_removed_at(run))
    of_articles = {
        ARTICLE.name: article,
        MENTION.name: run.mention.filter(is_changed),
        RELATED_LINK.name: run.related_link.filter(is_changed),
    }
    for contract in CONTRACTS:
        if contract.lifecycle.is_staged_whole:
            renewed = of_articles.get(contract.name, contract.empty())
            rest = run.known.rows(contract, changed).join(renewed, on="article_id", how="anti")
            run.work.stage(contract, "kept", pl.concat([rest, renewed]))


def plan_language(run: RunState, crew: Crew) -> int:
    """Which paragraphs no run has read before; the number of them."""
    languages = sorted(
        {
            language
            for part in run.parts
            for language in pl.read_parquet(run.work.part("_article", part), columns=["language"])[
                "language"
            ].unique()
        }
    )
    run.components = describe_components(run.pipelines(), languages, run.reference, CODE_VERSION)
    drop_other_components(run.work.nlp_store, run.components.store_id)
    with_pipeline = list(pipeline_names(run))
    run.reading = plan_reading(
        run.work, run.parts, _store(run), with_pipeline, crew.size, run.notice
    )
    run.paragraphs_read, run.paragraphs_reused = run.reading.fresh, run.reading.reused
    return run.reading.fresh


def read_language(run: RunState, crew: Crew) -> int:
    """One language pass over the fresh paragraphs; the number of them."""
    assert run.reading is not None
    batches = reading_batches(run.work, run.reading, _store(run), run.parts)
    articles = sum(run.extracted.articles.values())
    return crew.carry_out(batches, scaled(progress.get().advance, run.reading.cost, articles))


def find_mentions(run: RunState, crew: Crew) -> int:
    """Sentences and names of every part; the number of names."""
    assert run.components is not None
    assert run.reading is not None
    store, count = _store(run).folder, len(run.parts)
    made_by = (run.components.by_stage, run.components.nlp_by_language)
    batches = []
    for number, part in enumerate(run.parts, 1):
        held = homes(run.reading, part, run.clock.run_id)
        batches.append(
            Batch(f"find mentions, batch {number} of {count}",
                  run.extracted.articles.get(part, 0), derive.name_part,
                  (run.work, part, store, held, *made_by))
        )  # fmt: skip
    return crew.carry_out(batches, progress.get().advance)


def resolve_entities(run: RunState) -> int:
    """Which names of the whole run mean which entity; the number of entities new or changed.

    Merges, of people's corrections or of acronyms now declared, reach published mentions too.
    """
    paths = run.work.parts("_staged_mention")
    names = join_names([read_names(pl.read_parquet(path)) for path in paths])
    contexts = [derive.article_context(run.work, part, run.reference) for part in run.parts]
    empty = pl.DataFrame(schema=dict.fromkeys(derive.CONTEXT_COLUMNS, pl.String()))
    resolution = Resolution(
        names,
        *_known_names(run, names),
        run.reference.overrides,
        pl.concat([empty, *contexts]),
        run.reference.entity,
    )
    for path in paths:
        run.work.stage(MENTION, path.stem, resolution.mention(pl.read_parquet(path)))
    run.work.stage(ENTITY_ALIAS, "all", resolution.entity_alias())
    entity, merge = resolution.entity(), resolution.entity_merge()
    told = merge.with_columns(pl.lit(run.clock.run_id).alias("run_id"))
    run.work.stage(ENTITY_MERGE, "all", told)
    _carry_to_published(run, entity, merge)
    return run.work.stage(ENTITY, "all", entity)


def _known_names(run: RunState, names: Names) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Known entities and aliases that the names of this run may mean."""
    if run.known_entity is not None and run.known_alias is not None:
        return run.known_entity, run.known_alias
    if not run.known.exists:
        return ENTITY.empty(), ENTITY_ALIAS.empty()
    overrides = run.reference.overrides
    key = needed_block_key(names, overrides, run.reference.entity.vocabulary)
    named = pl.concat([overrides["name"], overrides["target"].drop_nulls()])
    return run.known.named_entities(key["block_key"], named)


def _carry_to_published(run: RunState, entity: pl.DataFrame, entity_merge: pl.DataFrame) -> None:
    """Published mentions of entities that were joined, retyped or blocked say so."""
    merge = entity_merge.filter(pl.col("kind").is_in(["merge", "retype", "block"]))
    if merge.is_empty():
        return
    articles = run.known.articles_naming(merge["entity_id"])
    done = run.work.staged(ARTICLE, "article_id")["article_id"]
    rows = run.known.rows(MENTION, articles.filter(~articles.is_in(done.implode())))
    into = dict(
        merge.filter(pl.col("kind") == "merge").select("entity_id", "into_entity_id").iter_rows()
    )
    blocked = merge.filter(pl.col("kind") == "block")["entity_id"].implode()
    types = pl.concat([entity, run.known.table(ENTITY)]).unique(
        "entity_id", keep="first", maintain_order=True
    )
    for _ in into:  # merges may chain; each pass follows one link
        rows = rows.with_columns(pl.col("entity_id").replace(into))
    carried = (
        rows.with_columns(
            pl.when(~pl.col("entity_id").is_in(blocked)).then("entity_id").alias("entity_id")
        )
        .join(types.select("entity_id", pl.col("entity_type").alias("agreed")), on="entity_id",
              how="left")
        .with_columns(pl.coalesce("agreed", "entity_type").alias("entity_type"))
    )  # fmt: skip
    run.mention = MENTION.conform(carried.drop("agreed"))


def corrections_changed(run: RunState) -> bool:
    """Whether people corrected entities since the warehouse was last published."""
    if run.reference.overrides.is_empty() or not run.known.exists:
        return False
    components = describe_components(run.pipelines(), [], run.reference, CODE_VERSION)
    run.components = components
    return components.by_stage["entity"] not in run.known.table(COMPONENT)["component_id"]


def point_links(run: RunState) -> int:
    """Related links of the staged articles, pointed at articles of this run and before."""
    staged = run.work.staged(ARTICLE, "article_id", "url", "title")
    target = pl.concat(
        [
            run.known.targets().join(staged, on="article_id", how="anti"),
            staged,
        ]
    )
    count = 0
    for part in run.parts:
        count += run.work.stage(RELATED_LINK, part, _links_of(run, part, target))
    _point_earlier_links(run, staged["article_id"], target)
    return count


def _links_of(run: RunState, part: str, target: pl.DataFrame) -> pl.DataFrame:
    block = derive.blocks(run.work, part)
    record = pl.read_parquet(run.work.part("_staged_record", part))

    def build(some: pl.Series) -> pl.DataFrame:
        wanted = pl.col("article_id").is_in(some.implode())
        return build_related_link(block.filter(wanted), record.filter(wanted), target)

    return make_what_can_be(run.work, part, "links", record["article_id"], build)


def _point_earlier_links(run: RunState, staged: pl.Series, target: pl.DataFrame) -> None:
    """Published links that point nowhere yet and find their article in this run."""
    waiting = run.known.unpointed_links()
    waiting = waiting.filter(~pl.col("article_id").is_in(staged.implode()))
    found = point_related_link(waiting.drop("target_article_id"), target).filter(
        pl.col("target_article_id").is_not_null()
    )
    changed = run.known.rows(RELATED_LINK, found["article_id"].unique())
    pointed = changed.join(
        found.select("article_id", "link_no", pl.col("target_article_id").alias("found")),
        on=["article_id", "link_no"],
        how="left",
    ).with_columns(pl.coalesce("target_article_id", "found").alias("target_article_id"))
    run.related_link = RELATED_LINK.conform(pointed.drop("found"))


def stage_reference(run: RunState) -> None:
    """Outlets and components that the warehouse does not have yet, or not so."""
    source = run.reference.sources.source
    changed = source.join(
        run.known.table(SOURCE), on=SOURCE.column_names, how="anti", nulls_equal=True
    )
    run.work.stage(SOURCE, "all", changed)
    if run.components is not None:
        known = run.known.table(COMPONENT)
        new = run.components.component.join(known, on="component_id", how="anti")
        run.work.stage(COMPONENT, "all", new)


def trim_store(run: RunState) -> None:
    """Keep no more language results than the settings allow."""
    if run.components is not None:
        _store(run).trim(run.settings.nlp_store_mb * 1024 * 1024)


def pipeline_names(run: RunState) -> dict[str, str]:
    """The name each language's pipeline loads by."""
    return {language: p.component.name for language, p in run.pipelines().items()}


def _store(run: RunState) -> NlpStore:
    assert run.components is not None
    return NlpStore(run.work.nlp_store / run.components.store_id)
