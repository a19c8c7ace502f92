"""The transformations, as pure functions that take frames and return frames."""
