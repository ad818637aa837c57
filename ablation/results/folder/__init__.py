"""A store in a folder: one JSON file for each run."""
