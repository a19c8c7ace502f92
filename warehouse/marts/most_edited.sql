-- Articles that changed after they were first seen: how often, when, and by how many characters.
-- version_count: Versions that are known, at least 2.
-- first_seen_at: When the first version was loaded, UTC.
-- last_changed_at: When the newest version was loaded, UTC.
-- length_change: Characters of the newest version less those of the first.
WITH edited AS (
    SELECT
        article_id,
        count(*) AS version_count,
        min(valid_from) AS first_seen_at,
        max(valid_from) AS last_changed_at,
        arg_max(length(text), version_no) - arg_min(length(text), version_no) AS length_change
    FROM main.article_version
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT
    article_id,
    article.source_id,
    article.title,
    article.url,
    version_count,
    first_seen_at,
    last_changed_at,
    length_change
FROM edited
JOIN main.article AS article USING (article_id)
