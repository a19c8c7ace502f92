"""Pages of HTML: their text, what each line of it is, and what they declare of themselves."""
