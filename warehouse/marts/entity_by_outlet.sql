-- Who writes about whom: distinct stories, raw articles and mentions of an entity an outlet, and the
-- share of the outlet's articles that name it.
-- name: Canonical name of the entity.
-- story_count: Distinct stories of the outlet that name it: copies of a text count once.
-- article_count: Articles of the outlet that name it, every copy counted.
-- mention_count: Mentions of it in those articles.
-- share_of_articles: `article_count` by the number of all articles of the outlet, 0 to 1.
-- first_published_at: When the first of them was published, UTC.
-- last_published_at: When the last of them was published, UTC.
WITH outlet AS (
    SELECT source_id, count(*) AS article_count
    FROM mart.article_current
    GROUP BY ALL
),
counted AS (
    SELECT
        mention.entity_id,
        article.source_id,
        count(DISTINCT article.body_hash) AS story_count,
        count(DISTINCT mention.article_id) AS article_count,
        count(*) AS mention_count,
        min(article.published_at) AS first_published_at,
        max(article.published_at) AS last_published_at
    FROM main.mention AS mention
    JOIN mart.article_current AS article USING (article_id)
    WHERE mention.entity_id IS NOT NULL
    GROUP BY ALL
)
SELECT
    counted.entity_id,
    entity.name,
    counted.source_id,
    counted.story_count,
    counted.article_count,
    counted.mention_count,
    counted.article_count / outlet.article_count AS share_of_articles,
    counted.first_published_at,
    counted.last_published_at
FROM counted
JOIN main.entity AS entity USING (entity_id)
JOIN outlet USING (source_id)
