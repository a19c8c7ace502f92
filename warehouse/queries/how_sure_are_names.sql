-- How were names found, and how many remained ambiguous?
-- For an analyst who counts entities. One row a type and method; `ambiguous` mentions name more
-- than one possible entity, are kept without one, and stand in no view. A high share calls for
-- care.
SELECT
    entity_type,
    method,
    count(*) AS mentions,
    count(*) FILTER (entity_id IS NULL) AS ambiguous,
    round(count(*) FILTER (entity_id IS NULL) / count(*), 3) AS share_ambiguous
FROM mention
JOIN mart.article_current AS article USING (article_id)
GROUP BY entity_type, method
ORDER BY mentions DESC, entity_type, method
