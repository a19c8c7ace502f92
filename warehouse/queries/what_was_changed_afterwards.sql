-- Which articles were changed after they were first seen, and how?
-- For a media researcher. One row a changed article; `length_change` is in characters. The last
-- two columns hold the headline as it was and as it is.
SELECT
    edited.source_id,
    edited.version_count,
    edited.first_seen_at,
    edited.last_changed_at,
    edited.length_change,
    arg_min(version.title, version.version_no) AS first_title,
    arg_max(version.title, version.version_no) AS last_title
FROM mart.most_edited AS edited
JOIN article_version AS version USING (article_id)
GROUP BY
    article_id, edited.source_id, edited.version_count, edited.first_seen_at,
    edited.last_changed_at, edited.length_change
ORDER BY version_count DESC, abs(edited.length_change) DESC, first_title
