-- Which headlines do pages show beside their stories, and do we have those stories?
-- For a media researcher. One row a related headline; `target_title` is the article behind it,
-- null where it is not in the warehouse. Compare links inside an outlet with links to others.
SELECT
    source_id,
    title,
    link_title,
    target_source_id,
    target_title,
    target_source_id = source_id AS is_same_outlet
FROM mart.related_graph
ORDER BY target_title NULLS LAST, source_id, title, link_no
