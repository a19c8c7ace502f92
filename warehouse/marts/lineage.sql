-- Where an article's rows come from: its file and place in it, the run that wrote its current version,
-- and the component of each stage that made them.
-- run_started_at: Start of the run that wrote the current version, UTC.
-- component_name: Name of the component; for stage nlp the package or path that spaCy loads.
-- component_version: Version of the component.
-- component_config: What else decides its output, as JSON.
SELECT
    article_id,
    article.version_no,
    record.file_uri,
    record.locator,
    record.file_id,
    record.format,
    article.run_id,
    run.started_at AS run_started_at,
    run.code_version,
    made.stage,
    made.component_id,
    component.name AS component_name,
    component.version AS component_version,
    component.config AS component_config
FROM main.article AS article
JOIN ops.record AS record USING (article_id, version_no)
JOIN ops.run AS run ON run.run_id = article.run_id
JOIN ops.article_component AS made USING (article_id)
JOIN ops.component AS component USING (component_id)
WHERE record.made_version
