"""Orchestration: flows, tasks, file readers, settings and the command line."""
