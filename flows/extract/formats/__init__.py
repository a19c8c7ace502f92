"""Readers of file formats, one module per format: bytes in, records out."""
