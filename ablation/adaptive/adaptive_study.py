"""An adaptive study from its record and its rows; sweep, status and report all read it here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.replay import Look, Replay
from ablation.analysis.data.factors import read_factor
from ablation.results import StudyRecord
from ablation.results.columns import factor_column

Levels = Mapping[str, Any]


def level_texts(factors: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, str]]:
    """The name of each level in the analysis: factor → `repr` of a level → its text."""
    return {
        name: dict(zip(map(repr, levels), _texts(name, levels), strict=True))
        for name, levels in factors.items()
    }


def _texts(name: str, levels: Sequence[Any]) -> tuple[str, ...]:
    return read_factor(pd.Series(factor_column(list(levels), list(levels))), name).levels


@dataclass(eq=False)
class AdaptiveStudy:
    """The looks of a study and the runs that the next one needs.

    Args:
        record: of the study, with the plan in `adaptive`.
        runs: key → levels and seed of each run up to the maximum, in the order of the design.
    """

    record: StudyRecord
    runs: Mapping[str, tuple[Levels, int]]

    def __post_init__(self) -> None:
        """Read the plan."""
        entries: Mapping[str, Any] = self.record.adaptive
        self.plan = AdaptivePlan.from_record(entries["plan"])
        self.given_up = set(entries.get("given_up", ()))
        self.replay = Replay(self.plan, self.record.seeds)
        self._texts = level_texts(self.record.factors)
        self._position = {seed: i for i, seed in enumerate(self.record.seeds)}

    @property
    def looks(self) -> list[Look]:
        """Those taken so far."""
        return self.replay.looks

    @property
    def ended(self) -> str:
        """Why it has ended; '' while it goes on."""
        return self.looks[-1].ended if self.looks else ""

    def needed(self, n_seeds: int) -> list[str]:
        """Keys of the runs that a look at so many seeds needs: of dropped levels only those from before."""
        return [
            key
            for key, (levels, seed) in self.runs.items()
            if self._position[seed] < min(n_seeds, self._limit(levels))
        ]

    @property
    def counted(self) -> list[str]:
        """Keys of the runs that the last look saw, and of those that the next one needs."""
        return self.needed(self.replay.next or self.looks[-1].seeds)

    def catch_up(self, done: Collection[str], table: pd.DataFrame) -> list[Look]:
        """Take every look whose runs have ended.

        Returns:
            The looks taken now.
        """
        taken = []
        there = set(done) | self.given_up
        while (n := self.replay.next) is not None and there.issuperset(self.needed(n)):
            counts = table["key"].isin(set(self.needed(n)) - self.given_up)
            taken.append(self.replay.take(table[counts]))
        return taken

    def _limit(self, levels: Levels) -> int:
        """Seeds that a cell gets."""
        dropped = self.replay.dropped
        own = (
            (name, self._texts[name][repr(level)]) for name, level in levels.items() if name in self._texts
        )
        return min((dropped[level] for level in own if level in dropped), default=self.plan.maximum)


def with_plan(
    record: StudyRecord, plan: AdaptivePlan, given_up: Collection[str] = (), looks: Sequence[int] = ()
) -> StudyRecord:
    """The record of a study with this plan.

    Args:
        record: of the study otherwise.
        plan: how it ends.
        given_up: keys of runs that failed for good; they never count, even if they are trained later.
        looks: taken so far, by their seeds.
    """
    entries = {"plan": plan.as_record(), "given_up": sorted(given_up), "looks": list(looks)}
    return replace(record, adaptive=entries)


def replay_of(record: StudyRecord, table: pd.DataFrame) -> Replay:
    """The looks that the record says were taken, from the rows."""
    entries: Mapping[str, Any] = record.adaptive
    replay = Replay(AdaptivePlan.from_record(entries["plan"]), record.seeds)
    counts = table[~table["key"].isin(entries.get("given_up", ()))]
    for _ in entries.get("looks", ()):
        if replay.next is not None:
            replay.take(counts)
    return replay
