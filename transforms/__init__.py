"""What data becomes: pure functions, frames in and frames out."""
