"""The hand-written checks: every module here is found by itself and has a tuple `CHECKS`."""
