"""Where results already are: runs that other tools have kept, read as one table, each without its tool."""

from ablation.sources.registry import find, known, read, recognised, settings

__all__ = ["find", "known", "read", "recognised", "settings"]
