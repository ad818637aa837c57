"""Which levels make training steadier: less spread between seeds, and fewer runs that fail."""
