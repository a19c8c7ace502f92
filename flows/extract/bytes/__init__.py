"""Decompression, format detection and character decoding of delivered bytes."""
