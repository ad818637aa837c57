"""The linear model: its terms, its fit, and what the runs can separate."""
