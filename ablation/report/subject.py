"""The subject of a report: the runs of a design, and the results for each response."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ablation.adaptive.adaptive_study import level_texts
from ablation.adaptive.replay import Look
from ablation.analysis import Analysis
from ablation.analysis.data.endings import endings
from ablation.analysis.data.factors import Bools, Floats, Ints, read_factor
from ablation.analysis.data.runs import measured
from ablation.naming import cell_label, cell_text, factor_labels
from ablation.report.cell_ranking import Ranking, rank_cells
from ablation.report.sentences import Wording
from ablation.results import StudyRecord

History = Mapping[str, Sequence[float | None]]
Arrays = Mapping[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True, eq=False)
class ResponseResult:
    """One response of a study.

    Args:
        response: its name.
        direction: which values are better, `lower` or `higher`.
        analysis: None when the runs allow none.
        obstacle: why there is no analysis.
        prefix: start of the names of its files; empty for the first response.
        unit: of the response; empty where it has none.
        looks: of an adaptive study, those that were taken.
    """

    response: str
    direction: str
    analysis: Analysis | None
    obstacle: str = ""
    prefix: str = ""
    unit: str = ""
    looks: Sequence[Look] = ()


@dataclass(frozen=True)
class FailedRun:
    """The last attempt at a run that has no result."""

    cell: str
    seed: int
    status: str
    error: str
    log: str


@dataclass(frozen=True, eq=False)
class Subject:
    """A study as the report sees it.

    Args:
        name: its heading.
        table: the runs that have ended, one row each; factors are categories.
        factors: factor → levels as text, the reference first.
        answers: one per response, the main one first.
        source: the folder, URL or file it was read from.
        block: the column of the paired seeds; None without one.
        histories: run key → numbers per epoch.
        logs: run key → its log, where it has one.
        troubles: runs that were tried and have no result.
        arrays: gives what a run left for pictures, by its key.
        command: writes this report again.
        record: what the sweep noted of its design; empty for a table that came from elsewhere.
        configs: the configuration of each run that has ended, of a study.
    """

    name: str
    table: pd.DataFrame
    factors: Mapping[str, Sequence[str]]
    answers: Sequence[ResponseResult]
    source: str
    block: str | None = "seed"
    histories: Mapping[str, History] = field(default_factory=dict)
    logs: Mapping[str, str] = field(default_factory=dict)
    troubles: Sequence[FailedRun] = ()
    arrays: Callable[[str], Arrays | None] | None = None
    command: str = ""
    record: StudyRecord = field(default_factory=StudyRecord)
    configs: Sequence[Mapping[str, object]] = ()

    @property
    def main(self) -> ResponseResult:
        """The answer for the first response."""
        return self.answers[0]

    @property
    def concludes(self) -> bool:
        """Whether the runs allowed an analysis of the main response."""
        return self.main.analysis is not None

    @cached_property
    def labels(self) -> dict[str, str]:
        """Factor → what to call it."""
        return factor_labels(self.factors)

    @cached_property
    def reference(self) -> dict[str, str]:
        """The reference cell, factor → level as text."""
        texts = level_texts(self.record.factors)
        named = {f: texts[f].get(repr(v), str(v)) for f, v in self.record.reference_cell.items()}
        return {f: named.get(f, levels[0] if levels else "") for f, levels in self.factors.items()}

    @cached_property
    def one_per_cell(self) -> Ints:
        """The first row of each cell, by its number, (n_cells,)."""
        return np.unique(self.cells, return_index=True)[1]

    @cached_property
    def reference_code(self) -> int | None:
        """The number of the reference cell; None where no run has it."""
        rows = enumerate(self.one_per_cell)
        return next((code for code, row in rows if self.levels_of(int(row)) == self.reference), None)

    @property
    def n_failed(self) -> int:
        """Runs that ended without a finite value of the main response."""
        return int((self.endings != "ok").sum())

    @property
    def missing(self) -> Sequence[str]:
        """Keys of runs of the design that have not ended."""
        keys: Sequence[str] = self.table.attrs.get("missing", [])
        return keys

    @property
    def is_swept(self) -> bool:
        """Whether a sweep made it, so that its design is known."""
        return bool(self.record.keys)

    @cached_property
    def cells(self) -> Ints:
        """The cell of each run, as a number from 0 in the order of appearance, (n_runs,)."""
        if not self.factors or self.table.empty:
            return np.zeros(len(self.table), dtype=np.intp)
        codes: Ints = pd.DataFrame(self._texts).groupby(list(self.factors), sort=False).ngroup().to_numpy()
        return codes

    @cached_property
    def cell_names(self) -> list[str]:
        """What each cell is called, by its number: in few words, or in all where two would read the same."""
        levels = [self.levels_of(int(row)) for row in self.one_per_cell]
        names = [cell_label(one, self.factors, self.labels) for one in levels]
        if len(set(names)) == len(names):
            return names
        return [cell_text(list(one), one.values()) for one in levels]

    def cell_name(self, row: int) -> str:
        """What the cell of a row of the table is called, by the row's position."""
        return self.cell_names[int(self.cells[row])]

    def levels_of(self, row: int) -> dict[str, str]:
        """Factor → level as text, of one row of the table by position."""
        return {f: self._texts[f][row] for f in self.factors}

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        """Factor → the level of each run, as text; '?' where it has none."""
        read = {f: read_factor(self.table[f], f) for f in self.factors}
        names = {f: [*factor.levels, "?"] for f, factor in read.items()}
        return {f: [names[f][code] for code in factor.codes] for f, factor in read.items()}

    def places(self, labels: Iterable[Hashable]) -> Ints:
        """Positions of rows of the table, of which the labels are given."""
        places: Ints = self.table.index.get_indexer(pd.Index(labels))
        return places

    def words(self, answer: ResponseResult) -> Wording:
        """How sentences, tables and figures on a response name and number things."""
        known: dict[str, Any] = {"unit": answer.unit, "labels": self.labels, "levels": self.factors}
        known["block"] = self.block or ""
        if answer.analysis is None:
            return Wording(answer.response, answer.direction, **known)
        return Wording.of(answer.analysis, **known)

    def ranking(self, answer: ResponseResult) -> Ranking:
        """The runs by cell, the best cell first."""
        if answer.response not in self._rankings:
            self._rankings[answer.response] = rank_cells(
                self.values(answer.response), self.cells, self.cell_names, answer.direction,
                answer.analysis, self.places,
            )  # fmt: skip
        return self._rankings[answer.response]

    @cached_property
    def _rankings(self) -> dict[str, Ranking]:
        return {}

    def values(self, response: str) -> Floats:
        """A response of each run, NaN where it has none, (n_runs,)."""
        if response not in self.table:
            return np.full(len(self.table), np.nan)
        return measured(self.table, response, list(self.factors))

    @cached_property
    def counted(self) -> Bools:
        """Which rows are runs of the main response's analysis, failed ones too, (n_runs,): no duplicates."""
        if self.main.analysis is None:
            return np.ones(len(self.table), dtype=bool)
        attempted: Bools = self.table.index.isin(self.main.analysis.selection.attempted.labels)
        return attempted

    @cached_property
    def endings(self) -> pd.Series:
        """How each run that counts ended: `ok`, or what its status or response says."""
        ended = endings(self.table, [*self.factors, self.main.response])
        if ended is None:
            ended = np.where(np.isfinite(self.values(self.main.response)), "ok", "failed")
        return pd.Series(ended[self.counted], dtype=object)

    @cached_property
    def seconds_per_run(self) -> float:
        """Mean training time of a run; NaN where it was not measured."""
        for column in ("train_seconds", "seconds"):
            if column in self.table:
                seconds = pd.to_numeric(self.table[column], errors="coerce").mean()
                if np.isfinite(seconds) and seconds > 0:
                    return float(seconds)
        return float("nan")
