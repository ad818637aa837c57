"""Data sets: what networks learn from."""
