"""An adaptive study from its rows: each planned look in turn. A pure function, so all processes agree."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import special

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.analysis.analysis import Analysis
from ablation.analysis.analyze import analyze
from ablation.analysis.data.factors import Bools, Floats, read_factor
from ablation.analysis.sequential.boundary import boundary, spend
from ablation.analysis.sequential.looks import FrozenRow, Looks, RowName
from ablation.analysis.verdicts.judging import INCONCLUSIVE
from ablation.analysis.verdicts.rows import contrast_alpha
from ablation.errors import UsageError
from ablation.results.model_settings import LOG
from ablation.words import counted

SETTLED, MAXIMUM, HOPELESS = "settled", "maximum", "hopeless"

HOPELESS_BELOW = 0.1
"""A study is hopeless when each open verdict has a smaller chance than this to be settled at the maximum."""

Dropped = dict[tuple[str, str], int]
"""(factor, level) that gets no more seeds → seeds that it has."""


@dataclass(frozen=True, eq=False)
class Look:
    """What one look found.

    Attributes:
        plan: of the study.
        seeds: number of seeds it saw.
        analysis: of their rows.
        ended: why the study ends here: `settled`, `maximum` or `hopeless`; '' if it goes on.
        dropped: levels that get no more seeds from here on.
    """

    plan: AdaptivePlan
    seeds: int
    analysis: Analysis
    ended: str = ""
    dropped: Dropped = field(default_factory=dict)

    @property
    def verdicts(self) -> pd.DataFrame:
        """The table of verdicts."""
        return self.analysis.verdicts

    @property
    def is_open(self) -> Bools:
        """Which verdicts are not settled, (n_rows,)."""
        is_open: Bools = (self.verdicts["verdict"] == INCONCLUSIVE).to_numpy(dtype=bool)
        return is_open

    @property
    def open(self) -> int:
        """How many verdicts are not settled."""
        return int(self.is_open.sum())

    def chances(self, seeds: int) -> Floats:
        """Probability that each verdict is settled at a later look, if estimates are the truth, (n_rows,).

        Args:
            seeds: of the later look. 1 for verdicts that are settled now.
        """
        plan, now, is_open = self.plan, self.seeds, self.is_open
        chances = np.ones(len(is_open))
        if self.open == 0 or seeds <= now:
            return chances
        times = np.array([n for n in plan.looks if n <= seeds]) / plan.maximum
        levels = np.array([contrast_alpha(self.analysis.fit, plan.alpha) / 2, plan.alpha]) / self.open
        for_sign, for_margin = boundary(times, spend(times, levels, plan.rho))[:, -1]
        e, se = (self.verdicts.loc[is_open, name].to_numpy(float) for name in ("estimate", "se"))
        later, spread = se * np.sqrt(now / seeds), se * np.sqrt(1 - now / seeds)
        outside = special.ndtr((e - for_sign * later) / spread) + special.ndtr(
            (-e - for_sign * later) / spread
        )
        room = self.analysis.scaling.margin(plan.margin)[1] - for_margin * later
        inside = special.ndtr((room - e) / spread) - special.ndtr((-room - e) / spread)
        chances[is_open] = np.clip(np.nan_to_num(outside) + np.nan_to_num(inside).clip(0), 0, 1)
        return chances


@dataclass(eq=False)
class Replay:
    """Takes the looks of a study, one after another.

    Args:
        plan: of the study.
        seeds: in the order in which they are added.
        block: the table's column of seeds.
    """

    plan: AdaptivePlan
    seeds: Sequence[int]
    block: str = "seed"
    looks: list[Look] = field(default_factory=list)
    _frozen: dict[RowName, FrozenRow] = field(default_factory=dict)
    _dropped: Dropped = field(default_factory=dict)
    _flagged: tuple[str, ...] = ()
    _scale: str = ""

    @property
    def next(self) -> int | None:
        """Number of seeds that the next look needs; None when the study has ended."""
        if self.looks and self.looks[-1].ended:
            return None
        return self.plan.looks[len(self.looks)]

    @property
    def dropped(self) -> Dropped:
        """Levels that get no more seeds."""
        return dict(self._dropped)

    def take(self, table: pd.DataFrame) -> Look:
        """Take the next look.

        Args:
            table: rows of the study, (n_runs, …), with all that the look needs; other rows do not count.
        """
        plan, n = self.plan, self.plan.looks[len(self.looks)]
        taken = (*(look.seeds for look in self.looks), n)
        looks = Looks(taken, plan.maximum, plan.rho, self._flagged, dict(self._frozen))
        rows = self._rows(table, n)
        if (self._scale or plan.scale) == LOG:
            _check_logarithms(rows, plan.response)
        analysis = analyze(
            rows, plan.response, list(plan.factors), block=self.block,
            scale=self._scale or plan.scale, alpha=plan.alpha, interactions=plan.interactions,
            margin=plan.margin, direction=plan.direction, numeric=plan.numeric, nested=plan.nested,
            looks=looks,
        )  # fmt: skip
        self._scale = "log" if analysis.scaling.is_log else "identity"  # as the first look found it
        self._flagged = analysis.flagged_interactions
        look = Look(plan, n, analysis)
        ended = _why_ended(look)
        if not ended and plan.dropping:
            self._drop(look.verdicts, n)
        look = replace(look, ended=ended, dropped=self.dropped)
        self.looks.append(look)
        return look

    def _rows(self, table: pd.DataFrame, n: int) -> pd.DataFrame:
        """The rows that count at a look: whole seeds, and of dropped levels those from before."""
        position = {seed: i for i, seed in enumerate(self.seeds)}
        place = table[self.block].map(position)
        counts = (place < n).to_numpy(copy=True)
        for (factor, level), n_seeds in self._dropped.items():
            codes = read_factor(table[factor], factor)
            has_level = codes.codes == codes.levels.index(level)
            counts &= ~(has_level & (place >= n_seeds).to_numpy())
        return table[counts]

    def _drop(self, verdicts: pd.DataFrame, n: int) -> None:
        """Freeze what is settled and ends the runs of levels that nothing open needs."""
        levels = _droppable(verdicts, self.plan) - set(self._dropped)
        if not levels:
            return
        self._dropped |= dict.fromkeys(sorted(levels), n)
        for row in verdicts[verdicts["verdict"] != INCONCLUSIVE].itertuples(index=False):
            name = (row.factor, row.level, row.within)
            claims = (row.claim_sign, row.claim_beyond, row.claim_inside)
            inside = (row.inside_low, row.inside_high)
            frozen = FrozenRow(n, row.estimate, row.se, row.df, row.ci_low, row.ci_high, inside, claims)
            self._frozen.setdefault(name, frozen)


def _check_logarithms(rows: pd.DataFrame, response: str) -> None:
    """Refuse a response without a logarithm where the plan, or its first look, has taken logarithms.

    Raises:
        UsageError: the study cannot go on under its plan.
    """
    values = pd.to_numeric(rows[response], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    low = np.isfinite(values) & (values <= 0)
    if low.any():
        raise UsageError(
            f"Expected positive values of '{response}': this adaptive study is on the log scale, by its plan "
            f"or its first look. Received: {low.sum()} of {counted(len(rows), 'run')} at 0 or below. Begin a "
            f"study of another name with analysis.scale=identity, a margin in units of {response}, and fresh "
            "seeds (name=…, seeds=[…])."
        )


def _droppable(verdicts: pd.DataFrame, plan: AdaptivePlan) -> set[tuple[str, str]]:
    """Levels whose runs tell nothing any more about an open verdict.

    Runs of every level tell of a two-level factor, of a slope, and of a factor with another nested in it, so
    none is dropped while such a row is open. In designs that change one factor at a time each row of levels
    has a cell of its own.
    """
    settled = verdicts["verdict"] != INCONCLUSIVE
    whole = {
        name
        for name, levels in plan.factors.items()
        if name in plan.numeric or (len(levels) == 2 and not plan.one_factor)
    }.union(plan.nested, *plan.nested.values())
    if not plan.one_factor and not settled[verdicts["factor"].isin(whole)].all():
        return set()
    droppable = set()
    for factor, levels in plan.factors.items():
        if factor in whole:
            continue
        for level in levels:
            if level == plan.start.get(factor, levels[0]):
                continue  # what the others are compared with always gets whole seeds
            about = (verdicts["factor"] == factor) & (
                (verdicts["level"] == level) | (verdicts["reference"] == level)
            )
            about |= verdicts["within"] == f"{factor}={level}"
            if about.any() and settled[about].all():
                droppable.add((factor, level))
    return droppable


def _why_ended(look: Look) -> str:
    plan = look.plan
    if look.open == 0:
        return SETTLED
    if look.seeds == plan.maximum:
        return MAXIMUM
    if plan.hopeless and (look.chances(plan.maximum)[look.is_open] < HOPELESS_BELOW).all():
        return HOPELESS
    return ""
