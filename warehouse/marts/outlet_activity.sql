-- What an outlet published on a day (UTC): distinct stories, raw articles and words of body text. The
-- day is null for articles dated no closer than a month or not at all.
-- name: Full name of the outlet.
-- day: Day of publication, UTC; null where it is not known to the day.
-- story_count: Distinct stories: copies of a text count once.
-- article_count: Articles, every copy counted.
-- word_count: Words of body text of those articles.
SELECT
    source_id,
    source.name,
    CASE
        WHEN article.published_precision IN ('instant', 'day')
            THEN (article.published_at AT TIME ZONE 'UTC')::DATE
    END AS day,
    count(DISTINCT article.body_hash) AS story_count,
    count(*) AS article_count,
    sum(article.word_count)::BIGINT AS word_count
FROM mart.article_current AS article
JOIN main.source AS source USING (source_id)
GROUP BY ALL
