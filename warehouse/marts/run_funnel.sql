-- The outcomes of the files of a run, from seen to published, whether their sums agree, and how
-- long the run took.
-- is_balanced: Whether every file seen or gone has exactly one outcome.
-- records_kept: Records loaded or revised.
-- quarantined_share: Files quarantined by files seen, 0 to 1; null where none was seen.
-- seconds: From start to end.
SELECT
    run_id,
    started_at,
    status,
    source_uri,
    files_seen,
    files_gone,
    files_loaded,
    files_revised,
    files_unchanged,
    files_duplicate,
    files_quarantined,
    files_removed,
    files_seen + files_gone = files_loaded + files_revised + files_unchanged + files_duplicate
        + files_quarantined + files_removed AS is_balanced,
    records_seen,
    records_loaded + records_revised AS records_kept,
    files_quarantined / nullif(files_seen, 0) AS quarantined_share,
    date_diff('millisecond', started_at, ended_at) / 1000 AS seconds
FROM ops.run
