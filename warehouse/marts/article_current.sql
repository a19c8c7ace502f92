-- Articles that are still there: all but those whose file was found gone.
SELECT * EXCLUDE (removed_at)
FROM main.article
WHERE removed_at IS NULL
