"""Gain beside cost: which cells nothing cheaper beats, and what a change costs per unit of its gain."""
