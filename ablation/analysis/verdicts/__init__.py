"""What the numbers mean for each component, and how sure that is."""
