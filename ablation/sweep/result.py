"""What a study of a function comes to: tables, verdicts and the report; it shows itself."""

from __future__ import annotations

from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablation.errors import UsageError
from ablation.results import Snapshot

if TYPE_CHECKING:
    import pandas as pd

    from ablation.analysis import Analysis
    from ablation.report.subject import ResponseResult, Subject


class StudyResult:
    """A study that has been run; analysed when it is first asked for something.

    Args:
        snapshot: what its store holds.
        place: of its store.
        folder: of its results.
        notes: what must be known of its runs.
    """

    def __init__(self, snapshot: Snapshot, place: str, folder: str, notes: tuple[str, ...] = ()) -> None:
        self.snapshot, self.place, self.folder, self.notes = snapshot, place, folder, notes

    @cached_property
    def subject(self) -> Subject:
        """The study as the report sees it, with all responses."""
        from ablation.report.load import subject_of

        if not self.snapshot.record.keys:
            raise UsageError("Expected a study that has been run. Received: its plan. Leave plan_only out")
        return subject_of(self.snapshot, self.place, self.folder)

    @property
    def table(self) -> pd.DataFrame:
        """The runs that have ended, one row each: factors, seed, status, responses, seconds."""
        return self.subject.table

    @property
    def failures(self) -> pd.DataFrame:
        """The last attempt at each run without a result: cell, seed, status, error, log."""
        import pandas as pd

        names = ["cell", "seed", "status", "error", "log"]
        return pd.DataFrame(
            [[getattr(run, n) for n in names] for run in self.subject.troubles], columns=names
        )

    @property
    def analysis(self) -> Analysis:
        """Of the main response.

        Raises:
            UsageError: the runs allow none, and why.
        """
        answer = self.subject.main
        if answer.analysis is None:
            raise UsageError(f"Expected runs that can be analysed. Received: {answer.obstacle}")
        return answer.analysis

    @property
    def verdicts(self) -> pd.DataFrame:
        """What each factor does to the main response: see `Analysis.verdicts`."""
        return self.analysis.verdicts

    @property
    def effects(self) -> pd.DataFrame:
        """Main contrasts of the main response: see `Analysis.effects`."""
        return self.analysis.effects

    def report(self, folder: str | Path = "", figures: bool = True) -> Path:
        """Write the report.

        Args:
            folder: where; `report` in the study's folder, if not given.
            figures: whether figures are drawn, which takes most of the time.

        Returns:
            The page.
        """
        from ablation.report.write import write_files

        target = Path(folder or Path(self.folder) / "report")
        for problem in write_files(self.subject, target, figures):
            print(f"A part of the report could not be made, please report this: {problem}")
        return target / "index.html"

    def __repr__(self) -> str:
        """The verdicts as a terminal shows them."""
        from ablation.report.formats.terminal import summary

        return "\n".join([*self.notes, summary(self.subject)])

    def _repr_html_(self) -> str:
        """The verdicts as a notebook shows them."""
        from ablation.report.sections.header import design

        texts = [*self.notes, design(self.subject)]
        parts = [_answer_html(self.subject, answer) for answer in self.subject.answers]
        return "".join([*parts, *(f"<p>{escape(text)}</p>" for text in texts)])


def _answer_html(subject: Subject, answer: ResponseResult) -> str:
    """Sentences, notes and the table of one response."""
    import pandas as pd

    from ablation.report.sections.verdicts import brief_verdict_table
    from ablation.report.sentences import lead_sentences, notice_sentence

    if answer.analysis is None:
        return f"<p>{escape(f'{answer.response}: nothing can be concluded yet. {answer.obstacle}')}</p>"
    words = subject.words(answer)
    table: Any = brief_verdict_table(words, answer.analysis)
    cells = [[cell.text for cell in row] for row in table.rows]
    frame = pd.DataFrame(cells, columns=[column.title for column in table.columns])
    notes = [f"Note: {notice_sentence(notice, words)}" for notice in answer.analysis.warnings]
    told = [f"<p>{escape(text)}</p>" for text in (*lead_sentences(answer.analysis, words), *notes)]
    return f"<h4>{escape(table.caption)}</h4>{frame.to_html(index=False)}{''.join(told)}"
