-- Which article shows which headline: one edge a related link of a current article, with the target
-- where the warehouse has it.
-- title: Title of the article that shows the link.
-- link_title: The headline, white space collapsed.
-- link_url: Address it links to.
-- target_source_id: Outlet of the article it points at.
-- target_title: Title of that article.
SELECT
    link.article_id,
    link.link_no,
    article.source_id,
    article.title,
    link.title AS link_title,
    link.url AS link_url,
    link.target_article_id,
    target.source_id AS target_source_id,
    target.title AS target_title
FROM main.related_link AS link
JOIN mart.article_current AS article USING (article_id)
LEFT JOIN main.article AS target ON target.article_id = link.target_article_id
