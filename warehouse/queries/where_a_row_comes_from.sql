-- Where does every article come from, and what made its rows?
-- For whoever must show evidence. One row an article: its file and the hash of its bytes, the run
-- that wrote it, and the version of every component that had a hand in it.
SELECT
    article.title,
    lineage.file_uri,
    lineage.locator,
    lineage.file_id AS sha256,
    lineage.run_started_at,
    string_agg(lineage.stage || ' ' || lineage.component_name || ' ' || lineage.component_version,
               ', ' ORDER BY lineage.stage) AS components
FROM mart.lineage AS lineage
JOIN article USING (article_id)
GROUP BY article.title, lineage.file_uri, lineage.locator, lineage.file_id, lineage.run_started_at
ORDER BY lineage.file_uri, lineage.locator
