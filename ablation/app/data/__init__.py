"""Data sets that networks learn from."""
