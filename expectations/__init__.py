"""Data checks: suites per table, the checkpoint that runs them, and their results."""
