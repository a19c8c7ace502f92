"""Reads HTML pages: their text, the kind of each line, and their declared metadata."""
