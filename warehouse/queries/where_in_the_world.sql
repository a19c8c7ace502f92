-- Which places is the news about?
-- For an analyst with a map. One row a place whose coordinates GeoNames knows, and the number of
-- stories that name it. Countries and regions, and places not found there, have none.
SELECT
    entity.name,
    entity.country_iso2,
    entity.latitude,
    entity.longitude,
    count(DISTINCT article.body_hash) AS stories
FROM mention
JOIN entity USING (entity_id)
JOIN mart.article_current AS article USING (article_id)
WHERE entity.latitude IS NOT NULL
GROUP BY entity_id, entity.name, entity.country_iso2, entity.latitude, entity.longitude
ORDER BY stories DESC, entity.name
