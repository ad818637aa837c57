"""What people read: pages, tables and figures of a study, from rows and `ablation.analysis` alone."""

from ablation.report.write import write_report

__all__ = ["write_report"]
