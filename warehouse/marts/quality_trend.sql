-- Results of the checks, run by run and table by table: checks made, checks failed by severity,
-- and the share of looked-at rows that failed.
-- check_count: Checks made on the table.
-- failed_checks: Checks that failed.
-- failed_critical: Of those, checks that stop a run.
-- failed_quarantine: Of those, checks that withhold articles.
-- failed_warning: Of those, checks that only warn.
-- failed_rows: Rows that failed, summed over checks.
-- failed_share: `failed_rows` by the rows looked at, 0 to 1; null where none was.
SELECT
    run_id,
    run.started_at,
    result.table_name,
    count(*) AS check_count,
    count(*) FILTER (NOT result.success) AS failed_checks,
    count(*) FILTER (NOT result.success AND result.severity = 'critical') AS failed_critical,
    count(*) FILTER (NOT result.success AND result.severity = 'quarantine') AS failed_quarantine,
    count(*) FILTER (NOT result.success AND result.severity = 'warning') AS failed_warning,
    sum(result.failed_count)::BIGINT AS failed_rows,
    sum(result.failed_count) / nullif(sum(result.checked_count), 0) AS failed_share
FROM ops.check_result AS result
JOIN ops.run AS run USING (run_id)
GROUP BY ALL
