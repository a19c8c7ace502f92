-- span("text", start_char, end_char)
-- The slice of a text between two offsets as the tables give them: from 0, half-open, code points.
substring("text", start_char + 1, end_char - start_char)
