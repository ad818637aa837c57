"""Two studies of the same components: which effects have changed, which cells, and what is best now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.analysis_request import ORDINAL
from ablation.analysis.changes.cell_changes import Average, cell_rows, cells_table
from ablation.analysis.changes.effect_changes import SAME, effects_table
from ablation.analysis.changes.matched import Contrast, contrasts
from ablation.analysis.changes.pairing import Common, Fixed, OnPairs, common, has_enough, on_pairs
from ablation.analysis.data.factors import Factor, Ints
from ablation.analysis.data.scale import Scale
from ablation.analysis.data.spelling import find_level
from ablation.analysis.tables.best_cells import BestCell
from ablation.errors import UsageError
from ablation.words import listed, quoted


@dataclass(frozen=True, eq=False)
class Comparison:
    """What has changed from one study to another.

    A change is second - first on the analysis scale: of logarithms (shown in %), of log-odds for shares,
    otherwise of units. For shares and counts, the change of an effect is its interaction with the study in a
    quasi-likelihood model of both, in which each study has its own dispersion.

    Attributes:
        first, second: the analyses of the two studies.
        scale: on which they are compared; in units if only one of them is on the log scale. Changes of shares
            are shown around the middle of both studies' means.
        alpha: error rate of tests: the smaller of the two.
        margin: the smallest change that matters, on that scale; None unless both studies declare the same.
        contrasts: the contrasts that both studies have.
        common: cells and runs that both have; `common.why` says why runs are not paired.
        pairs: the analysis of these runs, if effects are compared in pairs; None if each study uses all runs.
    """

    first: Analysis
    second: Analysis
    scale: Scale
    alpha: float
    margin: float | None
    contrasts: Sequence[Contrast]
    common: Common
    pairs: OnPairs | None

    def __repr__(self) -> str:
        """What was compared, in one line."""
        how = f"{len(self.common.first)} runs in pairs" if self.is_paired else "not in pairs"
        changed = int(self.effects["change"].isin(["better", "worse"]).sum())
        response = self.first.request.response
        return f"Comparison({response!r}: {changed} of {len(self.effects)} effects changed, {how})"

    @property
    def is_paired(self) -> bool:
        """Whether effects and cells are compared on pairs of runs with the same cell and block."""
        return self.pairs is not None

    @cached_property
    def effects(self) -> pd.DataFrame:
        """How the effects that both studies have differ, in the order of the first study.

        Columns: factor, level, reference (by the names of the first); first, first_low, first_high, second,
        second_low, second_high (the effects with intervals of level 1 - alpha; from the common runs if these
        are compared in pairs); estimate (second - first), se, df, ci_low, ci_high, p, p_adjusted (Holm over
        all rows), p_equivalence (that the change is inside the margin, Holm over all rows; NaN without a
        margin); percent, percent_low, percent_high; change: `better` or `worse` (p_adjusted < alpha, by the
        sign), `same` (p_equivalence < alpha, or `is_identical`), `open`. Errors allow for unequal spread and
        for effects that differ between seeds, like those of verdicts; without pairs they are combined as by
        Welch and Satterthwaite.
        """
        table = effects_table(
            self.contrasts, self.first, self.second, self.pairs, self.scale, self.alpha, self.margin
        )
        return table.assign(change=SAME) if self.is_identical else table

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells that both studies have.

        Columns: cell (in words); first, second (means, geometric on the log scale; of shares the pooled
        share), n_first, n_second (their runs); estimate, se, df, ci_low, ci_high, p, p_adjusted (Holm over
        all cells), percent, percent_low, percent_high, change, as in `effects`. The error is pooled within
        cells.
        """
        return self._cells[0]

    @property
    def cell_rows(self) -> Ints:
        """One run of the first study in each of these cells, as positions among its runs, (n_cells,)."""
        return cell_rows(self.common, self.is_paired)

    @property
    def average(self) -> Average | None:
        """The average change over these cells; None if there are none."""
        return self._cells[1]

    @cached_property
    def only(self) -> pd.DataFrame:
        """Verdicts on components and levels that only one of the studies has.

        Columns: study (`first` or `second`), then those of `Analysis.verdicts`.
        """
        parts = []
        for i, (name, one) in enumerate((("first", self.first), ("second", self.second))):
            mine = one.verdicts
            shared = [self._shares(i, row) for row in mine.to_dict("records")]
            rest = mine[~np.array(shared, dtype=bool)]
            parts.append(rest.assign(study=name)[["study", *mine.columns]])
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)

    @property
    def best(self) -> tuple[BestCell, BestCell]:
        """The best cell of each study."""
        return self.first.best_cell, self.second.best_cell

    @property
    def keeps_best(self) -> bool | None:
        """Whether the first study's best cell is best in the second too, or ties; None if it is not there."""
        before, after = self.best
        names = [(mine, other) for mine, other in self.common.names if mine and other]
        levels = {other: before.levels[mine] for mine, other in names if mine in before.levels}
        if self.common.unknown or not (self.common.cells[1] >= 0).any():
            return None
        if any(_has(cell, levels) for cell in (after.levels, *after.ties)):
            return True
        cells = self.second.best_cells.to_dict("records")
        is_there = any(_has({str(name): str(value) for name, value in row.items()}, levels) for row in cells)
        return False if is_there else None

    @property
    def is_identical(self) -> bool:
        """Whether the runs of both have the same values: the paired runs, or all of them."""
        n = len(self.common.first)
        if not n or (not self.is_paired and {n} != {self.first.n_runs, self.second.n_runs}):
            return False
        here, there = (
            self.first.runs.response[self.common.first],
            self.second.runs.response[self.common.second],
        )
        return bool((here == there).all())

    @cached_property
    def _cells(self) -> tuple[pd.DataFrame, Average | None]:
        table, average = cells_table(
            self.first, self.second, self.common, self.is_paired, self.scale, self.alpha
        )
        return table.assign(change=SAME) if self.is_identical else table, average

    def _shares(self, study: int, row: dict[str, object]) -> bool:
        """Whether a verdict of one study is on what both compare."""
        if row["factor"] in self._numbers:
            return True
        levels = [
            {contrast.level, contrast.reference}
            for contrast in self.contrasts
            if contrast.names[study] == row["factor"]
        ]
        known = [level for both in levels for level in both]
        return all(find_level(row[end], known) is not None for end in ("level", "reference"))

    @property
    def _numbers(self) -> set[str]:
        numeric = {**self.first.request.numeric, **self.second.request.numeric}
        return {name for contrast in self.contrasts for name in contrast.names if name in numeric}


