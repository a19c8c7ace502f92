"""In what order things happen: flows, tasks, extractors, settings and the command line."""
