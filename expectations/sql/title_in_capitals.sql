-- name: not_in_capitals
-- table: article
-- column: title
-- severity: warning
-- note: A headline all in capitals was taken from a banner; up to four letters may be an acronym.
select article_id, title as observed
from main.article
where title = upper(title) and title <> lower(title) and length(title) > 4
