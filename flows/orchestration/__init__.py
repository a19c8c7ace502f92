"""Integration with Prefect: tasks, states, artifacts, and the server that runs report to."""
