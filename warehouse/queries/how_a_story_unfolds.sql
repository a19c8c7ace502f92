-- How did the most-named organization appear in the news, article by article?
-- For a journalist. One row an article in order of time, with the sentence that names it first.
-- Undated articles come last; `published_precision` says how far a date can be trusted.
WITH organization AS (
    SELECT entity_id
    FROM mart.entity_by_outlet
    JOIN entity USING (entity_id)
    WHERE entity.entity_type = 'organization'
    GROUP BY entity_id
    ORDER BY sum(story_count) DESC, sum(mention_count) DESC, entity_id
    LIMIT 1
)
SELECT published_at, published_precision, source_id, title, name, first_sentence
FROM mart.entity_timeline
JOIN organization USING (entity_id)
ORDER BY published_at NULLS LAST, source_id, title
