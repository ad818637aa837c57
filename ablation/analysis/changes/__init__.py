"""Two studies of the same components, side by side: what pairs, and what has changed."""
