"""How a cell is trained: one network, built and traced once, re-initialised for each seed."""
