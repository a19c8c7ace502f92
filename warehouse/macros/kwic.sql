-- kwic(term, width)
-- Keyword in context: every place where body blocks of current articles have the term as whole words,
-- in any case, across line ends and invisible characters, with up to `width` characters on each
-- side. `start_char` points into `article.text`.
WITH unseen AS (
    SELECT
        '[{UNSEEN}]' AS one,
        '[{WHITE}]' AS white
),
asked AS (
    SELECT
        trim(regexp_replace(regexp_replace(term, one, '', 'g'), white || '+', ' ', 'g')) AS plain,
        unseen.*
    FROM unseen
),
sought AS (
    SELECT
        '(?i)' || replace(regexp_escape(plain), '\ ', white || '+') AS pattern,
        list_transform(regexp_extract_all(plain, '(?s).'), lambda letter:
            CASE letter WHEN ' ' THEN '(?:' || white || one || '*)+' ELSE regexp_escape(letter) END
        ) AS letters,
        -- In a term far longer than names invisible characters are not skipped: DuckDB limits the
        -- size of a pattern.
        '(?i)' || array_to_string(list_transform(letters, lambda letter, i:
            CASE WHEN i < len(letters) AND len(letters) <= 300 THEN letter || one || '*' ELSE letter END
        ), '') AS wide_pattern,
        lower(string_split(plain, ' ')[1]) AS first_word,
        lower(string_split(plain, ' ')[-1]) AS last_word,
        one AS unseen
    FROM asked
    WHERE plain <> ''
),
marked AS (
    SELECT
        *,
        strlen(text) > length(text) AND regexp_matches(text, '[{UNSEEN}]') AS is_marked,
        lower(if(is_marked, regexp_replace(text, '[{UNSEEN}]', '', 'g'), text)) AS lower_text
    FROM main.block
    WHERE is_body
),
containing AS (
    SELECT
        block.article_id,
        block.block_no,
        block.start_char,
        block.text,
        unseen,
        if(is_marked, wide_pattern, pattern) AS pattern_here,
        string_split_regex(block.text, pattern_here) AS pieces,
        regexp_extract_all(block.text, pattern_here) AS hits
    FROM marked AS block
    JOIN sought ON contains(lower_text, first_word) AND contains(lower_text, last_word)
),
placed AS (
    SELECT
        article_id,
        block_no,
        start_char,
        text,
        unseen,
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
        right(regexp_replace(right(before, 50), unseen, '', 'g'), 1) AS letter_before,
        left(regexp_replace(left(after, 50), unseen, '', 'g'), 1) AS letter_after,
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
WHERE (NOT regexp_matches(letter_before, '[\pL\pN\pM]')
        OR NOT regexp_matches(left(keyword, 1), '[\pL\pN\pM]')
        OR regexp_matches(left(keyword, 1), unspaced))
    AND NOT regexp_matches(letter_after, '\pM')
    AND (NOT regexp_matches(letter_after, '[\pL\pN]')
        OR NOT regexp_matches(right(keyword, 1), '[\pL\pN\pM]')
        OR regexp_matches(right(keyword, 1), unspaced))
ORDER BY article_id, start_char
