"""Costs of the cells of a finished study: operations, memory and latency, measured apart from training."""
