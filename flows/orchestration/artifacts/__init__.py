"""What people see of a run in the Prefect UI. Changes no row and stops no run."""
