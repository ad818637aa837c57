"""`ablation.Study(runs, …)`: runs from anywhere, as an object that shows itself and writes its report."""

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
    """A study, whoever ran it: `study["loss"].verdicts`, `.plot()`, `.latex()`; `study.report("page/")`.

        study = ablation.Study("runs.csv", {"loss": "lower", "acc": "higher"}, ["norm", "act"], block="seed")

    Args:
        runs: one row per run: a DataFrame; a file (CSV, TSV, JSON lines, Parquet, Feather); the folder or URL
            of a study; or where another tool keeps its runs (`docs/results-you-have.md`).
        responses: what was measured, the main one first: name → which of its values are better (`lower`,
            `higher`, `zero`, or the number that is best); or names, if these say it. Where responses or
            factors are not given, the table's columns propose them, and `notes` says which.
        factors: the columns that were varied.
        block: the column of the paired seeds, or several, such as data set and seed.
        margin: the smallest effect on the main response that matters, in % on the log scale, else in units.
        name: the heading; the file's, if not given.
        settings: `numeric`, `reference`, `nested`, `where`, `scale`, `interactions`, `alpha`, `anova_type`,
            `weights` and `trials`, as `ablation.analysis.analyze` takes them; or those of another tool's
            runs, such as `experiment`.

    Attributes:
        notes: what must be known of its runs.

    Raises:
        UsageError: something cannot be meant; what was expected, and what was received.
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

        found = read_study(runs, responses, factors, {"block": block, "margin": margin, **settings}, name)
        self.notes, self._target = found.notes, found.folder
        self._load: Callable[[], Subject] = lambda: found.subject

    @cached_property
    def subject(self) -> Subject:
        """The study as the report sees it, with all responses."""
        return self._load()

    @property
    def responses(self) -> list[str]:
        """What was measured, the main one first."""
        return [answer.response for answer in self.subject.answers]

    @property
    def table(self) -> pd.DataFrame:
        """The runs that have ended, one row each: factors, seed, status, responses, seconds."""
        return self.subject.table

    def __getitem__(self, response: str) -> ResponseView:
        """What the runs say of one response.

        Raises:
            UsageError: there is none of this name.
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
        """What the runs say of the main response."""
        return self[self.responses[0]]

    @property
    def analysis(self) -> Analysis:
        """Of the main response.

        Raises:
            UsageError: the runs allow none, and why.
        """
        return self.main.analysis

    @property
    def verdicts(self) -> pd.DataFrame:
        """What each factor does to the main response: see `Analysis.verdicts`."""
        return self.analysis.verdicts

    @property
    def effects(self) -> pd.DataFrame:
        """Main contrasts of the main response: see `Analysis.effects`."""
        return self.analysis.effects

    def plot(self, kind: str = "effects") -> Drawings:
        """A figure of the main response: see `ResponseView.plot`."""
        return self.main.plot(kind)

    def compare(self, other: Study, response: str = "", paired: bool | None = None) -> Changes:
        """What has changed from this study to another, in every response that both have.

        Args:
            other: the study after.
            response: the only one that is compared; all, if not given.
            paired: whether runs are compared in pairs; None: if pairs are at least half of the smaller study.

        Raises:
            UsageError: they have no response or component in common, or one of them allows no analysis.
        """
        from ablation.report.changed import compare_studies
        from ablation.report.changes_view import Changes

        if not isinstance(other, Study):
            raise UsageError(f"Expected a study to compare with. Received: {type(other).__name__}.")
        return Changes(compare_studies(self.subject, other.subject, response, paired))

    def report(self, folder: str | Path = "", figures: bool = True) -> Path:
        """Write the report.

        Args:
            folder: where; `report` in the study's folder, or `<name>-report`, if not given.
            figures: whether figures are drawn, which takes most of the time.

        Returns:
            The page.
        """
        from ablation.report.write import print_problems, write_files

        target = Path(folder or self._target)
        print_problems(write_files(self.subject, target, figures))
        return target / "index.html"

    def __repr__(self) -> str:
        """The verdicts as a terminal shows them."""
        from ablation.report.formats.terminal import summary

        return "\n".join([*self.notes, summary(self.subject)])

    def _repr_html_(self) -> str:
        """The verdicts as a notebook shows them."""
        from ablation.report.sections.header import design

        parts = [self[response]._repr_html_() for response in self.responses]
        return "".join([*parts, *(f"<p>{escape(text)}</p>" for text in (*self.notes, design(self.subject)))])