def compare(
    first: Analysis,
    second: Analysis,
    paired: bool | None = None,
    fixed: tuple[Fixed, Fixed] = ({}, {}),
) -> Comparison:
    """Compare two studies of the same components and the same response.

    If both studies have runs with the same cell and the same block, such as a seed, effects are compared on
    these pairs: a change is then an effect on the differences within pairs, and what a seed does to both
    cancels. Otherwise the effects of all runs are compared, with Welch's errors.

    Args:
        first: the earlier study.
        second: the later study.
        paired: whether to compare in pairs. By default, if the pairs are at least half of the smaller study
            and determine every effect that both have.
        fixed: for each study, levels of factors that it did not vary: factor → level. Two cells can only be
            the same if the levels of all factors are known.

    Returns:
        The comparison; its tables are computed when first read.

    Raises:
        UsageError: the responses or directions differ, nothing is common to both, both are the same study, or
            pairs are required and there are too few.
    """
    _check(first, second)
    shared = contrasts(first, second)
    if not shared:
        names = (listed(quoted(part.name for part in one.runs.predictors)) for one in (first, second))
        raise UsageError(
            "Expected two studies with a component in common, of which both have two levels. "
            f"Received: {next(names)}, and {next(names)}."
        )
    scale = _scale(first.scaling, second.scaling)
    alpha = min(first.request.alpha, second.request.alpha)
    overlap = common(first, second, fixed)
    pairs = None
    if scale.is_glm:
        if paired:
            raise UsageError(
                "paired: expected studies on the log or the identity scale. Received: shares or counts, of "
                "which a single run may be 0. Leave it out, or analyse both with scale='identity'."
            )
        overlap = replace(overlap, why=overlap.why or "scale")
    elif paired if paired is not None else has_enough(overlap, first, second):
        factors = list(dict.fromkeys(one.names[0] for one in shared))
        pairs = on_pairs(first, second, overlap, factors, scale.is_log, alpha) if len(overlap.first) else None
        # Differences that leave no degree of freedom have no error.
        has_error = pairs is not None and pairs.change.fit.df_resid > 0
        if pairs is None or not (has_error and all(_is_determined(one, pairs) for one in shared)):
            overlap, pairs = replace(overlap, why=overlap.why or "levels"), None
    if paired and pairs is None:
        raise UsageError(
            "paired: expected runs of both studies with the same cell and the same block. Received: too few "
            "of them to determine every effect that both have. Leave it out."
        )
    return Comparison(first, second, scale, alpha, _margin(first, second, scale), shared, overlap, pairs)


def _scale(first: Scale, second: Scale) -> Scale:
    if first.is_logit:
        middle = np.array((first.shift + second.shift) / 2)
        return replace(first, origin=float(first.back(middle)))
    return first if second.is_log or not first.is_log else second


def _check(first: Analysis, second: Analysis) -> None:
    names = first.scale, second.scale
    if ORDINAL in names:
        raise UsageError(
            "Expected two studies of numbers. Received: ratings, whose cuts may differ between studies. "
            "Analyse both with scale='identity'."
        )
    if (first.scaling.is_glm or second.scaling.is_glm) and names[0] != names[1]:
        raise UsageError(
            "Expected two studies on one scale where shares or counts are compared. Received: "
            f"{names[0]} and {names[1]}. Analyse both alike, with trials= or scale=."
        )
    if first is second:
        raise UsageError("Expected two studies. Received: one study twice. Name another one to compare with.")
    mine, other = first.request, second.request
    if mine.response != other.response:
        raise UsageError(
            f"Expected two studies of one response. Received: '{mine.response}' and '{other.response}'. "
            "Analyse both for a response that both have measured."
        )
    if mine.direction != other.direction:
        raise UsageError(
            f"Expected one direction of '{mine.response}'. Received: {mine.direction} is better, and "
            f"{other.direction} is better. Give both the same direction."
        )


def _is_determined(contrast: Contrast, pairs: OnPairs) -> bool:
    """Whether the common runs have both levels, or two values of a number."""
    part = next((p for p in pairs.change.runs.predictors if p.name == pairs.columns[contrast.names[0]]), None)
    if not isinstance(part, Factor):
        return part is not None
    return all(find_level(level, part.levels) is not None for level in (contrast.level, contrast.reference))


def _margin(first: Analysis, second: Analysis, scale: Scale) -> float | None:
    """The margin of both studies, on the scale of the comparison; None unless they agree."""
    margins = {(one.request.margin, one.scaling.is_log) for one in (first, second)}
    if len(margins) > 1 or first.request.margin is None:
        return None
    return scale.margin(first.request.margin)[1]


def _has(cell: dict[str, str], levels: dict[str, str]) -> bool:
    """Whether a cell has these levels."""
    return all(name in cell and find_level(level, [cell[name]]) is not None for name, level in levels.items())
