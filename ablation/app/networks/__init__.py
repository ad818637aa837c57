"""Layers and networks, in Keras 3 layers and ops alone (no backend is named)."""
