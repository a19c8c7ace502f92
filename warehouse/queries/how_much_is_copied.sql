-- How much of what the outlets print is the same text again?
-- For a media researcher. One row an outlet: `articles` as published, `stories` after copies are
-- counted once, `shared` the articles whose text another article has too, and `copied_files` the
-- files that hold nothing but what other files have, byte for byte or record for record.
WITH copies AS (
    SELECT body_hash FROM mart.article_current GROUP BY body_hash HAVING count(*) > 1
),
copied_file AS (
    SELECT article.source_id, count(DISTINCT file.source_uri) AS copied_files
    FROM ops.file AS file
    JOIN ops.record AS record ON record.file_uri = coalesce(file.duplicate_of, file.source_uri)
    JOIN article USING (article_id)
    WHERE file.outcome = 'duplicate'
    GROUP BY article.source_id
)
SELECT
    source.name,
    count(*) AS articles,
    count(DISTINCT article.body_hash) AS stories,
    count(copies.body_hash) AS shared,
    coalesce(any_value(copied_file.copied_files), 0) AS copied_files
FROM mart.article_current AS article
JOIN source USING (source_id)
LEFT JOIN copies USING (body_hash)
LEFT JOIN copied_file USING (source_id)
GROUP BY source_id, source.name
ORDER BY shared DESC, copied_files DESC, articles DESC, source.name
