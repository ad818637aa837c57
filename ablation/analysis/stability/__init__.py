"""Which levels make training more stable: less spread between seeds, and fewer failed runs."""
