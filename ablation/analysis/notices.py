"""What a reader must know beside the tables: a code and its facts, which the report puts into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Notice:
    """One thing that a reader must know. `ablation.report.sentences` has a sentence for each code.

    Codes and their facts (a cell is a mapping of factors to levels, a term is a tuple of factors):

    - `filtered-rows`: rows, passed, where. `last-rows`: clock, rows, runs, low, high (where runs end).
    - `spellings`: columns (each a name and its (spelling, level) pairs). `reference`: levels (factor, level).
    - `direction`: none. `target`: measured, target.
    - `unfinished-runs`: unfinished, runs, words, levels (each a factor, level, unfinished, runs).
    - `failed-runs`: failed, attempted, cells, words (of statuses).
    - `diverged-runs`: runs (each a run's label in the table, cell, size: its response), changed (pairs of
      a finding with them, and its verdict without them or None), known (whether there is an
      analysis without them).
    - `best-cell-failed`: cell, failed, runs.
    - `failed-level`: factor, level, runs, reference (the new one, if the level was the reference).
    - `missing-level`: rows, column. `missing-weight`: rows, column. `duplicate-rows`: rows.
    - `repeated-rows`: rows, block.
    - `single-level`: factor, level. `single-block`: block.
    - `constant-response`, `perfect-fit`, `no-error-estimate`, `arbitrary-contrasts`: none.
    - `margin-unit`: margin, reason. `wide-margin`: apart (the largest response less the smallest, on the
      analysis scale).
    - `left-out-interaction`: terms, block, empty (a combination of levels that no run has, per term; none
      where the terms say nothing beyond main effects). `only-main-effects`: terms.
    - `wide-interactions`: widening, df and df_main (with them and without). `many-interactions`: columns.
    - `aliased-interaction`: groups of terms. `conditional-factor`: factor, inactive (its level where it has
      no value), on (the factor that asks for it), levels (of that one).
    - `nearly-nested`: likewise factor, on and levels, and rows (how many stand in the way).
    - `parent-effects`: effects (each a factor, level, reference, a value of a factor nested in it, estimate,
      low, high).
    - `wide-number`: numbers (each a factor that enters as a straight line, and its range in decades).
    - `not-estimable`: contrasts (each a factor, level and reference), groups (each some factors that cannot
      be separated and their joint effect or None), block, in_block (factors not to be separated from it).
    - `few-blocks`: blocks, block. `unreplicated`: df. `incomparable-cells`: cells (how many), block.
    - `interaction`: tests (each some terms and p), kind (`split`, `aliased` or `screened`).
    - `lack-of-fit`: p, may_be. `unequal-spread`: factors (each a factor, sd_ratio and its widest level).
    - `differs-by-seed`: effects (each a factor, spread of its effect over the noise, p), block.
    - `silent-sets`: empty (data sets without a run that counts), mute (each a data set, and a factor of whose
      effect its runs tell nothing).
    - `no-own-error`: runs (how many), effects that rest on them (each a factor, a level and its reference).
    - `outlier`, `influence`: runs (each a run's label in the table, cell, at (the block's value), size: the
      studentized residual or Cook's distance), block.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
