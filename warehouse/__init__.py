"""The warehouse: what a table is, and how it is stored."""
