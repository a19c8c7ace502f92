"""Access to sources and export targets: files, folders, globs and buckets."""
