-- span("text", start_char, end_char)
-- The slice of a text between two offsets as the tables give them: from 0, half-open, code points.
substring(
    "text", greatest(start_char, 0) + 1, greatest(end_char - greatest(start_char, 0), 0)
)
