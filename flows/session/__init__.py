"""One run's hold on a warehouse: lock, staging, accounts, record, and what loads beside it."""
