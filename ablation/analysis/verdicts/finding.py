"""A verdict with the numbers behind it; `ablation.report.sentences` puts it into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.factors import Factor, Predictor
from ablation.analysis.sequential.looks import FrozenRow
from ablation.analysis.verdicts.conservative import Conservative
from ablation.analysis.verdicts.forecast import Forecast
from ablation.analysis.verdicts.judging import NOTHING, Judgement
from ablation.analysis.verdicts.rows import Row


@dataclass(frozen=True)
class Finding:
    """One verdict: what is compared, what was found, and what a sentence about it must mention.

    Attributes:
        factor, level, reference: the contrast, level - reference.
        within: the factor and the level at which it holds; None for an average over the other factors.
        where: the same in a word, or where a nested factor has its levels; empty for such an average.
        n_levels: of the factor; 0 if it enters as a number.
        estimate, low, high: on the analysis scale. The interval is that of this contrast alone, at the level
            of the test behind the verdict. Holm's correction is in `p` alone, so the interval of an
            inconclusive verdict can exclude 0. NaN: not known.
        p: adjusted for all verdicts.
        verdict: its code, such as `keep`.
        coverage: of the interval, such as 0.95.
        forecast: what more seeds would bring; None where it is settled, or nothing can be said.
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
    forecast: Forecast | None
    depends: tuple[tuple[str, ...], float] | None
    n_verdicts: int
    failing: tuple[tuple[str, int, int], ...]
    where: str = ""


def findings_of(
    rows: Sequence[Row],
    contrasts: Conservative,
    judged: Judgement,
    forecasts: Sequence[Forecast | None],
    predictors: Sequence[Predictor],
    request: AnalysisRequest,
    failing: Mapping[tuple[str, str], tuple[int, int]],
    depends: Mapping[str, tuple[tuple[str, ...], float]],
    frozen: Mapping[int, FrozenRow],
) -> list[Finding]:
    """The facts for a sentence on each verdict.

    Args:
        rows: what is judged.
        contrasts: their estimates.
        judged: their verdicts.
        forecasts: of those that are inconclusive.
        predictors: of the model.
        request: alpha and the looks of a study that grows.
        failing: (factor, level) at which runs fail more often -> failed runs, runs.
        depends: factor -> what its effect may depend on, and the p value of that.
        frozen: rows that an earlier look has settled for good, by position.
    """
    n_levels = {part.name: len(part.levels) if isinstance(part, Factor) else 0 for part in predictors}
    findings = []
    for i, row in enumerate(rows):
        tail = 2 * request.alpha if judged.verdicts[i] == NOTHING else request.alpha
        low, high = contrasts.interval(tail if request.looks is None else request.looks.tail(tail))
        if i in frozen:
            bounds = frozen[i].inside if judged.verdicts[i] == NOTHING else (frozen[i].low, frozen[i].high)
            low[i], high[i] = bounds
        # Failures flatter the average of the level, or of the reference.
        levels = [level for level in (row.level, row.reference) if (row.factor, level) in failing]
        finding = Finding(
            factor=row.factor, level=row.level, reference=row.reference, within=row.within, where=row.where,
            n_levels=n_levels[row.factor], estimate=float(contrasts.estimate[i]),
            low=float(low[i]), high=float(high[i]), p=float(judged.p[i]),
            verdict=judged.verdicts[i], coverage=1 - tail, forecast=forecasts[i],
            depends=None if row.within else depends.get(row.factor),
            n_verdicts=len(rows),
            failing=tuple((level, *failing[row.factor, level]) for level in levels),
        )  # fmt: skip
        findings.append(finding)
    return findings


def changed_findings(findings: Sequence[Finding], other: pd.DataFrame) -> list[tuple[Finding, Any]]:
    """The findings whose verdict differs in other verdicts, each with its row there, if there is one."""
    known = {(r.factor, r.level, r.reference, r.within): r for r in other.itertuples(index=False)}
    pairs = [(f, known.get((f.factor, f.level, f.reference, f.where))) for f in findings]
    return [(one, twin) for one, twin in pairs if twin is None or twin.verdict != one.verdict]
