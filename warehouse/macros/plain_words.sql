-- plain_words("text")
-- A text as full-text search compares it: in lower case, without accents and invisible characters,
-- its words (runs of letters and digits; single characters of scripts that do not space their words)
-- separated by one space each.
trim(regexp_replace(
    regexp_replace(
        regexp_replace(
            lower(strip_accents("text")), '[\p{M}{UNSEEN}]', '', 'g'
        ),
        '([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])', ' \1 ', 'g'
    ),
    '[^\pL\pN]+', ' ', 'g'
))
