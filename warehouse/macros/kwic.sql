-- kwic(term, width)
-- Keyword in context: every place where body blocks of current articles have the term as whole words,
-- in any case and across line ends, with up to `width` characters on each side. `start_char` points
-- into `article.text`.
WITH sought AS (
    SELECT
        '(?i)' || regexp_replace(regexp_escape(trim(term, e' \t\n\r')), '(\\?\s)+', '\\s+', 'g')
            AS pattern,
        lower(regexp_extract(term, '\S+')) AS first_word
    WHERE regexp_matches(term, '\S')
),
containing AS (
    SELECT
        block.article_id,
        block.block_no,
        block.start_char,
        block.text,
        string_split_regex(block.text, pattern) AS pieces,
        regexp_extract_all(block.text, pattern) AS hits
    FROM main.block AS block
    JOIN sought ON contains(lower(block.text), first_word)
    WHERE block.is_body
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
        substring(text, position + length(keyword) + 1) AS after,
        '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]' AS unspaced
    FROM placed
)
SELECT
    article_id,
    article.title,
    block_no,
    around.start_char + position AS start_char,
    right(before, greatest(width, 0)) AS left_context,
    keyword,
    left(after, greatest(width, 0)) AS right_context
FROM around
JOIN mart.article_current AS article USING (article_id)
-- Where a word begins or ends no letter, digit or mark goes on; signs, and scripts that do not space
-- their words, begin and end anywhere.
WHERE (NOT regexp_matches(right(before, 1), '[\pL\pN\pM]')
        OR NOT regexp_matches(left(keyword, 1), '[\pL\pN\pM]')
        OR regexp_matches(left(keyword, 1), unspaced))
    AND NOT regexp_matches(left(after, 1), '\pM')
    AND (NOT regexp_matches(left(after, 1), '[\pL\pN]')
        OR NOT regexp_matches(right(keyword, 1), '[\pL\pN\pM]')
        OR regexp_matches(right(keyword, 1), unspaced))
ORDER BY article_id, start_char
