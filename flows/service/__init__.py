"""Operating newshouse: deployments, schedule, server, alarms, watch. Knows nothing of articles."""
