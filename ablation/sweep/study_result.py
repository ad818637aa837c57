"""The result of a study of a function: a `Study` that also knows its failed runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.report.study import Study
from ablation.results import Snapshot

if TYPE_CHECKING:
    import pandas as pd

    from ablation.report.subject import Subject


class StudyResult(Study):
    """A study that has been run; analysed when it is first asked for something.

    Args:
        snapshot: what its store holds.
        place: of its store.
        folder: of its results.
        notes: what must be known of its runs.
    """

    def __init__(self, snapshot: Snapshot, place: str, folder: str, notes: tuple[str, ...] = ()) -> None:
        self.snapshot, self.place, self.folder, self.notes = snapshot, place, folder, notes
        self._target, self._load = str(Path(folder) / "report"), self._analysed

    def _analysed(self) -> Subject:
        from ablation.report.load import subject_of

        if not self.snapshot.record.keys:
            raise UsageError("Expected a study that has been run. Received: its plan. Leave plan_only out")
        return subject_of(self.snapshot, self.place, self.folder)

    @property
    def failures(self) -> pd.DataFrame:
        """The last attempt at each run without a result: cell, seed, status, error, log."""
        import pandas as pd

        names = ["cell", "seed", "status", "error", "log"]
        return pd.DataFrame(
            [[getattr(run, n) for n in names] for run in self.subject.troubles], columns=names
        )
