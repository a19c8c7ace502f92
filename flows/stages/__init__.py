"""The stages of a run, in order, from a listing of files to staged tables."""
