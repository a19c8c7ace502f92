-- Which articles are about a night train?
-- For everybody. Full-text search: one row a passage, best first, of the articles that have all
-- the words; endings and accents do not matter. Outside `newshouse sql` first run LOAD fts (see
-- USE.md).
SELECT title, source_id, published_at, round(score, 2) AS score, text
FROM search('night train')
