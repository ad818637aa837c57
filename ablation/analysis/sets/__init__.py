"""Several data sets: effects on each, how much they differ, what to expect on a new one, and ranks."""
