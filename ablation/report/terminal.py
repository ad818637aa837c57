"""The summary at the end of a sweep."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.report.page import design
from ablation.report.study import Study
from ablation.report.tables import article_summary, effects


def print_summary(study: Study, path: str) -> None:
    """The design, the article's OLS, the effects, and where the report is."""
    console = Console(highlight=False, soft_wrap=True)
    if study.analysis is None:
        console.print(f"Nothing can be concluded yet. {study.obstacle}", markup=False)
    else:
        console.print(article_summary(study.analysis), markup=False)
        console.print(f"Caution: {study.analysis.article_caution}\n", markup=False)
        console.print(_table(study))
        for notice in study.analysis.warnings:
            console.print(f"Note: {notice}", markup=False)
    console.print(f"{design(study)}\nReport: {path}", markup=False)


def _table(study: Study) -> Table:
    frame = effects(study.analysis) if study.analysis else None
    table = Table(title=f"What each component does to the {study.response}", title_justify="left")
    if frame is not None:
        for name in frame.columns:
            table.add_column(name, justify="left" if name in frame.columns[:2] else "right", no_wrap=True)
        for row in frame.itertuples(index=False):
            table.add_row(*(Text(str(value)) for value in row))
    return table
