-- With whom and what is the most-named person written about?
-- For a journalist. One row an entity that stands in the same stories; `sentence_count` says how
-- often it is in the very same sentence, which is the stronger tie. Put a name of your own in
-- `person`.
WITH person AS (
    SELECT entity_id
    FROM mart.entity_by_outlet
    JOIN entity USING (entity_id)
    WHERE entity.entity_type = 'person'
    GROUP BY entity_id
    ORDER BY sum(story_count) DESC, sum(mention_count) DESC, entity_id
    LIMIT 1
)
SELECT name, other_name, other_entity_type, story_count, sentence_count
FROM mart.entity_cooccurrence
JOIN person USING (entity_id)
ORDER BY story_count DESC, sentence_count DESC, other_name
LIMIT 25
