-- Articles whose file is still in the source: all but removed ones.
SELECT * EXCLUDE (removed_at)
FROM main.article
WHERE removed_at IS NULL
