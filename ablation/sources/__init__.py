"""Runs that other tools have kept, read as one table, without importing the tools."""

from ablation.sources.registry import find, known, read, recognised, settings

__all__ = ["find", "known", "read", "recognised", "settings"]
