"""Adaptive studies of one world, many at once, by the matrices of their designs; as `Replay` plays them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.analysis import Analysis, analyze
from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.analysis.sequential.looks import Looks
from ablation.analysis.verdicts.judging import INCONCLUSIVE, Rules, decide
from ablation.analysis.verdicts.rows import LEVELS_SHARE
from benchmarks.adaptive_worlds import Cells
from benchmarks.known_design import Estimated, KnownDesign

Dropped = tuple[tuple[tuple[str, str], int], ...]
"""(factor, level) that gets no more seeds, and the seeds that it has."""


@dataclass(frozen=True, eq=False)
class End:
    """How a study ended: seeds, runs, verdicts and the bounds of their intervals, (m,) each."""

    seeds: int
    runs: int
    verdicts: list[str]
    low: Floats
    high: Floats


class Designs:
    """The designs that the looks of a study see, each made once.

    Args:
        cells: of the design.
        plan: of the study.
    """

    def __init__(self, cells: Cells, plan: AdaptivePlan) -> None:
        self.cells, self.plan = cells, plan
        self._known: dict[tuple[int, Dropped], tuple[Ints, KnownDesign]] = {}

    def at(self, n_seeds: int, dropped: Dropped = ()) -> tuple[Ints, KnownDesign]:
        """The runs that count, of all in their order, and what they make of responses."""
        key = n_seeds, dropped
        if key not in self._known:
            counts = np.arange(n_seeds)[:, None] < self._ends(n_seeds, dropped)
            table = self.cells.runs(np.random.default_rng(0).normal(size=counts.shape))[counts.ravel()]
            self._known[key] = np.flatnonzero(counts), KnownDesign(analysed(table, self.cells))
        return self._known[key]

    def runs(self, n_seeds: int, dropped: Dropped) -> int:
        """Runs that a study took until a look."""
        return int(self._ends(n_seeds, dropped).sum())

    def _ends(self, n_seeds: int, dropped: Dropped) -> Ints:
        """Seeds of each cell, (n_cells,)."""
        ends = np.full(len(self.cells.table), n_seeds)
        for (name, level), n in dropped:
            ends = np.where(self.cells.table[name] == level, np.minimum(ends, n), ends)
        return ends


def analysed(table: pd.DataFrame, cells: Cells) -> Analysis:
    """A fixed design, analysed once."""
    return analyze(
        table, "loss", list(cells.levels), block="seed", scale="identity", interactions=2,
        margin=cells.margin, direction="lower",
    )  # fmt: skip


def settled_at(designs: Designs, loss: Floats, n_seeds: int) -> tuple[Bools, Bools]:
    """Which studies of a fixed design settle all verdicts, and in which an interaction may stand out."""
    at, design = designs.at(n_seeds)
    estimated = design.estimated(loss.reshape(len(loss), -1)[:, at])
    rules, claims = _rules(designs, design), estimated.claims(designs.plan.margin)
    settled = [INCONCLUSIVE not in decide(c, e, rules).verdicts for c, e in _each(claims, estimated.estimate)]
    return np.array(settled), estimated.screen < design.alpha * LEVELS_SHARE


def play(designs: Designs, loss: Floats, dropping: bool) -> list[End | None]:
    """Play studies to their ends; None of those of which an interaction stands out, which splits verdicts.

    Args:
        designs: of the plan.
        loss: of all studies, (n_studies x maximum x n_cells).
        dropping: whether levels get no more seeds.
    """
    studies = _Studies(designs, loss, dropping)
    for n in designs.plan.looks:
        studies.look(n)
    return studies.ends


class _Studies:
    """The state of many studies between looks."""

    def __init__(self, designs: Designs, loss: Floats, dropping: bool) -> None:
        n, m = len(loss), len(designs.cells.contrasts)
        self.designs, self.dropping, self.y = designs, dropping, loss.reshape(n, -1)
        self.ends: list[End | None] = [None] * n
        self.open = np.ones(n, bool)
        self.dropped: list[Dropped] = [()] * n
        self.is_frozen = np.zeros((n, m), bool)
        self.claims, self.numbers = np.zeros((3, n, m)), np.zeros((3, n, m))  # estimate, low, high

    def look(self, n: int) -> None:
        plan = self.designs.plan
        taken = tuple(k for k in plan.looks if k <= n)
        looks = Looks(taken, plan.maximum, plan.rho)
        groups: dict[Dropped, list[int]] = {}
        for i in np.flatnonzero(self.open):
            groups.setdefault(self.dropped[i], []).append(int(i))
        for dropped, members in groups.items():
            self._look(looks, dropped, np.array(members))

    def _look(self, looks: Looks, dropped: Dropped, group: Ints) -> None:
        plan, n = self.designs.plan, looks.taken[-1]
        at, design = self.designs.at(n, dropped)
        estimated: Estimated = design.estimated(self.y[np.ix_(group, at)])
        shape, rules = estimated.estimate.shape, _rules(self.designs, design)
        claims = estimated.claims(plan.margin).reshape(3, -1)
        claims = looks.repeated(claims, with_margin=True).reshape(3, *shape)
        numbers = np.stack([estimated.estimate, *estimated.interval(looks.tail(design.alpha))])
        old = self.is_frozen[group]
        claims = self.claims[:, group] = np.where(old, self.claims[:, group], claims)
        numbers = self.numbers[:, group] = np.where(old, self.numbers[:, group], numbers)
        flagged = estimated.screen < looks.screen(design.alpha * LEVELS_SHARE)
        self.open[group[flagged]] = False
        for i, is_flagged, (c, e) in zip(group, flagged, _each(claims, numbers[0]), strict=True):
            if not is_flagged:
                self._judge(int(i), n, decide(c, e, rules).verdicts)

    def _judge(self, i: int, n: int, verdicts: list[str]) -> None:
        settled = np.array([verdict != INCONCLUSIVE for verdict in verdicts])
        if settled.all() or n == self.designs.plan.maximum:
            runs = self.designs.runs(n, self.dropped[i])
            self.ends[i] = End(n, runs, verdicts, *self.numbers[1:, i])
            self.open[i] = False
        elif self.dropping and (fresh := self._droppable(settled) - dict(self.dropped[i]).keys()):
            self.dropped[i] += tuple((level, n) for level in sorted(fresh))
            self.is_frozen[i] |= settled

    def _droppable(self, settled: Bools) -> set[tuple[str, str]]:
        cells = self.designs.cells
        whole = [len(cells.levels[factor]) == 2 and not cells.one_factor for factor, _ in cells.contrasts]
        if not settled[whole].all():
            return set()
        each = zip(cells.contrasts, settled, whole, strict=True)
        return {contrast for contrast, is_settled, is_whole in each if is_settled and not is_whole}


def _rules(designs: Designs, design: KnownDesign) -> Rules:
    return Rules(design.alpha, design.share, designs.plan.margin, True)


def _each(claims: Floats, estimates: Floats) -> Iterator[tuple[Floats, Floats]]:
    return zip(claims.transpose(1, 0, 2), estimates, strict=True)
