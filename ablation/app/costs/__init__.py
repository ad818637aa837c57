"""What the cells of a finished study cost: operations, memory and latency, measured apart from training."""
