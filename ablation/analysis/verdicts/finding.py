"""A verdict with the numbers behind it; `ablation.report.sentences` puts it into words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One verdict: what is compared, what was found, and what a sentence on it must not leave out.

    Attributes:
        factor, level, reference: the contrast, level - reference.
        within: the factor and the level at which it holds; None for an average over the other factors.
        n_levels: of the factor; 0 if it enters as a number.
        estimate, low, high: on the analysis scale. The interval is that of this contrast alone, at the level
            of the test behind the verdict. Holm's correction is in `p` alone, so the interval of an
            inconclusive verdict can exclude 0. NaN: not known.
        p: adjusted for all verdicts.
        verdict: its code, such as `keep`.
        coverage: of the interval, such as 0.95.
        seeds: how many more would settle it; None: settled, or out of reach.
        depends: factors on one of which the effect may depend, and the p-value of that.
        n_verdicts: how many verdicts are corrected together.
        failing: those of its two levels at which runs fail more often: level, failed runs, runs.
    """

    factor: str
    level: str
    reference: str
    within: tuple[str, str] | None
    n_levels: int
    estimate: float
    low: float
    high: float
    p: float
    verdict: str
    coverage: float
    seeds: int | None
    depends: tuple[tuple[str, ...], float] | None
    n_verdicts: int
    failing: tuple[tuple[str, int, int], ...]
