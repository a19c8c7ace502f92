"""State of one run: lock, staging folders, file outcomes, run record and preloaded resources."""
