-- Which entities are named together: for each ordered pair the distinct stories, raw articles and
-- sentences that name both. Every pair stands in both orders, so filter by entity_id alone.
-- name: Canonical name of the entity.
-- other_entity_id: The entity it is named with.
-- other_name: Canonical name of that one.
-- other_entity_type: What kind of thing that one is.
-- story_count: Distinct stories that name both: copies of a text count once.
-- article_count: Articles that name both, every copy counted.
-- sentence_count: Sentences that name both.
WITH named AS (
    SELECT DISTINCT article_id, sentence_no, entity_id
    FROM main.mention
    WHERE entity_id IS NOT NULL
),
named_in_article AS (
    SELECT DISTINCT article_id, entity_id
    FROM main.mention
    WHERE entity_id IS NOT NULL
),
-- The other side is made distinct after the join: a filter on entity_id does not reach it before.
together AS (
    SELECT DISTINCT
        one.article_id,
        NULL::INTEGER AS sentence_no,
        one.entity_id,
        other.entity_id AS other_entity_id
    FROM named_in_article AS one
    JOIN main.mention AS other USING (article_id)
    WHERE other.entity_id <> one.entity_id
    UNION ALL
    SELECT DISTINCT
        one.article_id,
        one.sentence_no,
        one.entity_id,
        other.entity_id AS other_entity_id
    FROM named AS one
    JOIN main.mention AS other USING (article_id, sentence_no)
    WHERE other.entity_id <> one.entity_id
),
paired AS (
    SELECT
        entity_id,
        other_entity_id,
        count(DISTINCT article.body_hash) AS story_count,
        count(*) FILTER (together.sentence_no IS NULL) AS article_count,
        count(*) FILTER (together.sentence_no IS NOT NULL) AS sentence_count
    FROM together
    JOIN mart.article_current AS article USING (article_id)
    GROUP BY ALL
)
SELECT
    entity_id,
    entity.name,
    other_entity_id,
    other.name AS other_name,
    other.entity_type AS other_entity_type,
    story_count,
    article_count,
    sentence_count
FROM paired
JOIN main.entity AS entity USING (entity_id)
JOIN main.entity AS other ON other.entity_id = paired.other_entity_id
