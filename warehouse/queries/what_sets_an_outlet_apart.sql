-- Whom does an outlet write about more than the others do?
-- For a media researcher. `share_here` is the part of the outlet's articles that name the entity,
-- `share_elsewhere` that of all other articles; the first rows are an outlet's own subjects. With
-- few articles an outlet, read it as a hint and no more.
WITH articles AS (
    SELECT source_id, count(*) AS articles, sum(count(*)) OVER () AS all_articles
    FROM mart.article_current
    GROUP BY source_id
),
named AS (
    SELECT *, sum(article_count) OVER (PARTITION BY entity_id) AS named_anywhere
    FROM mart.entity_by_outlet
)
SELECT
    source_id,
    name,
    article_count,
    round(share_of_articles, 3) AS share_here,
    round(coalesce((named_anywhere - article_count) / nullif(all_articles - articles, 0), 0), 3)
        AS share_elsewhere
FROM named
JOIN articles USING (source_id)
ORDER BY share_here - share_elsewhere DESC, article_count DESC, source_id, name
LIMIT 25
