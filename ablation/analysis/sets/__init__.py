"""Several data sets: effects on each, how much they differ, what to expect of another one, and ranks."""
