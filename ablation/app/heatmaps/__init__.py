"""Heatmaps of a study's trained networks, made from their saved weights, without training anything again."""
