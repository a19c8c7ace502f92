"""Moves articles, entities and files that fail data checks from the staged rows to quarantine."""
