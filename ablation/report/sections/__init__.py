"""The report's sections, one file each, in words, tables and figures; `build` puts them in order."""

from ablation.report.sections.build import build

__all__ = ["build"]
