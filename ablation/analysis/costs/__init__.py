"""Gain and cost: which cells are on the frontier, and what a change costs per unit of gain."""
