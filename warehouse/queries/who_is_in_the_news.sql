-- Who and what is in the news most?
-- For a journalist. One row an entity, the most covered first. `stories` counts a text that
-- several outlets carry once, `articles` counts every copy: a wide gap is agency copy, not many
-- reporters.
SELECT
    entity.name,
    entity.entity_type,
    count(DISTINCT article.body_hash) AS stories,
    count(DISTINCT article.article_id) AS articles,
    count(*) AS mentions
FROM mention
JOIN entity USING (entity_id)
JOIN mart.article_current AS article USING (article_id)
GROUP BY entity_id, entity.name, entity.entity_type
ORDER BY stories DESC, mentions DESC, entity.name
LIMIT 25
