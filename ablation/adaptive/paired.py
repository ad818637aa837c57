"""One change against the present state, seed by seed: a paired t test with looks, until it is settled.

A gain is how much better the changed run of a seed is than the unchanged one. Gains of several seeds are
independent, whatever the seeds have in common, so the t test on their mean holds also where the change does
more in one seed than in another. Looks are those of an adaptive study: error spending, repeated p values.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy import special

from ablation.analysis.data.factors import Floats
from ablation.analysis.probability.distributions import t_lower, t_quantile
from ablation.analysis.sequential.boundary import nominal, repeated_p
from ablation.errors import UsageError

ACCEPT, REJECT, UNDECIDED = "accept", "reject", "undecided"
BETTER, WORSE, SMALL, SAME = "better", "worse", "too small to matter", "the same numbers"
HOPELESS, OPEN, GOES_ON = "not better", "open at the most seeds", ""

HOPELESS_BELOW = 0.02
"""A change is given up when it has a smaller chance than this to be accepted at the most seeds.

That halves the runs and loses next to nothing: docs/gate.md.
"""


@dataclass(frozen=True)
class PairedPlan:
    """The rules that decide on a change, fixed before its first run.

    Args:
        level: one-sided error of 'better', over all looks.
        first: seeds at the first look.
        maximum: seeds at the last look; one is added at a time.
        margin: smallest gain that matters, on the scale of the gains; None without one.
        alpha: one-sided error of 'worse' and of 'too small to matter'.
    """

    level: float
    first: int = 3
    maximum: int = 12
    margin: float | None = None
    alpha: float = 0.05

    def __post_init__(self) -> None:
        """Refuse numbers of seeds that make no looks."""
        if not 2 <= self.first <= self.maximum:
            raise UsageError(
                "seeds: expected the seeds of the first look and of the last, 2 or more, such as 3:12. "
                f"Received: {self.first}:{self.maximum}."
            )


@dataclass(frozen=True, eq=False)
class PairedLook:
    """What the gains so far say of a change.

    Args:
        plan: of the change.
        gains: of the seeds so far, in their order, (n_seeds,).
    """

    plan: PairedPlan
    gains: Floats

    @property
    def times(self) -> Floats:
        """The information at the looks so far, as shares of the last one."""
        return np.arange(self.plan.first, len(self.gains) + 1) / self.plan.maximum

    @property
    def estimate(self) -> float:
        """The mean gain."""
        return float(self.gains.mean())

    @property
    def se(self) -> float:
        """Standard error of the mean gain."""
        return float(self.gains.std(ddof=1) / np.sqrt(len(self.gains)))

    @cached_property
    def p(self) -> float:
        """Repeated p value of 'better', one-sided."""
        return self._repeated(0.0, 1)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval of the gain; those of all looks together cover it with probability 1 - alpha."""
        tail = float(nominal(self.times, alpha / 2))
        half = -float(t_quantile(tail, len(self.gains) - 1)) * self.se
        return self.estimate - half, self.estimate + half

    @property
    def reason(self) -> str:
        """Why it ends here; empty where it goes on."""
        plan, n = self.plan, len(self.gains)
        if n < plan.first:
            return GOES_ON
        if not self.gains.any():
            return SAME
        if self.p <= plan.level:
            return BETTER
        if self._repeated(0.0, -1) <= plan.alpha:
            return WORSE
        if plan.margin is not None and self._repeated(plan.margin, -1) <= plan.alpha:
            return SMALL
        if n == plan.maximum:
            return OPEN
        return HOPELESS if self.chance < HOPELESS_BELOW else GOES_ON

    @property
    def decision(self) -> str:
        """`accept`, `reject` or `undecided`; empty where it goes on."""
        return {GOES_ON: "", BETTER: ACCEPT, OPEN: UNDECIDED}.get(self.reason, REJECT)

    @property
    def chance(self) -> float:
        """Probability of being accepted at the last planned look, if the mean gain is the truth."""
        n, plan = len(self.gains), self.plan
        needed = _needed(plan.first, plan.maximum, plan.level)
        last = self.se * np.sqrt(n / plan.maximum)
        spread = self.se * np.sqrt(1 - n / plan.maximum)
        return float(special.ndtr((self.estimate - needed * last) / spread)) if spread > 0 else 0.0

    def _repeated(self, zero: float, sign: int) -> float:
        """Repeated p value of 'the gain is on this side of zero'."""
        away = sign * (self.estimate - zero)
        if self.se == 0:
            return 0.0 if away > 0 else 1.0
        p = float(t_lower(-away / self.se, len(self.gains) - 1))
        return float(repeated_p(p, self.times))


@cache
def _needed(first: int, maximum: int, level: float) -> float:
    """The t that accepts at the last look."""
    every = np.arange(first, maximum + 1) / maximum
    return -float(t_quantile(float(nominal(every, level)), maximum - 1))
