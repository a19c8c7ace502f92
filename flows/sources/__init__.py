"""Where files come from and go to: files, folders, globs and buckets."""
