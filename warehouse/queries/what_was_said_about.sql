-- What has been written about water, and in what words?
-- For a journalist or a linguist. One row a place in the text where the word stands, with what is
-- before and after it; sorted by what follows, so that phrases gather. Change the word and the
-- width.
SELECT left_context, keyword, right_context, title, article_id, start_char
FROM kwic('water', 50)
ORDER BY lower(right_context), article_id, start_char
