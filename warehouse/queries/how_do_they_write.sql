-- How long are the sentences and the articles of each outlet?
-- For a linguist. One row an outlet; tokens include punctuation. The median is not moved by one
-- long list. Only story text is counted: no promo lines, captions or menus.
WITH length AS (
    SELECT article.source_id, median(token_count) AS tokens_a_sentence, max(token_count) AS longest
    FROM sentence
    JOIN mart.article_current AS article USING (article_id)
    GROUP BY article.source_id
)
SELECT
    source_id,
    count(*) AS articles,
    median(word_count) AS words_an_article,
    any_value(tokens_a_sentence) AS tokens_a_sentence,
    any_value(longest) AS longest_sentence
FROM mart.article_current
LEFT JOIN length USING (source_id)
GROUP BY source_id
ORDER BY words_an_article DESC, source_id
