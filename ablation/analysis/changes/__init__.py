"""Comparison of two studies of the same components: which runs pair, and what has changed."""
