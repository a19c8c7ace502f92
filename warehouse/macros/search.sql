-- search(query)
-- Full-text search: the story blocks of current articles that have words of `query`, best first by
-- BM25, of the articles that have them all. English endings, case and accents do not matter; words
-- in double quotes must stand together. Needs DuckDB's extension `fts` to be loaded.
WITH asked AS (
    SELECT DISTINCT main.plain_words(unnest(
        regexp_extract_all(translate(query, '“”„«»', '"""""'), '"[^"]*"?|[^\s"]+')
    )) AS unit
),
unit_term AS (
    SELECT DISTINCT unit, stem(unnest(string_split(unit, ' ')), 'porter') AS term
    FROM asked
    WHERE unit <> ''
),
unit AS (
    SELECT unit, count(*) AS term_count FROM unit_term GROUP BY unit
),
wanted AS (
    SELECT DISTINCT term FROM unit_term
),
-- What the index does not have yet is read as it stands.
unread AS (
    SELECT article_id, block_no, string_split(main.plain_words(block.text), ' ') AS words
    FROM main.block AS block
    SEMI JOIN search.unread AS unread USING (article_id, block_no)
),
read_word AS (
    SELECT article_id, block_no, len(words) AS word_count, stem(unnest(words), 'porter') AS term
    FROM unread
    WHERE EXISTS (FROM wanted)
),
found AS (
    SELECT document.article_id, document.block_no, wanted.term, posting.occurrences,
        document.word_count
    FROM wanted
    JOIN search.term AS term USING (term)
    JOIN search.posting AS posting USING (term_no)
    JOIN search.document AS document USING (document_no)
    UNION ALL
    SELECT article_id, block_no, term, count(*) AS occurrences, any_value(word_count)
    FROM read_word
    SEMI JOIN wanted USING (term)
    GROUP BY article_id, block_no, term
),
-- The usual weights of Okapi BM25: k = 1.2, b = 0.75.
corpus AS (
    SELECT count(*) AS block_count, avg(word_count) AS mean_count
    FROM (SELECT word_count FROM search.document UNION ALL SELECT len(words) FROM unread)
),
weighed AS (
    SELECT article_id, block_no, term,
        ln((block_count - frequency + 0.5) / (frequency + 0.5) + 1)
        * occurrences * 2.2 / (occurrences + 1.2 * (0.25 + 0.75 * word_count / mean_count)) AS weight
    FROM found
    JOIN (SELECT term, count(*) AS frequency FROM found GROUP BY term) USING (term)
    CROSS JOIN corpus
),
matched AS (
    SELECT article_id, block_no, unit, sum(weight) AS weight
    FROM weighed
    JOIN unit_term USING (term)
    JOIN unit USING (unit)
    GROUP BY article_id, block_no, unit, term_count
    HAVING count(*) = term_count
),
-- Of a unit of several words the block has all: do they stand side by side?
confirmed AS (
    SELECT article_id, block_no, unit, weight
    FROM matched
    WHERE NOT contains(unit, ' ')
    UNION ALL
    SELECT article_id, block_no, unit, weight
    FROM matched
    JOIN main.block AS block USING (article_id, block_no)
    WHERE contains(unit, ' ')
        AND contains(' ' || main.plain_words(block.text) || ' ', ' ' || unit || ' ')
),
whole AS (
    SELECT article_id
    FROM confirmed
    GROUP BY article_id
    HAVING count(DISTINCT unit) = (SELECT count(*) FROM unit)
),
scored AS (
    SELECT article_id, block_no, sum(weight) AS score
    FROM confirmed
    SEMI JOIN whole USING (article_id)
    GROUP BY article_id, block_no
)
SELECT
    article_id,
    block_no,
    article.title,
    article.source_id,
    article.published_at,
    score,
    block.kind,
    block.start_char,
    block.text
FROM scored
JOIN mart.article_current AS article USING (article_id)
JOIN main.block AS block USING (article_id, block_no)
ORDER BY score DESC, article_id, block_no
