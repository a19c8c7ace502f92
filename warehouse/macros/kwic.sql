-- kwic(term, width)
-- Keyword in context: every place where body blocks of current articles have the term as whole words,
-- in any case, with up to `width` characters on each side. `start_char` points into `article.text`.
WITH containing AS (
    SELECT
        block.article_id,
        block.block_no,
        block.start_char,
        block.text,
        string_split_regex(block.text, '(?i)' || regexp_escape(term)) AS pieces,
        regexp_extract_all(block.text, '(?i)' || regexp_escape(term)) AS hits
    FROM main.block AS block
    WHERE block.is_body AND term <> '' AND contains(lower(block.text), lower(term))
),
placed AS (
    SELECT
        article_id,
        block_no,
        start_char,
        text,
        unnest(hits) AS keyword,
        unnest(list_transform(hits, lambda _, i:
            length(array_to_string(pieces[:i], '')) + length(array_to_string(hits[:i - 1], ''))
        )) AS position
    FROM containing
),
around AS (
    SELECT
        *,
        substring(text, 1, position) AS before,
        substring(text, position + length(keyword) + 1) AS after
    FROM placed
)
SELECT
    article_id,
    article.title,
    block_no,
    around.start_char + position AS start_char,
    right(before, width) AS left_context,
    keyword,
    left(after, width) AS right_context
FROM around
JOIN mart.article_current AS article USING (article_id)
WHERE NOT regexp_matches(right(before, 1), '[\pL\pN]')
    AND NOT regexp_matches(left(after, 1), '[\pL\pN]')
ORDER BY article_id, start_char
