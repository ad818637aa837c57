"""The result of `study.compare(other)`: the changes as tables, words, figures and a page."""

from html import escape
from pathlib import Path

import pandas as pd

from ablation.analysis.compare import Comparison
from ablation.errors import UsageError
from ablation.report.changed import Changed, ChangedResponse
from ablation.report.figures.changes import effects_then_and_now
from ablation.report.formats.markdown import table_text
from ablation.report.formats.terminal import change_sentences, changes_summary
from ablation.report.sections.changes import effects_table
from ablation.report.view import Drawings, table_html
from ablation.report.write import print_problems, write_changes
from ablation.words import listed, quoted


class Changes:
    """Two studies side by side; it shows itself.

    Args:
        both: the studies, with what has changed in each response that both have.
    """

    def __init__(self, both: Changed) -> None:
        self.both = both

    @property
    def responses(self) -> list[str]:
        """The responses that are compared, the main one first."""
        return [one.first.response for one in self.both.responses]

    def __getitem__(self, response: str) -> Comparison:
        """All numbers of one response.

        Raises:
            UsageError: it is not compared.
        """
        if response not in self.responses:
            known = listed(quoted(self.responses), 30)
            raise UsageError(f"Expected a response that both studies have: {known}. Received: {response!r}.")
        return self._of(response).comparison

    def _of(self, response: str) -> ChangedResponse:
        return self.both.responses[self.responses.index(response)]

    @property
    def effects(self) -> pd.DataFrame:
        """How effects on the main response differ: see `Comparison.effects`."""
        return self.both.responses[0].comparison.effects

    @property
    def cells(self) -> pd.DataFrame:
        """The cells that both have, by the main response: see `Comparison.cells`."""
        return self.both.responses[0].comparison.cells

    @property
    def settings(self) -> pd.DataFrame:
        """Settings in which the studies differ: setting, first, second."""
        return self.both.settings

    def plot(self, response: str = "") -> Drawings:
        """Effects then and now, of the main response or another."""
        one = self._of(response) if response else self.both.responses[0]
        drawn = effects_then_and_now(one.comparison, one.words)
        return Drawings([drawn] if drawn else [])

    def markdown(self) -> str:
        """The changes as tables for a pull request."""
        return "\n\n".join(table_text(effects_table(one)) for one in self.both.responses)

    def report(self, folder: str | Path = "changes", figures: bool = True) -> Path:
        """Write the page of the two.

        Returns:
            The page.
        """
        print_problems(write_changes(self.both, Path(folder), figures))
        return Path(folder) / "index.html"

    def __repr__(self) -> str:
        """What has changed, as a terminal shows it."""
        return changes_summary(self.both)

    def _repr_html_(self) -> str:
        """The same as a notebook shows it."""
        return "".join(
            [*map(self._html, self.both.responses), *(f"<p>{escape(n)}</p>" for n in self.both.notes)]
        )

    def _html(self, one: ChangedResponse) -> str:
        drawn = self.plot(one.first.response)._repr_html_()
        return table_html(effects_table(one), drawn, change_sentences(one))
