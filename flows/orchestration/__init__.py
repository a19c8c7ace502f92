"""How runs meet Prefect: tasks, states, artifacts, and the server they report to."""
