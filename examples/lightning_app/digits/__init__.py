"""Handwritten digits: data and models."""
