-- How often an entity was in the news on a day (UTC): distinct stories, which count copies once,
-- raw articles and mentions. Articles dated no closer than a month or not at all are left out.
-- name: Canonical name of the entity.
-- day: Day of publication, UTC.
-- story_count: Distinct stories that name it: copies of a text count once.
-- article_count: Articles that name it, every copy counted.
-- mention_count: Mentions of it in those articles.
WITH dated AS (
    SELECT article_id, body_hash, (published_at AT TIME ZONE 'UTC')::DATE AS day
    FROM mart.article_current
    WHERE published_precision IN ('instant', 'day')
),
counted AS (
    SELECT
        mention.entity_id,
        dated.day,
        count(DISTINCT dated.body_hash) AS story_count,
        count(DISTINCT mention.article_id) AS article_count,
        count(*) AS mention_count
    FROM main.mention AS mention
    JOIN dated USING (article_id)
    WHERE mention.entity_id IS NOT NULL
    GROUP BY ALL
)
SELECT entity_id, entity.name, entity.entity_type, day, story_count, article_count, mention_count
FROM counted
JOIN main.entity AS entity USING (entity_id)
