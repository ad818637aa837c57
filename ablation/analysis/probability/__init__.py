"""Distributions and corrections for many tests."""
