"""Bytes before they are a format: unpacked, recognised, decoded."""
