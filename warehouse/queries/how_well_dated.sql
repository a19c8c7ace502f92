-- How well are the articles of each outlet dated?
-- For an analyst, before any count by day. `to_the_day` articles can be counted by day; `coarser`
-- ones only by month or year; `undated` ones stand in no view by day. `inferred` dates were worked
-- out.
SELECT
    source_id,
    count(*) AS articles,
    count(*) FILTER (published_precision IN ('instant', 'day')) AS to_the_day,
    count(*) FILTER (published_precision IN ('month', 'year')) AS coarser,
    count(*) FILTER (published_at IS NULL) AS undated,
    count(*) FILTER (published_status = 'inferred') AS inferred
FROM mart.article_current
GROUP BY source_id
ORDER BY undated DESC, articles DESC, source_id
