-- An entity's appearances: one row an article that names it, with the sentence that names it first.
-- name: Canonical name of the entity.
-- mention_count: Mentions of it in the article.
-- first_sentence: The sentence that names it first.
WITH appearance AS (
    SELECT
        entity_id,
        article_id,
        count(*) AS mention_count,
        min(sentence_no) AS sentence_no
    FROM main.mention
    WHERE entity_id IS NOT NULL
    GROUP BY ALL
)
SELECT
    entity_id,
    entity.name,
    article.published_at,
    article.published_precision,
    article_id,
    article.source_id,
    article.title,
    mention_count,
    sentence.text AS first_sentence
FROM appearance
JOIN main.entity AS entity USING (entity_id)
JOIN mart.article_current AS article USING (article_id)
JOIN main.sentence AS sentence USING (article_id, sentence_no)
