"""What people read: the effects of a study and the article's OLS, from rows and `ablation.analysis` alone."""

from ablation.report.write import write_report

__all__ = ["write_report"]
