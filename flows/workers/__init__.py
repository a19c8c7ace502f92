"""Executors of a run's batches: this process, a process pool, or a Dask cluster."""
