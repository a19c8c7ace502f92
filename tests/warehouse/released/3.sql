-- Tables of schema version 3, as released. Never changed: warehouses like this exist.
CREATE SCHEMA IF NOT EXISTS ops;
CREATE TABLE main.source (
    source_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    domain VARCHAR,
    country_iso2 VARCHAR,
    language VARCHAR
);
CREATE TABLE main.article (
    article_id VARCHAR NOT NULL,
    source_uri VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR,
    title VARCHAR,
    title_source VARCHAR,
    standfirst VARCHAR,
    byline VARCHAR,
    byline_source VARCHAR,
    dateline VARCHAR,
    section VARCHAR,
    section_source VARCHAR,
    published_at TIMESTAMP WITH TIME ZONE,
    published_precision VARCHAR,
    published_source VARCHAR,
    published_status VARCHAR NOT NULL,
    published_raw VARCHAR,
    language VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    body_text VARCHAR NOT NULL,
    word_count INTEGER NOT NULL,
    sentence_count INTEGER NOT NULL,
    content_hash VARCHAR NOT NULL,
    body_hash VARCHAR NOT NULL,
    version_no INTEGER NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    run_id VARCHAR NOT NULL
);
CREATE TABLE main.article_version (
    article_id VARCHAR NOT NULL,
    version_no INTEGER NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_to TIMESTAMP WITH TIME ZONE,
    is_current BOOLEAN NOT NULL,
    file_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    title VARCHAR,
    text VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
CREATE TABLE main.block (
    article_id VARCHAR NOT NULL,
    block_no INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    is_body BOOLEAN NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    rule VARCHAR NOT NULL
);
CREATE TABLE main.sentence (
    article_id VARCHAR NOT NULL,
    sentence_no INTEGER NOT NULL,
    block_no INTEGER NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    token_count INTEGER NOT NULL
);
CREATE TABLE main.entity (
    entity_id VARCHAR NOT NULL,
    entity_type VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    country_iso2 VARCHAR,
    geonames_id VARCHAR,
    wikidata_id VARCHAR,
    latitude DOUBLE,
    longitude DOUBLE,
    resolution VARCHAR NOT NULL
);
CREATE TABLE main.entity_alias (
    entity_id VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    block_key VARCHAR NOT NULL
);
CREATE TABLE main.entity_merge (
    entity_id VARCHAR NOT NULL,
    into_entity_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
CREATE TABLE main.mention (
    article_id VARCHAR NOT NULL,
    mention_no INTEGER NOT NULL,
    sentence_no INTEGER NOT NULL,
    entity_id VARCHAR,
    entity_type VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    role VARCHAR,
    method VARCHAR NOT NULL,
    confidence DOUBLE
);
CREATE TABLE main.related_link (
    article_id VARCHAR NOT NULL,
    link_no INTEGER NOT NULL,
    block_no INTEGER NOT NULL,
    title VARCHAR NOT NULL,
    url VARCHAR,
    target_article_id VARCHAR
);
CREATE TABLE ops.run (
    run_id VARCHAR NOT NULL,
    flow_run_id VARCHAR,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    status VARCHAR NOT NULL,
    source_uri VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    code_version VARCHAR NOT NULL,
    config VARCHAR NOT NULL,
    files_seen BIGINT NOT NULL,
    files_gone BIGINT NOT NULL,
    files_loaded BIGINT NOT NULL,
    files_unchanged BIGINT NOT NULL,
    files_revised BIGINT NOT NULL,
    files_duplicate BIGINT NOT NULL,
    files_quarantined BIGINT NOT NULL,
    files_removed BIGINT NOT NULL,
    records_seen BIGINT NOT NULL,
    records_loaded BIGINT NOT NULL,
    records_unchanged BIGINT NOT NULL,
    records_revised BIGINT NOT NULL,
    records_duplicate BIGINT NOT NULL,
    records_quarantined BIGINT NOT NULL,
    row_counts VARCHAR NOT NULL,
    stage_seconds VARCHAR NOT NULL,
    message VARCHAR
);
CREATE TABLE ops.file (
    run_id VARCHAR NOT NULL,
    source_uri VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    file_id VARCHAR NOT NULL,
    byte_count BIGINT NOT NULL,
    modified_at TIMESTAMP WITH TIME ZONE NOT NULL,
    format VARCHAR,
    encoding VARCHAR,
    outcome VARCHAR NOT NULL,
    reason VARCHAR,
    duplicate_of VARCHAR
);
CREATE TABLE ops.record (
    article_id VARCHAR NOT NULL,
    version_no INTEGER NOT NULL,
    collection VARCHAR NOT NULL,
    file_uri VARCHAR NOT NULL,
    locator VARCHAR NOT NULL,
    file_id VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR,
    title VARCHAR,
    standfirst VARCHAR,
    byline VARCHAR,
    section VARCHAR,
    published_raw VARCHAR,
    modified_raw VARCHAR,
    language VARCHAR,
    hints VARCHAR NOT NULL,
    mojibake VARCHAR,
    text_only_reason VARCHAR,
    made_version BOOLEAN NOT NULL,
    first_file_uri VARCHAR NOT NULL
);
CREATE TABLE ops.quarantine (
    quarantine_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    source_uri VARCHAR NOT NULL,
    locator VARCHAR,
    article_id VARCHAR,
    table_name VARCHAR,
    stage VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    payload VARCHAR,
    status VARCHAR NOT NULL,
    resolved_run_id VARCHAR
);
CREATE TABLE ops.check_result (
    run_id VARCHAR NOT NULL,
    suite VARCHAR NOT NULL,
    check_id VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    column_name VARCHAR,
    severity VARCHAR NOT NULL,
    success BOOLEAN NOT NULL,
    observed VARCHAR,
    checked_count BIGINT NOT NULL,
    failed_count BIGINT NOT NULL,
    notes VARCHAR,
    action VARCHAR
);
CREATE TABLE ops.check_failure (
    run_id VARCHAR NOT NULL,
    check_id VARCHAR NOT NULL,
    row_key VARCHAR NOT NULL,
    observed VARCHAR
);
CREATE TABLE ops.component (
    component_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    config VARCHAR NOT NULL
);
CREATE TABLE ops.article_component (
    article_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    component_id VARCHAR NOT NULL
);
CREATE TABLE ops.tombstone (
    article_id VARCHAR NOT NULL,
    file_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    purged_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id VARCHAR NOT NULL
);
CREATE TABLE ops.publication (
    schema_version INTEGER NOT NULL,
    run_id VARCHAR NOT NULL
);
