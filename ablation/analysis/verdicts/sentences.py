"""The sentence a person reads for a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ablation.analysis.data.scale import Scale
from ablation.analysis.request import AnalysisRequest
from ablation.words import OFF, ON


@dataclass(frozen=True)
class Finding:
    """One verdict with the numbers behind it.

    `seeds` are those still needed, None if unknown; `depends` is what the effect may depend on, with its p;
    `n_verdicts` is the number of verdicts that are corrected together.
    """

    factor: str
    level: str
    reference: str
    within: str
    n_levels: int
    estimate: float
    low: float
    high: float
    p: float
    verdict: str
    coverage: float
    seeds: int | None
    depends: tuple[str, float] | None
    n_verdicts: int


def sentence(found: Finding, scale: Scale, asked: AnalysisRequest) -> str:
    """Say what was found, in one sentence with the numbers."""
    name = component(found)
    if math.isnan(found.estimate):
        return f"Nothing is known about {name}: no runs tell its effect apart."
    if math.isnan(found.low):
        change = signed(found.estimate, scale, asked)
        return f"{name} is inconclusive: {change}, and there is no error estimate to judge it by."
    if found.verdict in ("keep", "hurts"):
        does = f"Keep {name}" if found.verdict == "keep" else f"{name} hurts"
        on_average = " on average" if found.depends else ""
        told = f"{does}:{on_average} it {moved(found, scale, asked)}, p {p_text(found.p)}."
        return f"{told}{_depends(found)}"
    band = f"{signed(found.estimate, scale, asked)} ({interval(found, scale)})"
    if found.verdict == "does nothing":
        inside = f"{band}, inside the margin of {margin_text(scale, asked)}"
        on_average = " on average" if found.depends else ""
        return f"{name} does nothing that matters{on_average}: {inside}.{_depends(found)}"
    return f"{name} is inconclusive{corrected(found)}: {band}; {next_step(found, scale, asked)}."


def _depends(found: Finding) -> str:
    """What an average leaves out."""
    if found.depends is None:
        return ""
    other, p = found.depends
    return f" Its effect may depend on {other} (p {p_text(p)})."


def component(found: Finding) -> str:
    """What is judged: a flag by its name, a level as 'factor=level instead of reference'."""
    if found.n_levels == 2 and found.reference.lower() in OFF:
        name = found.factor if found.level.lower() in ON else f"{found.factor}={found.level}"
    else:
        name = f"{found.factor}={found.level} instead of {found.reference}"
    return f"{name} (at {found.within})" if found.within else name


def moved(found: Finding, scale: Scale, asked: AnalysisRequest) -> str:
    """'lowers loss by 15.4 % (95 % CI 13.6 to 17.2 %)': sizes without signs."""
    verb = "lowers" if found.estimate < 0 else "raises"
    low, high = sorted((size(found.low, scale), size(found.high, scale)))
    unit = " %" if scale.is_log else ""
    bounds = f"{number(low)} to {number(high)}{unit}"
    if found.low * found.high < 0:
        bounds = f"{plus(found.low, scale)} to {plus(found.high, scale)}{unit}"
    return (
        f"{verb} {asked.response} by {number(size(found.estimate, scale))}{unit} ({level(found)} CI {bounds})"
    )


def signed(estimate: float, scale: Scale, asked: AnalysisRequest) -> str:
    """'loss changes by +0.3 %'."""
    return f"{asked.response} changes by {plus(estimate, scale)}{' %' if scale.is_log else ''}"


def interval(found: Finding, scale: Scale) -> str:
    """'95 % CI -1.8 to +2.4 %'."""
    unit = " %" if scale.is_log else ""
    return f"{level(found)} CI {plus(found.low, scale)} to {plus(found.high, scale)}{unit}"


def corrected(found: Finding) -> str:
    """' after correction for the 6 verdicts' where the interval, which has no such correction, excludes 0."""
    return "" if found.low <= 0 <= found.high else f" after correction for the {found.n_verdicts} verdicts"


def next_step(found: Finding, scale: Scale, asked: AnalysisRequest) -> str:
    """How many seeds would settle it, or why that cannot be said."""
    if found.seeds is not None:
        return f"about {found.seeds} more seed{'s' if found.seeds > 1 else ''} would settle it"
    if asked.margin is None:
        return "declare a margin (the smallest effect that matters), or it can never be said to do nothing"
    return f"more than 1000 seeds would be needed to settle it at a margin of {margin_text(scale, asked)}"


def margin_text(scale: Scale, asked: AnalysisRequest) -> str:
    """'2 %' or '0.5'."""
    return f"{asked.margin:g} %" if scale.is_log else f"{asked.margin:g}"


def level(found: Finding) -> str:
    """'95 %'."""
    return f"{100 * found.coverage:g} %"


def size(effect: float, scale: Scale) -> float:
    """Size of a change in % or units."""
    return abs(100 * math.expm1(effect)) if scale.is_log else abs(effect)


def plus(effect: float, scale: Scale) -> str:
    """A change in % or units, with its sign."""
    return ("-" if effect < 0 else "+") + number(size(effect, scale))


def number(value: float) -> str:
    """Three significant digits, and at most one decimal place from 10 on."""
    return f"{value:.1f}" if 10 <= value < 1000 else f"{value:#.3g}"


def p_text(p: float) -> str:
    """A p value as people write it."""
    return "< 0.0001" if p < 0.0001 else f"= {p:.2g}"
