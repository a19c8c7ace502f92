-- What did not get into the warehouse, and why?
-- For an analyst, before trusting any count. One row a reason: files and records withheld and
-- still open. `newshouse quarantine show` prints one whole, `replay` reads it again.
SELECT
    rule,
    stage,
    count(*) AS withheld,
    min(parse_filename(source_uri)) AS example,
    any_value(message ORDER BY source_uri) AS message
FROM ops.quarantine
WHERE status = 'open'
GROUP BY rule, stage
ORDER BY withheld DESC, rule
