"""Operation of newshouse as a service: deployments, schedule, server, alarms and file watch."""
