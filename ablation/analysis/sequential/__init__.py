"""Group-sequential testing: repeated looks at a growing study that keep their error rates."""
