"""The result of an analysis: tables that are computed when first read."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.article import model as article
from ablation.analysis.attribution.attribution import Attribution, attribution
from ablation.analysis.attribution.merged import merged
from ablation.analysis.attribution.patterns import patterns_table
from ablation.analysis.costs.frontier import frontier_table, spread_by_cell
from ablation.analysis.costs.prices import COLUMNS as PRICE_COLUMNS
from ablation.analysis.costs.prices import prices_table
from ablation.analysis.data.factors import Bools, Floats
from ablation.analysis.data.items import Items
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.data.select import Selection
from ablation.analysis.diagnostics.checks import design_notices, model_notices, residual_notices
from ablation.analysis.diagnostics.diagnostics import Diagnostics
from ablation.analysis.diagnostics.robustness import effects_by_block, robustness_table
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.interaction_order import Order
from ablation.analysis.model.means import (
    contrast_rows,
    effects_table,
    marginal_means_table,
    parent_effects_table,
)
from ablation.analysis.model.slopes import Slopes, slopes_of
from ablation.analysis.model.terms import Group, Term
from ablation.analysis.notices import Notice
from ablation.analysis.sequential.looks import FrozenRow
from ablation.analysis.sets.effects_on_sets import OnSets, effects_on_sets, heterogeneity_table, on_sets
from ablation.analysis.sets.ranks import Ranks, cell_ranks
from ablation.analysis.stability.dispersion import dispersion_table
from ablation.analysis.stability.failing import failing_table
from ablation.analysis.tables.anova import (
    anova_table,
    group_name,
    interactions_table,
    lack_of_fit_table,
    tested_interactions,
)
from ablation.analysis.tables.best_cells import BestCell, best_cell, best_cells_table, best_first
from ablation.analysis.tables.cells import CellMeans, cell_error, cell_means
from ablation.analysis.tables.equivalence import equivalence_table
from ablation.analysis.tables.failures import failing_levels, failures_table
from ablation.analysis.tables.item_effects import item_effects
from ablation.analysis.tables.lenth import lenth_table
from ablation.analysis.tables.pairs import letters_table, pairs_table
from ablation.analysis.tables.robust import improvement_table, iqm_table
from ablation.analysis.verdicts.conservative import Conservative, conservative, growing_errors
from ablation.analysis.verdicts.finding import Finding, changed_findings, findings_of
from ablation.analysis.verdicts.forecast import Forecast, forecasts, forecasts_table
from ablation.analysis.verdicts.judging import Judgement, Rules
from ablation.analysis.verdicts.power import Growth, growth_of, needs_table, power_table
from ablation.analysis.verdicts.ranking import Ranking, rankings, rankings_table
from ablation.analysis.verdicts.rows import (
    Row,
    contrast_alpha,
    flagged_interactions,
    row_names,
    verdict_rows,
)
from ablation.analysis.verdicts.seed_spread import seed_spread
from ablation.analysis.verdicts.verdicts import rules_of, verdicts_table


@dataclass(frozen=True, repr=False, eq=False)
class Analysis:
    """The analysis of a table of runs.

    Estimates are on the analysis scale: differences of logarithms (scales `log` and `count`), differences of
    log-odds (`logit` and `ordinal`), or units of the response (`identity`). Numbers that the runs do not
    determine are NaN; `warnings` says why.

    Attributes:
        request: the arguments of `analyze`, checked.
        scaling: the scale and how to come back from it.
        selection: which rows of the table are analysed, and which are left out.
        runs: the analysed rows: factors, block, response.
        fit: the least-squares fit of the main model.
        order: how many interactions are in the model, and why.
        notices: what was noticed before any table was computed.
        diverged: which runs seem to have diverged to a finite value, (n_runs,); None if none has.
        without_diverged: the analysis in which these runs count as failed; None if there are none, or if too
            few runs are left without them.
        items: the response by run and test item, where each row of the table was one item of a run.
    """

    request: AnalysisRequest
    scaling: Scale
    selection: Selection
    runs: Runs
    fit: Fit
    order: Order
    notices: tuple[Notice, ...]
    diverged: Bools | None = None
    without_diverged: Analysis | None = None
    items: Items | None = None

    def __repr__(self) -> str:
        """Say what was analysed, in a line."""
        names = ", ".join(p.name for p in self.runs.predictors)
        return f"Analysis({self.request.response!r} by {names}: {self.n_runs} runs, {self.scale} scale)"

    @property
    def n_runs(self) -> int:
        """Number of analysed runs."""
        return self.fit.n

    @property
    def scale(self) -> str:
        """`log`, `logit`, `count`, `ordinal` or `identity`."""
        return self.scaling.name

    @property
    def scale_reason(self) -> str:
        """Why this scale."""
        return self.scaling.reason

    @property
    def is_additive(self) -> bool:
        """Whether all interactions are assumed to be zero; `order` says why.

        An effect then holds where it was measured (in leave one out: at the reference cell). It is an average
        over the levels of the other factors only if no factor changes the effect of another.
        """
        return self.order.highest == 1 and self.order.why != "single"

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Main contrasts, level - reference, of estimated marginal means over the other factors.

        Columns: factor, level, reference (text; the highest and the lowest value of a numeric factor);
        estimate, se, df, ci_low, ci_high (level 1 - alpha), t, p; p_adjusted (Holm over all rows); percent,
        percent_low, percent_high (change in %, NaN on the identity scale); se_hc3, p_hc3 (robust to unequal
        spread, with t).
        """
        return effects_table(self.fit, self.runs.predictors, self.scaling, self.request.alpha)

    @cached_property
    def parent_effects(self) -> pd.DataFrame:
        """The effect of a factor at each value of the factors nested in it, as R's emmeans compares them.

        Columns: as in `effects`, of which the first four are factor (the parent), level and reference (its
        levels that have such values and those that have none; several are joined by `|`), within
        (`rate=0.1`). `effects` has the average over all values.
        """
        return parent_effects_table(self.fit, self.runs.predictors, self.scaling, self.request.alpha)

    @cached_property
    def marginal_means(self) -> pd.DataFrame:
        """Mean of each level, averaged equally over the levels of the other factors and the blocks.

        Columns: factor, level, estimate, se, df, ci_low, ci_high on the analysis scale; response,
        response_low, response_high back on the response (geometric means on the log scale).
        """
        return marginal_means_table(self.fit, self.runs.predictors, self.scaling, self.request.alpha)

    @cached_property
    def anova(self) -> pd.DataFrame:
        """Analysis of variance by nested models.

        Columns: term (factor, `a:b`, `a:b + c:d` if aliased, the block's name, `Residuals`), sum_sq, df (by
        rank), F, p, partial_omega_sq, partial_eta_sq with partial_eta_sq_low, partial_eta_sq_high (level
        1 - 2 alpha), F_hc3, p_hc3 (allow unequal spread, types II and III; NaN for the block).
        """
        return anova_table(self.fit, self.request.anova_type, self.request.alpha)

    @cached_property
    def lack_of_fit(self) -> pd.DataFrame:
        """The model against one mean per cell (plus block), in one row.

        Columns: sum_sq, df, df_pure_error, F, p, may_be (possible reasons for a misfit).
        """
        return lack_of_fit_table(self.fit, self._cell_means)

    @cached_property
    def interactions(self) -> pd.DataFrame:
        """A screen of the interactions in the model, smallest p first.

        Columns: term (`a:b`, or `a:b + c:d` where the runs cannot separate the two), aliased (whether it is
        such a sum), sum_sq, df, F, p, p_adjusted (Benjamini-Hochberg over all), partial_omega_sq.
        """
        return interactions_table(self.fit)

    @property
    def attribution(self) -> pd.DataFrame:
        """What each change from the reference contributes, by several definitions side by side.

        Columns: factor, level, reference; average (as in `verdicts`: over all levels of the other factors),
        first (add one in: with the others at their references), last (leave one out: with all others
        changed), shapley (over all orders in which the changes can be made), each with _low and _high (level
        1 - alpha, with the errors of verdicts); p_order (that first and last are equal; Holm); share (of the
        variance between cells, without noise: functional ANOVA) and share_with_interactions, of the factor.
        A factor with several levels beside its reference counts as changed at any of them. A factor with
        others nested in it has a level for each of their values. NaN where a definition needs cells without
        a run; `attributed` says why.
        """
        return self.attributed.table

    @cached_property
    def attributed(self) -> Attribution:
        """`attribution` as an object, which also says why something is not known."""
        return self.attributed_to()

    def attributed_to(self, full: Mapping[str, object] | None = None) -> Attribution:
        """The same for the changes that lead from the reference to one given cell.

        Args:
            full: factor -> the level that it is changed to, for factors with several levels beside the
                reference.

        Raises:
            UsageError: there is no such factor, or no such level.
        """
        runs, names, L = merged(self.fit, self.runs)
        contrasts = self._estimated(L)
        low, high = contrasts.interval(self.request.alpha)
        averages = names.assign(estimate=contrasts.estimate, ci_low=low, ci_high=high)
        means = self._cell_means if runs is self.runs else cell_means(self.fit, runs)
        known = "shares" if self.scaling.is_glm else ""  # a working response is right at its own model only
        return attribution(runs, self.fit.y, averages, means, self.request.alpha, full, known)

    @cached_property
    def patterns(self) -> pd.DataFrame:
        """Pairs of components of which one is enough, or that help only together.

        Only interactions that passed the screen are looked at. Columns: factor, level, other, other_level;
        kind (`either will do`: the response is worse without both, and equal with one or both; `only
        together`: it is better with both, and equal with one or none); estimate, ci_low, ci_high (the odd
        combination against the mean of the other three), apart (the largest difference between these three),
        p_adjusted (Holm over all such claims).
        """
        screened = [term for group in self._screened if len(group) == 1 for term in group]
        return patterns_table(
            self.fit, self.runs.predictors, screened, self._estimated,
            self._rules.lower_is_better, self._rules.margin or 0.0, self.request.alpha,
        )  # fmt: skip

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """All pairs of levels of the factors with three or more levels.

        Columns: factor, level, reference, estimate (level - reference), se, df, ci_low, ci_high
        (simultaneous), t, p_adjusted (Tukey-Kramer on the model's standard error).
        """
        return pairs_table(self.fit, self.runs.predictors, self.request.alpha)

    @cached_property
    def letters(self) -> pd.DataFrame:
        """Letters display of `pairs`: factor, level, estimate, letters; a shared letter: not separated."""
        return letters_table(self.pairs, self.marginal_means, self.request.alpha)

    @cached_property
    def rankings(self) -> pd.DataFrame:
        """The levels of each factor that has three or more, best first.

        Where a verdict is split by the level of another factor, there is a ranking for each of its levels.
        Columns: factor, within (as in `verdicts`), rank, level, mean (response), behind (difference to the
        best, analysis scale), p_adjusted (of that difference, over all pairs of levels and all rankings, with
        the errors of verdicts), tied (whether it is the best, or not separated from it).
        """
        return rankings_table(self.ranked)

    @cached_property
    def ranked(self) -> Sequence[Ranking]:
        """`rankings` as objects, one for each ranking."""
        each = rankings(
            self.fit, self.runs.predictors, self._judged, lambda L: self._estimated(L).errors, self.scaling,
            self.request.alpha, self._rules.lower_is_better, self.request.looks,
        )  # fmt: skip
        return [one.knowing(self._judged, self._verdicts[2].verdicts) for one in each]

    @cached_property
    def lenth(self) -> pd.DataFrame | None:
        """Contrasts of a design without an error estimate, largest first (Lenth 1989).

        None where there is an error estimate, or where the contrasts of the design are not orthogonal.

        Columns: contrast, estimate, half_normal (quantile to plot |estimate| against), s0, PSE, df, ME, SME
        (the same in all rows); rate_ME (the share of pure-noise contrasts that exceed ME) and rate_SME (the
        share of pure-noise studies in which any exceeds SME), which are below alpha where there are few
        contrasts; beyond_ME, beyond_SME. If all factors have two levels, estimates are effects
        (level - reference; for interactions products of -1 and +1). Otherwise they are contrasts of unit
        length, and those of a factor with more levels (Helmert) are one arbitrary choice of many.
        """
        return lenth_table(self.fit, self.runs, self.request.alpha) if self.fit.df_resid == 0 else None

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """What each component does: one row per contrast, or per level of another factor it depends on.

        Columns: factor, level, reference, within (empty, or `factor=level` of the other factor); estimate,
        se, df, ci_low, ci_high (they allow for unequal spread, and for effects that differ between seeds);
        p_adjusted (Holm over all rows; a tenth of alpha is spent on the search for interactions); p_beyond
        (that the effect exceeds the margin, in one family with p_adjusted) and p_equivalence (that it is
        inside the margin: two one-sided tests, Holm over all rows), both NaN without a margin; percent,
        percent_low, percent_high; verdict
        (`keep`, `hurts`, `better`, `worse`, `does nothing`, `inconclusive`).
        """
        return self._verdicts[0]

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """How inconclusive verdicts would end with more seeds, simulated from the fitted model.

        Columns: factor, level, reference, within (as in `verdicts`); seeds_needed (the smallest number of
        additional seeds that settles the verdict with probability 80 %; missing if above 1000), chance (the
        probability that they do; that of 1000 seeds where missing); at (empty, or `factor=level` where
        verdicts by level are more likely than one for all), ending (the likeliest verdict), share (its
        probability; where `at` is given, that of the verdict at this level).
        """
        return forecasts_table(self._judged, self._forecasts)

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """The rows of `verdicts` as objects; `ablation.report.sentences` puts them into words."""
        _, contrasts, judged, frozen = self._verdicts
        failing = failing_levels(self.failures, self.selection.failed, self.request.alpha)
        return findings_of(
            self._judged,
            contrasts,
            judged,
            self._forecasts,
            self.runs.predictors,
            self.request,
            failing,
            self._depends,
            frozen,
        )

    @cached_property
    def equivalence(self) -> pd.DataFrame:
        """Two one-sided tests of each main contrast against the margin, with the classical error.

        Columns: factor, level, reference, margin_low, margin_high (analysis scale), t_lower, p_lower,
        t_upper, p_upper. Without a margin there are no rows.
        """
        return equivalence_table(self.effects, self.scaling, self.request.margin)

    @cached_property
    def power(self) -> pd.DataFrame:
        """What the study can detect: the smallest effect that a verdict finds with probability 80 %.

        Columns: factor, level, reference, within (as in `verdicts`), se, df (of the weaker of a verdict's two
        tests), alpha (of the strictest step of the verdicts' adjustment), detectable (analysis scale),
        detectable_percent.
        """
        return power_table(row_names(self._judged), self._conservative, self.scaling, self._strictest)

    def power_for(self, effects: Sequence[float]) -> pd.DataFrame:
        """Power of this study, and the seeds that give power 80 %, for effects of given sizes.

        Args:
            effects: in % on the log scale, else in units, like the margin.

        Returns:
            factor, level, reference, within, effect, power_now, seeds_needed and runs_needed (totals, missing
            if above 1000 seeds).
        """
        names = row_names(self._judged)
        return needs_table(names, self._conservative, effects, self.scaling, self._strictest, self._growth)

    @cached_property
    def robustness(self) -> pd.DataFrame:
        """Each main contrast by other methods.

        Columns: factor, level, reference, estimate, p (classical), p_hc3; n_blocks, block_mean, block_ci_low,
        block_ci_high, p_block (the effect within each block alone, with the interactions that passed the
        screen, then a one-sample t test), p_sign_flip (exact up to 16 blocks; never below 0.05 with fewer
        than 6); estimate_raw, p_raw (the response itself, in its units); agree (whether all tests that have
        some power are on the same side of alpha: p_block from 4 blocks on, p_sign_flip from 6 on).
        """
        return robustness_table(self.fit, self.runs, self.effects, self._passed, self.request.alpha)

    @cached_property
    def effects_by_block(self) -> Floats:
        """The effect of each row of `verdicts` within each block alone, (n_blocks x n_verdicts).

        By the model with the interactions that passed the screen; NaN where the block's runs do not tell.
        """
        rows = np.array([row.L for row in self._judged]).reshape(len(self._judged), -1)
        return effects_by_block(self.fit, rows, self.runs, self._passed)

    @property
    def _passed(self) -> set[str]:
        """Names of the interactions that passed the screen."""
        return {term.name for group in self._screened for term in group}

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Checks of the model, a table each.

        influence, outlier, spread, by_seed, breusch_pagan, box_cox, block_variance.
        """
        return Diagnostics(self.fit, self.runs, self._slopes, self.scaling, self.request.alpha)

    @cached_property
    def best_cells(self) -> pd.DataFrame:
        """Every cell, best first.

        Columns: cell (in words), runs, failed; mean of its runs, seed_adjusted (the mean that the cell would
        have with all seeds; usually equal where no run failed), ci_low, ci_high of seed_adjusted (response;
        geometric means on the log scale); estimate, se, df of the same (analysis scale; pure error, or the
        model's error where no cell has two runs); within_noise (not separated from the best by Tukey's test
        over all cells, or there is no error estimate); and a column per factor. The interval holds for a cell
        that was not picked for its mean; for the best cell see `best_cell`. Cells that share no block with
        the others, directly or through further cells, have NaN.
        """
        request = self.request
        return best_cells_table(
            self.fit,
            self.selection,
            self.runs,
            self._cell_means,
            self.scaling,
            request.direction,
            request.alpha,
        )

    @cached_property
    def best_cell(self) -> BestCell:
        """The first cell of `best_cells`: its levels, its rows of the table, and what ties with it.

        The report, its figures and the choice of the weights to keep all use this cell.
        """
        request = self.request
        return best_cell(
            self.best_cells, self.fit, self.selection, self.runs, self._cell_means, self.scaling,
            request.direction, request.alpha,
        )  # fmt: skip

    def frontier(self, costs: Floats) -> pd.DataFrame:
        """The mean of each cell beside its cost, the cheapest cell first.

        Columns: cell, mean, ci_low, ci_high (as in `best_cells`, seed-adjusted); cost (median of its runs),
        cost_low, cost_high (their range); status: `frontier` (no cheaper cell has a better mean), `beaten` (a
        cheaper cell is better beyond noise, by Tukey's test over all pairs; `by` has the best of these), or
        `open` (a cheaper cell is better, but within noise). A cell is cheaper if its most expensive run costs
        no more than the cheapest run of the other.

        Args:
            costs: of the analysed runs, lower is better: (n_runs,), or (3 x n_runs) with a lower bound before
                and an upper bound after; NaN where unknown.
        """
        order = best_first(self._cell_means.means, self.request.direction)
        named = self.best_cells.iloc[np.argsort(order)][["cell", "seed_adjusted", "ci_low", "ci_high"]]
        named = named.rename(columns={"seed_adjusted": "mean"}).reset_index(drop=True)
        spread = spread_by_cell(costs, self.runs.cells, len(named))
        error = cell_error(self.fit, self._cell_means)
        lower = self._rules.lower_is_better
        return frontier_table(self._cell_means, named, spread, error, lower, self.request.alpha)

    def prices(self, costs: Floats) -> pd.DataFrame:
        """What each component costs, and what one `gain_unit` of the response costs with it.

        Columns: factor, level, reference; estimate, ci_low, ci_high of the response (with the errors of
        `verdicts`, over all levels of the other factors); cost_percent with _low and _high (change of the
        cost); price with _low and _high (change of the cost in % per unit of gain; Fieller's interval). The
        price is NaN unless the level is both better and more expensive; its bounds are NaN where there may be
        no gain. No rows on the logit and ordinal scales.

        Args:
            costs: of the analysed runs, all above zero: (n_runs,), or (3 x n_runs) with 95 % bounds before
                and after, where each cell was measured once.
        """
        names, L = contrast_rows(self.fit, self.runs.predictors)
        if self.scaling.is_logit:
            return names.iloc[:0].reindex(columns=[*names.columns, *PRICE_COLUMNS])
        costs = np.broadcast_to(costs, (3, self.n_runs))
        return prices_table(names, L, self._estimated(L), self.fit, costs, self.gain_unit, self.request.alpha)

    @property
    def gain_unit(self) -> float:
        """One unit of gain on the analysis scale, signed: 1 %, 0.01 of a response in 0 to 1, or 1."""
        lower = self._rules.lower_is_better
        if self.scaling.is_log:
            return float(np.log(0.99 if lower else 1.01))
        y = self.runs.response
        return (-1.0 if lower else 1.0) * (0.01 if y.min() >= 0 and y.max() <= 1 else 1.0)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Failed runs by level.

        Columns: factor, level, runs, failed, rate, ci_low, ci_high (Wilson), fisher_p (this level against all
        others).
        """
        return failures_table(self.selection.attempted, self.selection.failed, self.request.alpha)

    @cached_property
    def failing(self) -> pd.DataFrame:
        """How each level changes the odds that a run fails; diverged runs count as failed.

        Columns: factor, level, reference; failed, runs and failed_reference, runs_reference (counts);
        odds_ratio with odds_low and odds_high (Firth's logistic regression on all factors, profile interval
        of level 1 - alpha), p (penalised likelihood ratio), p_adjusted (Holm), verdict (`fails more often`,
        `fails less often`, `inconclusive`). No rows where no run failed, or all did.
        """
        failed = self.selection.failed.copy()
        if self.diverged is not None:
            failed[~failed] = self.diverged
        return failing_table(self.selection.attempted, failed, self.request.alpha)

    @cached_property
    def dispersion(self) -> pd.DataFrame:
        """Which levels make runs of the same cell vary less, differences between seeds included.

        Columns: factor, level, reference; ratio of standard deviations (analysis scale) with ratio_low and
        ratio_high (level 1 - alpha), df (of the cells about the model), p, p_adjusted (Holm), verdict
        (`steadier`, `less steady`, `inconclusive`). No rows where cells have one run each.
        """
        return dispersion_table(self.runs, self.fit.y, self.request.alpha)

    @cached_property
    def item_effects(self) -> pd.DataFrame | None:
        """Main contrasts with errors that hold for new seeds and new test items; None where rows were runs.

        Columns: factor, level, reference, seeds, items, estimate (difference of means over items, in units),
        sd_seed, sd_item, sd_both (standard deviation of the difference between seeds, between items, and of
        their combination), se_seeds, p_seeds (for new seeds on the same items), se, df, ci_low, ci_high, p
        (for new seeds and new items), p_adjusted (Holm). With one seed there are no errors: items alone say
        nothing of how a component varies.
        """
        if self.items is None:
            return None
        names, _ = contrast_rows(self.fit, self.runs.predictors)
        with_levels = names["factor"].isin([factor.name for factor in self.runs.factors])
        return item_effects(names[with_levels], self.items, self.request.alpha)

    @property
    def has_sets(self) -> bool:
        """Whether blocks are data sets and seeds, and at least two data sets have analysed runs."""
        return self.runs.sets is not None and len(self.runs.sets.levels) > 1 and self.runs.block is not None

    @cached_property
    def set_effects(self) -> pd.DataFrame | None:
        """Main contrasts on each data set; None without data sets.

        Columns: factor, level, reference, set, seeds (that determine the effect), estimate (mean over these),
        se (from the spread between seeds, pooled over data sets), df, ci_low, ci_high.
        """
        of_sets = self._on_sets
        return of_sets and effects_on_sets(*of_sets, self._set_names, self.request.alpha)

    @cached_property
    def heterogeneity(self) -> pd.DataFrame | None:
        """The average of each main contrast over data sets like these, and how much it differs between them.

        Columns: factor, level, reference, sets, estimate, se, df, ci_low, ci_high, p (mean over a population
        of data sets, by Knapp and Hartung), p_adjusted (Holm over all rows), tau (standard deviation of the
        effect between data sets; it includes the noise of seeds where no data set has two), prediction_low,
        prediction_high (of the effect on a new data set, level 1 - alpha), seed_sd (of one seed's effect
        within a data set), F, df_seeds, p_differ (that the effect is the same on all).

        None without data sets.
        """
        of_sets = self._on_sets
        return of_sets and heterogeneity_table(*of_sets, self.request.alpha)

    @cached_property
    def set_ranks(self) -> Ranks | None:
        """Ranks of the cells over data sets; None with fewer than three cells or three whole data sets."""
        return cell_ranks(self.runs, self.request.direction, self.request.alpha) if self.has_sets else None

    @property
    def _silent_sets(self) -> list[Notice]:
        """Data sets without an analysed run, and those whose runs say nothing of some factor."""
        tried = self.selection.attempted.sets
        if tried is None or self.runs.block is None:
            return []
        empty = [name for name in tried.levels if name not in self._set_names]
        rows = [] if self.set_effects is None else self.set_effects.to_dict("records")
        mute = [(row["set"], row["factor"]) for row in rows if not row["seeds"]]
        return [Notice("silent-sets", {"empty": empty, "mute": mute})] if empty or mute else []

    @property
    def _set_names(self) -> tuple[str, ...]:
        return self.runs.sets.levels if self.runs.sets is not None else ()

    @cached_property
    def _on_sets(self) -> tuple[pd.DataFrame, list[OnSets]] | None:
        """The main contrasts, and each on every data set."""
        if self.runs.sets is None or self.runs.block is None or not self.has_sets:
            return None
        names, L = contrast_rows(self.fit, self.runs.predictors)
        n_sets, first = len(self._set_names), np.unique(self.runs.block.codes, return_index=True)[1]
        of_blocks, each = self.runs.sets.codes[first], effects_by_block(self.fit, L, self.runs, self._passed)
        return names, [on_sets(column, of_blocks, n_sets) for column in each.T]

    @cached_property
    def iqm(self) -> pd.DataFrame:
        """Interquartile means by level, as studies of reinforcement learning report them (rliable).

        Columns: factor, level, iqm, ci_low, ci_high (response; percentiles of a bootstrap within strata:
        cells, on each data set), runs, left_out (runs beyond the middle half), whole (strata
        of which no run is left), strata. Empty for more than 20,000 runs.
        """
        return iqm_table(self.runs, self.request.alpha)

    @cached_property
    def improvement(self) -> pd.DataFrame:
        """The probability that a run of a level is better than a run of the reference (rliable).

        Columns: factor, level, reference, probability (in the same cell of the other factors and on the same
        data set, averaged over these; ties count half), ci_low, ci_high (bootstrap within strata), strata.
        Empty for more than 20,000 runs.
        """
        return improvement_table(self.runs, self.request.direction, self.request.alpha)

    @property
    def excluded(self) -> pd.DataFrame:
        """Rows left out: row (the table's own label), reason, cell, response (as text)."""
        return self.selection.excluded

    @cached_property
    def warnings(self) -> list[Notice]:
        """What a reader must know beside the tables; `ablation.report.sentences` puts it into words."""
        alpha = self.request.alpha
        notices = [*self.notices, *design_notices(self.runs, self.fit, self._cell_means)]
        notices += [*self._parents, *self._divergence, *self._best_failed, *self._silent_sets]
        if self.fit.variance > 0:
            split = {row.along for row in self._judged}
            notices += model_notices(self.lack_of_fit, self._screened, split, self.runs, alpha)
            notices += residual_notices(self.diagnostics, alpha)
        return notices

    @property
    def _parents(self) -> list[Notice]:
        rows = self.parent_effects.itertuples(index=False)
        effects = [(r.factor, r.level, r.reference, r.within, r.estimate, r.ci_low, r.ci_high) for r in rows]
        return [Notice("parent-effects", {"effects": effects})] if effects else []

    @property
    def _divergence(self) -> list[Notice]:
        if self.diverged is None:
            return []
        runs = [
            {
                "run": self.runs.labels[i],
                "cell": self.runs.levels(int(i)),
                "size": float(self.runs.response[i]),
            }
            for i in np.flatnonzero(self.diverged)
        ]
        without = self.without_diverged
        changed = [] if without is None else changed_findings(self.findings, without.verdicts)
        return [Notice("diverged-runs", {"runs": runs, "changed": changed, "known": without is not None})]

    @property
    def _best_failed(self) -> list[Notice]:
        if not self.selection.failed.any() or not self.best_cells["failed"].iloc[0]:
            return []
        best = self.best_cell
        facts = {"cell": best.levels, "failed": best.failed, "runs": best.failed + len(best.rows)}
        return [Notice("best-cell-failed", facts)]

    @cached_property
    def model(self) -> Any:
        """The main model as statsmodels' results, on the analysis scale with sum-coded columns of full rank.

        Parameter `a[x]` is the deviation of level x of factor a from the mean of its levels; the last
        level's is minus the sum of the others. Effects are differences of these: read them from `effects`.
        """
        from statsmodels.regression.linear_model import OLS, WLS  # seconds to import

        matrix, kept, block = self.fit.matrix, self.fit.kept, self.runs.block
        own = [block.columns] if block else []
        columns = np.hstack([np.ones((self.n_runs, 1)), *own, matrix.X[matrix.cell][:, kept]])
        names = ["Intercept", *(block.column_names if block else []), *(matrix.names[i] for i in kept)]
        X = pd.DataFrame(columns, columns=names, index=self.runs.labels)
        y = pd.Series(self.fit.y + self.scaling.shift, index=self.runs.labels, name=self.request.response)
        return OLS(y, X).fit() if self.runs.weights is None else WLS(y, X, weights=self.runs.weights).fit()

    def article_ols(self) -> Any:
        """The article's model as statsmodels' results: raw response, one-hot columns, no intercept.

        `article_summary()` prints its table. Show `article_caution` and `article_deviations()` beside it.
        """
        return article.article_fit(self.selection.used, self.request.response)

    def article_summary(self) -> str:
        """The table of `article_ols()`, as statsmodels prints it."""
        model = self.article_ols()  # imports statsmodels, which sets filters of its own
        with warnings.catch_warnings():
            # Of its tests of residuals, on few runs or a constant response: the table shows them as they are.
            warnings.simplefilter("ignore")
            return str(model.summary())

    def article_deviations(self) -> pd.DataFrame:
        """Deviations of the one-column-per-level coefficients from their mean.

        Columns: column, deviation, se, df, ci_low, ci_high, t, p.
        """
        return article.article_deviations(self.selection.used, self.request.response, self.request.alpha)

    @property
    def article_caution(self) -> str:
        """The caution to show beside the article's table."""
        return article.CAUTION

    @cached_property
    def _verdicts(self) -> tuple[pd.DataFrame, Conservative, Judgement, dict[int, FrozenRow]]:
        return verdicts_table(self._judged, self._conservative, self.fit, self.scaling, self.request)

    @cached_property
    def _forecasts(self) -> list[Forecast | None]:
        if self.request.looks is not None or self.diverged is not None:
            # A plan says when it ends: more seeds than that would not be valid. Noise of runs that look
            # diverged tells nothing of the runs to come.
            return [None] * len(self._judged)
        return forecasts(
            self.fit, self.runs.predictors, self._judged, self._verdicts[2].verdicts, self._growth,
            len(self.runs.block.levels) if self.runs.block else 0, seed_spread(self.fit, self._slopes),
            lambda L: growing_errors(self.fit, L, self.runs, self._slopes),
            self._rules,
        )  # fmt: skip

    def _estimated(self, L: Floats) -> Conservative:
        return conservative(self.fit, L, self.runs, self._slopes, self.request.alpha)

    @cached_property
    def _rules(self) -> Rules:
        return rules_of(self.fit, self.scaling, self.request)

    @cached_property
    def _slopes(self) -> Slopes | None:
        return slopes_of(self.fit, self.runs)

    @cached_property
    def _cell_means(self) -> CellMeans:
        return cell_means(self.fit, self.runs)

    @cached_property
    def _growth(self) -> Growth:
        return growth_of(self.fit, self.runs, self.selection.attempted)

    @cached_property
    def _judged(self) -> list[Row]:
        looks = self.request.looks
        frozen = () if looks is None else looks.frozen
        return verdict_rows(self.fit, self.runs.predictors, self.request.alpha, self._flagged, frozen)

    @cached_property
    def _flagged(self) -> list[Term]:
        return flagged_interactions(self.fit, self.request.alpha, self.request.looks)

    @property
    def flagged_interactions(self) -> tuple[str, ...]:
        """Interactions `a:b` that stand out so clearly that verdicts are given by level."""
        return tuple(term.name for term in self._flagged)

    @cached_property
    def _conservative(self) -> Conservative:
        return self._estimated(np.array([row.L for row in self._judged]))

    @property
    def _strictest(self) -> float:
        return contrast_alpha(self.fit, self.request.alpha) / len(self._judged)

    @cached_property
    def _screened(self) -> dict[Group, float]:
        """The interactions that passed the screen -> their p values."""
        p = dict(zip(self.interactions["term"], self.interactions["p_adjusted"], strict=True))
        tested = {group: float(p[group_name(group)]) for group in tested_interactions(self.fit)}
        return {group: value for group, value in tested.items() if value < self.request.alpha}

    @property
    def _depends(self) -> dict[str, tuple[tuple[str, ...], float]]:
        """Factor -> what its effect may depend on, by the clearest interaction that passed the screen."""
        depends: dict[str, tuple[tuple[str, ...], float]] = {}
        for group, p in sorted(self._screened.items(), key=lambda item: item[1]):
            names = {self.runs.predictors[i].name for term in group for i in term.members}
            for name in names:
                depends.setdefault(name, (tuple(sorted(names - {name})), p))
        return depends
