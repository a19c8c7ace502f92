"""What must be true of the data: suites per table, the engine that runs them, their results."""
