"""A document in each format: page, Markdown, LaTeX, CSV, JSON, terminal."""
