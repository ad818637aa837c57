"""`ablation.Study(runs, …)`: finished runs as an object that shows itself and writes its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablation.errors import UsageError
from ablation.words import listed, quoted

if TYPE_CHECKING:  # pandas: a second that a sweep does not wait for at its start
    import pandas as pd

    from ablation.analysis import Analysis
    from ablation.report.changes_view import Changes
    from ablation.report.subject import Subject
    from ablation.report.view import Drawings, ResponseView

Responses = Mapping[str, str | float | None] | Iterable[str] | str


class Study:
    """A study from finished runs: `study["loss"].verdicts`, `.plot()`, `.latex()`; `study.report("page/")`.

        study = ablation.Study("runs.csv", {"loss": "lower", "acc": "higher"}, ["norm", "act"], block="seed")

    Args:
        runs: one row per run: a DataFrame; a file (CSV, TSV, JSON lines, Parquet, Feather); the folder or URL
            of a study; or where another tool keeps its runs (`docs/results-you-have.md`).
        responses: what was measured, the main response first: name → which values are better (`lower`,
            `higher`, `zero`, or the best number). Names are enough if they make this clear. Responses or
            factors that are not given are proposed from the columns of the table: see `notes`.
        factors: the columns that were varied.
        block: the column of the paired seeds, or several, such as data set and seed.
        margin: the smallest effect on the main response that matters, in % on the log scale, else in units.
        name: the heading; by default the name of the file.
        settings: `numeric`, `reference`, `nested`, `where`, `scale`, `interactions`, `alpha`, `anova_type`,
            `weights`, `trials` and `item`, as in `ablation.analysis.analyze`; or settings of another tool's
            runs, such as `experiment`.

    Attributes:
        notes: what was assumed about the runs, in sentences.

    Raises:
        UsageError: an argument is wrong; the message says what was expected, and what was received.
    """

    def __init__(
        self,
        runs: pd.DataFrame | str | Path,
        responses: Responses | None = None,
        factors: Iterable[str] | str | None = None,
        *,
        block: Iterable[str] | str | None = None,
        margin: float | None = None,
        name: str = "",
        **settings: Any,
    ) -> None:
        from ablation.report.read_study import read_study

        study = read_study(runs, responses, factors, {"block": block, "margin": margin, **settings}, name)
        self.notes, self._target = study.notes, study.folder
        self._load: Callable[[], Subject] = lambda: study.subject

    @cached_property
    def subject(self) -> Subject:
        """The study in the form that the report uses, with all responses."""
        return self._load()

    @property
    def responses(self) -> list[str]:
        """Names of the responses, the main one first."""
        return [answer.response for answer in self.subject.answers]

    @property
    def table(self) -> pd.DataFrame:
        """The finished runs, one row each: factors, seed, status, responses, seconds."""
        return self.subject.table

    def __getitem__(self, response: str) -> ResponseView:
        """The results for one response.

        Raises:
            UsageError: there is no response of this name.
        """
        from ablation.report.view import ResponseView

        for answer in self.subject.answers:
            measured = answer.analysis.request.measured if answer.analysis else ""
            if response in (answer.response, measured or answer.response):
                return ResponseView(self.subject, answer)
        known = listed(quoted(self.responses), 30)
        raise UsageError(f"Expected a response of this study: {known}. Received: {response!r}.")

    @property
    def main(self) -> ResponseView:
        """The results for the main response."""
        return self[self.responses[0]]

    @property
    def analysis(self) -> Analysis:
        """The analysis of the main response.

        Raises:
            UsageError: the runs cannot be analysed; the message says why.
        """
        return self.main.analysis

    @property
    def verdicts(self) -> pd.DataFrame:
        """The verdict on each factor for the main response: see `Analysis.verdicts`."""
        return self.analysis.verdicts

    @property
    def effects(self) -> pd.DataFrame:
        """Main contrasts of the main response: see `Analysis.effects`."""
        return self.analysis.effects

    def plot(self, kind: str = "effects") -> Drawings:
        """A figure of the main response: see `ResponseView.plot`."""
        return self.main.plot(kind)

    def compare(self, other: Study, response: str = "", paired: bool | None = None) -> Changes:
        """What has changed from this study to a later one, in every response that both have.

        Args:
            other: the later study.
            response: compare this response only; by default all.
            paired: whether runs are compared in pairs. By default they are if at least half of the smaller
                study's runs have a partner, and the pairs determine every effect.

        Raises:
            UsageError: the studies have no response or component in common, or one cannot be analysed.
        """
        from ablation.report.changed import compare_studies
        from ablation.report.changes_view import Changes

        if not isinstance(other, Study):
            raise UsageError(f"Expected a study to compare with. Received: {type(other).__name__}.")
        return Changes(compare_studies(self.subject, other.subject, response, paired))

    def report(self, folder: str | Path = "", figures: bool = True) -> Path:
        """Write the report.

        Args:
            folder: where it goes; by default `report` in the study's folder, or `<name>-report` here.
            figures: whether to draw figures, which takes most of the time.

        Returns:
            The path of the page, `index.html`.
        """
        from ablation.report.write import print_problems, write_files

        target = Path(folder or self._target)
        print_problems(write_files(self.subject, target, figures))
        return target / "index.html"

    def __repr__(self) -> str:
        """The verdicts as text for a terminal."""
        from ablation.report.formats.terminal import summary

        return "\n".join([*self.notes, summary(self.subject)])

    def _repr_html_(self) -> str:
        """The verdicts as HTML for a notebook."""
        from ablation.report.sections.header import design

        parts = [self[response]._repr_html_() for response in self.responses]
        return "".join([*parts, *(f"<p>{escape(text)}</p>" for text in (*self.notes, design(self.subject)))])
