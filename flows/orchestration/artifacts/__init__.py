"""Artifacts and assets of a run in the Prefect UI. They change no row; their errors stop no run."""
