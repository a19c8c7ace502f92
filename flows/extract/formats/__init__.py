"""One module a file format: bytes in, records out."""
