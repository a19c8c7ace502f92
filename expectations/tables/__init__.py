"""The hand-written checks, one module a table or subject."""
