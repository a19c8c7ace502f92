"""The hand-written checks: each module is found automatically and has a tuple `CHECKS`."""
