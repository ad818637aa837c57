"""One response of a study, for Python and notebooks: tables, figures, and text for a paper."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from ablation.analysis import Analysis
from ablation.errors import UsageError
from ablation.files import Disk, make_folders, refusals, replace_durably
from ablation.report import figures
from ablation.report.document import Table
from ablation.report.figures import Plot, as_file
from ablation.report.formats.latex import latex
from ablation.report.formats.markdown import table_text
from ablation.report.sections.verdicts import brief_verdict_table
from ablation.report.sentences import Wording, lead_sentences, notice_sentence
from ablation.report.subject import ResponseResult, Subject
from ablation.words import listed

KINDS: Mapping[str, Callable[[Analysis, Wording], Sequence[Plot | None]]] = {
    "effects": lambda a, words: [figures.effects_forest(a, words)],
    "means": figures.marginal_means,
    "interactions": figures.interactions,
    "residuals": figures.residuals,
    "data_sets": figures.set_effects,
    "half_normal": lambda a, _: [figures.half_normal(a)],
}
"""Name of a figure → what draws it."""


@dataclass(frozen=True, eq=False)
class Drawings(Sequence[Any]):
    """Figures as SVG, which a notebook shows."""

    plots: Sequence[Plot]

    def __getitem__(self, which: Any) -> Any:
        """One of the figures, or a slice of them."""
        return Drawings(self.plots[which]) if isinstance(which, slice) else Drawings([self.plots[which]])

    def __len__(self) -> int:
        """How many there are."""
        return len(self.plots)

    def __repr__(self) -> str:
        """The figures' descriptions."""
        return "\n".join(plot.alt for plot in self.plots)

    def _repr_html_(self) -> str:
        """Images, so that the notebook's style does not reach into them."""
        return "".join(_image(plot) for plot in self.plots)

    def save(self, path: str | Path) -> list[Path]:
        """Write SVG files.

        Args:
            path: a file that ends in `.svg`, if there is one figure; otherwise a folder.

        Returns:
            The files written.

        Raises:
            UsageError: one file is named for several figures, or the place cannot be written to.
        """
        path, is_file = Path(path), Path(path).suffix == ".svg"
        if is_file and len(self) != 1:
            raise UsageError(f"Expected a folder for {len(self)} figures. Received: the file {path}.")
        files = [path] if is_file else [path / f"{plot.name}.svg" for plot in self.plots]
        with refusals("write", path):
            make_folders(Disk(), path.parent if is_file else path)
            for file, plot in zip(files, self.plots, strict=True):
                replace_durably(Disk(), file, as_file(plot).encode())
        return files


@dataclass(frozen=True, eq=False)
class ResponseView:
    """The results of a study for one response."""

    subject: Subject
    answer: ResponseResult

    @property
    def analysis(self) -> Analysis:
        """All tables and numbers.

        Raises:
            UsageError: the runs cannot be analysed; the message says why.
        """
        if self.answer.analysis is None:
            raise UsageError(f"Expected runs that can be analysed. Received: {self.answer.obstacle}")
        return self.answer.analysis

    @property
    def verdicts(self) -> pd.DataFrame:
        """The verdict on each factor: see `Analysis.verdicts`."""
        return self.analysis.verdicts

    @property
    def effects(self) -> pd.DataFrame:
        """Main contrasts: see `Analysis.effects`."""
        return self.analysis.effects

    @property
    def sentences(self) -> list[str]:
        """The verdicts in words."""
        return list(lead_sentences(self.analysis, self.subject.words(self.answer)))

    def plot(self, kind: str = "effects") -> Drawings:
        """Draw a figure.

        Args:
            kind: `effects` with intervals, `means` by level, `interactions`, `residuals`, `data_sets` if they
                are blocks, or `half_normal` if there are no replicates.

        Raises:
            UsageError: there is no such figure, or it would show nothing.
        """
        if kind not in KINDS:
            raise UsageError(f"Expected a figure: {listed(list(KINDS))}. Received: {kind!r}.")
        plots = [p for p in KINDS[kind](self.analysis, self.subject.words(self.answer)) if p is not None]
        if not plots:
            raise UsageError(f"Expected runs with something to show as {kind}. Received: {self.analysis!r}.")
        return Drawings(plots)

    def latex(self) -> str:
        """The verdicts as a LaTeX table (packages booktabs and graphicx)."""
        return latex(self._table)

    def markdown(self) -> str:
        """The verdicts as a Markdown table."""
        return table_text(self._table)

    @property
    def _table(self) -> Table:
        return brief_verdict_table(self.subject.words(self.answer), self.analysis)

    def __repr__(self) -> str:
        """The verdicts as text."""
        return self.markdown() if self.answer.analysis else self._nothing

    def _repr_html_(self) -> str:
        """The verdicts as HTML for a notebook: table, figure, sentences and notes."""
        if self.answer.analysis is None:
            return f"<p>{escape(self._nothing)}</p>"
        words, table = self.subject.words(self.answer), self._table
        notes = [f"Note: {notice_sentence(notice, words)}" for notice in self.analysis.warnings]
        forest = figures.effects_forest(self.analysis, words)
        return table_html(table, _image(forest) if forest else "", [*self.sentences, *notes])

    @property
    def _nothing(self) -> str:
        return f"{self.answer.response}: nothing can be concluded yet. {self.answer.obstacle}"


def table_html(table: Table, drawn: str, sentences: Iterable[str]) -> str:
    """A table with its caption, a drawing and sentences, as a notebook shows them."""
    rows = [[cell.text for cell in row] for row in table.rows]
    frame = pd.DataFrame(rows, columns=[column.title for column in table.columns])
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in sentences)
    return f"<h4>{escape(table.caption)}</h4>{frame.to_html(index=False)}{drawn}{paragraphs}"


def _image(plot: Plot) -> str:
    data = base64.b64encode(as_file(plot).encode()).decode()
    return f'<p><img alt="{escape(plot.alt)}" src="data:image/svg+xml;base64,{data}"></p>'
